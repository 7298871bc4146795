//! Feuilles evaluated against the register as it stood on the day of care.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, feuille, patient_id};

fn repaid(feuille: &Value) -> i64 {
    feuille["evaluations"][0]["totaux"]["rembourse_amo_centimes"].as_i64().unwrap()
}

fn letter(feuille: &Value) -> &str {
    feuille["evaluations"][0]["code_determine"].as_str().unwrap()
}

fn warnings(feuille: &Value) -> Vec<&str> {
    feuille["evaluations"][0]["avertissements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect()
}

/// Every member that was sent is in what came back, with the same value.
fn comes_back(sent: &Value, back: &Value, place: &str) {
    match sent {
        Value::Object(members) => {
            for (name, value) in members {
                comes_back(value, &back[name], &format!("{place}/{name}"));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                comes_back(item, &back[index], &format!("{place}/{index}"));
            }
        }
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => assert_eq!(sent, back, "{place}"),
    }
}

#[tokio::test]
async fn the_day_of_care_decides_and_not_the_day_of_reception() {
    let app = TestApp::new().await;
    // Hugo left Martin for Pons on 15 November 2023.
    let martin = app.medecin(MARTIN);
    let on = async |numero: &str, day: &str| {
        martin
            .post("/v1/feuilles-de-soins", feuille("HUGO", numero, day, json!("T")))
            .await
            .expect(201)
    };
    let eve = on("1", "2023-11-14").await;
    assert_eq!(letter(&eve), "T");
    let day = on("2", "2023-11-15").await;
    assert_eq!(letter(&day), "P");
    assert!(warnings(&day).contains(&"indicateur_contredit"));
    // 30 € is a tariff of December 2024.
    assert!(warnings(&day).contains(&"base_contredite"));
    let before_any = on("3", "2017-05-31").await;
    assert_eq!(letter(&before_any), "S");
    assert_eq!(letter(&on("4", "2017-06-01").await), "T");
}

#[tokio::test]
async fn a_feuille_that_comes_after_two_years_is_counted_and_said_to_be_late() {
    let app = TestApp::new().await;
    app.on("2025-06-30");
    let martin = app.medecin(MARTIN);
    let on = async |numero: &str, day: &str| {
        let sent = feuille("BERNARD", numero, day, json!("T"));
        martin.post("/v1/feuilles-de-soins", sent).await.expect(201)
    };
    // The quarter of April to June 2023 is closed on 1 July: its two years end on 30 June 2025.
    let before = on("1", "2023-04-01").await;
    assert!(!warnings(&before).contains(&"feuille_tardive"));
    let over = on("2", "2023-03-31").await;
    assert!(warnings(&over).contains(&"feuille_tardive"));
    assert!(repaid(&over) > 0, "the caisse may refuse, and decides");
    let said = over["evaluations"][0]["pour_le_patient"]["phrases"].to_string();
    assert!(said.contains("votre caisse peut refuser de la payer"), "{said}");
    app.on("2025-07-01");
    let sent = feuille("BERNARD", "3", "2023-06-30", json!("T"));
    let late = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sent).await.expect(201);
    assert!(warnings(&late).contains(&"feuille_tardive"));
}

#[tokio::test]
async fn the_published_samples_give_their_published_amounts() {
    let app = TestApp::new().await;
    // 1. The declared médecin traitant: 19.00 €.
    let one = feuille("BERNARD", "101", "2025-03-10", json!("T"));
    let one = app.medecin(MARTIN).post("/v1/feuilles-de-soins", one).await.expect(201);
    assert_eq!(repaid(&one), 1900);
    // 2. One-off opinion of a cardiologist, sent by the médecin traitant: 37.55 €.
    let mut two = feuille("CHARLES", "202", "2024-10-08", json!("O"));
    two["executant"] = json!({
        "rpps": CARDIOLOGUE, "numero_facturation": { "type": "num_am", "valeur": "991999913" },
        "specialite": "03", "convention": "secteur_1", "code_convention": "1",
    });
    two["parcours"]["declaration_mt"] = json!("oui");
    two["parcours"]["orienteur"] = json!({ "rpps": MARTIN, "num_am": "991999905", "nom": "ESSAI-MARTIN", "prenom": "CAMILLE" });
    two["parcours"]["date_orientation"] = json!("2024-09-20");
    two["actes"][0]["code"] = json!("APC");
    two["actes"][0]["honoraires_centimes"] = json!(5650);
    two["actes"][0]["base_remboursement_centimes"] = json!(5650);
    let two = app.medecin(CARDIOLOGUE).post("/v1/feuilles-de-soins", two).await.expect(201);
    assert_eq!((letter(&two), repaid(&two)), ("O", 3755));
    // 4. Another general practitioner without referral, paper, lunar birth date: 8.40 €.
    let mut four = feuille("LISA", "404", "2025-03-28", json!("S2"));
    four["support"] = json!("papier");
    four["mode_securisation"] = json!("non_securise");
    four["date_etablissement"] = json!("2025-04-02");
    four["beneficiaire"]["nom"] = json!("ESSAI-CASANOVA");
    four["beneficiaire"]["prenom"] = json!("LISA");
    four["executant"] = json!({
        "rpps": "99900004039", "numero_facturation": { "type": "num_am", "valeur": "991999939" },
        "specialite": "22", "convention": "secteur_1", "code_convention": "1",
    });
    four["assurance"] = json!({ "nature": "maladie", "accident_tiers": { "declare": false } });
    four["paiement"] = json!({ "tiers_payant_amo": false, "montant_percu_centimes": 3000 });
    let four = app.medecin("99900004039").post("/v1/feuilles-de-soins", four).await.expect(201);
    assert_eq!((letter(&four), repaid(&four)), ("P", 840));
    // 6. Dermatologist, no médecin traitant, authorised overrun on the first line: 5.50 €.
    let mut six = feuille("ALICE", "606", "2025-05-15", json!("S2"));
    six["executant"] = json!({
        "rpps": "99900006059", "numero_facturation": { "type": "num_am", "valeur": "991999947" },
        "specialite": "05", "convention": "secteur_1", "option_tarifaire": "aucune",
    });
    six["parcours"]["declaration_mt"] = json!("non");
    six["actes"] = json!([
        { "numero_ligne": 1, "date_execution": "2025-05-15", "nomenclature": "ngap", "code": "CS",
          "honoraires_centimes": 2800, "base_remboursement_centimes": 2300,
          "qualificatif_depense": "da", "depassement_centimes": 500 },
        { "numero_ligne": 2, "date_execution": "2025-05-15", "nomenclature": "ngap", "code": "MPC",
          "honoraires_centimes": 200, "base_remboursement_centimes": 200 },
    ]);
    let six = app.medecin("99900006059").post("/v1/feuilles-de-soins", six).await.expect(201);
    assert_eq!((letter(&six), repaid(&six)), ("S", 550));
    assert_eq!(six["evaluations"][0]["resultats"]["depassement_autorise_possible"], true);
}

#[tokio::test]
async fn a_child_billed_under_a_parent_is_found_and_never_majored() {
    let app = TestApp::new().await;
    let body = feuille("GABRIEL", "1", "2025-06-16", Value::Null);
    let child = app.medecin(PONS).post("/v1/feuilles-de-soins", body.clone()).await;
    assert_eq!(child.problem(403), "role_interdit", "billed by Martin");
    let child = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await.expect(201);
    assert_eq!(child["patient_id"], patient_id("GABRIEL").to_string());
    assert_eq!((letter(&child), repaid(&child)), ("G", 2100));
    assert_eq!(child["evaluations"][0]["appartenance"], "non_concerne");
    // Found by the number of the parent, the child's birth date telling them apart.
    let mut by_parent = feuille("GABRIEL", "2", "2025-06-16", Value::Null);
    by_parent["beneficiaire"].as_object_mut().unwrap().remove("identifiant_individuel");
    let by_parent = app.medecin(MARTIN).post("/v1/feuilles-de-soins", by_parent).await.expect(201);
    assert_eq!(by_parent["patient_id"], patient_id("GABRIEL").to_string());
}

#[tokio::test]
async fn participations_of_earlier_feuilles_count_towards_the_ceilings_of_the_day() {
    let app = TestApp::new().await;
    let mut kept = Vec::new();
    for number in 0..6 {
        let body = feuille("BERNARD", &number.to_string(), "2023-06-16", json!("T"));
        let sent = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await.expect(201);
        let totals = &sent["evaluations"][0]["totaux"];
        kept.push(totals["participation_forfaitaire_centimes"].as_i64().unwrap());
    }
    assert_eq!(kept, [100, 100, 100, 100, 0, 0]);
    // Another doctor on the same day has a ceiling of his own.
    let mut other = feuille("BERNARD", "9", "2023-06-16", json!("S2"));
    other["executant"]["rpps"] = json!(PONS);
    let other = app.medecin(PONS).post("/v1/feuilles-de-soins", other).await.expect(201);
    let totals = &other["evaluations"][0]["totaux"];
    assert_eq!(totals["participation_forfaitaire_centimes"], 100);
}

#[tokio::test]
async fn what_the_register_contradicts_is_told_and_changes_no_amount() {
    let app = TestApp::new().await;
    let mut body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    body["beneficiaire"]["organisme"]["caisse"] = json!("131");
    body["executant"]["specialite"] = json!("03");
    body["parcours"]["declaration_mt"] = json!("non");
    let sent = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await.expect(201);
    assert_eq!(repaid(&sent), 1900);
    assert_eq!(
        warnings(&sent),
        ["declaration_mt_contredite", "organisme_contredit", "specialite_contredite"]
    );
    let mut unknown = feuille("BERNARD", "2", "2025-06-16", json!("S2"));
    unknown["executant"]["rpps"] = json!("99900008014");
    let unknown =
        app.medecin("99900008014").post("/v1/feuilles-de-soins", unknown).await.expect(201);
    assert_eq!(warnings(&unknown), ["executant_inconnu", "numero_facturation_d_un_autre"]);
}

#[tokio::test]
async fn a_feuille_reads_back_as_it_was_answered_whatever_comes_afterwards() {
    let app = TestApp::new().await;
    let mut body = feuille("ALICE", "1", "2025-06-16", json!("U"));
    body["recue_le"] = json!("2025-06-16T09:30:00.123456Z");
    body["reference_externe"] = json!("dossier-7");
    body["beneficiaire"]["complementaire"] = json!("amc");
    body["beneficiaire"]["exoneration"] = json!({ "code_exoneration": "42" });
    body["executant"]["date_installation"] = json!("2024-01-02");
    body["executant"]["lieu_execution"] = json!({ "commune": "2A004", "nature": "domicile" });
    body["parcours"]["urgence_precisions"] = json!("appel à 9 h");
    body["prescription"] = json!({ "date": "2025-06-10", "origine": "1" });
    body["actes"][0]["coefficient"] = json!("1.50");
    body["actes"][0]["serie"] = json!({ "date_prescription": "2025-06-10" });
    body["actes"].as_array_mut().unwrap().push(json!({
        "numero_ligne": 2, "date_execution": "2025-06-16", "nomenclature": "ccam", "code": "DEQP003",
        "ccam": { "activite": 1, "phase": 0, "modificateurs": ["S", "T"], "association": 2 },
        "honoraires_centimes": 1452, "base_remboursement_centimes": 1452, "exoneration_acte": "0",
    }));
    body["signatures"] = json!([
        { "role": "medecin", "moyen": "cps", "signe_a": "2025-06-16T09:00:00Z" },
        { "role": "assure", "moyen": "carte_vitale" },
    ]);
    let sent = app.medecin(MARTIN).post("/v1/feuilles-de-soins", body.clone()).await.expect(201);
    // What was sent comes back under the same names, but the numbers of the person.
    body["beneficiaire"].as_object_mut().unwrap().remove("identifiant_individuel");
    body["beneficiaire"].as_object_mut().unwrap().remove("identifiant_ouvrant_droit");
    assert_eq!(body["beneficiaire"]["date_naissance"].take(), "1972-08-09");
    comes_back(&body, &sent, "");
    let path = format!("/v1/feuilles-de-soins/{}", sent["id"].as_str().unwrap());
    app.advance(TimeDelta::days(1));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    for caller in [app.medecin(MARTIN), app.patient("ALICE"), app.caisse("011310000")] {
        assert_eq!(caller.get(&path).await.expect(200), sent);
    }
    let text = sent.to_string();
    assert!(!text.contains("172080100199557"), "no number is given back");
    let unknown = "/v1/feuilles-de-soins/0192f0c4-0000-7000-8000-000000000001";
    assert_eq!(app.medecin(MARTIN).get(unknown).await.problem(404), "introuvable");
}

#[tokio::test]
async fn a_caisse_submits_the_paper_of_its_insured_only() {
    let app = TestApp::new().await;
    let body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    app.caisse("010110000").post("/v1/feuilles-de-soins", body.clone()).await.expect(201);
    let other = app.caisse("011310000").post("/v1/feuilles-de-soins", body).await;
    assert_eq!(
        other.wrong_fields(),
        [("/beneficiaire".to_owned(), "beneficiaire_inconnu".to_owned())]
    );
}

#[tokio::test]
async fn what_is_stored_holds_no_number_and_no_name_in_clear() {
    let app = TestApp::new().await;
    let body = feuille("ALICE", "1", "2025-06-16", json!("S2"));
    app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await.expect(201);
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let pool = app.database.pool(1).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind = 'r'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(tables.len() > 20);
    for table in tables {
        let statement = format!("SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t");
        let rows: String =
            sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&pool).await.unwrap();
        // bytea is shown in hexadecimal.
        for secret in ["172080100199557", "ESSAI-FAURE", "ALICE"] {
            let hex: String =
                secret.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
            assert!(!rows.contains(secret), "{table} holds {secret}");
            assert!(!rows.contains(&hex), "{table} holds {secret} in hexadecimal");
        }
    }
}
