//! What is signed: the content of the day that the paper bears, and what differs when another was signed.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, paper, patient_id, signature};
use crate::support::cessation::operate;
use crate::support::vie::{AIN, line, timeline};

/// Pons leaves for another cabinet of his département.
async fn pons_moves(app: &TestApp, day: &str) {
    let body = json!({
        "rpps": PONS, "nature": "changement_cabinet", "effet_du": day,
        "exercice": {
            "mode": "liberal", "principal": true, "convention": "secteur_1",
            "lieu": { "nature": "cabinet", "nom": "Cabinet neuf", "commune": "13001",
                      "adresse": "2 rue Neuve" }
        }
    });
    operate(app, body).await;
    app.run_jobs().await;
}

#[tokio::test]
async fn the_late_paper_of_a_doctor_who_left_is_previewed_and_entered_as_of_its_day() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    operate(&app, json!({ "rpps": PONS, "nature": "retraite", "effet_du": "2025-06-01" })).await;
    app.run_jobs().await;
    let on = |day: Option<&str>| {
        let mut choice = json!({ "patient": { "id": id }, "medecins": [{ "rpps": PONS }] });
        if let Some(day) = day {
            choice["signe_le"] = json!(day);
        }
        choice
    };
    let preview = async |day| caisse.post("/v1/declarations/apercu", on(day)).await;
    // Today he is designated no more, nor on the day of his retirement; the day before he was.
    for day in [None, Some("2025-06-01")] {
        assert_eq!(preview(day).await.problem(422), "medecin_non_designable");
    }
    let future = preview(Some("2025-06-17")).await;
    assert_eq!(future.wrong_fields(), [("/signe_le".to_owned(), "date_future".to_owned())]);
    let shown = preview(Some("2025-05-31")).await.expect(200);
    let digest = shown["contenu_sha256"].as_str().unwrap();
    let mut choice = on(None);
    choice["signatures"] =
        json!([paper("assure", "2025-05-31", digest), paper("medecin", "2025-05-31", digest)]);
    let made = caisse.post("/v1/declarations", choice).await.expect(201);
    assert_eq!(made["situation"]["code"], "terminee");
    let before = line("2019-03-04", "2025-05-31", MARTIN, "remplacement");
    let own = line("2025-05-31", "2025-06-01", PONS, "cessation");
    assert_eq!(timeline(&caisse, &id).await, [before, own]);
}

#[tokio::test]
async fn a_paper_shows_the_cabinet_of_its_day_even_when_the_doctor_signed_it_after_moving() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    pons_moves(&app, "2025-06-05").await;
    let preview = async |day: &str| {
        let choice = json!({
            "patient": { "id": id }, "medecins": [{ "rpps": PONS }], "signe_le": day
        });
        caisse.post("/v1/declarations/apercu", choice).await.expect(200)
    };
    let (old, new) = (preview("2025-06-04").await, preview("2025-06-05").await);
    let place = |shown: &Value| shown["contenu"]["medecins"][0]["lieu"]["nom"].clone();
    assert_ne!(place(&old), json!("Cabinet neuf"));
    assert_eq!(place(&new), json!("Cabinet neuf"));
    // The patient signed the old form, the doctor the same paper once he had moved.
    let digest = old["contenu_sha256"].as_str().unwrap();
    let mut choice = json!({ "patient": { "id": id }, "medecins": [{ "rpps": PONS }] });
    choice["signatures"] =
        json!([paper("assure", "2025-06-04", digest), paper("medecin", "2025-06-06", digest)]);
    let made = caisse.post("/v1/declarations", choice.clone()).await.expect(201);
    assert_eq!(made["contenu"]["medecins"][0]["lieu"]["nom"], place(&old));
    assert_eq!(made["designation"]["effet_du"], "2025-06-06");
    // A place that he had left by then is not one of the day.
    let lieu = made["medecins"][0]["lieu_id"].clone();
    choice["medecins"][0]["lieu_id"] = lieu;
    choice["signe_le"] = json!("2025-06-05");
    choice["signatures"] = json!([]);
    let refused = caisse.post("/v1/declarations/apercu", choice).await;
    assert_eq!(refused.problem(422), "medecin_non_designable");
    let detail = refused.expect(422)["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("n'exerce pas à ce lieu le 05/06/2025"), "{detail}");
}

#[tokio::test]
async fn who_signed_another_content_reads_in_what_it_differs() {
    let app = TestApp::new().await;
    let pons = app.medecin(PONS);
    let before = pons.digest_of(&choix("BERNARD", PONS)).await;
    pons_moves(&app, "2025-06-17").await;
    app.on("2025-06-17");
    let pons = app.medecin(PONS);
    let waiting = pons.post("/v1/declarations", choix("BERNARD", PONS)).await.expect(201);
    let path = format!("/v1/declarations/{}/signatures", waiting["id"].as_str().unwrap());
    let wrong = |digest: &str| signature("medecin", "cps", digest);
    let refused = pons.post_on(&path, 1, wrong(&before)).await;
    assert_eq!(refused.problem(409), "contenu_different");
    let said = refused.expect(409);
    let places: Vec<&str> = said["erreurs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["pointeur"].as_str().unwrap())
        .collect();
    assert!(places.contains(&"/contenu/medecins/0/lieu/nom"), "{said}");
    assert!(places.iter().all(|place| place.starts_with("/contenu/medecins/0/lieu/")), "{said}");
    assert!(
        said["detail"].as_str().unwrap().starts_with("Le contenu signé est celui du "),
        "{said}"
    );
    // A digest of nothing that the register could have shown.
    let unknown = pons.post_on(&path, 1, wrong(&"0".repeat(64))).await;
    assert_eq!(unknown.problem(409), "contenu_different");
    assert_eq!(unknown.expect(409)["erreurs"][0]["pointeur"], "/contenu_sha256");
}
