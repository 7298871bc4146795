//! Every answer that a test receives is compared with the document of the API: its status, its
//! problem code and the shape of its body must be announced there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::http::HeaderMap;
use jsonschema::Validator;
use serde_json::Value;

/// The document of the API.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::to_value(traitant::http::openapi_document()).unwrap())
}

/// The operation of a method and an address, with its template.
pub fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let segments: Vec<&str> = path.split('/').collect();
    let paths = document()["paths"].as_object().unwrap();
    // A literal segment is preferred to a parameter: `/recherche` to `/{id}`.
    let mut matching: Vec<_> = paths
        .iter()
        .filter(|(template, item)| {
            let expected: Vec<&str> = template.split('/').collect();
            item.get(method.to_lowercase()).is_some()
                && expected.len() == segments.len()
                && expected.iter().zip(&segments).all(|(e, s)| e.starts_with('{') || e == s)
        })
        .collect();
    matching.sort_by_key(|(template, _)| template.matches('{').count());
    matching.first().map(|(template, item)| (template.as_str(), &item[method.to_lowercase()]))
}

/// A part of the document, or what it refers to.
pub fn resolved(part: &'static Value) -> &'static Value {
    let place = part["$ref"].as_str().map(|place| place.trim_start_matches('#'));
    place.map_or(part, |place| document().pointer(place).unwrap())
}

/// What every answer tells browsers.
pub const PROTECTIONS: [&str; 3] =
    ["content-security-policy", "x-content-type-options", "referrer-policy"];

/// Fails when a header of an answer is not announced, or is announced and missing.
pub fn check_headers(method: &str, path: &str, status: u16, headers: &HeaderMap) {
    let Some((template, operation)) = operation(method, path) else { return };
    let what = format!("{method} {template} {status}");
    let announced = resolved(&operation["responses"][status.to_string()])["headers"].as_object();
    let announced: BTreeMap<String, &Value> = announced
        .into_iter()
        .flatten()
        .map(|(name, header)| (name.to_lowercase(), resolved(header)))
        .collect();
    for (name, value) in headers {
        let header = announced.get(name.as_str());
        // The type is said with the body; and no cache stores what a POST or a DELETE is answered.
        // How it travels, which other sites may read it and what a browser may do of it is of HTTP and not of an operation.
        let of_http = ["content-type", "content-length", "content-encoding", "vary"];
        let said = of_http.contains(&name.as_str())
            || PROTECTIONS.contains(&name.as_str())
            || name.as_str().starts_with("access-control-");
        let forgiven = ["POST", "DELETE"].contains(&method);
        if said || (header.is_none() && name == "cache-control" && forgiven) {
            continue;
        }
        let header = header.unwrap_or_else(|| panic!("{what}: {name} is not documented"));
        let text = value.to_str().unwrap();
        let number = text.parse::<i64>().ok().filter(|_| header["schema"]["type"] == "integer");
        let errors = errors(&header["schema"], &number.map_or_else(|| text.into(), Value::from));
        assert!(errors.is_empty(), "{what}: {name}: {errors:#?}");
    }
    for name in announced.keys() {
        // Of what is refused to a token, only a missing scope is announced.
        let sometimes = ["accept-encoding", "idempotency-replayed", "link", "retry-after"]
            .contains(&name.as_str())
            || (name == "www-authenticate" && status == 403)
            // One status is that of several refusals, and not all speak of a resource.
            || (name == "location" && status >= 400);
        assert!(sometimes || headers.contains_key(name), "{what}: {name} is missing");
    }
}

/// Fails when an answer is not announced.
pub fn check(method: &str, path: &str, status: u16, content_type: &str, body: &[u8]) {
    let Some((template, operation)) = operation(method, path) else { return };
    let what = format!("{method} {template}");
    let announced = resolved(&operation["responses"][status.to_string()]);
    assert!(announced.is_object(), "{what} answered {status}, which is not documented");
    if status == 304 {
        assert!(body.is_empty(), "{what}: a 304 has no body");
        return;
    }
    let content_type = content_type.split(';').next().unwrap_or_default();
    let content = &announced["content"][content_type];
    assert!(content.is_object(), "{what} answered {status} as {content_type}, not documented");
    if content_type == "application/x-ndjson" {
        for line in body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let value: Value = serde_json::from_slice(line).unwrap();
            let errors = errors(&content["schema"], &value);
            assert!(errors.is_empty(), "{what} answered {status}: {errors:#?}\n{value:#}");
        }
        return;
    }
    if content_type == "application/gzip" {
        return;
    }
    if content_type.starts_with("text/") {
        assert!(std::str::from_utf8(body).is_ok(), "{what}: not a text");
        return;
    }
    if content_type == "application/pdf" {
        assert!(body.starts_with(b"%PDF-"), "{what}: not a PDF");
        return;
    }
    let value: Value = serde_json::from_slice(body).unwrap();
    if content_type == "application/problem+json" {
        let code = value["code"].as_str().unwrap();
        assert!(
            content["examples"].get(code).is_some(),
            "{what} answered {status} {code}, which is not documented"
        );
        assert_eq!(value["status"], status, "{what}");
    }
    let errors = errors(&content["schema"], &value);
    assert!(errors.is_empty(), "{what} answered {status}: {errors:#?}\n{value:#}");
}

/// Fails when a body that was accepted is not what the document asks for.
pub fn check_request(method: &str, path: &str, body: &Value) {
    let Some((template, operation)) = operation(method, path) else { return };
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let errors = errors(schema, body);
    assert!(errors.is_empty(), "{method} {template} accepted: {errors:#?}\n{body:#}");
}

/// What a schema of the document finds wrong with a value.
pub fn errors(schema: &Value, value: &Value) -> Vec<String> {
    validator(schema)
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// A validator of a schema of the document, which may refer to the others.
fn validator(schema: &Value) -> Arc<Validator> {
    static CACHE: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());
    let key = schema.to_string();
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(cache.entry(key).or_insert_with(|| {
        let whole = serde_json::json!({
            "allOf": [schema],
            "components": document()["components"],
        });
        Arc::new(jsonschema::options().should_validate_formats(true).build(&whole).unwrap())
    }))
}
