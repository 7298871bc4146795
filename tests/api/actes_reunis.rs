//! Acts of several kinds on one person: withdrawals, operations, merges and a death together.

use serde_json::{Value, json};

use crate::cessations::CAISSE;
use crate::support::TestApp;
use crate::support::app::{MARTIN, patient_id};
use crate::support::cessation::{operate, simple, undo};
use crate::support::vie::{
    AUTRE_NIR, BOUCHES_DU_RHONE, act, line, merge, paper_choice, second_record, timeline,
};

/// Alice, and a second record of hers that has a médecin traitant.
async fn alice_twice(app: &TestApp) -> (String, String) {
    let other = second_record(app, BOUCHES_DU_RHONE, AUTRE_NIR, "1972-08-09").await;
    paper_choice(app, BOUCHES_DU_RHONE, &other, MARTIN, "2020-03-02").await;
    (patient_id("ALICE").to_string(), other)
}

/// What the doctor reads about a person, in the order of the alphabet.
async fn movements(app: &TestApp, patient: &str) -> Vec<String> {
    let path = "/v1/moi/patients/mouvements?limite=100";
    let all = app.medecin(MARTIN).get(path).await.expect(200);
    let own = all["donnees"].as_array().unwrap().iter().filter(|one| one["patient_id"] == patient);
    let mut told: Vec<String> = own.map(|one| one["nature"].as_str().unwrap().to_owned()).collect();
    told.sort();
    told
}

#[tokio::test]
async fn a_withdrawal_told_of_one_record_counts_in_the_one_that_was_kept() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let martin = app.medecin(MARTIN);
    let own = martin.get(&format!("/v1/patients/{other}/declarations")).await.expect(200);
    let path = format!("/v1/declarations/{}/retrait", own["donnees"][0]["id"].as_str().unwrap());
    martin.post_on(&path, 1, json!({})).await.expect(200);
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    merge(&caisse, &kept, &other).await.expect(201);
    let gone = [line("2020-03-02", "2025-06-17", MARTIN, "medecin")];
    assert_eq!(timeline(&caisse, &kept).await, gone);
    // The doctor reads that the record changed, on both sides.
    assert_eq!(
        movements(&app, &other).await,
        ["arrivee", "arrivee_annulee", "depart", "depart_annule"]
    );
    assert_eq!(movements(&app, &kept).await, ["arrivee", "depart"]);
}

#[tokio::test]
async fn an_operation_follows_the_declarations_of_a_merge_and_is_undone_there() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let made = operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    app.run_jobs().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let ended = [line("2020-03-02", "2025-07-01", MARTIN, "cessation")];
    assert_eq!(timeline(&caisse, &other).await, ended);
    merge(&caisse, &kept, &other).await.expect(201);
    assert_eq!(timeline(&caisse, &kept).await, ended);
    let neutralised = |prenom: &'static str| {
        let app = &app;
        let path = format!("/v1/patients/{}/neutralisations", patient_id(prenom));
        async move {
            let read = app.patient(prenom).get(&path).await.expect(200);
            read["donnees"].as_array().unwrap().len()
        }
    };
    assert_eq!(neutralised("ALICE").await, 1);
    undo(&app, &made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(timeline(&caisse, &kept).await, [line("2020-03-02", "-", MARTIN, "-")]);
    assert_eq!(neutralised("ALICE").await, 0);
    let path = format!("/v1/operations/{}", made["id"].as_str().unwrap());
    assert_eq!(app.caisse(CAISSE).get(&path).await.expect(200)["etat"], "annulee");
}

#[tokio::test]
async fn nothing_ends_the_designation_of_a_dead_person_twice() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD").to_string();
    let caisse = app.caisse("010110000");
    let death = json!({ "jour": "2025-03-10", "source": "etat_civil" });
    act(&caisse, &bernard, "deces", death).await.expect(200);
    let dead = [line("2019-03-04", "2025-03-11", MARTIN, "deces")];
    for day in ["2025-06-01", "2025-03-11"] {
        let made = operate(&app, simple(MARTIN, "retraite", day)).await;
        app.run_jobs().await;
        assert_eq!(timeline(&caisse, &bernard).await, dead, "{day}");
        undo(&app, &made).await.expect(202);
        app.run_jobs().await;
        assert_eq!(timeline(&caisse, &bernard).await, dead, "{day}");
    }
    // The doctor left while the patient was alive: the death ends nothing any more.
    operate(&app, simple(MARTIN, "retraite", "2025-03-10")).await;
    app.run_jobs().await;
    let left = [line("2019-03-04", "2025-03-10", MARTIN, "cessation")];
    assert_eq!(timeline(&caisse, &bernard).await, left);
    let path = format!("/v1/patients/{bernard}/designations");
    let known = caisse.get(&path).await.expect(200);
    assert_eq!(known["donnees"][0]["medecins"][0]["motif_depart"], json!("retraite"));
    assert_eq!(known["donnees"][0]["effet_au"], Value::from("2025-03-10"));
}
