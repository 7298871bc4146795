//! The shapes of the document, finished: what the generator of schemas does not say, or says wrongly.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use crate::http::schemas::SUR_PLACE;

/// The same document, where a field carries its description itself, and where what is read refuses
/// what it does not know.
pub(super) fn finished(document: OpenApi) -> OpenApi {
    let Ok(mut value) = serde_json::to_value(&document) else { return document };
    let schemas = value.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    let (places, named) = schemas
        .map(std::mem::take)
        .unwrap_or_default()
        .into_iter()
        .partition(|(name, _)| name.starts_with(SUR_PLACE));
    if let Some(schemas) = value.pointer_mut("/components/schemas") {
        *schemas = Value::Object(named);
    }
    put_in_place(&mut value, &places);
    flatten(&mut value);
    let mut read = BTreeSet::new();
    for operation in value.pointer("/paths").and_then(Value::as_object).into_iter().flatten() {
        let methods = operation.1.as_object().into_iter().flatten();
        methods.for_each(|(_, one)| reach(&value, one.get("requestBody"), &mut read));
    }
    // Unknown members are refused, and amounts have a limit: the document says so wherever a body
    // is read.
    let schemas = value.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (_, schema) in schemas.into_iter().flatten().filter(|(name, _)| read.contains(*name)) {
        limit_amounts(schema);
        if let Some(schema) =
            schema.as_object_mut().filter(|one| one.get("type") == Some(&json!("object")))
        {
            schema.insert("additionalProperties".to_owned(), json!(false));
        }
    }
    serde_json::from_value(value).unwrap_or(document)
}

/// Writes the schemas that are no components where they are used.
fn put_in_place(value: &mut Value, places: &Map<String, Value>) {
    if let Value::Array(items) = value {
        for item in items {
            put_in_place(item, places);
        }
        return;
    }
    let Value::Object(members) = value else { return };
    let place = members.get("$ref").and_then(Value::as_str).unwrap_or_default();
    let own = places.get(place.trim_start_matches("#/components/schemas/"));
    if let Some(own) = own.and_then(Value::as_object) {
        members.remove("$ref");
        own.iter().for_each(|(name, value)| {
            members.entry(name).or_insert_with(|| value.clone());
        });
    }
    members.values_mut().for_each(|member| put_in_place(member, places));
}

/// The schemas that a part of the document leads to.
fn reach(document: &Value, part: Option<&Value>, found: &mut BTreeSet<String>) {
    match part {
        Some(Value::Array(items)) => items.iter().for_each(|one| reach(document, Some(one), found)),
        Some(Value::Object(members)) => {
            let place = members.get("$ref").and_then(Value::as_str).unwrap_or_default();
            if let Some(name) = place.strip_prefix("#/components/schemas/")
                && found.insert(name.to_owned())
            {
                reach(document, document.pointer(place.trim_start_matches('#')), found);
            }
            members.values().for_each(|one| reach(document, Some(one), found));
        }
        _ => {}
    }
}

/// An amount that is read has an upper limit, which a sum that is answered has not.
fn limit_amounts(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(limit_amounts),
        Value::Object(members) => {
            let amount = "#/components/schemas/Centimes";
            if members.get("$ref").and_then(Value::as_str) == Some(amount) {
                members.insert("$ref".to_owned(), json!(format!("{amount}Demande")));
            }
            members.values_mut().for_each(limit_amounts);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Gives a field its description, and says of what it holds that it may be null. The generator writes
/// an inlined schema and its description as two alternatives, which nothing satisfies.
pub(super) fn flatten(value: &mut Value) {
    if let Value::Array(items) = value {
        items.iter_mut().for_each(flatten);
    }
    let Value::Object(members) = value else { return };
    members.values_mut().for_each(flatten);
    if let Some([Value::Object(kind), null]) =
        members.get("oneOf").and_then(Value::as_array).map(Vec::as_slice)
        && *null == json!({ "type": "null" })
    {
        let mut kind = kind.clone();
        let described = kind.remove("description").map(|text| ("description".to_owned(), text));
        if let Some(Value::String(name)) = kind.get("type") {
            let either = json!([name, "null"]);
            kind.insert("type".to_owned(), either);
            members.remove("oneOf");
            members.extend(kind);
        } else {
            members.insert("oneOf".to_owned(), json!([kind, { "type": "null" }]));
        }
        if let Some((name, text)) = described {
            members.entry(name).or_insert(text);
        }
    }
    let Some(Value::Array(parts)) = members.get("allOf") else { return };
    let [Value::Object(schema), Value::Object(described)] = &parts[..] else { return };
    let only_described = described.len() == 2
        && described.get("type").is_some_and(|kind| kind == "object")
        && described.contains_key("description");
    if only_described {
        let mut merged = schema.clone();
        merged.extend(described.clone().into_iter().filter(|(name, _)| name != "type"));
        *members = merged;
    }
}
