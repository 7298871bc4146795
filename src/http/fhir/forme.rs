//! The one form of answers, and what a caller accepts of it.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::accept::poids;
use crate::http::problem::{Code, Refus};

/// The names of the one form of answers.
const FORMATS: [&str; 4] = ["json", "application/json", "application/fhir+json", "text/json"];

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

/// Whether JSON is accepted under one of its names.
fn accepte(headers: &HeaderMap) -> bool {
    FORMATS.iter().any(|name| poids(headers, name) > 0)
}

#[cfg(test)]
mod tests {
    use axum::http::header;

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
