//! A refusal as an `OperationOutcome`: the same code, status and sentence as a problem of `/v1`.

use serde_json::json;

use super::ressource::Ressource;
use crate::domain::ids::RequestId;
use crate::http::problem::Refus;

/// The document of a refusal.
pub(in crate::http) fn outcome(refus: &Refus, requete_id: RequestId) -> Vec<u8> {
    let code = refus.code.as_str();
    let detail = format!("{} [{requete_id}]", refus.detail);
    let kind = issue_type(refus.code.status());
    let details = json!({
        "coding": [{ "system": "urn:x-traitant:probleme", "code": code }],
        "text": refus.code.title(),
    });
    let mut issues = vec![json!({
        "severity": "error", "code": kind, "details": details, "diagnostics": detail,
    })];
    issues.extend(refus.erreurs.iter().map(|wrong| {
        let place = wrong.parametre.as_ref().or(wrong.pointeur.as_ref());
        json!({
            "severity": "error", "code": "invalid", "diagnostics": wrong.message,
            "details": { "coding": [{ "system": "urn:x-traitant:champ", "code": wrong.code }] },
            "expression": place.map(|place| vec![format!("http.{place}")]),
        })
    }));
    let outcome = Ressource::new("OperationOutcome", None, json!({ "issue": issues }));
    serde_json::to_vec(&outcome).unwrap_or_default()
}

/// The kind of an issue, by the status that is answered.
const fn issue_type(status: u16) -> &'static str {
    match status {
        401 => "login",
        403 => "forbidden",
        404 => "not-found",
        405 => "not-supported",
        408 | 504 => "timeout",
        409 | 412 => "conflict",
        410 => "deleted",
        413 => "too-long",
        422 => "processing",
        429 => "throttled",
        503 => "transient",
        500..=599 => "exception",
        _ => "invalid",
    }
}
