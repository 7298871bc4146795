//! A caller inside the process: the requests of anybody, without a connection.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use serde_json::Value;
use tower::ServiceExt;

use super::{AppState, router};

/// Largest answer that is read.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// A service that is asked from inside.
#[derive(Debug)]
pub struct Interne(Router);

/// Marks a request from inside: the log of requests tells those of callers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interieur;

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
        let request = request
            .extension(Interieur)
            .body(body)
            .map_err(|error| refused(0, error.to_string()))?;
        let response = match self.0.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status();
        let bytes = to_bytes(response.into_body(), ANSWER_LIMIT)
            .await
            .map_err(|error| refused(status.as_u16(), error.to_string()))?;
        if !status.is_success() {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            return Err(refused(status.as_u16(), text));
        }
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }
}
