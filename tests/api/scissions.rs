//! One record that was two persons.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, feuille, patient_id};
use crate::support::vie::{
    AUTRE_NIR, BOUCHES_DU_RHONE, act, line, merge, organisme, paper_choice, second_record, timeline,
};

fn other_person(declarations: &[&str], feuilles: &[&str]) -> Value {
    json!({
        "patient": {
            "identifiant": { "type": "nir", "valeur": AUTRE_NIR },
            "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
            "organisme": organisme(BOUCHES_DU_RHONE), "affilie_du": "2012-09-01",
        },
        "declarations": declarations,
        "feuilles": feuilles,
        "motif": "collision",
    })
}

#[tokio::test]
async fn what_was_the_other_person_s_goes_to_a_new_record() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let all = caisse.get(&format!("/v1/patients/{id}/declarations")).await.expect(200);
    let pons = all["donnees"][0]["id"].as_str().unwrap();
    let sheet = feuille("HUGO", "1", "2025-06-12", json!("T"));
    let sheet = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    let sheet = sheet["id"].as_str().unwrap();
    let made = act(&caisse, &id, "scissions", other_person(&[pons], &[sheet])).await;
    let both = made.expect(201);
    let new = both["nouveau"]["patient_id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/v1/patients/{new}"));
    assert_eq!((&both["origine"]["version"], &both["nouveau"]["version"]), (&json!(2), &json!(1)));
    assert_eq!(both["nouveau"]["identites"][0]["prenom"], "ANGE");
    // Martin goes on with the one, Pons is the other's.
    assert_eq!(timeline(&caisse, &id).await, [line("2017-06-01", "-", MARTIN, "-")]);
    assert_eq!(timeline(&caisse, &new).await, [line("2023-11-15", "-", PONS, "-")]);
    let path = format!("/v1/feuilles-de-soins/{sheet}");
    assert_eq!(app.patient("HUGO").get(&path).await.status, 404);
    caisse.get(&path).await.expect(200);
    let by = json!({ "identifiant": { "type": "nir", "valeur": AUTRE_NIR }, "date_naissance": "1986-02-11" });
    let found = caisse.post("/v1/patients/recherche", by).await.expect(200);
    assert_eq!(found["patient_id"], new);
    let events = app.events().await;
    let count = |nature: &str| events.iter().filter(|event| *event == nature).count();
    assert_eq!((count("patient.scinde"), count("feuille.reattribuee")), (2, 1));
}

#[tokio::test]
async fn only_what_the_record_holds_can_leave_it() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let all = caisse.get(&format!("/v1/patients/{id}/declarations")).await.expect(200);
    let pons = all["donnees"][0]["id"].as_str().unwrap();
    let nowhere = "0192f0c4-0000-7000-8000-000000000001";
    let wrong = async |body: Value| act(&caisse, &id, "scissions", body).await.wrong_fields();
    let field = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    assert_eq!(
        wrong(other_person(&[nowhere], &[])).await,
        field("/declarations/0", "declaration_inconnue")
    );
    assert_eq!(
        wrong(other_person(&[pons, pons], &[])).await,
        field("/declarations/1", "declaration_inconnue")
    );
    assert_eq!(
        wrong(other_person(&[], &[nowhere])).await,
        field("/feuilles/0", "feuille_inconnue")
    );
    let mut body = other_person(&[pons], &[]);
    body["patient"]["affilie_du"] = json!("1986-02-10");
    assert_eq!(wrong(body.clone()).await, field("/patient/affilie_du", "avant_naissance"));
    body["patient"]["affilie_du"] = json!("1986-02-11");
    body["patient"]["organisme"] = organisme("010110000");
    assert_eq!(wrong(body).await, field("/patient/organisme", "hors_perimetre"));
    let mut taken = other_person(&[pons], &[]);
    taken["patient"]["identifiant"]["valeur"] = json!("172080100199557");
    assert_eq!(act(&caisse, &id, "scissions", taken).await.problem(409), "patient_existant");
    // Nothing of all that was done.
    assert_eq!(timeline(&caisse, &id).await.len(), 2);
    assert_eq!(crate::support::vie::version(&caisse, &id).await, 1);
}

#[tokio::test]
async fn a_declaration_in_conflict_stays_until_the_conflict_is_over() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let other = second_record(&app, BOUCHES_DU_RHONE, "172080100199656", "1986-02-11").await;
    let made = paper_choice(&app, BOUCHES_DU_RHONE, &other, CARDIOLOGUE, "2024-03-02").await;
    merge(&caisse, &id, &other).await.expect(201);
    let disputed = made["id"].as_str().unwrap();
    let refused = act(&caisse, &id, "scissions", other_person(&[disputed], &[])).await;
    assert_eq!(refused.wrong_fields(), [("/declarations/0".to_owned(), "en_conflit".to_owned())]);
}
