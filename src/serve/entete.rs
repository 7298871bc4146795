//! The head of a request, beyond what the parser of HTTP asks of it: its size, and the one host that it names.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, Version, header};
use axum::response::Response;

use super::{BUFFER, Redige};

/// The status of the refusal of a request whose head is wrong.
pub(super) fn wrong(request: &Request) -> Option<StatusCode> {
    // The parser counts what it holds while it waits for the rest, which may have come at once.
    if size(request) > BUFFER {
        return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_host(host),
        (None, _) => request.version() < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    (!named).then_some(StatusCode::BAD_REQUEST)
}

/// The bytes of the head, as it is written without needless blanks.
fn size(request: &Request) -> usize {
    let line = request.method().as_str().len().saturating_add(request.uri().to_string().len());
    let around = "  HTTP/1.1\r\n".len().saturating_add("\r\n".len());
    let fields = request.headers().iter().map(|(name, value)| {
        let both = name.as_str().len().saturating_add(value.len());
        both.saturating_add(": \r\n".len())
    });
    fields.fold(line.saturating_add(around), usize::saturating_add)
}

/// Whether a field names one host (RFC 9112, 3.2): a name and a port, or nothing.
fn is_host(field: &HeaderValue) -> bool {
    let Ok(text) = field.to_str() else { return false };
    text.is_empty() || !text.contains('@') && text.parse::<axum::http::uri::Authority>().is_ok()
}

/// A refusal in the words of `redige`; the connection ends with it, since what follows may be anything.
pub(super) fn refusal(status: StatusCode, redige: &Redige) -> Response {
    let (lines, body) = redige(status.as_u16()).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    for (name, value) in lines.lines().filter_map(|line| line.split_once(": ")) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    response
}
