//! The one form of answers, and what a caller accepts of it.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::problem::{Code, Refus};

/// The names of the one form of answers.
const FORMATS: [&str; 4] = ["json", "application/json", "application/fhir+json", "text/json"];
/// The ranges of media types that hold one of them.
const GROUPES: [&str; 3] = ["*/*", "application/*", "text/*"];

/// Refuses whoever accepts another form only. `_format` counts before the header, as FHIR says.
pub(super) async fn verifie(request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default().as_bytes();
    let asked = form_urlencoded::parse(query).find(|(name, _)| name == "_format");
    let wanted = match asked {
        Some((_, format)) => est_json(&format),
        None => accepte(request.headers()),
    };
    if wanted { next.run(request).await } else { indisponible().into_response() }
}

/// The refusal of another form.
pub(super) fn indisponible() -> Refus {
    let detail =
        "Les réponses sont en JSON : attendu « application/fhir+json », par Accept ou par _format.";
    Refus::new(Code::FormeIndisponible, detail)
}

/// Whether the value of `_format` names the one form. What a query writes `+` was read as a blank.
pub(super) fn est_json(format: &str) -> bool {
    let kind = format.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    FORMATS.contains(&kind.replace(' ', "+").as_str())
}

/// Whether a range accepts JSON, and does not say that it weighs nothing (RFC 9110, 12.5.1).
fn accepte(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).into_iter().filter_map(|line| line.to_str().ok());
    let mut ranges = lines.flat_map(|line| line.split(',')).map(str::trim);
    let mut ranges = ranges.by_ref().filter(|range| !range.is_empty()).peekable();
    ranges.peek().is_none()
        || ranges.any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let ours = FORMATS.contains(&kind.as_str()) || GROUPES.contains(&kind.as_str());
            let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            ours && !weight.is_some_and(|q| q.bytes().all(|byte| b"0.".contains(&byte)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_accepts_json_unless_it_weighs_nothing() {
        let accepted = |line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, line.parse().unwrap());
            accepte(&headers)
        };
        for line in [
            "",
            "*/*",
            "application/*;q=0.1",
            "application/fhir+json",
            "APPLICATION/FHIR+JSON; fhirVersion=4.0",
            "application/json",
            "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
            "application/fhir+xml, application/fhir+json;q=0.001",
        ] {
            assert!(accepted(line), "{line}");
        }
        for line in [
            "application/fhir+xml",
            "text/html",
            "application/fhir+json;q=0",
            "application/fhir+json; q=0.000, application/xml",
            "image/*",
        ] {
            assert!(!accepted(line), "{line}");
        }
        assert!(accepte(&HeaderMap::new()));
        for format in ["json", "application/fhir json", "application/fhir+json;fhirVersion=4.0"] {
            assert!(est_json(format), "{format}");
        }
        for format in ["xml", "application/fhir+xml", "", "jsonx"] {
            assert!(!est_json(format), "{format}");
        }
    }
}
