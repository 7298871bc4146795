//! Conditional requests (RFC 9110, 13): what the caller already has is not sent again, and what changed since they read it is
//! not changed by mistake.

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::problem::{Code, Refus};
use crate::services::VersionsVues;

/// The version that the caller saw, or one of a few, from `If-Match`; whichever is current for `*`.
#[derive(Debug)]
pub(crate) struct SiCorrespond(pub(crate) VersionsVues);

impl FromRequestParts<AppState> for SiCorrespond {
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Refus> {
        if !parts.headers.contains_key(header::IF_MATCH) {
            return Err(Refus::new(
                Code::VersionAbsente,
                "Cette action demande l'en-tête If-Match, avec l'ETag de la ressource lue.",
            ));
        }
        let members = list(&parts.headers, header::IF_MATCH);
        let seen = if members == ["*"] {
            Some(VersionsVues::TOUTES)
        } else {
            let versions: Option<Vec<i32>> = members.iter().map(|etag| version_of(etag)).collect();
            versions.and_then(|versions| VersionsVues::parmi(&versions))
        };
        seen.map(Self).ok_or_else(|| {
            Refus::parametre(
                "If-Match",
                "format_invalide",
                "attendu : un ETag fort, par exemple \"1\", quelques-uns séparés par des virgules, ou *",
            )
        })
    }
}

/// The version of a strong ETag of ours.
fn version_of(etag: &str) -> Option<i32> {
    etag.strip_prefix('"')?.strip_suffix('"')?.parse().ok().filter(|version| *version > 0)
}

/// Answers 304 to a reading of what the caller already has, whatever was read: its trace is
/// written like that of any other.
pub(super) async fn revalidate(request: Request, next: Next) -> Response {
    let has = match *request.method() {
        Method::GET | Method::HEAD => list(request.headers(), header::IF_NONE_MATCH),
        _ => Vec::new(),
    };
    let response = next.run(request).await;
    let etag = response.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok());
    let Some(etag) = etag.filter(|_| response.status() == StatusCode::OK) else { return response };
    // A weak tag says so too (13.1.2).
    if !has.iter().any(|known| known == "*" || opaque(known) == opaque(etag)) {
        return response;
    }
    let etag = [(header::ETAG, etag.to_owned())];
    (StatusCode::NOT_MODIFIED, etag).into_response()
}

/// The members of a header that is a list, on one line or several.
fn list(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    let members = lines.flat_map(|line| line.split(',')).map(str::trim);
    // An empty member is none (5.6.1).
    members.filter(|member| !member.is_empty()).map(str::to_owned).collect()
}

fn opaque(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}
