//! The feuilles of one person: whose they are, on which days, page by page.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, feuille, patient_id};

fn path(prenom: &str, filters: &str) -> String {
    format!("/v1/patients/{}/feuilles-de-soins?{filters}", patient_id(prenom))
}

async fn send(app: &TestApp, prenom: &str, numero: &str, jour: &str) -> Value {
    let sent = feuille(prenom, numero, jour, json!("T"));
    app.medecin(MARTIN).post("/v1/feuilles-de-soins", sent).await.expect(201)
}

async fn days(caller: &Caller<'_>, path: &str) -> Vec<String> {
    let page = caller.get(path).await.expect(200);
    let all = page["donnees"].as_array().unwrap();
    all.iter().map(|one| one["date_soins"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_patient_reads_the_feuilles_of_the_days_asked_for_with_their_last_evaluation() {
    let app = TestApp::new().await;
    let sent = send(&app, "BERNARD", "1", "2025-03-10").await;
    send(&app, "BERNARD", "2", "2024-06-15").await;
    send(&app, "BERNARD", "3", "2024-06-16").await;
    send(&app, "CHARLES", "4", "2025-03-10").await;
    let bernard = app.patient("BERNARD");
    // Without dates: the year that ends today, 16 June 2025, both days included.
    assert_eq!(days(&bernard, &path("BERNARD", "")).await, ["2024-06-16", "2025-03-10"]);
    let page = bernard.get(&path("BERNARD", "du=2025-03-10&au=2025-03-10")).await.expect(200);
    let one = &page["donnees"][0];
    assert_eq!(one["id"], sent["id"]);
    assert_eq!(one["executant_rpps"], MARTIN);
    assert_eq!(one["synthese"]["numero"], 1);
    assert_eq!(one["synthese"]["appartenance"], "dans_parcours");
    assert_eq!(one["synthese"]["rembourse_amo_centimes"], 1900);
    assert_eq!(page["pagination"]["curseur_suivant"], Value::Null);
    for (filters, expected) in [
        ("du=2024-06-15&au=2024-06-15", vec!["2024-06-15"]),
        ("du=2024-06-16&au=2025-03-09", vec!["2024-06-16"]),
        ("du=2025-03-11&au=2025-06-16", vec![]),
    ] {
        assert_eq!(days(&bernard, &path("BERNARD", filters)).await, expected, "{filters}");
    }
    let backwards = bernard.get(&path("BERNARD", "du=2025-03-11&au=2025-03-10")).await;
    assert_eq!(backwards.problem(400), "parametre_invalide");
    // The patient reads who read.
    let traces = bernard.get("/v1/moi/acces").await.expect(200).to_string();
    assert!(traces.contains("feuille.lister"), "{traces}");
}

#[tokio::test]
async fn everybody_lists_what_they_may_read_one_by_one() {
    let app = TestApp::new().await;
    send(&app, "BERNARD", "1", "2025-03-10").await;
    let all = path("BERNARD", "");
    assert_eq!(days(&app.medecin(MARTIN), &all).await.len(), 1);
    assert_eq!(days(&app.caisse("010110000"), &all).await.len(), 1);
    // Neither another patient, nor another caisse, nor a doctor whom the patient never met.
    assert_eq!(app.patient("CHARLES").get(&all).await.problem(404), "introuvable");
    assert_eq!(app.caisse("011310000").get(&all).await.problem(404), "introuvable");
    assert_eq!(app.medecin(PONS).get(&all).await.problem(404), "introuvable");
    // The médecin traitant who did not do the care reads nothing of it.
    let mut other = feuille("BERNARD", "2", "2025-03-11", json!("S"));
    other["executant"]["rpps"] = json!(PONS);
    app.medecin(PONS).post("/v1/feuilles-de-soins", other).await.expect(201);
    assert_eq!(days(&app.medecin(PONS), &all).await, ["2025-03-11"]);
    assert_eq!(days(&app.medecin(MARTIN), &all).await, ["2025-03-10"]);
    assert_eq!(days(&app.patient("BERNARD"), &all).await.len(), 2);
}

#[tokio::test]
async fn all_pages_together_hold_each_feuille_once() {
    let app = TestApp::new().await;
    for number in 1..=7 {
        let day = format!("2025-0{}-1{number}", 1 + number % 3);
        send(&app, "BERNARD", &number.to_string(), &day).await;
    }
    let bernard = app.patient("BERNARD");
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bernard.get(&path("BERNARD", &format!("limite=3{cursor}"))).await.expect(200);
        let all = page["donnees"].as_array().unwrap();
        assert!(all.len() <= 3);
        seen.extend(all.iter().map(|one| one["numero_facture"].as_str().unwrap().to_owned()));
        let Some(next) = page["pagination"]["curseur_suivant"].as_str() else { break };
        cursor = format!("&curseur={next}");
    }
    seen.sort_unstable();
    assert_eq!(seen, ["1", "2", "3", "4", "5", "6", "7"]);
    let other = bernard.get(&path("BERNARD", &format!("limite=3&du=2025-01-01{cursor}"))).await;
    assert_eq!(other.problem(422), "curseur_autre_requete");
}
