//! A family at the surgery: one consultation by a card, then one declaration. Each situation in two calls.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, Reply, cle, patient_id, signature};

/// The caisse of Alice and of her son Gabriel, born on 20 June 2015.
const CAISSE: &str = "011310000";
const PERE: &str = "1700313055997";

/// The key of thirteen characters.
fn nir(thirteen: &str) -> String {
    format!("{thirteen}{:02}", 97 - thirteen.parse::<u64>().unwrap() % 97)
}

/// Gabriel's father, whom the caisse registers, with his link.
async fn pere(app: &TestApp) -> String {
    let caisse = app.caisse(CAISSE);
    let body = json!({
        "identifiant": { "type": "nir", "valeur": nir(PERE) },
        "nom": "ESSAI-FAURE", "prenom": "PAUL", "date_naissance": "1970-03-02",
        "organisme": { "regime": "01", "caisse": "131", "centre": "0000" }, "affilie_du": "1990-01-01",
    });
    let made = caisse.post("/v1/patients", body).await.expect(201);
    let id = made["patient_id"].as_str().unwrap().to_owned();
    let own = json!({ "patient_id": id });
    link(&caisse, "GABRIEL", &own, "titulaire_autorite_parentale").await;
    id
}

async fn link(caisse: &Caller<'_>, prenom: &str, representant: &Value, nature: &str) {
    let path = format!("/v1/patients/{}/representations", patient_id(prenom));
    let preuve = match nature {
        "titulaire_autorite_parentale" => "acte_de_naissance",
        _ => "decision_de_justice",
    };
    let body = json!({
        "representant": representant, "nature": nature, "preuve": preuve,
        "effet_du": "2020-01-01",
    });
    caisse.post(&path, body).await.expect(201);
}

/// The family of a card, by the key of one of its persons.
async fn family(doctor: &Caller<'_>, key: Value) -> Value {
    doctor.post("/v1/familles/consultation", key).await.expect(200)
}

fn person<'v>(family: &'v Value, prenom: &str) -> &'v Value {
    let all = family["personnes"].as_array().unwrap();
    all.iter().find(|one| one["prenom"] == prenom).unwrap_or_else(|| panic!("{prenom}: {family:#}"))
}

fn signer<'v>(person: &'v Value, prenom: &str) -> &'v Value {
    let all = person["signataires"].as_array().unwrap();
    all.iter().find(|one| one["prenom"] == prenom).unwrap_or_else(|| panic!("{prenom}: {person:#}"))
}

/// The second call: the choice of a person, with the doctor's signature and those of some signers.
async fn declare(doctor: &Caller<'_>, rpps: &str, person: &Value, signers: &[&Value]) -> Reply {
    let digest = person["a_signer"]["contenu_sha256"].as_str().unwrap();
    let mut signatures = vec![signature("medecin", "cps", digest)];
    for one in signers {
        let mut own = signature(one["role"].as_str().unwrap(), "carte_vitale", digest);
        if one["representation_id"].is_string() {
            own["representation_id"] = one["representation_id"].clone();
        }
        signatures.push(own);
    }
    let body = json!({
        "patient": { "visite": person["visite"] }, "medecins": [{ "rpps": rpps }],
        "signatures": signatures,
    });
    doctor.post("/v1/declarations", body).await
}

/// What a mother's card gives of Gabriel: the number of Alice, his birth date and his rank.
fn carte_de_la_mere() -> Value {
    let mut key = cle("ALICE");
    key["date_naissance"] = json!("2015-06-20");
    key
}

#[tokio::test]
async fn the_mother_signs_for_her_child_with_her_card() {
    let app = TestApp::new().await;
    pere(&app).await;
    let pons = app.medecin(PONS);
    let family = family(&pons, carte_de_la_mere()).await;
    let child = person(&family, "GABRIEL");
    assert_eq!((&child["demandee"], &child["sur_la_carte"]), (&json!(true), &json!(true)));
    assert_eq!((&child["age"], &child["relation"]), (&json!(9), &json!("aucun")));
    assert_eq!(child["signatures_requises"][0]["role"], "titulaire_autorite_parentale");
    let mother = signer(child, "ALICE");
    assert_eq!((&mother["porteur"], &mother["nom"]), (&json!(true), &json!("ESSAI-FAURE")));
    assert_eq!(signer(child, "PAUL")["porteur"], false, "his card is not there");
    assert_eq!(person(&family, "ALICE")["age"], 52);
    let made = declare(&pons, PONS, child, &[mother]).await.expect(201);
    assert_eq!(made["etat"], "active");
    let signed = made["signatures"].to_string();
    assert!(signed.contains(mother["representation_id"].as_str().unwrap()), "{signed}");
    // Both persons whom the card showed read it.
    for prenom in ["ALICE", "GABRIEL"] {
        let read = app.patient(prenom).get("/v1/moi/acces").await.expect(200);
        assert!(read.to_string().contains("famille.consulter"), "{prenom}");
    }
}

#[tokio::test]
async fn the_father_signs_with_his_card_that_the_child_is_not_on() {
    let app = TestApp::new().await;
    pere(&app).await;
    let pons = app.medecin(PONS);
    let own = json!({
        "identifiant": { "type": "nir", "valeur": nir(PERE) }, "date_naissance": "1970-03-02",
    });
    let family = family(&pons, own).await;
    let child = person(&family, "GABRIEL");
    assert_eq!(child["sur_la_carte"], false);
    let father = signer(child, "PAUL");
    assert_eq!(father["porteur"], true);
    let made = declare(&pons, PONS, child, &[father]).await.expect(201);
    assert_eq!(made["etat"], "active");
}

#[tokio::test]
async fn both_parents_are_told_apart_by_their_names() {
    let app = TestApp::new().await;
    pere(&app).await;
    let pons = app.medecin(PONS);
    let family = family(&pons, carte_de_la_mere()).await;
    let child = person(&family, "GABRIEL");
    let unnamed = json!({ "role": "titulaire_autorite_parentale", "representation_id": null });
    let which = declare(&pons, PONS, child, &[&unnamed]).await;
    assert_eq!(which.problem(422), "representant_ambigu");
    for prenom in ["PAUL", "ALICE"] {
        let made = declare(&pons, PONS, child, &[signer(child, prenom)]).await;
        assert_eq!(made.expect(201)["etat"], "active", "{prenom}");
    }
}

#[tokio::test]
async fn at_sixteen_and_seventeen_the_young_person_and_a_parent_sign() {
    for (day, both) in [("2031-06-19", false), ("2031-06-20", true), ("2033-06-19", true)] {
        let app = TestApp::new().await;
        app.on(day);
        let pons = app.medecin(PONS);
        let family = family(&pons, carte_de_la_mere()).await;
        let young = person(&family, "GABRIEL");
        let required = young["signatures_requises"].as_array().unwrap();
        assert_eq!(required.len(), if both { 2 } else { 1 }, "{day}");
        let parent = signer(young, "ALICE");
        if both {
            let own = signer(young, "GABRIEL");
            let made = declare(&pons, PONS, young, &[own, parent]).await.expect(201);
            assert_eq!(made["etat"], "active", "{day}");
            let alone = declare(&pons, PONS, young, &[own]).await.expect(201);
            assert_eq!(alone["etat"], "en_attente", "{day}");
        } else {
            assert_eq!(young["signataires"].as_array().unwrap().len(), 1, "{day}");
        }
    }
}

#[tokio::test]
async fn a_guardian_signs_for_the_adult_whom_he_protects() {
    let app = TestApp::new().await;
    let guardian = json!({ "nom": "ESSAI-MERCIER", "prenom": "LOU" });
    link(&app.caisse(CAISSE), "HUGO", &guardian, "tutelle").await;
    let martin = app.medecin(MARTIN);
    let family = family(&martin, cle("HUGO")).await;
    let adult = person(&family, "HUGO");
    assert_eq!((&adult["relation"], &adult["designation_id"]), (&json!("autre"), &Value::Null));
    let guardian = signer(adult, "LOU");
    assert_eq!((&guardian["role"], &guardian["porteur"]), (&json!("tuteur"), &json!(false)));
    let made = declare(&martin, MARTIN, adult, &[guardian]).await.expect(201);
    assert_eq!(made["etat"], "active");
}

#[tokio::test]
async fn a_visit_is_for_one_doctor_and_for_two_hours() {
    let app = TestApp::new().await;
    let pons = app.medecin(PONS);
    let family = family(&pons, carte_de_la_mere()).await;
    let child = person(&family, "GABRIEL");
    let body = |rpps: &str| json!({ "patient": { "visite": child["visite"] }, "medecins": [{ "rpps": rpps }] });
    let other = app.medecin(MARTIN).post("/v1/declarations/apercu", body(MARTIN)).await;
    let ended = [("/patient/visite".to_owned(), "visite_terminee".to_owned())];
    assert_eq!(other.wrong_fields(), ended);
    let mut forged = body(PONS);
    let text = child["visite"].as_str().unwrap();
    let until: i64 = text.split('.').nth(1).unwrap().parse().unwrap();
    forged["patient"]["visite"] = json!(text.replace(&until.to_string(), &(until + 1).to_string()));
    assert_eq!(pons.post("/v1/declarations/apercu", forged).await.wrong_fields(), ended);
    let nobody = app.patient("ALICE").post("/v1/declarations/apercu", body(PONS)).await;
    assert_eq!(nobody.problem(422), "champs_invalides");
    app.advance(chrono::TimeDelta::seconds(2 * 3600 - 1));
    app.medecin(PONS).post("/v1/declarations/apercu", body(PONS)).await.expect(200);
    app.advance(chrono::TimeDelta::seconds(1));
    let late = app.medecin(PONS).post("/v1/declarations/apercu", body(PONS)).await;
    assert_eq!(late.wrong_fields(), ended);
}

#[tokio::test]
async fn a_second_dependant_of_the_same_key_is_refused_and_the_first_is_still_found() {
    let app = TestApp::new().await;
    let body = json!({
        "identifiant": { "type": "nir", "valeur": nir("2150613055998") },
        "ouvrant_droit": cle("ALICE")["identifiant"],
        "nom": "ESSAI-FAURE", "prenom": "IDA", "date_naissance": "2015-06-20",
        "organisme": { "regime": "01", "caisse": "131", "centre": "0000" }, "affilie_du": "2015-06-20",
    });
    let refused = app.caisse(CAISSE).post("/v1/patients", body.clone()).await;
    let fields = refused.wrong_fields();
    assert!(fields.iter().any(|(place, _)| place == "/rang"), "{fields:?}");
    let pons = app.medecin(PONS);
    assert_eq!(person(&family(&pons, carte_de_la_mere()).await, "GABRIEL")["homonyme"], false);
    // With her own rank, both are on the card.
    let mut right = body;
    right["rang"] = json!(2);
    app.caisse(CAISSE).post("/v1/patients", right).await.expect(201);
    let both = family(&pons, carte_de_la_mere()).await;
    assert_eq!(person(&both, "IDA")["demandee"], false);
    assert_eq!(person(&both, "GABRIEL")["demandee"], true);
}

#[tokio::test]
async fn a_parent_reads_whom_they_represent_and_an_adult_reads_nobody() {
    let app = TestApp::new().await;
    let found = app.patient("ALICE").get("/v1/moi/proches").await.expect(200);
    let child = &found["donnees"][0];
    assert_eq!((&child["prenom"], &child["choisit"]), (&json!("GABRIEL"), &json!(false)));
    assert_eq!(child["patient_id"], patient_id("GABRIEL").to_string());
    assert_eq!(found["donnees"].as_array().unwrap().len(), 1);
    let nobody = app.patient("BERNARD").get("/v1/moi/proches").await.expect(200);
    assert_eq!(nobody["donnees"], json!([]));
    // From majority on, the link is over.
    app.on("2033-06-20");
    let grown = app.patient("ALICE").get("/v1/moi/proches").await.expect(200);
    assert_eq!(grown["donnees"], json!([]));
    assert_eq!(app.medecin(PONS).get("/v1/moi/proches").await.problem(403), "role_interdit");
}
