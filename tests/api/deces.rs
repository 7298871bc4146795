//! The death of a person, known late, or wrong.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, line, paper_choice, timeline};

fn death(day: &str) -> Value {
    json!({ "jour": day, "source": "etat_civil" })
}

#[tokio::test]
async fn the_designation_ends_with_the_person_whose_day_of_death_is_a_day_of_life() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let before = app.clock();
    app.advance(TimeDelta::seconds(1));
    let dead = act(&caisse, &id, "deces", death("2025-03-10")).await.expect(200);
    assert_eq!(dead["deces"]["jour"], "2025-03-10");
    assert_eq!(dead["deces"]["source"], "etat_civil");
    let actions = dead["actions"].as_array().unwrap();
    assert!(
        actions.contains(&json!("rectifier_deces")) && !actions.contains(&json!("declarer_deces"))
    );
    let asked = [("2025-03-09", true), ("2025-03-10", true), ("2025-03-11", false)];
    for (day, declared) in asked {
        let path = format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le={day}");
        assert_eq!(caisse.get(&path).await.expect(200)["declare"], declared, "{day}");
        // As known before the caisse was told, he was in force after his death.
        let known = format!("{path}&connu_le={before}");
        assert_eq!(caisse.get(&known).await.expect(200)["declare"], true, "{day}");
    }
    assert_eq!(timeline(&caisse, &id).await, [line("2019-03-04", "2025-03-11", MARTIN, "deces")]);
    let (survenu, effet): (String, String) = sqlx::query_as(
        "SELECT nature, effet_du::text FROM evenement WHERE nature = 'patient.decede'",
    )
    .fetch_one(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!((survenu.as_str(), effet.as_str()), ("patient.decede", "2025-03-10"));
}

#[tokio::test]
async fn what_was_declared_after_the_death_never_took_effect_and_late_paper_still_counts() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    // Before the second choice of 15 November 2023.
    act(&caisse, &id, "deces", death("2023-11-14")).await.expect(200);
    assert_eq!(timeline(&caisse, &id).await, [line("2017-06-01", "2023-11-15", MARTIN, "deces")]);
    let late = paper_choice(&app, BOUCHES_DU_RHONE, &id, PONS, "2022-01-10").await;
    assert_eq!(late["etat"], "active");
    assert_eq!(
        timeline(&caisse, &id).await,
        [
            line("2017-06-01", "2022-01-10", MARTIN, "remplacement"),
            line("2022-01-10", "2023-11-15", PONS, "deces"),
        ]
    );
}

#[tokio::test]
async fn a_death_is_corrected_to_another_day_or_to_none() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let before = timeline(&caisse, &id).await;
    let correct = async |body: Value| act(&caisse, &id, "rectifications-de-deces", body).await;
    let early = correct(json!({ "jour": "2025-03-10", "motif": "etat_civil" })).await;
    assert_eq!(early.wrong_fields(), [("/jour".to_owned(), "deces_inconnu".to_owned())]);
    act(&caisse, &id, "deces", death("2023-11-14")).await.expect(200);
    let twice = act(&caisse, &id, "deces", death("2023-11-15")).await;
    assert_eq!(twice.wrong_fields(), [("/jour".to_owned(), "deces_connu".to_owned())]);
    correct(json!({ "jour": "2023-11-15", "motif": "etat_civil" })).await.expect(200);
    // Alive on the day of the second choice: it took effect, for one day.
    assert_eq!(
        timeline(&caisse, &id).await,
        [
            line("2017-06-01", "2023-11-15", MARTIN, "remplacement"),
            line("2023-11-15", "2023-11-16", PONS, "deces"),
        ]
    );
    let forgotten = correct(json!({ "motif": "erreur_de_saisie" })).await;
    assert_eq!(forgotten.wrong_fields(), [("/jour".to_owned(), "champ_requis".to_owned())]);
    let both = json!({ "jour": "2023-11-15", "annule": true, "motif": "erreur_de_saisie" });
    assert_eq!(
        correct(both).await.wrong_fields(),
        [("/annule".to_owned(), "contradictoire".to_owned())]
    );
    let alive = correct(json!({ "annule": true, "motif": "usurpation" })).await.expect(200);
    assert_eq!(alive["deces"], Value::Null);
    assert_eq!(timeline(&caisse, &id).await, before);
}

#[tokio::test]
async fn only_the_caisse_of_affiliation_records_a_death_and_not_in_the_future() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let path = format!("/v1/patients/{id}/deces");
    assert_eq!(
        app.caisse("017510000").post_on(&path, 1, death("2025-03-10")).await.problem(404),
        "introuvable"
    );
    assert_eq!(
        app.patient("BERNARD").post_on(&path, 1, death("2025-03-10")).await.problem(403),
        "portee_insuffisante"
    );
    for (day, code) in [("2025-06-17", "date_future"), ("1958-07-13", "avant_naissance")] {
        let refused = app.caisse(AIN).post_on(&path, 1, death(day)).await;
        assert_eq!(refused.wrong_fields(), [("/jour".to_owned(), code.to_owned())], "{day}");
    }
    app.caisse(AIN).post_on(&path, 1, death("2025-06-16")).await.expect(200);
}
