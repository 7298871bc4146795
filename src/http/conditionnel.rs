//! Conditional requests (RFC 9110, 13): what the caller already has is not sent again, and what changed since they read it is
//! not changed by mistake.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::problem::{Code, Refus};
use crate::domain::digest::Empreinte;
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

/// The version of a strong ETag of ours: all that it holds, or what comes before the digest of a reading.
fn version_of(etag: &str) -> Option<i32> {
    let inside = etag.strip_prefix('"')?.strip_suffix('"')?;
    let version = match inside.split_once('-') {
        Some((version, digest)) => is_digest(digest).then_some(version)?,
        None => inside,
    };
    let written = version.bytes().all(|byte| byte.is_ascii_digit());
    version.parse().ok().filter(|version| written && *version > 0)
}

/// How many characters of a digest are in a tag.
const DIGEST: usize = 32;

fn is_digest(text: &str) -> bool {
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == DIGEST && text.bytes().all(hexadecimal)
}

/// Completes the tag of a reading, which tells its version, with the digest of what is sent: the same version is another text
/// for another reader, or another day. Answers 304 to whoever has these very bytes, whatever was read: its trace is written
/// like that of any other.
pub(super) async fn revalidate(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let has = list(request.headers(), header::IF_NONE_MATCH);
    let response = next.run(request).await;
    let tag = response.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok());
    // That of FHIR is weak.
    let version = tag.and_then(|tag| Some((tag.starts_with("W/"), version_of(opaque(tag))?)));
    let Some((weak, version)) = version.filter(|_| reads && response.status() == StatusCode::OK)
    else {
        return response;
    };
    let (mut head, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return Refus::new(Code::ErreurInterne, "La réponse est illisible.").into_response();
    };
    let digest: String = Empreinte::of(&body).to_string().chars().take(DIGEST).collect();
    let etag = format!("{}\"{version}-{digest}\"", if weak { "W/" } else { "" });
    // A weak tag says so too (13.1.2).
    if has.iter().any(|known| known == "*" || opaque(known) == opaque(&etag)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        head.headers.insert(header::ETAG, etag);
    }
    Response::from_parts(head, Body::from(body))
}

/// The members of a header that is a list, on one line or several.
pub(super) fn list(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    let members = lines.flat_map(|line| line.split(',')).map(str::trim);
    // An empty member is none (5.6.1).
    members.filter(|member| !member.is_empty()).map(str::to_owned).collect()
}

fn opaque(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}
