//! How bodies travel and what a browser may read: compression in both directions, headers that are text, origins of
//! other sites. The reasons are in docs/HTTP.md.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{
    Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header,
};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};
use tower_http::decompression::RequestDecompressionLayer;

use super::problem::{Code, Refus};

/// What is shorter travels as it is: it would hardly be smaller.
const COMPRESSED_FROM: u64 = 1_024;
/// Types of text whose name does not begin with it.
const TEXTS: [&str; 4] =
    ["application/json", "application/x-ndjson", "application/yaml", "application/javascript"];
/// For how many seconds a browser remembers what another site may ask.
const PREFLIGHT_AGE: &str = "600";

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const ASKED: &str = "authorization, content-type, content-encoding, idempotency-key, if-match, if-none-match, x-request-id";
const EXPOSED: &str = "deprecation, etag, idempotency-replayed, link, location, ratelimit, \
ratelimit-policy, retry-after, sunset, www-authenticate, x-request-id";

/// Headers whose text this service reads.
static READ: [HeaderName; 8] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::ORIGIN,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("x-request-id"),
];

/// Takes bodies as they were before their compression: limits of size count what they are then.
pub(super) fn decompress() -> RequestDecompressionLayer {
    RequestDecompressionLayer::new()
}

/// Compresses long answers for whoever accepts it.
pub(super) fn compress() -> CompressionLayer<impl Predicate> {
    let worth = SizeAbove::new(COMPRESSED_FROM).and(compressible);
    // A busy service spends its time on answers, not on their last bytes.
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth)
}

/// Neither refusals, which repeat what was sent; nor what has a strong ETag, which is that of these very bytes
/// (RFC 9110, 8.8.3); nor images and the like.
fn compressible(status: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    let text = kind.starts_with("text/") || TEXTS.contains(&kind);
    status.is_success() && text && !headers.contains_key(header::ETAG)
}

/// Refuses a header that is read and is no text of printable ASCII: what it says would be lost.
pub(super) async fn require_text(request: Request, next: Next) -> Response {
    let wrong = READ
        .iter()
        .find(|name| request.headers().get_all(*name).iter().any(|value| value.to_str().is_err()));
    let Some(name) = wrong else { return next.run(request).await };
    let message = "attendu : des caractères ASCII imprimables";
    Refus::parametre(name.as_str(), "format_invalide", message).into_response()
}

/// A body in an encoding that is not known.
pub(super) fn unknown_encoding() -> Refus {
    let detail = "Le corps annonce un Content-Encoding que ce service ne lit pas ; attendu : gzip, deflate, br \
                  ou zstd, un seul, ou aucun.";
    Refus::new(Code::EncodageInconnu, detail)
}

/// The sites whose pages may read answers; none by default.
#[derive(Debug, Clone, Default)]
pub(super) struct Origines(pub(super) Arc<[String]>);

/// Tells browsers which other sites may ask and read (Fetch, « CORS protocol »). No credential of the browser
/// itself is ever accepted: a page shows its token.
pub(super) async fn share(
    State(Origines(known)): State<Origines>,
    request: Request,
    next: Next,
) -> Response {
    if known.is_empty() {
        return next.run(request).await;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let origin = origin.filter(|origin| known.iter().any(|one| origin == one.as_str()));
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        Some(_) if preflight => StatusCode::NO_CONTENT.into_response(),
        Some(_) | None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin else { return response };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let told: &[(HeaderName, &'static str)] = if preflight {
        &[
            (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, ASKED),
            (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE),
        ]
    } else {
        &[(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)]
    };
    for (name, value) in told {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
