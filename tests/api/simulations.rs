//! What if: a real person without storing anything, and a law that is not in force.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, feuille};

const SIMULATIONS: &str = "/v1/simulations";
const REGISTRE: &str = "/v1/simulations/registre";
const LOTS: &str = "/v1/simulations/lots";

/// A specialist of sector 1 outside the parcours, with an authorised overrun.
fn with_overrun() -> Value {
    json!({
        "date_soins": "2025-06-16",
        "patient": { "age": 45, "complementaire": "amc" },
        "medecin_traitant": "autre",
        "executant": { "specialite": "03", "convention": "secteur_1" },
        "parcours": { "indicateur": "S2" },
        "actes": [{ "code": "CS", "honoraires_centimes": 3700, "base_remboursement_centimes": 2650,
            "qualificatif_depense": "da" }]
    })
}

/// A general practitioner of sector 2, who is the médecin traitant.
fn sector_2() -> Value {
    json!({
        "date_soins": "2025-06-16",
        "patient": { "age": 45, "complementaire": "amc" },
        "medecin_traitant": "executant",
        "executant": { "specialite": "01", "convention": "secteur_2" },
        "parcours": { "indicateur": "T" },
        "actes": [{ "code": "G", "honoraires_centimes": 5000, "base_remboursement_centimes": 2300 }]
    })
}

fn reform(code: &str, valeur: i64, du: &str) -> Value {
    json!([{ "code": code, "valeur": valeur, "du": du }])
}

async fn differences(caller: &Caller<'_>, mut care: Value, reforme: Value) -> Vec<i64> {
    care["reforme"] = reforme;
    let answer = caller.post(SIMULATIONS, care).await.expect(200);
    let ecart = &answer["reforme"]["ecart"];
    ["honoraires_centimes", "amo_centimes", "amc_centimes", "patient_centimes"]
        .iter()
        .map(|name| ecart[*name].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_reform_says_what_each_payer_pays_more_from_its_first_day() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    let off = |day| reform("DA_SECTEUR_1", 0, day);
    let no_overrun = differences(&anybody, with_overrun(), off("2025-06-16")).await;
    assert_eq!(no_overrun, [-1050, 0, 0, -1050], "the patient alone paid the overrun");
    let later = differences(&anybody, with_overrun(), off("2025-06-17")).await;
    assert_eq!(later, [0; 4], "the day before the first day");
    let opposable = reform("TARIFS_OPPOSABLES_PARCOURS", 1, "2025-01-01");
    let moved = differences(&anybody, sector_2(), opposable).await;
    assert_eq!(moved, [-2000, 490, 210, -2700], "30 € instead of 50 €, reimbursed on 30 €");
    let lower = reform("MTM_PLAFOND_ACTE", 500, "2025-01-01");
    assert_eq!(differences(&anybody, with_overrun(), lower).await, [0, 560, 0, -560]);
    let participation = reform("PF_MONTANT", 400, "2025-01-01");
    assert_eq!(differences(&anybody, sector_2(), participation).await, [0, -200, 0, 200]);
    let dearer = json!([{ "code": "TARIF_CS_S1", "valeur": 3000, "du": "2025-01-01" }]);
    let followed = differences(&anybody, with_overrun(), dearer).await;
    assert_eq!(followed[0], 350, "a base that is the tariff follows it, and the fees with it");
}

#[tokio::test]
async fn the_end_of_the_overrun_of_sector_1_leaves_the_sum_of_a_hospital() {
    let app = TestApp::new().await;
    let mut hospital = with_overrun();
    hospital["executant"]["convention"] = json!("salarie");
    hospital["executant"]["lieu"] = json!("etablissement");
    let off = reform("DA_SECTEUR_1", 0, "2025-01-01");
    let answer = app.anonymous().post(SIMULATIONS, hospital.clone()).await.expect(200);
    assert_eq!(answer["totaux"]["depassement_centimes"], 1050);
    assert_eq!(differences(&app.anonymous(), hospital.clone(), off).await, [0; 4]);
    // With a letter it may ask nothing: what says so is true of a hospital.
    hospital["parcours"] =
        json!({ "indicateur": "O", "orienteur": { "nom": "ESSAI", "prenom": "CAMILLE" } });
    let refused = app.anonymous().post(SIMULATIONS, hospital).await.expect(200);
    let warning = &refused["avertissements"][0];
    assert_eq!(warning["code"], "depassement_non_autorise");
    assert!(warning["message"].as_str().unwrap().contains("ou de l'hôpital"), "{warning}");
}

#[tokio::test]
async fn a_reform_that_ends_leaves_the_law_in_force_after_its_last_day() {
    let app = TestApp::new().await;
    let until = |last: &str| {
        json!([{ "code": "DA_SECTEUR_1", "valeur": 0, "unite": "oui_non",
            "du": "2025-01-01", "au": last }])
    };
    let anybody = app.anonymous();
    assert_eq!(differences(&anybody, with_overrun(), until("2025-06-16")).await[3], -1050);
    assert_eq!(differences(&anybody, with_overrun(), until("2025-06-15")).await[3], 0);
    let mut care = with_overrun();
    care["reforme"] = until("2025-06-16");
    let answer = anybody.post(SIMULATIONS, care).await.expect(200);
    assert_ne!(answer["reforme"]["regles_version"], answer["regles_version"]);
    let law = anybody.get("/v1/loi?le=2025-06-16").await.expect(200);
    assert_eq!(law["regles_version"], answer["regles_version"], "the law in force is what it was");
}

#[tokio::test]
async fn every_mistake_of_a_reform_is_told_at_once() {
    let app = TestApp::new().await;
    let mut care = with_overrun();
    care["reforme"] = json!([
        { "code": "MTM_PLAFON", "valeur": 1, "du": "2025-01-01" },
        { "code": "MTM_TAUX", "valeur": 10_001, "du": "2025-01-01" },
        { "code": "MTM_TAUX", "valeur": 4000, "unite": "centimes", "du": "2025-01-01" },
        { "code": "PF_MONTANT", "valeur": 200, "du": "2025-02-01", "au": "2025-01-31" },
        { "code": "PF_MONTANT", "valeur": 200, "du": "1999-01-01" },
        { "code": "PF_PLAFOND_AN", "valeur": 200, "du": "2025-01-01", "au": "2025-03-01" },
        { "code": "PF_PLAFOND_AN", "valeur": 300, "du": "2025-03-01" }
    ]);
    let refused = app.anonymous().post(SIMULATIONS, care).await;
    assert_eq!(refused.problem(422), "champs_invalides");
    let expected = [
        ("/reforme/0/code", "parametre_inconnu"),
        ("/reforme/1/valeur", "hors_bornes"),
        ("/reforme/2/unite", "unite_differente"),
        ("/reforme/3/au", "periode_vide"),
        ("/reforme/4/du", "hors_couverture"),
        ("/reforme/6/du", "en_double"),
    ];
    let told = refused.wrong_fields();
    let told: Vec<(&str, &str)> = told.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_lot_answers_each_line_in_its_order_then_the_total() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let head = json!({ "reforme": reform("DA_SECTEUR_1", 0, "2025-01-01") });
    let mut own = sector_2();
    own["reforme"] = reform("PF_MONTANT", 0, "2025-01-01");
    let lot =
        format!("{head}\n{}\n\n{{\n{}\n{own}\n{}", with_overrun(), sector_2(), with_overrun());
    let reply = martin.send_ndjson(LOTS, &lot).await;
    assert_eq!(reply.status, 200);
    let text = String::from_utf8(reply.body).unwrap();
    let answers: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let told: Vec<(Option<u64>, &str)> = answers
        .iter()
        .map(|answer| (answer["ligne"].as_u64(), answer["resultat"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (Some(2), "evaluee"),
            (Some(4), "refusee"),
            (Some(5), "evaluee"),
            (Some(6), "refusee"),
            (Some(7), "evaluee"),
            (None, "total")
        ]
    );
    let total = answers.last().unwrap();
    assert_eq!((total["evaluees"].as_u64(), total["refusees"].as_u64()), (Some(3), Some(2)));
    assert_eq!(total["ecart"]["patient_centimes"], -2100);
    assert_eq!(total["en_vigueur"]["honoraires_centimes"], 3700 * 2 + 5000);
    assert_eq!(total["reforme"]["honoraires_centimes"], 2650 * 2 + 5000);
    assert_eq!(answers[3]["probleme"]["code"], "champs_invalides");
}

#[tokio::test]
async fn a_lot_needs_a_token_its_type_and_a_reform_first() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    assert_eq!(app.anonymous().send_ndjson(LOTS, "{}").await.problem(401), "jeton_absent");
    assert_eq!(martin.post(LOTS, json!({})).await.problem(415), "type_de_contenu");
    assert_eq!(martin.send_ndjson(LOTS, "").await.problem(400), "corps_illisible");
    let missing = martin.send_ndjson(LOTS, &with_overrun().to_string()).await;
    assert_eq!(missing.problem(422), "champs_invalides");
    let wrong = json!({ "reforme": reform("RIEN", 0, "2025-01-01") }).to_string();
    let wrong = martin.send_ndjson(LOTS, &wrong).await;
    assert_eq!(wrong.wrong_fields(), [("/reforme/0/code".into(), "parametre_inconnu".into())]);
}

#[tokio::test]
async fn a_real_person_is_evaluated_as_the_feuille_would_be_and_nothing_is_stored_but_the_access() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let sent = feuille("BERNARD", "1", "2025-03-10", json!("T"));
    let body = json!({ "feuille": sent });
    let first = martin.post(REGISTRE, body.clone()).await.expect(200);
    let events = app.events().await.len();
    let again = martin.post(REGISTRE, body.clone()).await.expect(200);
    assert_eq!(first["totaux"], again["totaux"], "asking changes nothing");
    assert_eq!(app.events().await.len(), events);
    let stored = martin.post("/v1/feuilles-de-soins", sent).await.expect(201);
    let evaluation = &stored["evaluations"][0];
    for member in ["totaux", "situation_determinee", "declaration_retenue", "explication", "lignes"]
    {
        assert_eq!(first[member], evaluation[member], "{member}");
    }
    let traces = app.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    let kinds: Vec<&str> = traces["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trace| trace["operation"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "feuille.simuler").count(), 2, "{kinds:?}");
    // The participations of the feuille that is stored now count for the next question.
    let fifth = martin.post(REGISTRE, body).await.expect(200);
    assert_eq!(fifth["totaux"]["participation_forfaitaire_centimes"], 200);
}

#[tokio::test]
async fn whoever_may_not_send_a_feuille_may_not_ask_about_it() {
    let app = TestApp::new().await;
    let body = |prenom: &str| json!({ "feuille": feuille(prenom, "1", "2025-03-10", json!("T")) });
    let other = app.medecin("99900005044");
    assert_eq!(other.post(REGISTRE, body("BERNARD")).await.problem(403), "role_interdit");
    let patient = app.patient("BERNARD").post(REGISTRE, body("BERNARD")).await;
    assert_eq!(patient.status, 403);
    assert_eq!(app.anonymous().post(REGISTRE, body("BERNARD")).await.status, 401);
    app.caisse("010110000").post(REGISTRE, body("BERNARD")).await.expect(200);
    let elsewhere = app.caisse("019310000").post(REGISTRE, body("BERNARD")).await;
    assert_eq!(elsewhere.wrong_fields()[0].0, "/feuille/beneficiaire");
    let instruct = format!("{REGISTRE}?vue=instruction");
    let doctor = app.medecin(MARTIN).post(&instruct, body("BERNARD")).await;
    assert_eq!(doctor.problem(403), "role_interdit");
    let clerk = app.caisse("010110000").post(&instruct, body("BERNARD")).await.expect(200);
    assert!(clerk["instruction"]["connu_le"].is_string());
    let mut wrong = body("BERNARD");
    wrong["feuille"]["actes"][0]["date_execution"] = json!("2031-01-01");
    wrong["connu_le"] = json!("2031-01-01T00:00:00Z");
    let told = app.medecin(MARTIN).post(REGISTRE, wrong).await.wrong_fields();
    assert!(told.iter().all(|(pointer, _)| pointer.starts_with("/feuille/actes")), "{told:?}");
}

#[tokio::test]
async fn what_was_known_before_a_late_declaration_is_answered_as_it_was_then() {
    let app = TestApp::new().await;
    let before = app.clock();
    let mut ask = json!({ "feuille": feuille("ALICE", "1", "2025-06-17", json!("T")) });
    ask["feuille"]["date_etablissement"] = json!("2025-06-17");
    app.on("2025-06-17");
    let alone = app.medecin(MARTIN).post(REGISTRE, ask.clone()).await.expect(200);
    assert_eq!(alone["appartenance"], "hors_parcours");
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    app.on("2025-06-18");
    ask["feuille"]["actes"][0]["date_execution"] = json!("2025-06-18");
    ask["feuille"]["date_etablissement"] = json!("2025-06-18");
    let now = app.medecin(MARTIN).post(REGISTRE, ask.clone()).await.expect(200);
    assert_eq!(now["appartenance"], "dans_parcours", "{now:#}");
    ask["connu_le"] = json!(before);
    let then = app.medecin(MARTIN).post(REGISTRE, ask.clone()).await.expect(200);
    assert_eq!(then["appartenance"], "hors_parcours");
    assert_eq!(then["declaration_retenue"], Value::Null);
    ask["connu_le"] = json!("2031-01-01T00:00:00Z");
    assert_eq!(
        app.medecin(MARTIN).post(REGISTRE, ask).await.wrong_fields(),
        [("/connu_le".into(), "date_future".into())]
    );
}

#[tokio::test]
async fn a_reform_is_asked_about_a_real_person_too() {
    let app = TestApp::new().await;
    let body = json!({
        "feuille": feuille("BERNARD", "1", "2025-03-10", json!("T")),
        "reforme": reform("PF_MONTANT", 300, "2025-01-01")
    });
    let answer = app.medecin(MARTIN).post(REGISTRE, body).await.expect(200);
    assert_eq!(answer["reforme"]["ecart"]["patient_centimes"], 100);
    assert_eq!(answer["reforme"]["ecart"]["amo_centimes"], -100);
}
