//! Facts that cannot be true are refused, all at once.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, feuille, paper, signature};

fn fields(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test]
async fn impossible_facts_of_a_feuille_are_all_told() {
    let app = TestApp::new().await;
    let mut body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    body["executant"]["lieu_execution"] = json!({ "commune": "01004" });
    body["recue_le"] = json!("2025-06-15T21:59:59Z");
    body["prescription"] = json!({ "date": "2025-06-17" });
    body["executant"]["date_installation"] = json!("1899-12-31");
    body["executant"]["remplacant_de"] = json!({ "rpps": MARTIN });
    body["assurance"]["accident_tiers"] = json!({ "declare": false, "date": "2025-06-01" });
    body["actes"][0]["ccam"] = json!({ "activite": 1, "phase": 0 });
    body["actes"][0]["coefficient"] = json!("0.00");
    body["actes"][0]["qualificatif_depense"] = json!("gratuit");
    body["paiement"] = json!({ "montant_percu_centimes": 3001 });
    body["assurance"]["nature"] = json!("at_mp");
    body["assurance"]["date_reference_nature"] = json!("2025-06-17");
    let reply = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await;
    assert_eq!(reply.problem(422), "champs_invalides");
    assert_eq!(
        reply.wrong_fields(),
        fields(&[
            ("/recue_le", "avant_les_soins"),
            ("/prescription/date", "apres_les_soins"),
            ("/executant/date_installation", "hors_bornes"),
            ("/executant/remplacant_de/rpps", "remplacement_de_soi"),
            ("/assurance/date_reference_nature", "apres_les_soins"),
            ("/assurance/accident_tiers/date", "champ_inadapte"),
            ("/actes/0/honoraires_centimes", "montant_incoherent"),
            ("/actes/0/ccam", "champ_inadapte"),
            ("/actes/0/coefficient", "hors_bornes"),
            ("/paiement/montant_percu_centimes", "montant_incoherent"),
        ])
    );
}

#[tokio::test]
async fn what_is_just_possible_is_accepted() {
    let app = TestApp::new().await;
    let mut body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    // Midnight in Paris.
    body["recue_le"] = json!("2025-06-15T22:00:00Z");
    body["prescription"] = json!({ "date": "2025-06-16" });
    body["executant"]["date_installation"] = json!("2025-06-16");
    body["executant"]["remplacant_de"] = json!({ "rpps": PONS });
    body["assurance"]["accident_tiers"] = json!({ "declare": true, "date": "2025-06-16" });
    body["assurance"]["nature"] = json!("at_mp");
    body["assurance"]["date_reference_nature"] = json!("2025-06-16");
    body["actes"][0]["serie"] = json!({ "date_prescription": "1958-07-14" });
    body["actes"][0]["coefficient"] = json!("0.01");
    body["paiement"] = json!({ "montant_percu_centimes": 3000 });
    body["signatures"] = json!([{ "role": "medecin", "moyen": "cps", "signe_a": app.clock() }]);
    let reply = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await;
    // An accident has no rule yet; every field was accepted.
    assert!(matches!(reply.status.as_u16(), 201 | 422), "{reply:?}");
    assert_eq!(reply.wrong_fields(), []);
}

#[tokio::test]
async fn nothing_of_a_feuille_happens_after_now() {
    let app = TestApp::new().await;
    let mut body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    body["recue_le"] = json!("2025-06-16T10:00:00.000001Z");
    body["signatures"] = json!([
        { "role": "medecin", "moyen": "cps", "signe_a": "2025-06-16T10:00:00Z" },
        { "role": "assure", "moyen": "carte_vitale", "signe_a": "2025-06-16T10:00:01Z" },
    ]);
    let reply = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await;
    assert_eq!(
        reply.wrong_fields(),
        fields(&[("/recue_le", "date_future"), ("/signatures/1/signe_a", "date_future")])
    );
    let message = reply.expect(422)["erreurs"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "attendu : un instant passé ou présent");
}

#[tokio::test]
async fn every_refused_field_says_what_is_expected() {
    let app = TestApp::new().await;
    let says = |reply: &crate::support::app::Reply| {
        let body = reply.expect(422);
        for error in body["erreurs"].as_array().unwrap() {
            let message = error["message"].as_str().unwrap();
            assert!(message.starts_with("attendu : "), "{message}");
        }
    };
    let martin = app.medecin(MARTIN);
    let mut late = feuille("BERNARD", "1", "2025-06-17", json!("T"));
    says(&martin.post("/v1/feuilles-de-soins", late.clone()).await);
    late["date_etablissement"] = json!("2025-06-16");
    says(&martin.post("/v1/feuilles-de-soins", late).await);
    let mut unknown = choix("ALICE", MARTIN);
    unknown["patient"]["date_naissance"] = json!("1972-08-10");
    says(&martin.post("/v1/declarations/apercu", unknown).await);
    says(
        &app.patient("ALICE").post("/v1/declarations/apercu", choix("ALICE", "99900008014")).await,
    );
    let mut elsewhere = choix("ALICE", MARTIN);
    elsewhere["medecins"][0]["lieu_id"] = json!("0192f0c4-0000-7000-8000-000000000001");
    let reply = martin.post("/v1/declarations/apercu", elsewhere).await;
    assert_eq!(reply.problem(422), "medecin_non_designable");
}

#[tokio::test]
async fn paper_has_a_day_and_a_machine_an_instant() {
    let app = TestApp::new().await;
    let caisse = app.caisse("011310000");
    let digest = caisse.digest_of(&choix("ALICE", MARTIN)).await;
    let with = |signatures: Value| {
        let mut body = choix("ALICE", MARTIN);
        body["signatures"] = signatures;
        body
    };
    let mut dayless = paper("assure", "2025-06-16", &digest);
    dayless.as_object_mut().unwrap().remove("signe_le");
    let mut instant = paper("medecin", "2025-06-16", &digest);
    instant["signe_a"] = json!("2025-06-16T09:00:00Z");
    let reply = caisse.post("/v1/declarations", with(json!([dayless.clone(), instant]))).await;
    assert_eq!(
        reply.wrong_fields(),
        fields(&[
            ("/signatures/0/signe_le", "champ_requis"),
            ("/signatures/1/signe_a", "champ_inadapte")
        ])
    );
    let mut card = signature("assure", "carte_vitale", &digest);
    card["signe_le"] = json!("2025-06-16");
    let reply = app.medecin(MARTIN).post("/v1/declarations", with(json!([card]))).await;
    assert_eq!(reply.wrong_fields(), fields(&[("/signatures/0/signe_le", "champ_inadapte")]));
    // The same alone, on a declaration that waits.
    let made = caisse.post("/v1/declarations", choix("ALICE", MARTIN)).await.expect(201);
    let path = format!("/v1/declarations/{}/signatures", made["id"].as_str().unwrap());
    let reply = caisse.post_on(&path, 1, dayless).await;
    assert_eq!(reply.wrong_fields(), fields(&[("/signe_le", "champ_requis")]));
}
