//! What came during a merge that was a mistake goes back to the person under whose number it came.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, feuille, patient_id, signature};
use crate::support::vie::{
    AUTRE_NIR, BOUCHES_DU_RHONE, line, merge, paper_choice, second_record, timeline, version,
};

#[tokio::test]
async fn a_choice_and_a_feuille_received_under_the_other_number_are_the_other_person_s() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let kept = patient_id("ALICE").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &kept, MARTIN, "2020-03-02").await;
    let other = second_record(&app, BOUCHES_DU_RHONE, AUTRE_NIR, "1986-02-12").await;
    paper_choice(&app, BOUCHES_DU_RHONE, &other, MARTIN, "2021-03-02").await;
    app.advance(TimeDelta::seconds(1));
    let made = merge(&caisse, &kept, &other).await.expect(201);
    app.advance(TimeDelta::seconds(1));
    // The other one chooses under their own card; the person of the record that was kept signs nothing.
    let pons = app.medecin(PONS);
    let card = json!({
        "identifiant": { "type": "nir", "valeur": AUTRE_NIR }, "date_naissance": "1986-02-12"
    });
    let mut choice = json!({ "patient": card, "medecins": [{ "rpps": PONS }] });
    let digest = pons.digest_of(&choice).await;
    choice["signatures"] =
        json!(
            [signature("assure", "carte_vitale", &digest), signature("medecin", "cps", &digest),]
        );
    let declared = pons.post("/v1/declarations", choice).await.expect(201);
    assert_eq!(declared["patient_id"], json!(kept));
    let mut sheet = feuille("ALICE", "7", "2025-06-16", "T");
    sheet["beneficiaire"]["identifiant_individuel"] = card["identifiant"].clone();
    sheet["beneficiaire"]["identifiant_ouvrant_droit"] = card["identifiant"].clone();
    sheet["beneficiaire"]["date_naissance"] = json!("1986-02-12");
    let theirs = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    let own = feuille("ALICE", "8", "2025-06-16", "T");
    let own = app.medecin(MARTIN).post("/v1/feuilles-de-soins", own).await.expect(201);
    app.advance(TimeDelta::seconds(1));
    let path = format!("/v1/fusions/{}/annulation", made["id"].as_str().unwrap());
    let now = version(&caisse, &kept).await;
    caisse.post_on(&path, now, json!({ "motif": "collision" })).await.expect(200);
    // Nothing is in force that nobody signed.
    assert_eq!(timeline(&caisse, &kept).await, [line("2020-03-02", "-", MARTIN, "-")]);
    let after = [
        line("2021-03-02", "2025-06-16", MARTIN, "remplacement"),
        line("2025-06-16", "-", PONS, "-"),
    ];
    assert_eq!(timeline(&caisse, &other).await, after);
    for (feuille, owner) in [(&theirs, &other), (&own, &kept)] {
        let path = format!("/v1/patients/{owner}/feuilles-de-soins?du=2025-06-01&au=2025-06-30");
        let read = caisse.get(&path).await.expect(200);
        let ids: Vec<&Value> =
            read["donnees"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(ids, [&feuille["id"]], "{owner}");
    }
}
