//! What the patient and the clerk of the caisse are told about an evaluation.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille};

const SIMULATIONS: &str = "/v1/simulations";

fn consultation(medecin_traitant: &str) -> Value {
    json!({
        "date_soins": "2025-06-16",
        "patient": { "age": 45, "complementaire": "amc" },
        "medecin_traitant": medecin_traitant,
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "parcours": { "indicateur": "S2" },
        "actes": [{ "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000 }]
    })
}

fn rule<'a>(instruction: &'a Value, code: &str) -> &'a Value {
    let rules = instruction["actes"][0]["regles"].as_array().unwrap();
    rules.iter().find(|rule| rule["code"] == code).unwrap_or_else(|| panic!("{code}"))
}

fn fact<'a>(instruction: &'a Value, name: &str) -> &'a Value {
    let facts = instruction["actes"][0]["faits"].as_array().unwrap();
    facts.iter().find(|fact| fact["fait"] == name).unwrap_or_else(|| panic!("{name}"))
}

#[tokio::test]
async fn a_patient_reads_what_happened_what_it_cost_and_what_to_do() {
    let app = TestApp::new().await;
    let answer = app.anonymous().post(SIMULATIONS, consultation("autre")).await.expect(200);
    let told = &answer["pour_le_patient"];
    let sentences: Vec<&str> =
        told["phrases"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    assert!((3..=6).contains(&sentences.len()), "{sentences:#?}");
    assert!(sentences[0].contains("un autre médecin que votre médecin traitant"));
    assert!(sentences.iter().any(|s| s.contains("10,60\u{a0}€ de moins")), "{sentences:#?}");
    assert_eq!(told["autrement"]["changement"], "medecin_traitant_consulte");
    assert_eq!(told["autrement"]["economie_centimes"], 1060);
    assert_eq!(told["autrement"]["reste_a_charge_centimes"], 200);
    let texts = told["references"].as_array().unwrap();
    assert!(texts.iter().any(|text| text.as_str().unwrap().contains("L162-5-3")));
    let inside = app.anonymous().post(SIMULATIONS, consultation("executant")).await.expect(200);
    assert_eq!(inside["pour_le_patient"]["autrement"], Value::Null);
}

#[tokio::test]
async fn a_simulation_shows_every_rule_when_it_is_asked_to() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    let plain = anybody.post(SIMULATIONS, consultation("autre")).await.expect(200);
    assert!(plain.get("instruction").is_none());
    let path = format!("{SIMULATIONS}?vue=instruction");
    let answer = anybody.post(&path, consultation("autre")).await.expect(200);
    let instruction = &answer["instruction"];
    let known = anybody.get("/v1/loi?le=2025-06-16").await.expect(200);
    let rules = instruction["actes"][0]["regles"].as_array().unwrap();
    assert!(rules.len() >= known["regles"].as_array().unwrap().len(), "every rule");
    for one in rules {
        let why = one["pourquoi"].as_str().unwrap();
        assert!(why.ends_with('.') && !why.contains('_'), "{}: {why}", one["code"]);
        assert_eq!(one["issue"] == "ecartee", one["fait_decisif"] != Value::Null, "{one}");
    }
    let emergency = rule(instruction, "PAR-030");
    assert_eq!(emergency["issue"], "ecartee");
    assert_eq!(emergency["fait_decisif"], "indicateur");
    assert_eq!(
        emergency["pourquoi"],
        "Écartée parce que l'indicateur transmis est S2 (parcours de soins non respecté)."
    );
    assert_eq!(rule(instruction, "PAR-001")["issue"], "retenue");
    assert_eq!(fact(instruction, "age")["valeur"], "45\u{a0}ans");
    assert_eq!(fact(instruction, "age")["source"], "demande");
    let values = instruction["actes"][0]["parametres"].as_array().unwrap();
    let ceiling = values.iter().find(|value| value["code"] == "MTM_PLAFOND_ACTE").unwrap();
    assert_eq!(ceiling["du"], "2023-11-01");
    assert!(!ceiling["fondement"].as_array().unwrap().is_empty());
    let wrong = anybody.post(&format!("{SIMULATIONS}?vue=tout"), consultation("autre")).await;
    assert_eq!(wrong.wrong_fields()[0].0, "vue");
}

#[tokio::test]
async fn a_rule_that_applies_and_yields_names_the_stronger_one() {
    let app = TestApp::new().await;
    let path = format!("{SIMULATIONS}?vue=instruction");
    let answer = app.anonymous().post(&path, consultation("aucun")).await.expect(200);
    let principle = rule(&answer["instruction"], "PAR-001");
    assert_eq!(principle["issue"], "surclassee");
    assert_eq!(principle["surclassee_par"], "PAR-002");
    let mut early = consultation("aucun");
    early["date_soins"] = json!("2018-09-14");
    let answer = app.anonymous().post(&path, early).await.expect(200);
    let remote = rule(&answer["instruction"], "PAR-052");
    assert_eq!(remote["issue"], "hors_periode");
    assert!(
        remote["pourquoi"].as_str().unwrap().contains("depuis le 15\u{a0}septembre 2018"),
        "{remote}"
    );
}

/// The rules that are said to be in force on another day only.
fn out_of_force(instruction: &Value) -> Vec<Value> {
    let rules = instruction["actes"][0]["regles"].as_array().unwrap();
    let out = rules.iter().filter(|one| one["issue"] == "hors_periode");
    out.map(|one| one["code"].clone()).collect()
}

#[tokio::test]
async fn the_caisse_reads_the_instruction_of_a_stored_evaluation_and_nobody_else_does() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let sent = feuille("BERNARD", "1", "2025-03-10", json!("T"));
    let stored = martin.post("/v1/feuilles-de-soins", sent).await.expect(201);
    let id = stored["id"].as_str().unwrap();
    let path = format!("/v1/feuilles-de-soins/{id}/evaluations/1/instruction");
    let caisse = app.caisse("010110000");
    let instruction = caisse.get(&path).await.expect(200);
    assert_eq!(instruction["numero"], 1);
    assert_eq!(instruction["connu_le"], stored["evaluations"][0]["connu_le"]);
    assert_eq!(instruction["regles_version"], stored["evaluations"][0]["regles_version"]);
    let mt = fact(&instruction, "medecin_traitant");
    assert_eq!(
        (mt["valeur"].as_str(), mt["source"].as_str()),
        (Some("l'exécutant"), Some("registre"))
    );
    assert_eq!(mt["date"], "2025-03-10");
    assert_eq!(fact(&instruction, "indicateur")["source"], "feuille");
    assert_eq!(martin.get(&path).await.problem(403), "role_interdit");
    assert_eq!(app.patient("BERNARD").get(&path).await.problem(403), "role_interdit");
    // Nothing but what decided is stored; what set the others aside is told as it is for a simulation.
    for one in instruction["actes"][0]["regles"].as_array().unwrap() {
        assert_eq!(one["issue"] == "ecartee", one["fait_decisif"] != Value::Null, "{one}");
    }
    let emergency = rule(&instruction, "PAR-030");
    assert_eq!(
        (&emergency["issue"], &emergency["fait_decisif"]),
        (&json!("ecartee"), &json!("indicateur"))
    );
    assert_eq!(rule(&instruction, "PAR-010")["issue"], "retenue");
    let mut same_day = consultation("aucun");
    same_day["date_soins"] = json!("2025-03-10");
    let path_of_simulation = format!("{SIMULATIONS}?vue=instruction");
    let simulated = app.anonymous().post(&path_of_simulation, same_day).await.expect(200);
    assert_eq!(out_of_force(&instruction), out_of_force(&simulated["instruction"]));
    let none = format!("/v1/feuilles-de-soins/{id}/evaluations/2/instruction");
    assert_eq!(caisse.get(&none).await.problem(404), "introuvable");
    assert_eq!(app.caisse("019310000").get(&path).await.problem(404), "introuvable");
    let word = format!("/v1/feuilles-de-soins/{id}/evaluations/un/instruction");
    assert_eq!(caisse.get(&word).await.wrong_fields()[0].0, "numero");
}
