//! What a doctor receives for being médecin traitant: counted on the list of his patients, for him and his caisse.

use serde_json::Value;

use crate::conjointes::{cabinet, choix, enter};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS};

fn path(rpps: &str, query: &str) -> String {
    format!("/v1/medecins/{rpps}/remunerations?{query}")
}

fn one<'a>(year: &'a Value, nature: &str) -> &'a Value {
    let all = year["remunerations"].as_array().unwrap();
    all.iter().find(|one| one["nature"] == nature).unwrap()
}

fn bounds(amount: &Value) -> (i64, i64) {
    let cents = |name: &str| amount[name].as_i64().unwrap();
    (cents("minimum_centimes"), cents("maximum_centimes"))
}

#[tokio::test]
async fn a_doctor_reads_what_he_receives_for_all_his_patients() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let year = martin.get(&path(MARTIN, "annee=2025")).await.expect(200);
    assert_eq!(year["jour_de_reference"], "2024-12-31");
    assert_eq!(year["provisoire"], false);
    assert_eq!(year["patients"], 5);
    assert_eq!(year["caisse"], Value::Null);
    let forfait = one(&year, "forfait_patientele");
    // LISA, born on a lunar date of 1950, is 74 until the day after the one that counts.
    assert_eq!(forfait["classes"].as_array().unwrap().len(), 1);
    assert_eq!(forfait["classes"][0]["tranche_age"], "de_7_a_74_ans");
    assert_eq!(bounds(&forfait["total"]), (2_500, 23_000));
    assert_eq!(forfait["manque"], serde_json::json!(["ald"]));
    let sources = forfait["montants"][0]["fondement"].as_array().unwrap();
    assert!(sources.len() >= 2 && sources.iter().all(|text| text["lu_le"] == "2026-11-29"));
    assert_eq!(bounds(&year["total"]), (2_500, 23_000));

    // The year after counts a day that is to come, and LISA is 75.
    let next = martin.get(&path(MARTIN, "annee=2026")).await.expect(200);
    assert_eq!(next["provisoire"], true);
    let forfait = one(&next, "forfait_medecin_traitant_unique");
    let bands: Vec<(&str, i64)> = forfait["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["tranche_age"].as_str().unwrap(), one["patients"].as_i64().unwrap()))
        .collect();
    assert_eq!(bands, [("de_7_a_74_ans", 4), ("de_75_a_79_ans", 1)]);
    assert_eq!(bounds(&forfait["total"]), (2_500, 27_500));

    // HUGO left on 15 November 2023; as known before anything was recorded, there was nobody.
    let before = martin.get(&path(MARTIN, "annee=2023")).await.expect(200);
    assert_eq!(before["patients"], 6);
    assert_eq!(martin.get(&path(MARTIN, "annee=2024")).await.expect(200)["patients"], 5);
    let known = path(MARTIN, "annee=2025&connu_le=2023-12-31T00:00:00Z");
    assert_eq!(martin.get(&known).await.expect(200)["patients"], 0);
}

#[tokio::test]
async fn a_caisse_counts_its_own_persons_of_the_doctors_of_its_territory() {
    let app = TestApp::new().await;
    let before = app.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    let own = app.caisse("010110000").get(&path(MARTIN, "annee=2025")).await.expect(200);
    assert_eq!(own["caisse"], "01011");
    // BERNARD alone depends on it: the four others are told to nobody but their doctor.
    assert_eq!(own["patients"], 1);
    assert_eq!(bounds(&one(&own, "forfait_patientele")["total"]), (500, 4_600));
    let elsewhere = app.caisse("011310000").get(&path(MARTIN, "annee=2025")).await;
    assert_eq!(elsewhere.problem(404), "introuvable");
    assert_eq!(
        app.medecin(PONS).get(&path(MARTIN, "annee=2025")).await.problem(404),
        "introuvable"
    );
    let refused = app.patient("BERNARD").get(&path(MARTIN, "annee=2025")).await;
    assert_eq!(refused.problem(403), "role_interdit");
    let refused = app.referentiel("agent-1").get(&path(MARTIN, "annee=2025")).await;
    assert_eq!(refused.problem(403), "portee_insuffisante");
    // It shows nobody: nobody reads that they were looked at.
    let accesses = app.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    assert_eq!(accesses, before);
}

#[tokio::test]
async fn a_patient_of_several_doctors_is_counted_by_each_and_how_they_share_is_unknown() {
    let app = TestApp::new().await;
    let [first, second, _] = cabinet(&app).await;
    let both = [first.as_str(), second.as_str()];
    enter(&app, choix(&both), &both, "2024-12-31").await.expect(201);
    for rpps in both {
        let doctor = app.medecin(rpps);
        let year = doctor.get(&path(rpps, "annee=2025")).await.expect(200);
        let forfait = one(&year, "forfait_patientele");
        assert_eq!(forfait["classes"][0]["en_commun"], true);
        assert_eq!(forfait["manque"], serde_json::json!(["ald", "partage_conjoint"]));
        assert_eq!(bounds(&forfait["total"]), (0, 4_600));
        // The day before, she had not chosen.
        let before = doctor.get(&path(rpps, "annee=2024")).await.expect(200);
        assert_eq!(before["patients"], 0);
    }
}

#[tokio::test]
async fn a_year_is_asked_and_is_one_of_those_paid() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    for wrong in ["", "annee=1997", "annee=2101", "annee=hier"] {
        let reply = martin.get(&path(MARTIN, wrong)).await;
        assert_eq!(reply.problem(400), "parametre_invalide", "{wrong}");
    }
    let first = martin.get(&path(MARTIN, "annee=1998")).await.expect(200);
    let referent = one(&first, "medecin_referent");
    assert_eq!(referent["total"], Value::Null);
    assert_eq!(referent["montants"][0]["valeur"], Value::Null);
    assert_eq!(first["non_comptees"], serde_json::json!(["medecin_referent"]));
}
