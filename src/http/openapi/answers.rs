//! What every operation answers in the same way: headers, and problems.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use utoipa::openapi::example::Example;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Components, Ref, RefOr, Response, Schema};

use crate::domain::ids::RequestId;
use crate::http::pagination::PAGE;
use crate::http::problem::{Code, Refus};

fn reference(name: &str) -> (String, RefOr<Header>) {
    (name.to_owned(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))))
}

/// The headers of an answer: those that its route names, and those of its form. What says its version
/// says it as an ETag too.
pub(super) fn add_headers(
    status: &str,
    response: &mut Response,
    (read, keyed): (bool, bool),
    schemas: &[(String, RefOr<Schema>)],
) {
    let versioned = status == "304" || has_version(response, schemas);
    let own = std::mem::take(&mut response.headers);
    let mut names: BTreeSet<&str> = own.keys().map(String::as_str).collect();
    names.extend(["X-Request-Id"]);
    // What a cache does not store by itself needs not say so.
    names.extend((read && status != "304").then_some("Cache-Control"));
    names.extend(versioned.then_some("ETag"));
    names.extend(is_page(response).then_some("Link"));
    names.extend(keyed.then_some("Idempotency-Replayed"));
    response.headers = names.into_iter().map(reference).collect();
}

/// Whether what is answered is a page of a list.
fn is_page(response: &Response) -> bool {
    let content = response.content.get("application/json");
    let Some(RefOr::T(content)) = content else { return false };
    matches!(&content.schema, Some(RefOr::Ref(body))
        if body.ref_location.starts_with(&format!("#/components/schemas/{PAGE}")))
}

/// Whether what is answered says its version.
pub(super) fn has_version(response: &Response, schemas: &[(String, RefOr<Schema>)]) -> bool {
    let content = response.content.get("application/json");
    let Some(RefOr::T(content)) = content else { return false };
    let Some(RefOr::Ref(body)) = &content.schema else { return false };
    let name = body.ref_location.trim_start_matches("#/components/schemas/");
    let schema = schemas.iter().find(|(known, _)| known == name).map(|(_, schema)| schema);
    let schema = serde_json::to_value(schema).unwrap_or_default();
    schema.pointer("/properties/version/type") == Some(&json!("integer"))
}

/// The problems that an operation can answer, by status.
pub(super) fn add_problems(operation: &mut Operation, codes: BTreeSet<Code>) {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(code);
    }
    for (status, codes) in by_status {
        operation.responses.responses.insert(status.to_string(), RefOr::T(problem(&codes)));
    }
}

/// One response for all problems of a status, with an example of each.
fn problem(codes: &[Code]) -> Response {
    let titles: Vec<String> =
        codes.iter().map(|code| format!("`{}` : {}", code.as_str(), code.title())).collect();
    let place = |code: &Code| json!({ "$ref": format!("#/components/examples/{}", code.as_str()) });
    let examples: BTreeMap<&str, _> =
        codes.iter().map(|code| (code.as_str(), place(code))).collect();
    let mut names = vec!["Cache-Control", "X-Request-Id"];
    let challenged = [Code::JetonAbsent, Code::PorteeInsuffisante];
    names.extend(codes.iter().any(|code| challenged.contains(code)).then_some("WWW-Authenticate"));
    names.extend(codes.iter().any(|code| code.may_be_tried_again()).then_some("Retry-After"));
    names.extend(codes.iter().any(|code| code.collection().is_some()).then_some("Location"));
    names.extend(codes.contains(&Code::EncodageInconnu).then_some("Accept-Encoding"));
    let mut response: Response = serde_json::from_value(json!({
        "description": titles.join(" ; "),
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Probleme" },
            "examples": examples
        } }
    }))
    .unwrap_or_default();
    response.headers = names.into_iter().map(reference).collect();
    response
}

/// Moves what several operations say to where it is described once: the resource that an address
/// names, under the name of its type, and problems with their examples.
pub(super) fn share(operation: &mut Operation, components: &mut Components) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(own) = parameter else { continue };
        let Some(RefOr::Ref(schema)) = &own.schema else { continue };
        if own.parameter_in != ParameterIn::Path {
            continue;
        }
        let name = schema.ref_location.trim_start_matches("#/components/schemas/").to_owned();
        let known = components.parameters.entry(name.clone()).or_insert_with(|| parameter.clone());
        if known == parameter {
            *parameter = RefOr::Ref(Ref::new(format!("#/components/parameters/{name}")));
        }
    }
    let id = operation.operation_id.clone().unwrap_or_default();
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(own) = response else { continue };
        let Some(RefOr::T(content)) = own.content.get("application/problem+json") else { continue };
        let codes: Vec<Code> =
            content.examples.keys().filter_map(|code| Code::parse(code)).collect();
        for code in &codes {
            components.examples.entry(code.as_str().to_owned()).or_insert_with(|| example(*code));
        }
        let same = components.responses.iter().find(|(_, known)| *known == response);
        let name = same.map_or_else(
            || {
                let short = short_name(status, &codes);
                let taken = components.responses.contains_key(&short);
                if taken { format!("{status}.{id}") } else { short }
            },
            |(name, _)| name.clone(),
        );
        let place = Ref::new(format!("#/components/responses/{name}"));
        let own = std::mem::replace(response, RefOr::Ref(place));
        components.responses.insert(name, own);
    }
}

/// The name of a response: its status, and the first word of each of its codes.
fn short_name(status: &str, codes: &[Code]) -> String {
    let mut words: Vec<&str> =
        codes.iter().filter_map(|code| code.as_str().split('_').next()).collect();
    words.dedup();
    format!("{status}.{}", words.join("."))
}

/// An example of a problem.
fn example(code: Code) -> RefOr<Example> {
    let request = RequestId::from_uuid(uuid::uuid!("0192f0c4-7a0e-7c55-9d0f-3a1b2c4d5e6f"));
    let refus = Refus::new(code, code.help()).designe(&"0192f0c4-0000-7000-8000-000000000001");
    let value = serde_json::to_value(refus.probleme(request));
    RefOr::T(Example::builder().value(Some(value.unwrap_or_default())).build())
}
