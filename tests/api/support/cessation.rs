//! What happens to a doctor for the patients of every caisse: one agent prepares it, another confirms it.

use serde_json::{Value, json};

use super::TestApp;
use super::app::{Caller, Reply};

/// Who prepares.
pub const PREMIER: &str = "agent-1";
/// Who confirms.
pub const SECOND: &str = "agent-2";

/// An operation on a doctor.
pub fn simple(rpps: &str, nature: &str, day: &str) -> Value {
    json!({ "rpps": rpps, "nature": nature, "effet_du": day })
}

/// Records an operation, confirmed by a second agent where it takes two.
pub async fn operate(app: &TestApp, mut body: Value) -> Value {
    if body["effet_du"].as_str() < Some("2025-03-18") {
        body["justification"] = json!("apprise par un héritier");
    }
    let made = app.referentiel(PREMIER).post("/v1/operations", body).await.expect(202);
    if made["etat"] == "a_confirmer" { confirm(app, SECOND, &made).await.expect(202) } else { made }
}

/// Confirms an operation that was just read.
pub async fn confirm(app: &TestApp, sub: &str, operation: &Value) -> Reply {
    let path = format!("{}/confirmation", path(operation));
    app.referentiel(sub).act_on(&path, operation["version"].as_i64().unwrap()).await
}

/// Where an operation is.
pub fn path(operation: &Value) -> String {
    format!("/v1/operations/{}", operation["id"].as_str().unwrap())
}

pub async fn read(app: &TestApp, operation: &Value) -> Value {
    app.referentiel(PREMIER).get(&path(operation)).await.expect(200)
}

/// Undoes an operation, as it is now.
pub async fn undo(app: &TestApp, operation: &Value) -> Reply {
    undo_by(&app.referentiel(PREMIER), operation).await
}

/// The same, by somebody.
pub async fn undo_by(caller: &Caller<'_>, operation: &Value) -> Reply {
    let seen = caller.get(&path(operation)).await.expect(200);
    let annulation = format!("{}/annulation", path(operation));
    caller.post_on(&annulation, seen["version"].as_i64().unwrap(), json!({})).await
}
