//! A caller inside the process: the requests of anybody, without a connection.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use super::{AppState, router};

/// Largest answer that is read.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// A service that is asked from inside.
#[derive(Debug)]
pub struct Interne(pub(super) Router);

/// Marks a request from inside: the log of requests tells those of callers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interieur;

/// What a request is answered, whole.
#[derive(Debug)]
pub(super) struct Reponse {
    pub(super) statut: StatusCode,
    pub(super) en_tetes: HeaderMap,
    pub(super) corps: Bytes,
}

/// An act that somebody asks for: a `POST`.
#[derive(Debug)]
pub struct Question<'a> {
    /// Path and query.
    pub chemin: &'a str,
    /// Token of the caller.
    pub jeton: &'a str,
    /// Idempotency key.
    pub cle: &'a str,
    /// Version that was read, for an act on something that exists.
    pub version: Option<i64>,
    /// Body; null for none.
    pub corps: Value,
}

/// An answer that is no success: its status and what it says.
#[derive(Debug, thiserror::Error)]
#[error("{chemin} answered {statut}: {reponse}")]
pub struct QuestionRefusee {
    /// What was asked.
    pub chemin: String,
    /// HTTP status; 0 when the request could not be written.
    pub statut: u16,
    /// The problem.
    pub reponse: String,
}

impl Interne {
    /// The application, asked from inside.
    pub fn new(state: AppState) -> Self {
        Self(router(state))
    }

    /// Asks, and gives the body of a success.
    pub async fn ask(&self, question: Question<'_>) -> Result<Value, QuestionRefusee> {
        let refused = |statut: u16, reponse: String| QuestionRefusee {
            chemin: format!("POST {}", question.chemin),
            statut,
            reponse,
        };
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(question.chemin)
            .header("authorization", format!("Bearer {}", question.jeton))
            .header("idempotency-key", question.cle);
        if let Some(version) = question.version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        let body = if question.corps.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(question.corps.to_string())
        };
        let request = request.body(body).map_err(|error| refused(0, error.to_string()))?;
        let answer = self.send(request).await.map_err(|error| refused(0, error.to_string()))?;
        if !answer.statut.is_success() {
            let text = String::from_utf8_lossy(&answer.corps).into_owned();
            return Err(refused(answer.statut.as_u16(), text));
        }
        Ok(serde_json::from_slice(&answer.corps).unwrap_or_default())
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, mut request: Request<Body>) -> Result<Reponse, axum::Error> {
        request.extensions_mut().insert(Interieur);
        let response = match self.0.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (head, body) = response.into_parts();
        let corps = to_bytes(body, ANSWER_LIMIT).await?;
        Ok(Reponse { statut: head.status, en_tetes: head.headers, corps })
    }
}
