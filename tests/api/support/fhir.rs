//! Every answer of the façade of FHIR that a test receives is compared with the definitions of R4.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

/// By which name the façade is reached.
pub const HOST: &str = "registre.test";

/// The definitions that HL7 publishes, of the resources that are given or received here.
static DEFINITIONS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/fhir-r4.schema.json")).unwrap());

fn validator(kind: &str) -> Arc<Validator> {
    static CACHE: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let built = cache.entry(kind.to_owned()).or_insert_with(|| {
        assert!(DEFINITIONS["definitions"].get(kind).is_some(), "{kind} is no resource given here");
        let whole = json!({
            "$schema": DEFINITIONS["$schema"],
            "$ref": format!("#/definitions/{kind}"),
            "definitions": DEFINITIONS["definitions"],
        });
        Arc::new(jsonschema::validator_for(&whole).unwrap())
    });
    Arc::clone(built)
}

/// Fails when a resource is not what R4 defines, those of a bundle one by one.
pub fn valid(resource: &Value) {
    let kind = resource["resourceType"].as_str().unwrap_or_else(|| panic!("no type: {resource:#}"));
    for entry in resource["entry"].as_array().into_iter().flatten() {
        valid(&entry["resource"]);
    }
    let found = validator(kind);
    let errors: Vec<String> = found
        .iter_errors(resource)
        .map(|error| {
            format!(
                "{}: {}",
                error.instance_path(),
                error.to_string().chars().take(300).collect::<String>()
            )
        })
        .collect();
    assert!(errors.is_empty(), "{kind}: {errors:#?}\n{resource:#}");
}

/// Fails when an answer of the façade is not a resource of R4, announced as one.
pub fn check(path: &str, content_type: &str, body: &[u8]) {
    // What is known already is not sent again.
    if !path.starts_with("/fhir/r4") || body.is_empty() {
        return;
    }
    assert_eq!(content_type, "application/fhir+json", "{path}");
    valid(&serde_json::from_slice(body).unwrap());
}
