//! A doctor withdraws: from which day, who is told, and what comes afterwards.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::conjointes::{cabinet, choix as joint, enter};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, Reply, choix, patient_id, signature};

/// The one declaration of a sandbox patient that names a doctor, as the doctor reads it.
async fn declaration(app: &TestApp, prenom: &str, rpps: &str) -> Value {
    let path = format!("/v1/patients/{}/declarations", patient_id(prenom));
    app.medecin(rpps).get(&path).await.expect(200)["donnees"][0].clone()
}

async fn withdraw(app: &TestApp, declaration: &Value, rpps: &str, body: Value) -> Reply {
    let path = format!("/v1/declarations/{}/retrait", declaration["id"].as_str().unwrap());
    app.medecin(rpps).post_on(&path, declaration["version"].as_i64().unwrap(), body).await
}

async fn has_doctor(app: &TestApp, prenom: &str, day: &str) -> bool {
    let path = format!("/v1/patients/{}/medecin-traitant?en_vigueur_le={day}", patient_id(prenom));
    app.patient(prenom).get(&path).await.expect(200)["declare"].as_bool().unwrap()
}

#[tokio::test]
async fn a_withdrawal_counts_from_tomorrow_and_the_patient_is_told() {
    let app = TestApp::new().await;
    let before = declaration(&app, "BERNARD", MARTIN).await;
    assert_eq!(before["actions"], json!(["retirer"]));
    let done = withdraw(&app, &before, MARTIN, json!({ "motif": "départ" })).await;
    let after = done.expect(200);
    assert_eq!(done.header("etag"), "\"2\"");
    assert_eq!(after["etat"], "active");
    assert_eq!(after["actions"], json!(["annuler_retrait"]));
    let designation = &after["designation"];
    assert_eq!(designation["effet_au"], "2025-06-17");
    assert_eq!(designation["motif_fin"], "medecin");
    assert_eq!(designation["motif_fin_snds"], "FIP");
    assert_eq!(designation["medecins"][0]["effet_au"], "2025-06-17");
    assert!(has_doctor(&app, "BERNARD", "2025-06-15").await);
    assert!(has_doctor(&app, "BERNARD", "2025-06-16").await);
    assert!(!has_doctor(&app, "BERNARD", "2025-06-17").await);
    assert!(!has_doctor(&app, "BERNARD", "2025-06-18").await);
    let events = app.events().await;
    assert!(events.contains(&"declaration.retiree".to_owned()), "{events:?}");
    assert!(events.contains(&"declaration.cloturee".to_owned()), "{events:?}");
    // What was known before is still known to have been known.
    let path = format!(
        "/v1/patients/{}/medecin-traitant?en_vigueur_le=2025-06-20&connu_le=2025-06-16T09:59:59Z",
        patient_id("BERNARD")
    );
    assert_eq!(app.patient("BERNARD").get(&path).await.expect(200)["declare"], true);
}

#[tokio::test]
async fn a_withdrawal_may_be_announced_but_never_backdated() {
    let app = TestApp::new().await;
    let before = declaration(&app, "BERNARD", MARTIN).await;
    for past in ["2025-06-15", "2025-06-16"] {
        let refused = withdraw(&app, &before, MARTIN, json!({ "effet_du": past })).await;
        assert_eq!(refused.problem(422), "champs_invalides");
        assert_eq!(refused.wrong_fields(), [("/effet_du".to_owned(), "date_passee".to_owned())]);
    }
    let announced = withdraw(&app, &before, MARTIN, json!({ "effet_du": "2025-09-01" })).await;
    let announced = announced.expect(200);
    assert_eq!(announced["designation"]["effet_au"], "2025-09-01");
    assert!(has_doctor(&app, "BERNARD", "2025-08-31").await);
    assert!(!has_doctor(&app, "BERNARD", "2025-09-01").await);
    // Sooner is possible; after the end, nothing is left to withdraw from.
    let sooner = withdraw(&app, &announced, MARTIN, json!({ "effet_du": "2025-07-01" })).await;
    let sooner = sooner.expect(200);
    assert_eq!(sooner["designation"]["effet_au"], "2025-07-01");
    let late = withdraw(&app, &sooner, MARTIN, json!({ "effet_du": "2025-07-01" })).await;
    assert_eq!(late.problem(409), "non_medecin_traitant");
}

#[tokio::test]
async fn only_the_doctor_of_an_active_declaration_withdraws_on_the_version_that_was_read() {
    let app = TestApp::new().await;
    let known = declaration(&app, "BERNARD", MARTIN).await;
    let path = format!("/v1/declarations/{}/retrait", known["id"].as_str().unwrap());
    let martin = app.medecin(MARTIN);
    assert_eq!(martin.post(&path, json!({})).await.problem(428), "version_absente");
    assert_eq!(martin.post_on(&path, 9, json!({})).await.problem(412), "version_perimee");
    let version = known["version"].as_i64().unwrap();
    assert_eq!(
        app.medecin(PONS).post_on(&path, version, json!({})).await.problem(404),
        "introuvable"
    );
    let stranger = app.patient("CHARLES").post_on(&path, version, json!({})).await;
    assert_eq!(stranger.problem(404), "introuvable");
    let made = app.patient("ALICE").post("/v1/declarations", choix("ALICE", MARTIN)).await;
    let waiting = made.expect(201);
    let early = withdraw(&app, &waiting, MARTIN, json!({})).await;
    assert_eq!(early.problem(409), "transition_interdite");
    // A doctor who was replaced has nothing left to withdraw from.
    let old = app
        .patient("HUGO")
        .get(&format!("/v1/patients/{}/declarations", patient_id("HUGO")))
        .await
        .expect(200);
    let old = old["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .find(|d| d["medecins"][0]["rpps"] == MARTIN)
        .unwrap()
        .clone();
    let refused = withdraw(&app, &old, MARTIN, json!({})).await;
    assert_eq!(refused.problem(409), "non_medecin_traitant");
}

#[tokio::test]
async fn after_a_withdrawal_both_may_sign_again_and_late_paper_stays_in_its_place() {
    let app = TestApp::new().await;
    let known = declaration(&app, "BERNARD", MARTIN).await;
    withdraw(&app, &known, MARTIN, json!({})).await.expect(200);
    app.advance(TimeDelta::days(4));
    let again = app.medecin(MARTIN).declare("BERNARD", MARTIN).await.expect(201);
    assert_eq!(again["etat"], "active");
    assert_eq!(again["designation"]["effet_du"], "2025-06-20");
    assert_ne!(again["designation"]["id"], known["designation"]["id"]);
    assert!(!has_doctor(&app, "BERNARD", "2025-06-19").await);
    assert!(has_doctor(&app, "BERNARD", "2025-06-20").await);
    // Paper of the gap, signed with another doctor, fills it.
    let caisse = app.caisse("010110000");
    let mut paper = json!({ "patient": patient_ref("BERNARD"), "medecins": [{ "rpps": PONS }] });
    let digest = caisse.digest_of(&paper).await;
    paper["signatures"] = json!([
        crate::support::app::paper("assure", "2025-06-18", &digest),
        crate::support::app::paper("medecin", "2025-06-18", &digest),
    ]);
    let late = caisse.post("/v1/declarations", paper).await.expect(201);
    assert_eq!(late["designation"]["effet_du"], "2025-06-18");
    assert_eq!(late["designation"]["effet_au"], "2025-06-20");
    assert!(!has_doctor(&app, "BERNARD", "2025-06-17").await);
}

fn patient_ref(prenom: &str) -> Value {
    crate::support::app::cle(prenom)
}

#[tokio::test]
async fn a_withdrawal_and_a_signature_at_the_same_moment_both_stand() {
    let app = TestApp::over(crate::support::database::TestDatabase::with_people().await, 8).await;
    let known = declaration(&app, "BERNARD", MARTIN).await;
    let mut choix = choix("BERNARD", PONS);
    let digest = app.medecin(PONS).digest_of(&choix).await;
    choix["signatures"] =
        json!(
            [signature("assure", "carte_vitale", &digest), signature("medecin", "cps", &digest),]
        );
    let pons = app.medecin(PONS);
    let (gone, come) = tokio::join!(
        withdraw(&app, &known, MARTIN, json!({})),
        pons.post("/v1/declarations", choix)
    );
    come.expect(201);
    // Whoever came first, the patient has the new doctor from today on.
    assert!([200, 409].contains(&gone.status.as_u16()), "{}", gone.status);
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("BERNARD"));
    let now = app.patient("BERNARD").get(&path).await.expect(200);
    assert_eq!(now["designation"]["medecins"][0]["rpps"], PONS);
    assert_eq!(now["designation"]["effet_au"], Value::Null);
}

/// The line of a designation of a sandbox patient, as a caller reads it.
async fn timeline(caller: &crate::support::app::Caller<'_>, prenom: &str) -> Value {
    let path = format!("/v1/patients/{}/designations", patient_id(prenom));
    caller.get(&path).await.expect(200)["donnees"].clone()
}

#[tokio::test]
async fn a_patient_leaves_without_naming_anybody_and_the_doctor_is_told() {
    let app = TestApp::new().await;
    let (bernard, martin) = (app.patient("BERNARD"), app.medecin(MARTIN));
    let before = timeline(&bernard, "BERNARD").await;
    assert_eq!(before[0]["actions"], json!(["retirer"]));
    let declaration = declaration(&app, "BERNARD", MARTIN).await;
    let path = format!("/v1/declarations/{}", declaration["id"].as_str().unwrap());
    let read = bernard.get(&path).await.expect(200);
    assert_eq!(read["actions"], json!(["retirer", "contester"]));
    let version = read["version"].as_i64().unwrap();
    let retrait = format!("{path}/retrait");
    let today = bernard.post_on(&retrait, version, json!({ "effet_du": "2025-06-16" })).await;
    assert_eq!(today.problem(422), "champs_invalides");
    let gone = bernard.post_on(&retrait, version, json!({})).await.expect(200);
    assert_eq!(gone["etat"], "active");
    assert_eq!(gone["actions"], json!(["contester", "annuler_retrait"]));
    let ended = &timeline(&bernard, "BERNARD").await[0];
    assert_eq!(ended["effet_au"], "2025-06-17");
    assert_eq!(ended["motif_fin"], "patient");
    assert_eq!(ended["motif_fin_snds"], "FIB");
    assert_eq!(ended["medecins"][0]["motif_depart"], "patient");
    assert_eq!(ended["actions"], json!([]));
    assert!(has_doctor(&app, "BERNARD", "2025-06-16").await);
    assert!(!has_doctor(&app, "BERNARD", "2025-06-17").await);
    // Once is enough.
    let version = gone["version"].as_i64().unwrap();
    let again = bernard.post_on(&retrait, version, json!({})).await;
    assert_eq!(again.problem(409), "non_medecin_traitant");
    // The doctor sees the departure among those of his patients, with its motive.
    let left = martin.get("/v1/moi/patients/mouvements?limite=100").await.expect(200);
    let all = left["donnees"].as_array().unwrap();
    assert!(all.iter().any(|one| one["motif_fin_snds"] == "FIB"), "{left}");
    // Both may change their minds.
    app.advance(TimeDelta::days(2));
    let back = app.medecin(MARTIN).declare("BERNARD", MARTIN).await.expect(201);
    assert_eq!(back["designation"]["effet_du"], "2025-06-18");
    assert_eq!(back["designation"]["effet_au"], Value::Null);
}

#[tokio::test]
async fn whoever_chooses_for_a_patient_may_leave_for_them() {
    let app = TestApp::new().await;
    app.on("2031-06-19");
    let pons = app.medecin(PONS);
    let mut choice = choix("GABRIEL", PONS);
    let digest = pons.digest_of(&choice).await;
    choice["signatures"] = json!([
        signature("medecin", "cps", &digest),
        signature("titulaire_autorite_parentale", "carte_vitale", &digest)
    ]);
    let made = pons.post("/v1/declarations", choice).await.expect(201);
    let path = format!("/v1/declarations/{}/retrait", made["id"].as_str().unwrap());
    let version = made["version"].as_i64().unwrap();
    let may = async |prenom: &str| {
        let read = timeline(&app.patient(prenom), "GABRIEL").await;
        read[0]["actions"] == json!(["retirer"])
    };
    // The day before the sixteenth birthday a holder decides, from that day on the young person.
    assert!(may("ALICE").await);
    assert!(!may("GABRIEL").await);
    let child = app.patient("GABRIEL").post_on(&path, version, json!({})).await;
    assert_eq!(child.problem(403), "role_interdit");
    app.on("2031-06-20");
    assert!(!may("ALICE").await);
    assert!(may("GABRIEL").await);
    let parent = app.patient("ALICE").post_on(&path, version, json!({})).await;
    assert_eq!(parent.problem(403), "role_interdit");
    app.patient("GABRIEL").post_on(&path, version, json!({})).await.expect(200);
    assert!(!has_doctor(&app, "GABRIEL", "2031-06-21").await);
}

#[tokio::test]
async fn a_letter_of_the_patient_ends_a_joint_designation_for_all_its_doctors() {
    let app = TestApp::new().await;
    let all = cabinet(&app).await;
    let [one, two, three] = all.each_ref().map(String::as_str);
    let choice = joint(&[one, two, three]);
    let made = enter(&app, choice, &[one, two, three], "2025-06-02").await.expect(201);
    // A doctor leaves the others, or withdraws: here the same; a caisse records either.
    let seen = timeline(&app.medecin(two), "ALICE").await;
    assert_eq!(seen[0]["actions"], json!(["retirer", "quitter"]));
    let caisse = app.caisse("011310000");
    assert_eq!(timeline(&caisse, "ALICE").await[0]["actions"], json!(["retirer", "quitter"]));
    assert_eq!(timeline(&app.patient("ALICE"), "ALICE").await[0]["actions"], json!(["retirer"]));
    let path = format!("/v1/declarations/{}/retrait", made["id"].as_str().unwrap());
    let version = made["version"].as_i64().unwrap();
    let other = app.caisse("010110000").post_on(&path, version, json!({})).await;
    assert_eq!(other.problem(404), "introuvable");
    let early = json!({ "effet_du": "2025-06-02" });
    assert_eq!(
        caisse.post_on(&path, version, early).await.problem(409),
        "non_medecin_traitant",
        "nothing was in force on the day before"
    );
    let letter = json!({ "effet_du": "2025-06-10", "motif": "courrier du 9 juin" });
    caisse.post_on(&path, version, letter).await.expect(200);
    let ended = &timeline(&caisse, "ALICE").await[0];
    assert_eq!(ended["effet_au"], "2025-06-10");
    assert_eq!(ended["motif_fin_snds"], "FIB");
    let members = ended["medecins"].as_array().unwrap();
    assert!(members.iter().all(|member| member["motif_depart"] == "patient"), "{members:?}");
    assert!(has_doctor(&app, "ALICE", "2025-06-09").await);
    assert!(!has_doctor(&app, "ALICE", "2025-06-10").await);
}
