//! A doctor's own patients: the list at a date, page by page, and who comes and goes.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, patient_id};

async fn pages(app: &TestApp, rpps: &str, filters: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/moi/patients?limite=2{filters}{cursor}");
        let page = app.medecin(rpps).get(&path).await.expect(200);
        found.extend(page["donnees"].as_array().unwrap().iter().cloned());
        match page["pagination"]["curseur_suivant"].as_str() {
            Some(next) => cursor = format!("&curseur={next}"),
            None => break found,
        }
    }
}

fn ids(patients: &[Value]) -> BTreeSet<String> {
    patients.iter().map(|p| p["patient_id"].as_str().unwrap().to_owned()).collect()
}

fn people(prenoms: &[&str]) -> BTreeSet<String> {
    prenoms.iter().map(|prenom| patient_id(prenom).to_string()).collect()
}

#[tokio::test]
async fn a_doctor_lists_the_patients_of_a_day_page_by_page() {
    let app = TestApp::new().await;
    let today = pages(&app, MARTIN, "").await;
    assert_eq!(today.len(), 5);
    assert_eq!(ids(&today), people(&["BERNARD", "CHARLES", "DIANE", "LISA", "FATOU"]));
    assert!(today.iter().all(|one| one["identite"]["nom"].as_str().unwrap().starts_with("ESSAI-")));
    // Hugo left on 15 November 2023: the day before, the day, and his identity today.
    let before = pages(&app, MARTIN, "&en_vigueur_le=2023-11-14").await;
    let hugo = patient_id("HUGO").to_string();
    let gone = before.iter().find(|one| one["patient_id"] == *hugo).unwrap();
    assert_eq!(gone["identite"], Value::Null);
    assert_eq!(gone["effet_au"], "2023-11-15");
    assert!(!ids(&pages(&app, MARTIN, "&en_vigueur_le=2023-11-15").await).contains(&hugo));
    assert_eq!(ids(&pages(&app, PONS, "").await), people(&["HUGO"]));
    // As known before anything was recorded.
    assert!(pages(&app, MARTIN, "&connu_le=2023-12-31T00:00:00Z").await.is_empty());
    // Each patient can read that the doctor read.
    let accesses = app.patient("LISA").get("/v1/moi/acces").await.expect(200);
    assert_eq!(accesses["donnees"][0]["operation"], "patientele.lister");
    assert_eq!(accesses["donnees"][0]["appelant"], MARTIN);
}

#[tokio::test]
async fn every_patient_comes_once_even_when_others_arrive_between_two_pages() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let first = martin.get("/v1/moi/patients?limite=2").await.expect(200);
    martin.declare("ALICE", MARTIN).await.expect(201);
    let mut seen = ids(first["donnees"].as_array().unwrap());
    let mut count = 2;
    let mut next = first["pagination"]["curseur_suivant"].clone();
    while let Some(cursor) = next.as_str() {
        let path = format!("/v1/moi/patients?limite=2&curseur={cursor}");
        let page = martin.get(&path).await.expect(200);
        count += page["donnees"].as_array().unwrap().len();
        seen.extend(ids(page["donnees"].as_array().unwrap()));
        next = page["pagination"]["curseur_suivant"].clone();
    }
    assert_eq!(count, seen.len());
    assert!(seen.is_superset(&people(&["BERNARD", "CHARLES", "DIANE", "LISA", "FATOU"])));
}

#[tokio::test]
async fn a_cursor_is_for_its_own_question_and_the_list_for_doctors() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let first = martin.get("/v1/moi/patients?limite=1").await.expect(200);
    let cursor = first["pagination"]["curseur_suivant"].as_str().unwrap();
    let other = format!("/v1/moi/patients?limite=1&en_vigueur_le=2024-01-01&curseur={cursor}");
    assert_eq!(martin.get(&other).await.problem(422), "curseur_autre_requete");
    let path = format!("/v1/moi/patients?curseur={cursor}");
    assert_eq!(app.medecin(PONS).get(&path).await.problem(422), "curseur_autre_requete");
    assert_eq!(martin.get("/v1/moi/patients?curseur=zut").await.problem(400), "parametre_invalide");
    let feed = format!("/v1/moi/patients/mouvements?curseur={cursor}");
    assert!([400, 422].contains(&martin.get(&feed).await.status.as_u16()));
    for wrong in ["limite=0", "limite=101", "page=2"] {
        let path = format!("/v1/moi/patients?{wrong}");
        assert_eq!(martin.get(&path).await.problem(400), "parametre_invalide");
    }
    for path in ["/v1/moi/patients", "/v1/moi/patients/mouvements"] {
        assert_eq!(app.patient("ALICE").get(path).await.problem(403), "role_interdit");
        assert_eq!(app.caisse("010110000").get(path).await.problem(403), "role_interdit");
        assert_eq!(app.anonymous().get(path).await.problem(401), "jeton_absent");
    }
}

fn told(feed: &Value) -> Vec<(String, String, String)> {
    feed["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| {
            let text = |name: &str| m[name].as_str().unwrap().to_owned();
            (text("nature"), text("patient_id"), text("effet_du"))
        })
        .collect()
}

#[tokio::test]
async fn arrivals_and_departures_are_followed_from_a_cursor() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let all = martin.get("/v1/moi/patients/mouvements?limite=100").await.expect(200);
    // Six arrivals, and the departure of Hugo.
    assert_eq!(told(&all).len(), 7);
    assert_eq!(all["pagination"]["curseur_suivant"], Value::Null);
    let cursor = all["pagination"]["curseur_reprise"].as_str().unwrap().to_owned();
    let path = format!("/v1/moi/patients/mouvements?curseur={cursor}");
    let none = martin.get(&path).await.expect(200);
    assert_eq!(told(&none), []);

    app.advance(TimeDelta::days(1));
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let (bernard, alice) = (patient_id("BERNARD").to_string(), patient_id("ALICE").to_string());
    let martin = app.medecin(MARTIN);
    let news = martin.get(&path).await.expect(200);
    let day = "2025-06-17".to_owned();
    assert_eq!(
        told(&news),
        [
            ("depart".to_owned(), bernard.clone(), day.clone()),
            ("arrivee".to_owned(), alice, day.clone())
        ]
    );
    assert_eq!(news["donnees"][0]["motif_fin_snds"], "FIS");
    let other = app.medecin(PONS).get("/v1/moi/patients/mouvements?limite=100").await;
    assert_eq!(told(&other.expect(200)).last().unwrap(), &("arrivee".to_owned(), bernard, day));
    // One by one, nothing is lost nor given twice.
    let (mut one_by_one, mut next) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/moi/patients/mouvements?limite=1{next}");
        let page = martin.get(&path).await.expect(200);
        one_by_one.extend(told(&page));
        next = format!("&curseur={}", page["pagination"]["curseur_reprise"].as_str().unwrap());
        if page["pagination"]["curseur_suivant"].is_null() {
            break;
        }
    }
    assert_eq!(one_by_one, [told(&all), told(&news)].concat());
    assert_eq!(one_by_one.len(), 9);
}
