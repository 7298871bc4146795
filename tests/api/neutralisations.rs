//! The months without majoration after the médecin traitant retired or left the département.

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::storage::faits;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, feuille, patient_id};
use crate::support::cessation;

async fn operate(app: &TestApp, rpps: &str, nature: &str, day: &str) -> Value {
    let made = cessation::operate(app, cessation::simple(rpps, nature, day)).await;
    app.run_jobs().await;
    made
}

async fn neutralisations(app: &TestApp, prenom: &str) -> Vec<Value> {
    let path = format!("/v1/patients/{}/neutralisations", patient_id(prenom));
    let all = app.patient(prenom).get(&path).await.expect(200);
    all["donnees"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_retirement_neutralises_twelve_months_for_each_patient_left_without_doctor() {
    let app = TestApp::new().await;
    let made = operate(&app, MARTIN, "retraite", "2025-07-01").await;
    for prenom in ["BERNARD", "CHARLES", "DIANE", "LISA", "FATOU"] {
        let own = neutralisations(&app, prenom).await;
        assert_eq!(own.len(), 1, "{prenom}");
        assert_eq!(own[0]["motif"], "retraite");
        assert_eq!(own[0]["rpps"], MARTIN);
        assert_eq!(own[0]["effet_du"], "2025-07-01");
        assert_eq!(own[0]["effet_au"], "2026-07-01");
        assert_eq!(own[0]["operation_id"], made["id"]);
    }
    assert!(neutralisations(&app, "HUGO").await.is_empty(), "he had left before");
    assert!(neutralisations(&app, "ALICE").await.is_empty());
    // The caisse of the patient reads it; another caisse and a doctor do not.
    let path = format!("/v1/patients/{}/neutralisations", patient_id("BERNARD"));
    let caisse = app.caisse("010110000").get(&path).await.expect(200);
    assert_eq!(caisse["donnees"].as_array().unwrap().len(), 1);
    assert_eq!(app.caisse("017510000").get(&path).await.problem(404), "introuvable");
    assert_eq!(app.medecin(MARTIN).get(&path).await.problem(403), "role_interdit");
    assert_eq!(app.patient("ALICE").get(&path).await.problem(404), "introuvable");
    // Known now, not before.
    let before = format!("{path}?connu_le=2025-06-16T09:59:59Z");
    let then = app.patient("BERNARD").get(&before).await.expect(200);
    assert_eq!(then["donnees"], json!([]));
}

#[tokio::test]
async fn the_evaluation_finds_it_from_its_first_day_to_its_last() {
    let app = TestApp::new().await;
    operate(&app, MARTIN, "retraite", "2025-07-01").await;
    let pool = app.database.pool(1).await;
    let mut conn = pool.acquire().await.unwrap();
    let known = "2025-06-20T00:00:00Z".parse().unwrap();
    let patient = patient_id("BERNARD");
    for (day, found) in
        [("2025-06-30", false), ("2025-07-01", true), ("2026-06-30", true), ("2026-07-01", false)]
    {
        let day = day.parse().unwrap();
        let facts = faits::neutralisations(&mut conn, &[patient], Some(known)).await.unwrap();
        assert_eq!(facts.iter().any(|(_, effet)| effet.contient(day)), found, "{day}");
    }
    let early = "2025-06-16T09:00:00Z".parse().unwrap();
    let unknown = faits::neutralisations(&mut conn, &[patient], Some(early)).await.unwrap();
    assert!(unknown.is_empty());
}

#[tokio::test]
async fn a_new_doctor_ends_it_on_his_first_day() {
    let app = TestApp::new().await;
    operate(&app, MARTIN, "retraite", "2025-07-01").await;
    app.advance(TimeDelta::days(30));
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    let own = neutralisations(&app, "BERNARD").await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["effet_au"], "2025-07-16");
    let path = format!("/v1/patients/{}/neutralisations", patient_id("BERNARD"));
    let before = format!("{path}?connu_le=2025-07-01T00:00:00Z");
    let then = app.patient("BERNARD").get(&before).await.expect(200);
    assert_eq!(then["donnees"][0]["effet_au"], "2026-07-01");
}

#[tokio::test]
async fn only_retirement_and_change_of_departement_neutralise() {
    for (nature, expected) in [
        ("retraite", 1),
        ("changement_departement", 1),
        ("cessation", 0),
        ("deces", 0),
        ("suspension", 0),
    ] {
        let app = TestApp::new().await;
        operate(&app, MARTIN, nature, "2025-06-16").await;
        assert_eq!(neutralisations(&app, "BERNARD").await.len(), expected, "{nature}");
    }
    // The doctor's change of mind does not either.
    let app = TestApp::new().await;
    let path = format!("/v1/patients/{}/declarations", patient_id("BERNARD"));
    let own = app.medecin(MARTIN).get(&path).await.expect(200)["donnees"][0].clone();
    let path = format!("/v1/declarations/{}/retrait", own["id"].as_str().unwrap());
    app.medecin(MARTIN)
        .post_on(&path, own["version"].as_i64().unwrap(), json!({}))
        .await
        .expect(200);
    assert!(neutralisations(&app, "BERNARD").await.is_empty());
}

#[tokio::test]
async fn a_departure_before_the_law_does_not_neutralise() {
    for (day, expected) in [("2023-12-28", 0), ("2023-12-29", 1)] {
        let app = TestApp::new().await;
        operate(&app, MARTIN, "retraite", day).await;
        assert_eq!(neutralisations(&app, "BERNARD").await.len(), expected, "{day}");
    }
}

#[tokio::test]
async fn care_of_a_person_left_by_a_retirement_is_not_majored_from_its_first_day() {
    let app = TestApp::new().await;
    operate(&app, MARTIN, "retraite", "2025-06-10").await;
    let majoration = async |numero: &str, prenom: &str, day: &str| {
        let mut body = feuille(prenom, numero, day, Value::Null);
        body["executant"]["rpps"] = json!(PONS);
        let sent = app.medecin(PONS).post("/v1/feuilles-de-soins", body).await.expect(201);
        let evaluation = &sent["evaluations"][0];
        (
            evaluation["code_determine"].as_str().unwrap().to_owned(),
            evaluation["totaux"]["majoration_centimes"].as_i64().unwrap() > 0,
        )
    };
    let eve = majoration("1", "BERNARD", "2025-06-09").await;
    assert!(eve.1, "another doctor was the médecin traitant: {}", eve.0);
    let first = majoration("2", "BERNARD", "2025-06-10").await;
    assert_eq!(first, ("Z".to_owned(), false));
    assert_eq!(majoration("3", "BERNARD", "2025-06-16").await.0, "Z");
    // Who never had one is not spared.
    assert!(majoration("4", "ALICE", "2025-06-10").await.1);
    // A new one ends it.
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    assert_ne!(majoration("5", "BERNARD", "2025-06-16").await.0, "Z");
}
