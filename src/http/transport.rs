//! How bodies travel and what a browser may read: compression in both directions, headers that are text, origins of
//! other sites. The reasons are in docs/HTTP.md.

use std::error::Error;
use std::io;
use std::sync::Arc;

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{
    Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header,
};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use super::conditionnel::list;
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

/// What a body is compressed with.
#[derive(Debug, Clone, Copy)]
enum Encodage {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The names of those that are read, as an answer lists them.
const ENCODAGES: &str = "gzip, deflate, br, zstd";

/// Takes bodies as they were before their compression: limits of size count what they are then.
pub(super) async fn decompress(request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let announced = list(&head.headers, header::CONTENT_ENCODING);
    let announced: Vec<String> = announced.iter().map(|name| name.to_ascii_lowercase()).collect();
    let announced: Vec<&str> = announced.iter().map(String::as_str).collect();
    let encodage = match announced.as_slice() {
        [] | ["identity"] => return next.run(Request::from_parts(head, body)).await,
        // Two names of one (RFC 9110, 8.4.1.3).
        ["gzip" | "x-gzip"] => Encodage::Gzip,
        ["deflate"] => Encodage::Deflate,
        ["br"] => Encodage::Brotli,
        ["zstd"] => Encodage::Zstd,
        _ => {
            let mut response = unknown_encoding().into_response();
            let known = HeaderValue::from_static(ENCODAGES);
            response.headers_mut().insert(header::ACCEPT_ENCODING, known);
            return response;
        }
    };
    head.headers.remove(header::CONTENT_ENCODING);
    head.headers.remove(header::CONTENT_LENGTH);
    next.run(Request::from_parts(head, clear(encodage, body))).await
}

/// The pieces of a body as it came.
type Source = StreamReader<BoxStream<'static, io::Result<Bytes>>, Bytes>;

/// A body as it was before its compression: all its members, and nothing that is none.
fn clear(encodage: Encodage, body: Body) -> Body {
    let pieces = body.into_data_stream().map_err(|gone| io::Error::new(GONE, gone)).boxed();
    let source: Source = StreamReader::new(pieces);
    match encodage {
        Encodage::Gzip => {
            let mut decoder = GzipDecoder::new(source);
            decoder.multiple_members(true);
            whole(decoder, GzipDecoder::get_mut)
        }
        Encodage::Zstd => {
            let mut decoder = ZstdDecoder::new(source);
            decoder.multiple_members(true);
            whole(decoder, ZstdDecoder::get_mut)
        }
        Encodage::Deflate => whole(ZlibDecoder::new(source), ZlibDecoder::get_mut),
        Encodage::Brotli => whole(BrotliDecoder::new(source), BrotliDecoder::get_mut),
    }
}

/// What a decoder gives to its end, which must be that of its source.
fn whole<D>(decoder: D, source: fn(&mut D) -> &mut Source) -> Body
where
    D: AsyncRead + Unpin + Send + 'static,
{
    let pieces = stream::try_unfold(decoder, move |mut decoder| async move {
        let mut piece = vec![0; PIECE];
        let length = decoder.read(&mut piece).await?;
        if length == 0 {
            let rest = source(&mut decoder).fill_buf().await?;
            return if rest.is_empty() { Ok(None) } else { Err(io::ErrorKind::InvalidData.into()) };
        }
        piece.truncate(length);
        Ok(Some((Bytes::from(piece), decoder)))
    });
    streamed(pieces.map_err(|error: io::Error| {
        if error.kind() == GONE { error } else { io::Error::new(io::ErrorKind::InvalidData, error) }
    }))
}

/// A body that goes as it is made. Whoever sends it may ask for more after its end, as what compresses it does: most
/// streams must not be asked again.
#[expect(clippy::disallowed_methods, reason = "its stream may be asked after its end")]
pub(crate) fn streamed<S, E>(pieces: S) -> Body
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<BoxError>,
{
    Body::from_stream(pieces.fuse())
}

/// What is decoded at once.
const PIECE: usize = 16 * 1024;

/// The kind of the error of a sender who goes away.
const GONE: io::ErrorKind = io::ErrorKind::ConnectionAborted;

/// Whether a body ended because it is not compressed as it says, rather than because its sender went away.
pub(crate) fn is_broken(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let own = error.downcast_ref().map(io::Error::kind);
        if own == Some(io::ErrorKind::InvalidData) {
            return true;
        }
        cause = error.source();
    }
    false
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

/// Headers of which there is one: of two, the service would read either.
static SINGLE: [HeaderName; 5] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::ORIGIN,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("x-request-id"),
];

/// Refuses a header that is read and is no text of printable ASCII, since what it says would be lost; and one that
/// comes twice and is no list.
pub(super) async fn require_text(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let lost =
        |name: &&HeaderName| headers.get_all(*name).iter().any(|value| value.to_str().is_err());
    let twice = |name: &&HeaderName| headers.get_all(*name).iter().nth(1).is_some();
    let wrong = if let Some(name) = READ.iter().find(lost) {
        (name, "format_invalide", "attendu : des caractères ASCII imprimables")
    } else if let Some(name) = SINGLE.iter().find(twice) {
        (name, "valeur_en_double", "attendu : une seule fois")
    } else {
        return next.run(request).await;
    };
    let (name, code, message) = wrong;
    Refus::parametre(name.as_str(), code, message).into_response()
}

/// What a browser may do of an answer that says nothing of it: nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// What every answer tells browsers, whatever it is. A page says itself what it may do.
pub(super) const PROTECTIONS: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, NOTHING),
];

/// Adds it to every answer, whoever made it.
pub(super) async fn protect(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in PROTECTIONS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A body in an encoding that is not known.
fn unknown_encoding() -> Refus {
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
