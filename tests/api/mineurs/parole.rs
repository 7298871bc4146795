//! Who speaks for a child.

use serde_json::{Value, json};

use traitant::services::etats;

use super::{CAISSE, declare};
use crate::support::TestApp;
use crate::support::app::{PONS, choix, patient_id};
use crate::support::vie::act;

/// Age is asked the same way of every act that speaks for a person: before sixteen a holder, from that day on the young person.
#[tokio::test]
async fn a_child_reads_and_asks_for_a_rectification_and_speaks_for_nobody() {
    let app = TestApp::new().await;
    app.on("2031-06-19");
    let person = format!("/v1/patients/{}", patient_id("GABRIEL"));
    let waiting = declare(&app, &[]).await.expect(201);
    let active = declare(&app, &["titulaire_autorite_parentale"]).await.expect(201);
    let of = |one: &Value| format!("/v1/declarations/{}", one["id"].as_str().unwrap());
    let (waiting, active) = (of(&waiting), of(&active));
    let search = format!("{person}/conciliations");
    let body = json!({ "commune": "13055" });
    let opened = app.patient("ALICE").post(&search, body.clone()).await.expect(201);
    let opened = format!("/v1/conciliations/{}", opened["id"].as_str().unwrap());
    let actions = async |prenom: &str, path: &str| {
        let shown = app.patient(prenom).get(path).await.expect(200)["actions"].clone();
        shown.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let shown: Vec<String> = actions("GABRIEL", &active).await;
    assert!(shown.is_empty(), "{shown:?}");
    let shown: Vec<String> = actions("GABRIEL", &opened).await;
    assert!(shown.is_empty(), "{shown:?}");
    let shown: Vec<String> = actions("ALICE", &active).await;
    assert_eq!(shown, ["retirer", "contester"]);

    let child = app.patient("GABRIEL");
    let words = json!({ "motif": "Je préfère un autre médecin." });
    for (path, body) in [
        (format!("{active}/contestation"), words.clone()),
        (format!("{active}/retrait"), json!({})),
        (format!("{active}/retrait/annulation"), json!({})),
        (format!("{waiting}/annulation"), json!({})),
        (format!("{opened}/contacts"), json!({ "rpps": PONS })),
        (format!("{opened}/medecin-trouve"), json!({ "rpps": PONS })),
        (format!("{opened}/abandon"), json!({})),
    ] {
        let refused = child.request("POST", &path, &every(&app.key()), Some(&body)).await;
        assert_eq!(refused.problem(403), "role_interdit", "{path}");
    }
    let refused = child.post("/v1/declarations", choix("GABRIEL", PONS)).await;
    assert_eq!(refused.problem(403), "role_interdit");
    assert_eq!(child.post(&search, body.clone()).await.problem(403), "role_interdit");
    // What is theirs, they read, and may ask to be put right.
    for path in [&person, &active, &opened] {
        child.get(path).await.expect(200);
    }
    let asked = json!({ "objet": "adresse", "demande": "J’ai déménagé." });
    child.post(&format!("{person}/demandes-de-rectification"), asked).await.expect(201);

    // From the sixteenth birthday on, the young person; a holder reads no care and contests nothing.
    app.on("2031-06-20");
    let contest = format!("{active}/contestation");
    let parent = app.patient("ALICE");
    let refused = parent.request("POST", &contest, &every(&app.key()), Some(&words)).await;
    assert_eq!(refused.problem(403), "role_interdit");
    let young = app.patient("GABRIEL");
    let done = young.request("POST", &contest, &every(&app.key()), Some(&words)).await;
    assert_eq!(done.expect(200)["contestation"], "ouverte");
}

/// The age is that of the facts, with or without what the row of the person holds of them; a birth date that is put right
/// counts at once.
#[tokio::test]
async fn the_row_of_a_child_says_their_age_until_something_is_recorded() {
    for held in [false, true] {
        let app = TestApp::new().await;
        if held {
            etats::remake(&app.core, |_| {}).await.unwrap();
        }
        let found = etats::verify(&app.core, |_| {}).await.unwrap();
        assert_eq!(found.courants, if held { found.personnes } else { 0 });
        app.on("2031-06-19");
        let id = patient_id("GABRIEL").to_string();
        let choice = json!({ "patient": { "id": &id }, "medecins": [{ "rpps": PONS }] });
        let choose = async || app.patient("GABRIEL").post("/v1/declarations", choice.clone()).await;
        assert_eq!(choose().await.problem(403), "role_interdit", "{held}: the day before sixteen");
        let right = json!({ "date_naissance": "2015-06-19", "motif": "erreur_de_saisie" });
        act(&app.caisse(CAISSE), &id, "rectifications-d-identite", right).await.expect(200);
        assert_eq!(
            choose().await.expect(201)["etat"],
            "en_attente",
            "{held}: the day, as put right"
        );
    }
    let app = TestApp::new().await;
    etats::remake(&app.core, |_| {}).await.unwrap();
    app.on("2031-06-20");
    let choose = app.patient("GABRIEL").post("/v1/declarations", choix("GABRIEL", PONS)).await;
    assert_eq!(choose.expect(201)["etat"], "en_attente", "the sixteenth birthday");
}

/// A key, and whatever version there is.
fn every(key: &str) -> [(&str, &str); 2] {
    [("idempotency-key", key), ("if-match", "*")]
}
