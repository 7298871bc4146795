//! What tests do to a person's record, as the caisse on which the person depends.

use serde_json::{Value, json};

use super::app::{Caller, Reply, TestApp};

/// Caisse of Alice, Gabriel and Hugo.
pub const BOUCHES_DU_RHONE: &str = "011310000";
/// Caisse of Bernard.
pub const AIN: &str = "010110000";
/// Numbers of nobody in the sandbox.
pub const AUTRE_NIR: &str = "186021305599646";
pub const TROISIEME_NIR: &str = "172080100199656";

/// An organisme as a request writes it.
pub fn organisme(code: &str) -> Value {
    let (regime, rest) = code.split_at(2);
    let (caisse, centre) = rest.split_at(3);
    json!({ "regime": regime, "caisse": caisse, "centre": centre })
}

impl TestApp {
    /// The kinds of all events, in their order, without the movements of doctors' patients that accompany them.
    pub async fn events(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT nature FROM journal WHERE nature NOT LIKE 'patientele.%' ORDER BY sequence, rang")
            .fetch_all(&self.database.pool(1).await)
            .await
            .unwrap()
    }
}

/// The version of a record, as its caisse reads it.
pub async fn version(caisse: &Caller<'_>, id: &str) -> i64 {
    let read = caisse.get(&format!("/v1/patients/{id}")).await;
    let version = read.expect(200)["version"].as_i64().unwrap();
    assert_eq!(read.version_lue(), version.to_string());
    version
}

/// An act on a record in its present version.
pub async fn act(caisse: &Caller<'_>, id: &str, act: &str, body: Value) -> Reply {
    let version = version(caisse, id).await;
    caisse.post_on(&format!("/v1/patients/{id}/{act}"), version, body).await
}

/// A second record of somebody, under another number; gives its id.
pub async fn second_record(app: &TestApp, caisse: &str, nir: &str, naissance: &str) -> String {
    let body = json!({
        "identifiant": { "type": "nir", "valeur": nir },
        "nom": "ESSAI-DOUBLE", "prenom": "ANNEXE", "date_naissance": naissance,
        "organisme": organisme(caisse), "affilie_du": "2015-01-01",
    });
    let made = app.caisse(caisse).post("/v1/patients", body).await.expect(201);
    assert_eq!(made["version"], 1);
    made["patient_id"].as_str().unwrap().to_owned()
}

/// A choice on paper, signed by both on a day, entered by the caisse; gives the declaration.
pub async fn paper_choice(app: &TestApp, caisse: &str, id: &str, rpps: &str, day: &str) -> Value {
    let caller = app.caisse(caisse);
    let mut choix = json!({ "patient": { "id": id }, "medecins": [{ "rpps": rpps }] });
    let digest = {
        // The content names the person as on the day of signature.
        choix["signe_le"] = json!(day);
        let shown = caller.post("/v1/declarations/apercu", choix.clone()).await.expect(200);
        shown["contenu_sha256"].as_str().unwrap().to_owned()
    };
    choix["signatures"] = json!([
        super::app::paper("assure", day, &digest),
        super::app::paper("medecin", day, &digest),
    ]);
    caller.post("/v1/declarations", choix).await.expect(201)
}

/// The timeline of a record: first day, day after the last, doctor, motive.
pub async fn timeline(caller: &Caller<'_>, id: &str) -> Vec<(String, String, String, String)> {
    let read = caller.get(&format!("/v1/patients/{id}/designations")).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    read["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            let doctor = text(&d["medecins"][0]["rpps"]);
            (text(&d["effet_du"]), text(&d["effet_au"]), doctor, text(&d["motif_fin"]))
        })
        .collect()
}

/// A line of a timeline.
pub fn line(du: &str, au: &str, rpps: &str, motif: &str) -> (String, String, String, String) {
    (du.to_owned(), au.to_owned(), rpps.to_owned(), motif.to_owned())
}

/// Merges a record into another, both in their present versions.
pub async fn merge(caisse: &Caller<'_>, kept: &str, absorbed: &str) -> Reply {
    let body = json!({
        "absorbe_id": absorbed,
        "absorbe_version": version(caisse, absorbed).await,
        "motif": "doublon",
    });
    act(caisse, kept, "fusions", body).await
}
