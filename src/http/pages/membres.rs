//! The members of an answer of the service, as a page reads them.

use serde_json::Value;

use crate::domain::evaluation::Avertissement;
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::evaluations::{au_patient, message};

/// A text; empty when there is none.
pub(super) fn mot<'a>(document: &'a Value, name: &str) -> &'a str {
    document.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The items of an array; none when there is none.
pub(super) fn elements<'a>(document: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    document.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// An amount, wherever it is; nothing counts for zero.
pub(super) fn centimes(document: &Value, pointer: &str) -> Centimes {
    Centimes::new(document.pointer(pointer).and_then(Value::as_i64).unwrap_or_default())
}

/// A warning as the patient reads it: what was decided since is said as it is.
pub(super) fn avertissement(one: &Value) -> Option<&str> {
    let written = one.get("message")?.as_str()?;
    Some(match Avertissement::du_mot(mot(one, "code")) {
        Some(code) if message(code) == written => au_patient(code),
        _ => written,
    })
}
