//! The document of the API: kept in the repository as the code makes it, complete, and true.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::TestApp;
use crate::support::contract::{document, errors, resolved};

fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    document()["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| {
            (format!("{} {path}", method.to_uppercase()), operation)
        })
    })
}

#[test]
fn the_document_of_the_repository_is_the_one_that_the_code_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.yaml");
    let kept = std::fs::read_to_string(path).unwrap();
    let same = kept == traitant::http::openapi_yaml();
    assert!(same, "openapi.yaml is out of date: cargo run -- openapi > openapi.yaml");
}

#[test]
fn every_operation_says_what_it_does_who_may_and_how_it_answers() {
    assert_eq!(document()["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (what, operation) in operations() {
        for member in ["summary", "description", "operationId", "tags", "security", "responses"] {
            assert!(!operation[member].is_null(), "{what} has no {member}");
        }
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{what}");
        assert!(operation["x-problemes"].is_null(), "{what}: {}", operation["x-problemes"]);
        let responses = operation["responses"].as_object().unwrap();
        // Who asks for a token answers when there is none.
        let public = operation["security"][0].as_object().unwrap().is_empty();
        assert_eq!(responses.contains_key("401"), !public, "{what}");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{what}");
        for (status, response) in responses {
            let response = resolved(response);
            assert!(!response["description"].as_str().unwrap().is_empty(), "{what} {status}");
            if status.starts_with(['4', '5']) {
                let examples =
                    response["content"]["application/problem+json"]["examples"].as_object();
                assert!(examples.is_some_and(|all| !all.is_empty()), "{what} {status}");
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = resolved(parameter);
            let described = parameter["description"].as_str();
            assert!(
                described.is_some_and(|text| !text.is_empty()),
                "{what}: {}",
                parameter["name"]
            );
        }
    }
}

#[test]
fn every_field_is_described_and_every_reference_leads_somewhere() {
    let schemas = document()["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let text = property.to_string();
            assert!(text.contains("\"description\""), "{name}.{field} is not described");
        }
    }
    let text = document().to_string();
    for reference in text.split("\"#/").skip(1) {
        let pointer = format!("/{}", reference.split('"').next().unwrap());
        assert!(document().pointer(&pointer).is_some(), "{pointer}");
    }
}

#[test]
fn examples_are_what_their_schemas_describe() {
    let mut seen = 0;
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        let reference = serde_json::json!({ "$ref": format!("#/components/schemas/{name}") });
        let examples = schema["examples"].as_array().into_iter().flatten();
        for example in examples.chain(schema.get("example")) {
            let wrong = errors(&reference, example);
            assert!(wrong.is_empty(), "{name}: {wrong:?}\n{example:#}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
    // Every body has an example, so that a newcomer can send it as it is.
    for (what, operation) in operations() {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let Some(reference) = schema["$ref"].as_str() else { continue };
        let schema = document().pointer(reference.trim_start_matches('#')).unwrap();
        assert!(schema["example"].is_object(), "{what} has no example of its body");
    }
}

#[test]
fn every_problem_code_is_documented_somewhere_or_is_common_to_all() {
    let examples = document()["components"]["examples"].as_object().unwrap();
    let used: BTreeSet<&str> = operations()
        .flat_map(|(_, operation)| operation["responses"].as_object().unwrap().values())
        .filter_map(|response| {
            resolved(response)["content"]["application/problem+json"]["examples"].as_object()
        })
        .flat_map(|all| all.keys().map(String::as_str))
        .collect();
    for (code, example) in examples {
        assert_eq!(example["value"]["code"], *code);
        assert!(used.contains(code.as_str()), "no operation announces {code}");
    }
}

#[test]
fn the_two_forms_of_the_document_say_the_same() {
    let yaml: Value = yaml_serde::from_str(traitant::http::openapi_yaml()).unwrap();
    assert_eq!(yaml, *document());
}

#[test]
fn subjects_are_declared_and_have_names_that_generators_can_use() {
    let named = |tag: &'static Value| tag.as_str().unwrap();
    let tags = document()["tags"].as_array().unwrap();
    let declared: BTreeSet<&str> = tags.iter().map(|tag| named(&tag["name"])).collect();
    let used: BTreeSet<&str> = operations()
        .flat_map(|(_, operation)| operation["tags"].as_array().unwrap().iter().map(named))
        .collect();
    assert_eq!(declared, used);
    for tag in tags {
        assert!(named(&tag["name"]).is_ascii(), "{tag}");
        let shown = named(&tag["x-displayName"]);
        assert!(named(&tag["description"]).starts_with(&format!("{shown} : ")), "{tag}");
    }
}

#[test]
fn nothing_is_described_that_nothing_uses() {
    let text = document().to_string();
    for (kind, components) in document()["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys() {
            let used = text.contains(&format!("\"#/components/{kind}/{name}\""));
            assert!(used || kind == "securitySchemes", "{kind} {name}");
        }
    }
}

#[tokio::test]
async fn every_code_has_a_sentence_on_the_page_of_problems() {
    let app = TestApp::new().await;
    let page = app.anonymous().get("/docs/problemes").await;
    let html = String::from_utf8(page.body).unwrap();
    let schemas = &document()["components"]["schemas"];
    for (list, prefix) in [("CodeProbleme", ""), ("CodeChamp", "champ-")] {
        for code in schemas[list]["enum"].as_array().unwrap() {
            let code = code.as_str().unwrap();
            let row = html.split(&format!("<tr id=\"{prefix}{code}\">")).nth(1);
            let row = row.unwrap_or_else(|| panic!("{code} has no row")).split("</tr>").next();
            assert!(row.unwrap().ends_with(".</td>"), "{row:?}");
        }
    }
}

#[tokio::test]
async fn the_document_and_its_page_are_served_and_need_no_other_machine() {
    let app = TestApp::new().await;
    let yaml = app.anonymous().get("/openapi.yaml").await;
    assert_eq!(yaml.status, 200);
    assert_eq!(String::from_utf8(yaml.body).unwrap(), traitant::http::openapi_yaml());
    let page = app.anonymous().get("/docs/").await;
    assert_eq!(page.status, 200);
    let html = String::from_utf8(page.body).unwrap();
    assert!(!html.contains("https://"), "{html}");
    let mut files = 0;
    for part in html.split(['"', '\'']) {
        let kind = part.rsplit('.').next().unwrap_or_default();
        if ["js", "css"].contains(&kind) {
            let path =
                format!("/docs/{}", part.trim_start_matches("./").trim_start_matches("/docs/"));
            let file = app.anonymous().get(&path).await;
            assert_eq!(file.status, 200, "{path}");
            files += 1;
        }
    }
    assert!(files >= 3, "{html}");
    assert!(html.contains("<html lang=\"fr\">"), "{html}");
    assert!(html.contains("<title>API de Traitant — documentation</title>"), "{html}");
    for missing in ["/docs/nope", "/docs/problemes/", "/docs/../Cargo.toml", "/doc"] {
        let reply = app.anonymous().get(missing).await;
        assert_eq!(reply.problem(404), "introuvable", "{missing}");
        assert_eq!(reply.header("content-type"), "application/problem+json", "{missing}");
    }
    let json = app.anonymous().get("/v1/openapi.json").await;
    assert_eq!(json.expect(200)["openapi"], document()["openapi"]);
    assert_eq!(app.anonymous().get("/docs").await.header("location"), "/docs/");
}

#[test]
fn amounts_that_are_read_have_the_limit_that_the_document_says() {
    let schemas = &document()["components"]["schemas"];
    assert_eq!(schemas["CentimesDemande"]["maximum"], 100_000_000);
    let read = schemas["ActeSimuleDemande"]["properties"]["honoraires_centimes"].to_string();
    assert!(read.contains("/CentimesDemande\""), "{read}");
    let answered = schemas["MontantsVue"]["properties"]["honoraires_centimes"].to_string();
    assert!(answered.contains("/Centimes\""), "{answered}");
}

#[test]
fn every_list_that_is_cut_has_one_envelope_and_the_same_limits() {
    let mut lists = 0;
    for (what, operation) in operations() {
        let answer = resolved(&operation["responses"]["200"]);
        let schema = answer["content"]["application/json"]["schema"]["$ref"].as_str();
        let parameters: Vec<&Value> =
            operation["parameters"].as_array().into_iter().flatten().map(resolved).collect();
        let named = |name: &str| parameters.iter().find(|one| one["name"] == name);
        let page = schema.is_some_and(|name| name.starts_with("#/components/schemas/Page"));
        assert_eq!(page, named("curseur").is_some(), "{what}");
        if !page {
            continue;
        }
        lists += 1;
        let limit = &named("limite").unwrap()["schema"];
        assert_eq!((&limit["minimum"], &limit["maximum"]), (&1.into(), &100.into()), "{what}");
        assert!(!answer["headers"]["Link"].is_null(), "{what}");
        let envelope = document().pointer(schema.unwrap().trim_start_matches('#')).unwrap();
        for member in ["donnees", "pagination"] {
            assert!(envelope["required"].as_array().unwrap().contains(&member.into()), "{what}");
        }
    }
    assert!(lists >= 15, "{lists}");
}
