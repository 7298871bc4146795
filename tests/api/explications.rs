//! What the patient and the clerk of the caisse are told about an evaluation.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, feuille, paper, patient_id, signature};
use crate::support::cessation::{operate, undo};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, paper_choice};

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

/// The same consultation by another general practitioner.
fn by_pons(prenom: &str, numero: &str, jour: &str, indicateur: &str) -> Value {
    let mut body = feuille(prenom, numero, jour, json!(indicateur));
    body["executant"]["rpps"] = json!(PONS);
    body
}

/// What is told of a feuille asked about against the register, as its caisse asks.
async fn told(app: &TestApp, caisse: &str, feuille: Value) -> (Value, String) {
    let caisse = app.caisse(caisse);
    let asked = caisse.post("/v1/simulations/registre", json!({ "feuille": feuille })).await;
    let answer = asked.expect(200);
    let phrases = answer["pour_le_patient"]["phrases"].as_array().unwrap().iter();
    let phrases: Vec<&str> = phrases.map(|one| one.as_str().unwrap()).collect();
    let text = phrases.join("\n").replace(['\u{a0}', '\u{202f}'], " ");
    (answer, text)
}

#[tokio::test]
async fn nobody_is_sent_to_a_doctor_who_was_suspended_on_that_day() {
    let app = TestApp::new().await;
    let body = json!({
        "rpps": MARTIN, "nature": "suspension", "effet_du": "2025-06-02", "effet_au": "2025-06-12",
    });
    let made = operate(&app, body).await;
    app.run_jobs().await;
    for (numero, day, away) in [
        ("1", "2025-06-01", false),
        ("2", "2025-06-02", true),
        ("3", "2025-06-11", true),
        ("4", "2025-06-12", false),
    ] {
        let (answer, text) = told(&app, AIN, by_pons("BERNARD", numero, day, "S2")).await;
        assert_eq!(answer["totaux"]["majoration_centimes"], 1060, "{day}");
        assert_eq!(answer["pour_le_patient"]["autrement"].is_null(), away, "{day}");
        assert_eq!(text.contains("qui n'exerçait pas ce jour-là"), away, "{day}: {text}");
        assert_eq!(text.contains("voyez d'abord votre médecin traitant"), !away, "{day}: {text}");
        assert_eq!(text.contains("voyez le médecin qui le remplace"), away, "{day}: {text}");
    }
    // A feuille that was received keeps what was known, and one that comes once it was undone knows no suspension.
    let sent = by_pons("BERNARD", "5", "2025-06-03", "S2");
    let kept = app.medecin(PONS).post("/v1/feuilles-de-soins", sent).await.expect(201);
    undo(&app, &made).await.expect(202);
    app.run_jobs().await;
    let path = format!("/v1/feuilles-de-soins/{}", kept["id"].as_str().unwrap());
    let read = app.patient("BERNARD").get(&path).await.expect(200);
    let said = read["evaluations"][0]["pour_le_patient"]["phrases"].to_string();
    assert!(said.contains("n'exerçait pas ce jour-là"), "{said}");
    let (_, text) = told(&app, AIN, by_pons("BERNARD", "6", "2025-06-03", "S2")).await;
    assert!(!text.contains("n'exerçait pas"), "{text}");
}

#[tokio::test]
async fn what_the_register_knows_to_be_done_is_not_advised() {
    let app = TestApp::new().await;
    let before = told(&app, BOUCHES_DU_RHONE, by_pons("ALICE", "1", "2025-06-02", "S2")).await.1;
    assert!(before.contains("vous pouvez choisir un médecin traitant"), "{before}");
    // The doctor has signed, and the patient has not.
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let mut choice = choix("ALICE", MARTIN);
    choice["signe_le"] = json!("2025-06-05");
    let digest = caisse.digest_of(&choice).await;
    choice["signatures"] = json!([paper("assure", "2025-06-01", &digest)]);
    let made = caisse.post("/v1/declarations", choice).await.expect(201);
    let new = feuille("ALICE", "2", "2025-06-04", json!("N"));
    let half = told(&app, BOUCHES_DU_RHONE, new.clone()).await.1;
    assert!(half.contains("il manque une signature : celle de ce médecin."), "{half}");
    let path = format!("/v1/declarations/{}/signatures", made["id"].as_str().unwrap());
    caisse.post_on(&path, 1, paper("medecin", "2025-06-05", &digest)).await.expect(200);
    let both = told(&app, BOUCHES_DU_RHONE, new).await.1;
    assert!(both.contains("est signée par tous depuis le 5 juin 2025"), "{both}");
    let since = told(&app, BOUCHES_DU_RHONE, by_pons("ALICE", "3", "2025-05-20", "S2")).await.1;
    assert!(since.contains("Vous avez un médecin traitant depuis le 5 juin 2025"), "{since}");
    assert!(!since.contains("vous pouvez choisir"), "{since}");
    // As the register knew it before, nobody was.
    let then = json!({
        "feuille": by_pons("ALICE", "4", "2025-05-20", "S2"), "connu_le": "2025-06-15T00:00:00Z",
    });
    let answer = caisse.post("/v1/simulations/registre", then).await.expect(200);
    assert!(answer["pour_le_patient"]["phrases"].to_string().contains("vous pouvez choisir"));
    // The other way round, and a choice on the very day of care.
    paper_choice(&app, AIN, &patient_id("BERNARD").to_string(), PONS, "2025-06-10").await;
    let own = told(&app, AIN, by_pons("BERNARD", "5", "2025-06-10", "T")).await.1;
    assert!(own.contains("vous avez consulté votre médecin traitant"), "{own}");
    let mut other = choix("HUGO", MARTIN);
    let martin = app.medecin(MARTIN);
    let digest = martin.digest_of(&other).await;
    other["signatures"] = json!([signature("medecin", "cps", &digest)]);
    martin.post("/v1/declarations", other).await.expect(201);
    let lacks = feuille("HUGO", "6", "2025-06-16", json!("N"));
    let lacks = told(&app, BOUCHES_DU_RHONE, lacks).await.1;
    assert!(lacks.contains("il manque une signature : la vôtre."), "{lacks}");
}
