//! Another number: the person stays the same, and is found by what the register knew.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, cle, feuille, patient_id};
use crate::support::vie::{AUTRE_NIR, BOUCHES_DU_RHONE, TROISIEME_NIR, act, timeline};

const PARIS: &str = "017510000";

fn nir(valeur: &str) -> Value {
    json!({ "type": "nir", "valeur": valeur })
}

fn key(valeur: &str, naissance: &str) -> Value {
    json!({ "identifiant": nir(valeur), "date_naissance": naissance })
}

#[tokio::test]
async fn a_waiting_number_becomes_a_nir_and_both_designate_the_person() {
    let app = TestApp::new().await;
    let id = patient_id("FATOU").to_string();
    let caisse = app.caisse(PARIS);
    let before = timeline(&caisse, &id).await;
    let body = json!({ "identifiant": nir(AUTRE_NIR), "effet_du": "2025-06-01" });
    let changed = act(&caisse, &id, "changements-d-identifiant", body.clone()).await.expect(200);
    let numbers = changed["identifiants"].as_array().unwrap();
    assert_eq!(numbers[0]["type"], "nia");
    assert_eq!(
        (&numbers[0]["effet_au"], &numbers[1]["type"]),
        (&json!("2025-06-01"), &json!("nir"))
    );
    // No designation ended.
    assert_eq!(timeline(&caisse, &id).await, before);
    let doctor = app.medecin(MARTIN);
    for by in [cle("FATOU"), key(AUTRE_NIR, "1986-06-30")] {
        let found = doctor.post("/v1/patients/recherche", by).await.expect(200);
        assert_eq!(found["patient_id"], id);
    }
    // The number of another day of birth designates nobody.
    assert_eq!(
        doctor.post("/v1/patients/recherche", key(AUTRE_NIR, "1986-06-29")).await.status,
        404
    );
    let told: Value = sqlx::query_scalar(
        "SELECT donnees FROM evenement WHERE nature = 'patient.identifiant_remplace'",
    )
    .fetch_one(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!((&told["type_precedent"], &told["type"]), (&json!("nia"), &json!("nir")));
    assert_eq!(told["raison"], "changement");
    let again = act(&caisse, &id, "changements-d-identifiant", body).await;
    assert_eq!(again.wrong_fields(), [("/identifiant".to_owned(), "sans_changement".to_owned())]);
}

#[tokio::test]
async fn a_wrong_number_is_corrected_with_its_reason_and_designates_only_as_known_before() {
    let app = TestApp::new().await;
    let id = patient_id("HUGO").to_string();
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let before = app.clock();
    app.advance(TimeDelta::hours(1));
    let body = json!({ "identifiant": nir(AUTRE_NIR), "motif": "erreur_de_saisie" });
    let corrected = act(&caisse, &id, "rectifications-d-identifiant", body).await.expect(200);
    assert_eq!(corrected["identifiants"].as_array().unwrap().len(), 1);
    assert_eq!(corrected["identifiants"][0]["effet_du"], "1986-02-11");
    let doctor = app.medecin(MARTIN);
    let right = key(AUTRE_NIR, "1986-02-11");
    assert_eq!(doctor.post("/v1/patients/recherche", right.clone()).await.status, 200);
    assert_eq!(doctor.post("/v1/patients/recherche", cle("HUGO")).await.status, 404);
    // As known before the correction, the wrong number still designated him, the right one nobody.
    let ask = async |mut by: Value, known: &str| {
        by["connu_le"] = json!(known);
        doctor.post("/v1/medecins-traitants/consultation", by).await.status.as_u16()
    };
    assert_eq!((ask(cle("HUGO"), &before).await, ask(right.clone(), &before).await), (200, 404));
    let after = app.clock();
    assert_eq!((ask(cle("HUGO"), &after).await, ask(right, &after).await), (404, 200));
    let (motif, auteur): (String, String) = sqlx::query_as(
        "SELECT motif, auteur FROM acte_patient WHERE nature = 'rectification_identifiant'",
    )
    .fetch_one(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!((motif.as_str(), auteur.as_str()), ("erreur_de_saisie", "01131"));
    // The wrong number is free for the person whose it is.
    let body = json!({ "identifiant": nir("186021305599547"), "motif": "erreur_de_saisie" });
    let alice = patient_id("ALICE").to_string();
    act(&caisse, &alice, "rectifications-d-identifiant", body).await.expect(200);
}

#[tokio::test]
async fn a_number_that_is_somebody_else_s_is_refused() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let theirs = cle("ALICE")["identifiant"].clone();
    let change = json!({ "identifiant": theirs, "effet_du": "2025-06-01" });
    let correct = json!({ "identifiant": theirs, "motif": "repertoire_national" });
    for (path, body) in
        [("changements-d-identifiant", change), ("rectifications-d-identifiant", correct)]
    {
        assert_eq!(act(&caisse, &id, path, body).await.problem(409), "patient_existant", "{path}");
    }
    let without = json!({ "identifiant": nir(AUTRE_NIR) });
    let refused = act(&caisse, &id, "rectifications-d-identifiant", without).await;
    assert_eq!(refused.wrong_fields(), [("/motif".to_owned(), "champ_requis".to_owned())]);
    let before_birth =
        json!({ "identifiant": nir(AUTRE_NIR), "jour": "1986-02-10", "motif": "etat_civil" });
    let refused = act(&caisse, &id, "rectifications-d-identifiant", before_birth).await;
    assert_eq!(refused.wrong_fields(), [("/jour".to_owned(), "aucun_numero".to_owned())]);
}

/// Numbers pasted in groups, a régime of few files, and identities of test: outside production all of them are taken.
#[tokio::test]
async fn numbers_are_read_in_groups_and_identities_of_test_are_taken() {
    let app = TestApp::new().await;
    let body = json!({
        "identifiant": { "type": "nnp", "valeur": "7 1 131\u{a0}12345679" },
        "nom": "ESSAI-AUTRE", "prenom": "ANGE", "date_naissance": "1986-02-11",
        "organisme": { "regime": "99", "caisse": "771", "centre": "06 17" }, "affilie_du": "2015-01-01",
    });
    let made = app.caisse("997710617").post("/v1/patients", body).await.expect(201);
    assert_eq!(made["affiliations"][0]["organisme"]["regime"], "99");
    let by = json!({ "identifiant": { "type": "nnp", "valeur": "7113112345679" }, "date_naissance": "1986-02-11" });
    let found = app.caisse("997710617").post("/v1/patients/recherche", by).await.expect(200);
    assert_eq!(found["patient_id"], made["patient_id"]);
    let martin = app.medecin(MARTIN);
    let with_ins = |number: &str, oid: &str, matricule: &str| {
        let mut body = feuille("BERNARD", number, "2025-06-16", json!("T"));
        body["executant"]["rpps"] = json!("99 90000 1233");
        body["executant"]["numero_facturation"]["valeur"] = json!("99 1 99990 5");
        body["numero_facture"] = json!(number);
        body["beneficiaire"]["ins"] = json!({ "oid": oid, "matricule": matricule });
        body
    };
    let domains = [
        ("8", "1 85 01 01 001 991 88"),
        ("9", "275059912999915"),
        ("10", "185010100199287"),
        ("11", "185010100199386"),
    ];
    for (number, (last, matricule)) in domains.iter().enumerate() {
        let sent =
            with_ins(&(number + 1).to_string(), &format!("1.2.250.1.213.1.4.{last}"), matricule);
        let kept = martin.post("/v1/feuilles-de-soins", sent).await.expect(201);
        assert!(!kept.to_string().contains(matricule), "verified, and not kept");
        assert_eq!(kept["executant"]["rpps"], MARTIN);
    }
    let unknown = with_ins("9", "1.2.250.1.213.1.4.12", "185010100199188");
    let refused = martin.post("/v1/feuilles-de-soins", unknown).await;
    let pointer = "/beneficiaire/ins/oid".to_owned();
    assert_eq!(refused.wrong_fields(), [(pointer, "oid_inconnu".to_owned())]);
}

#[tokio::test]
async fn a_dependant_becomes_insured_in_their_own_right() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("GABRIEL").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let end = json!({ "usage": "ouvrant_droit", "effet_du": "2025-06-01" });
    let changed = act(&caisse, &id, "changements-d-identifiant", end.clone()).await.expect(200);
    let of_parent = changed["identifiants"].as_array().unwrap();
    let of_parent = of_parent.iter().find(|number| number["usage"] == "ouvrant_droit").unwrap();
    assert_eq!(of_parent["effet_au"], "2025-06-01");
    let again = act(&caisse, &id, "changements-d-identifiant", end).await;
    assert_eq!(again.wrong_fields(), [("/identifiant".to_owned(), "sans_changement".to_owned())]);
    let nothing = json!({ "effet_du": "2025-06-01" });
    let refused = act(&caisse, &id, "changements-d-identifiant", nothing).await;
    assert_eq!(refused.wrong_fields(), [("/identifiant".to_owned(), "champ_requis".to_owned())]);
    // Another insured parent: the number is shared, hers too.
    let body = json!({ "usage": "ouvrant_droit", "identifiant": nir(TROISIEME_NIR), "effet_du": "2025-06-10" });
    act(&caisse, &id, "changements-d-identifiant", body).await.expect(200);
}

/// Sixteen persons receive one number at the same moment: one has it, the others are refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_number_goes_to_one_person_even_at_the_same_moment() {
    let app = std::sync::Arc::new(
        TestApp::over(crate::support::database::TestDatabase::with_people().await, 24).await,
    );
    let people = ["ALICE", "HUGO", "GABRIEL"].map(|prenom| patient_id(prenom).to_string());
    let sending: Vec<_> = people
        .into_iter()
        .map(|id| {
            let app = std::sync::Arc::clone(&app);
            tokio::spawn(async move {
                let body = json!({ "identifiant": nir(AUTRE_NIR), "effet_du": "2025-06-01" });
                let path = format!("/v1/patients/{id}/changements-d-identifiant");
                app.caisse(BOUCHES_DU_RHONE).post_on(&path, 1, body).await.status.as_u16()
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for sent in sending {
        statuses.push(sent.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
}
