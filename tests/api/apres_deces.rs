//! Nothing is done about somebody on a day after their death, once it is known: refused, with the day.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, Reply, choix, cle, paper, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, organisme};

/// The day of the death, and the day after.
const MORT: &str = "2025-06-10";
const APRES: &str = "2025-06-11";

/// The refusal of a field, with the day.
fn refused(reply: &Reply, field: &str, day: &str) {
    let wrong = (field.to_owned(), "apres_deces".to_owned());
    assert_eq!(reply.wrong_fields(), [wrong]);
    let said = reply.expect(422).to_string();
    assert!(said.contains(day), "{said}");
}

async fn dies(app: &TestApp, caisse: &str, id: &str, day: &str) {
    let body = json!({ "jour": day, "source": "etat_civil" });
    act(&app.caisse(caisse), id, "deces", body).await.expect(200);
}

#[tokio::test]
async fn nothing_is_declared_nor_shown_to_be_signed_after_a_death() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    dies(&app, AIN, &id, MORT).await;
    let pons = app.medecin(PONS);
    for path in ["/v1/declarations", "/v1/declarations/apercu"] {
        let reply = pons.post(path, choix("BERNARD", PONS)).await;
        assert_eq!(reply.problem(422), "signature_apres_deces", "{path}");
        let said = reply.expect(422)["detail"].to_string();
        assert!(said.contains("10/06/2025"), "{said}");
    }
    let family = pons.post("/v1/familles/consultation", cle("BERNARD")).await.expect(200);
    let own = &family["personnes"][0];
    assert_eq!(own["deces"], MORT);
    assert_eq!(
        (&own["signataires"], &own["signatures_requises"], &own["a_signer"]),
        (&json!([]), &json!([]), &Value::Null)
    );
    let asked = pons.post("/v1/medecins-traitants/consultation", cle("BERNARD")).await.expect(200);
    let said = asked["phrase"].as_str().unwrap();
    assert!(said.ends_with("Le patient est décédé le 10/06/2025."), "{said}");
    let mut on_the_day = cle("BERNARD");
    on_the_day["en_vigueur_le"] = json!(MORT);
    let asked = pons.post("/v1/medecins-traitants/consultation", on_the_day).await.expect(200);
    assert!(!asked["phrase"].as_str().unwrap().contains("décédé"), "{}", asked["phrase"]);
    // What he signed on paper on his last day is shown, and entered, with its day.
    let ain = app.caisse(AIN);
    let mut late = choix("BERNARD", PONS);
    late["signe_le"] = json!(MORT);
    let digest = ain.digest_of(&late).await;
    late["signatures"] = json!([paper("assure", MORT, &digest), paper("medecin", MORT, &digest)]);
    assert_eq!(ain.post("/v1/declarations", late).await.expect(201)["etat"], "active");
}

#[tokio::test]
async fn facts_after_a_death_are_refused_and_those_before_it_are_not() {
    let app = TestApp::new().await;
    let id = patient_id("HUGO").to_string();
    dies(&app, BOUCHES_DU_RHONE, &id, MORT).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let address = json!({
        "voie": "4 rue des Lilas", "code_postal": "13001", "localite": "Marseille", "commune": "13201",
    });
    let of_day = |body: &Value, day: &str| {
        let mut body = body.clone();
        body["effet_du"] = json!(day);
        body
    };
    let acts = [
        ("changements-d-adresse", address),
        ("changements-d-identite", json!({ "nom": "ESSAI-AUTRE" })),
        ("changements-de-statut", json!({ "statut": "ame" })),
        ("changements-d-organisme", json!({ "organisme": organisme(AIN) })),
    ];
    for (name, body) in &acts {
        let late = act(&caisse, &id, name, of_day(body, APRES)).await;
        refused(&late, "/effet_du", "10/06/2025");
    }
    // The new caisse reads it too, and no search for a doctor begins, nor any representation.
    let body = json!({
        "representant": { "nom": "ESSAI-MERCIER", "prenom": "LOU" }, "nature": "tutelle",
        "preuve": "decision_de_justice",
    });
    let path = format!("/v1/patients/{id}/representations");
    refused(&caisse.post(&path, of_day(&body, APRES)).await, "/effet_du", "10/06/2025");
    caisse.post(&path, of_day(&body, MORT)).await.expect(201);
    let path = format!("/v1/patients/{id}/conciliations");
    let search = json!({ "commune": "13201" });
    refused(&caisse.post(&path, search.clone()).await, "/demandee_le", "10/06/2025");
    // On the day itself all of it is possible.
    for (name, body) in &acts {
        act(&caisse, &id, name, of_day(body, MORT)).await.expect(200);
    }
    // A death that was wrong refuses nothing any more.
    let ain = app.caisse(AIN);
    let alive = json!({ "annule": true, "motif": "usurpation" });
    act(&ain, &id, "rectifications-de-deces", alive).await.expect(200);
    ain.post(&path, search).await.expect(201);
}

#[tokio::test]
async fn a_caisse_takes_nobody_over_from_after_their_death() {
    let app = TestApp::new().await;
    let id = patient_id("HUGO").to_string();
    dies(&app, BOUCHES_DU_RHONE, &id, MORT).await;
    let known = app.caisse(BOUCHES_DU_RHONE).get(&format!("/v1/patients/{id}")).await.expect(200);
    let names = &known["identites"][0];
    let mut body = cle("HUGO");
    for (name, value) in [
        ("nom", names["nom"].clone()),
        ("prenom", names["prenom"].clone()),
        ("organisme", organisme(AIN)),
        ("affilie_du", json!(APRES)),
    ] {
        body[name] = value;
    }
    let ain = app.caisse(AIN);
    refused(&ain.post("/v1/mutations", body.clone()).await, "/affilie_du", "10/06/2025");
    body["affilie_du"] = json!(MORT);
    ain.post("/v1/mutations", body).await.expect(201);
}

#[tokio::test]
async fn a_referral_holds_no_longer_than_the_patient_lives() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let martin = app.medecin(MARTIN);
    let path = format!("/v1/patients/{id}/adressages");
    let body = json!({
        "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }], "etabli_le": "2025-06-01",
    });
    let body_now =
        json!({ "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }] });
    let made = martin.post(&path, body).await.expect(201);
    assert_eq!(made["en_vigueur"], true);
    app.advance(TimeDelta::seconds(1));
    dies(&app, AIN, &id, MORT).await;
    let own = format!("/v1/adressages/{}", made["id"].as_str().unwrap());
    let cardio = app.medecin(CARDIOLOGUE);
    assert_eq!(cardio.get(&own).await.expect(200)["en_vigueur"], false);
    let ain = app.caisse(AIN);
    for (day, holds) in [(MORT, true), (APRES, false)] {
        let listed = ain.get(&format!("{path}?en_vigueur_le={day}")).await.expect(200);
        assert_eq!(listed["donnees"][0]["en_vigueur"], holds, "{day}");
    }
    refused(&martin.post(&path, body_now).await, "/etabli_le", "10/06/2025");
    let report = |day: &str| json!({ "nature": "conclusions", "soins_le": day });
    let path = format!("{own}/retours");
    refused(&cardio.post_on(&path, 1, report(APRES)).await, "/soins_le", "10/06/2025");
    cardio.post_on(&path, 1, report(MORT)).await.expect(200);
}
