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
        let header = wrong.parametre.as_ref().map(|name| format!("http.{name}"));
        let place = header.or_else(|| wrong.pointeur.as_deref().map(element));
        json!({
            "severity": "error", "code": "invalid", "diagnostics": wrong.message,
            "details": { "coding": [{ "system": "urn:x-traitant:champ", "code": wrong.code }] },
            "expression": place.map(|place| vec![place]),
        })
    }));
    let outcome = Ressource::new("OperationOutcome", None, json!({ "issue": issues }));
    serde_json::to_vec(&outcome).unwrap_or_default()
}

/// Where a wrong element is in the one document that is received, or in the `Parameters` that hold it.
fn element(pointeur: &str) -> String {
    let steps = pointeur.split('/').skip(1).map(|step| {
        let rank = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        if rank { format!("[{step}]") } else { format!(".{step}") }
    });
    let wrapped = pointeur.split('/').nth(1) == Some("parameter");
    let root = if wrapped { "Parameters" } else { "CoverageEligibilityRequest" };
    std::iter::once(root.to_owned()).chain(steps).collect()
}

/// The kind of an issue, by the status that is answered.
const fn issue_type(status: u16) -> &'static str {
    match status {
        401 => "login",
        403 => "forbidden",
        404 => "not-found",
        405 | 406 => "not-supported",
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
