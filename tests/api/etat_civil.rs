//! Names, birth date and rank of a person: changed from a day on, or corrected because they were wrong.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, choix, feuille, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act};

const CHANGE: &str = "changements-d-identite";
const CORRECT: &str = "rectifications-d-identite";

/// Names and days of every identity of a record.
fn identities(dossier: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = dossier["identites"].as_array().unwrap();
    all.iter()
        .map(|one| (text(&one["nom"]), text(&one["effet_du"]), text(&one["effet_au"])))
        .collect()
}

#[tokio::test]
async fn another_name_counts_from_its_day_and_the_former_one_on_the_days_before() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let read = caisse.get(&format!("/v1/patients/{id}")).await.expect(200);
    let (before, birth) = (
        identities(&read)[0].0.clone(),
        read["identites"][0]["effet_du"].as_str().unwrap().to_owned(),
    );
    let body = json!({ "nom": "ESSAI-NEUF", "effet_du": "2025-06-10" });
    let after = act(&caisse, &id, CHANGE, body.clone()).await.expect(200);
    let row = |nom: &str, du: &str, au: &str| (nom.to_owned(), du.to_owned(), au.to_owned());
    assert_eq!(
        identities(&after),
        [row(&before, &birth, "2025-06-10"), row("ESSAI-NEUF", "2025-06-10", "-")]
    );
    // The form shows the name of the day on which it is signed.
    for (day, nom) in [("2025-06-09", before.as_str()), ("2025-06-10", "ESSAI-NEUF")] {
        let mut choice = json!({ "patient": { "id": id }, "medecins": [{ "rpps": MARTIN }] });
        choice["signe_le"] = json!(day);
        let shown = caisse.post("/v1/declarations/apercu", choice).await.expect(200);
        assert_eq!(shown["contenu"]["patient"]["nom"], nom, "{day}");
    }
    let again = act(&caisse, &id, CHANGE, body).await;
    assert_eq!(again.wrong_fields(), [("/nom".to_owned(), "sans_changement".to_owned())]);
    let future = json!({ "nom": "ESSAI-AUTRE", "effet_du": "2025-06-17" });
    let future = act(&caisse, &id, CHANGE, future).await;
    assert_eq!(future.wrong_fields(), [("/effet_du".to_owned(), "date_future".to_owned())]);
    assert!(app.events().await.contains(&"patient.identite_changee".to_owned()));
    let other = app.caisse(BOUCHES_DU_RHONE);
    let path = format!("/v1/patients/{id}/{CHANGE}");
    let refused =
        other.post_on(&path, 2, json!({ "nom": "ESSAI-X", "effet_du": "2025-06-12" })).await;
    assert_eq!(refused.problem(404), "introuvable");
}

#[tokio::test]
async fn a_wrong_birth_date_is_corrected_and_ages_follow_in_every_evaluation() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let sheet = feuille("BERNARD", "1", "2025-03-10", "T");
    let kept = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet.clone()).await.expect(201);
    app.advance(TimeDelta::seconds(1));
    let known_before = app.clock();
    app.advance(TimeDelta::seconds(1));
    let known = caisse.get(&format!("/v1/patients/{id}")).await.expect(200);
    let wrong = known["identites"][0]["date_naissance"].as_str().unwrap().to_owned();
    let body = json!({ "date_naissance": "1958-07-15", "motif": "etat_civil" });
    let after = act(&caisse, &id, CORRECT, body.clone()).await.expect(200);
    assert_eq!(after["identites"].as_array().unwrap().len(), 1);
    assert_eq!(after["identites"][0]["date_naissance"], "1958-07-15");
    assert_eq!(after["identites"][0]["effet_du"], "1958-07-15");
    // The card of before finds nobody any more, except as known before; the right one does.
    let ask = async |born: &str, known: Option<&str>| {
        let mut body = choix("BERNARD", MARTIN)["patient"].clone();
        body["date_naissance"] = json!(born);
        if let Some(known) = known {
            body["connu_le"] = json!(known);
        }
        app.medecin(MARTIN).post("/v1/medecins-traitants/consultation", body).await
    };
    ask("1958-07-15", None).await.expect(200);
    assert_eq!(ask(&wrong, None).await.problem(404), "introuvable");
    ask(&wrong, Some(&known_before)).await.expect(200);
    let listed = caisse.get("/v1/feuilles-de-soins/a-revoir").await.expect(200);
    let found: Vec<&Value> =
        listed["donnees"].as_array().unwrap().iter().map(|one| &one["feuille_id"]).collect();
    assert!(found.contains(&&kept["id"]), "{listed}");
    let refused = |body: Value| act(&caisse, &id, CORRECT, body);
    let same = refused(body.clone()).await;
    assert_eq!(same.wrong_fields(), [("/motif".to_owned(), "sans_changement".to_owned())]);
    for (born, code) in [("2025-06-17", "date_future"), ("2025-06-16", "naissance_tardive")] {
        let late = refused(json!({ "date_naissance": born, "motif": "etat_civil" })).await;
        assert_eq!(
            late.wrong_fields(),
            [("/date_naissance".to_owned(), code.to_owned())],
            "{born}"
        );
    }
}

#[tokio::test]
async fn parental_authority_ends_on_the_right_majority() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("GABRIEL").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let links = async || {
        let path = format!("/v1/patients/{id}/representations");
        caisse.get(&path).await.expect(200)["donnees"][0].clone()
    };
    assert_eq!(links().await["effet_au"], "2033-06-20");
    let body = json!({ "date_naissance": "2015-06-19", "motif": "erreur_de_saisie" });
    act(&caisse, &id, CORRECT, body).await.expect(200);
    let after = links().await;
    assert_eq!((&after["effet_au"], &after["version"]), (&json!("2033-06-19"), &json!(2)));
    assert_eq!(after["motif_fin"], "majorite");
    // A name is corrected in its own period and touches nobody's age.
    let body = json!({ "prenom": "GABRIELLE", "motif": "erreur_de_saisie" });
    act(&caisse, &id, CORRECT, body).await.expect(200);
    assert_eq!(links().await["version"], 2);
}

#[tokio::test]
async fn a_corrected_card_is_not_one_that_somebody_else_has() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    // Two dependants of one insured person, born on two days as far as the register knows.
    let dependant = async |numero: &str, born: &str| {
        let number = format!("{numero}{:02}", 97 - numero.parse::<u64>().unwrap() % 97);
        let body = json!({
            "identifiant": { "type": "nir", "valeur": number },
            "ouvrant_droit": { "type": "nir", "valeur": choix("HUGO", MARTIN)["patient"]["identifiant"]["valeur"] },
            "nom": "ESSAI-JUMEAU", "prenom": format!("NÉ LE {}", born.rsplit('-').next().unwrap()), "date_naissance": born,
            "organisme": crate::support::vie::organisme(BOUCHES_DU_RHONE), "affilie_du": "2020-06-01",
        });
        let made = caisse.post("/v1/patients", body).await.expect(201);
        made["patient_id"].as_str().unwrap().to_owned()
    };
    let first = dependant("2200513055001", "2020-05-05").await;
    let second = dependant("2200513055002", "2020-05-06").await;
    let body = json!({ "date_naissance": "2020-05-05", "motif": "etat_civil" });
    let refused = act(&caisse, &second, CORRECT, body.clone()).await;
    assert_eq!(refused.wrong_fields(), [("/rang".to_owned(), "rang_pris".to_owned())]);
    let mut both = body;
    both["rang"] = json!(2);
    act(&caisse, &second, CORRECT, both).await.expect(200);
    let find = async |rang: u8| {
        let mut card = choix("HUGO", MARTIN)["patient"].clone();
        card["date_naissance"] = json!("2020-05-05");
        card["rang"] = json!(rang);
        caisse.post("/v1/patients/recherche", card).await.expect(200)["patient_id"].clone()
    };
    assert_eq!((find(1).await, find(2).await), (json!(first), json!(second)));
}
