//! What if, as the register knew it: each fact counts from the instant when it was recorded, not before.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use traitant::domain::clock::Clock;

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, choix, feuille, patient_id, signature};
use crate::support::cessation::{operate, simple};
use crate::support::vie::{
    AIN, AUTRE_NIR, BOUCHES_DU_RHONE, act, merge, organisme, paper_choice, second_record,
};

const FEUILLES: &str = "/v1/feuilles-de-soins";

/// The instant under which the next thing is recorded.
fn moment(app: &TestApp) -> DateTime<Utc> {
    app.advance(TimeDelta::seconds(1));
    app.clock.now()
}

async fn asked(app: &TestApp, sheet: &Value, connu_le: Option<DateTime<Utc>>) -> Value {
    let mut body = json!({ "feuille": sheet });
    if let Some(instant) = connu_le {
        body["connu_le"] = json!(instant.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
    }
    let rpps = sheet["executant"]["rpps"].as_str().unwrap();
    let mut answer = app.medecin(rpps).post("/v1/simulations/registre", body).await.expect(200);
    answer.as_object_mut().unwrap().remove("connu_le");
    answer
}

/// What is answered as known just before an instant, at it, and after it. As known now is what is
/// answered to who says no instant.
async fn around(app: &TestApp, sheet: &Value, at: DateTime<Utc>) -> [Value; 3] {
    let after = moment(app);
    let before = asked(app, sheet, Some(at - TimeDelta::microseconds(1))).await;
    let then = asked(app, sheet, Some(at)).await;
    let later = asked(app, sheet, Some(after)).await;
    assert_eq!(later, asked(app, sheet, None).await);
    [before, then, later]
}

/// A member of three answers.
fn each<'a>(answers: &'a [Value; 3], member: &str) -> [&'a Value; 3] {
    [&answers[0][member], &answers[1][member], &answers[2][member]]
}

fn warns(answers: &[Value; 3], code: &str) -> [bool; 3] {
    [0, 1, 2].map(|place| {
        let all = answers[place]["avertissements"].as_array().unwrap();
        all.iter().any(|warning| warning["code"] == code)
    })
}

fn majored(answers: &[Value; 3]) -> [bool; 3] {
    [0, 1, 2].map(|place| answers[place]["totaux"]["majoration_centimes"] != 0)
}

/// A consultation of the cardiologist for Bernard, whose médecin traitant is Martin.
fn cardiologist(numero: &str, jour: &str, code: &str, indicateur: &str) -> Value {
    let mut body = feuille("BERNARD", numero, jour, json!(indicateur));
    body["executant"] = json!({
        "rpps": CARDIOLOGUE, "numero_facturation": { "type": "num_am", "valeur": "991999913" },
        "specialite": "03", "convention": "secteur_1",
    });
    if indicateur == "O" {
        body["parcours"]["orienteur"] =
            json!({ "rpps": MARTIN, "nom": "ESSAI-MARTIN", "prenom": "CAMILLE" });
    }
    body["actes"][0]["code"] = json!(code);
    body["actes"][0]["honoraires_centimes"] = json!(2650);
    body["actes"][0]["base_remboursement_centimes"] = json!(2650);
    body
}

/// A consultation of Pons.
fn pons(prenom: &str, jour: &str) -> Value {
    let mut body = feuille(prenom, "1", jour, Value::Null);
    body["executant"]["rpps"] = json!(PONS);
    body["executant"]["numero_facturation"]["valeur"] = json!("991999954");
    body
}

#[tokio::test]
async fn a_late_choice_counts_from_its_recording() {
    let app = TestApp::new().await;
    let at = moment(&app);
    let alice = patient_id("ALICE").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-03-10").await;
    let sheet = feuille("ALICE", "1", "2025-06-10", json!("T"));
    let known = around(&app, &sheet, at).await;
    assert_eq!(each(&known, "appartenance"), ["hors_parcours", "dans_parcours", "dans_parcours"]);
    assert_eq!(known[0]["declaration_retenue"], Value::Null);
    assert!(known[1]["declaration_retenue"].is_object());
}

#[tokio::test]
async fn a_choice_under_way_counts_from_its_first_signature_until_its_last() {
    let app = TestApp::new().await;
    let sheet = feuille("ALICE", "1", "2025-06-16", json!("N"));
    let at = moment(&app);
    let mut asked_for = choix("ALICE", MARTIN);
    let martin = app.medecin(MARTIN);
    let digest = martin.digest_of(&asked_for).await;
    asked_for["signatures"] = json!([signature("medecin", "cps", &digest)]);
    let waiting = martin.post("/v1/declarations", asked_for).await.expect(201);
    let known = around(&app, &sheet, at).await;
    assert_eq!(each(&known, "code_determine"), ["S", "N", "N"]);
    let signed = moment(&app);
    let path = format!("/v1/declarations/{}/signatures", waiting["id"].as_str().unwrap());
    let own = signature("assure", "franceconnect", &digest);
    let version = waiting["version"].as_i64().unwrap();
    app.patient("ALICE").post_on(&path, version, own).await.expect(200);
    let known = around(&app, &sheet, signed).await;
    assert_eq!(known[0]["code_determine"], "N");
    assert_ne!(known[1]["declaration_retenue"], Value::Null);
}

#[tokio::test]
async fn a_status_and_a_caisse_count_from_their_recording() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD").to_string();
    let sheet = feuille("BERNARD", "1", "2025-06-12", json!("T"));
    let helped = moment(&app);
    let body = json!({ "statut": "ame", "effet_du": "2025-05-01" });
    act(&app.caisse(AIN), &bernard, "changements-de-statut", body).await.expect(200);
    let known = around(&app, &sheet, helped).await;
    assert_eq!(each(&known, "appartenance"), ["dans_parcours", "exclu", "exclu"]);
    let moved = moment(&app);
    let body = json!({ "organisme": organisme("029150000"), "effet_du": "2025-06-12" });
    act(&app.caisse(AIN), &bernard, "changements-d-organisme", body).await.expect(200);
    let known = around(&app, &sheet, moved).await;
    assert_eq!(warns(&known, "organisme_contredit"), [false, true, true]);
}

#[tokio::test]
async fn a_referral_counts_from_its_recording_until_it_is_cancelled() {
    let app = TestApp::new().await;
    let sheet = cardiologist("1", "2025-06-16", "CS", "S2");
    let sent = moment(&app);
    let plan = json!({
        "nature": "plan_de_soins", "effet_au": "2025-12-16",
        "correspondants": [{ "rpps": CARDIOLOGUE }],
        "actes": [{ "nomenclature": "ngap", "code": "CS" }],
        "periodicite": { "tous_les": 3, "unite": "mois" },
    });
    let path = format!("/v1/patients/{}/adressages", patient_id("BERNARD"));
    let made = app.medecin(MARTIN).post(&path, plan).await.expect(201);
    let known = around(&app, &sheet, sent).await;
    assert_eq!(each(&known, "code_determine"), ["F", "O", "O"]);
    let cancelled = moment(&app);
    let path = format!("/v1/adressages/{}/annulation", made["id"].as_str().unwrap());
    app.medecin(MARTIN).post_on(&path, 1, json!({})).await.expect(200);
    let known = around(&app, &sheet, cancelled).await;
    assert_eq!(each(&known, "code_determine"), ["O", "F", "F"]);
}

#[tokio::test]
async fn a_retirement_spares_from_its_recording() {
    let app = TestApp::new().await;
    let sheet = pons("BERNARD", "2025-06-12");
    let at = moment(&app);
    operate(&app, simple(MARTIN, "retraite", "2025-06-10")).await;
    app.run_jobs().await;
    let known = around(&app, &sheet, at).await;
    assert_eq!(majored(&known), [true, false, false]);
}

#[tokio::test]
async fn care_after_a_death_is_refused_from_its_recording() {
    let app = TestApp::new().await;
    let sheet = feuille("BERNARD", "1", "2025-06-12", json!("T"));
    let at = moment(&app);
    let bernard = patient_id("BERNARD").to_string();
    let told = json!({ "jour": "2025-06-11", "source": "etat_civil" });
    act(&app.caisse(AIN), &bernard, "deces", told).await.expect(200);
    let before = asked(&app, &sheet, Some(at - TimeDelta::microseconds(1))).await;
    assert_eq!(before["appartenance"], "dans_parcours");
    let after = moment(&app);
    for connu_le in [at, after] {
        let connu_le = connu_le.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let body = json!({ "feuille": sheet, "connu_le": connu_le });
        let refused = app.medecin(MARTIN).post("/v1/simulations/registre", body).await;
        let expected = [("/feuille/actes/0/date_execution".to_owned(), "apres_deces".to_owned())];
        assert_eq!(refused.wrong_fields(), expected);
    }
}

#[tokio::test]
async fn the_specialty_of_the_performer_is_the_one_that_was_known() {
    let app = TestApp::new().await;
    let sheet = pons("HUGO", "2025-06-12");
    let at = moment(&app);
    let body = json!({ "rpps": PONS, "nature": "changement_specialite", "effet_du": "2025-06-10",
        "specialite": "03" });
    app.caisse(BOUCHES_DU_RHONE).post("/v1/operations", body).await.expect(202);
    app.run_jobs().await;
    let known = around(&app, &sheet, at).await;
    assert_eq!(warns(&known, "specialite_contredite"), [false, true, true]);
}

#[tokio::test]
async fn a_merge_counts_from_its_recording_and_each_record_answered_for_itself_before() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2020-03-02").await;
    let other = second_record(&app, BOUCHES_DU_RHONE, AUTRE_NIR, "1972-08-09").await;
    let own = feuille("ALICE", "1", "2025-06-12", json!("T"));
    let mut second = own.clone();
    second["beneficiaire"]["identifiant_individuel"]["valeur"] = json!(AUTRE_NIR);
    second["beneficiaire"]["identifiant_ouvrant_droit"]["valeur"] = json!(AUTRE_NIR);
    let at = moment(&app);
    merge(&app.caisse(BOUCHES_DU_RHONE), &alice, &other).await.expect(201);
    let known = around(&app, &second, at).await;
    assert_eq!(each(&known, "appartenance"), ["hors_parcours", "dans_parcours", "dans_parcours"]);
    let known = around(&app, &own, at).await;
    assert_eq!(each(&known, "appartenance"), ["dans_parcours"; 3]);
}

#[tokio::test]
async fn the_opinions_and_the_feuilles_around_them_are_those_received_by_then() {
    let app = TestApp::new().await;
    let doctor = app.medecin(CARDIOLOGUE);
    let given = moment(&app);
    let opinion = cardiologist("1", "2025-05-20", "APC", "O");
    doctor.post(FEUILLES, opinion).await.expect(201);
    let followed = cardiologist("2", "2025-06-10", "CS", "S2");
    let known = around(&app, &followed, given).await;
    assert_eq!(warns(&known, "avis_ponctuel_rompu"), [false, true, true]);
    let seen = moment(&app);
    doctor.post(FEUILLES, cardiologist("3", "2025-05-27", "CS", "S2")).await.expect(201);
    let known = around(&app, &cardiologist("4", "2025-06-12", "APC", "O"), seen).await;
    assert_eq!(warns(&known, "avis_ponctuel_patient_suivi"), [true; 3], "the opinion itself");
    let named = |answer: &Value| {
        let all = answer["avertissements"].as_array().unwrap();
        let found = all.iter().find(|one| one["code"] == "avis_ponctuel_patient_suivi").unwrap();
        found["feuilles"].as_array().unwrap().len()
    };
    assert_eq!([0, 1, 2].map(|place| named(&known[place])), [1, 2, 2]);
}

#[tokio::test]
async fn participations_are_those_of_the_feuilles_received_by_then() {
    let app = TestApp::new().await;
    let sheet = |numero: u8, jour: &str| feuille("BERNARD", &numero.to_string(), jour, json!("T"));
    for numero in 1..=3 {
        app.advance(TimeDelta::seconds(1));
        app.medecin(MARTIN).post(FEUILLES, sheet(numero, "2025-06-10")).await.expect(201);
    }
    let fourth = moment(&app);
    app.medecin(MARTIN).post(FEUILLES, sheet(4, "2025-06-10")).await.expect(201);
    let known = around(&app, &sheet(5, "2025-06-10"), fourth).await;
    let kept = [0, 1, 2].map(|place| {
        known[place]["totaux"]["participation_forfaitaire_centimes"].as_i64().unwrap()
    });
    assert_eq!(kept, [200, 0, 0], "8 € a day");
    let elsewhere = around(&app, &pons("BERNARD", "2025-06-10"), fourth).await;
    for answer in elsewhere {
        assert_eq!(answer["totaux"]["participation_forfaitaire_centimes"], 200);
    }
}

#[tokio::test]
async fn participations_are_those_of_the_last_evaluation_of_then() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD").to_string();
    // Twenty-five participations: 50 € a year.
    let lines: Vec<String> = (0..25)
        .map(|numero| {
            let jour = if numero < 24 {
                format!("2025-06-0{}", 2 + numero / 4)
            } else {
                "2025-06-10".into()
            };
            feuille("BERNARD", &(numero + 1).to_string(), &jour, json!("T")).to_string()
        })
        .collect();
    let lines = lines.join("\n");
    let stored = app.medecin(MARTIN).send_ndjson("/v1/feuilles-de-soins/lots", &lines).await;
    assert_eq!(stored.status, 200);
    app.advance(TimeDelta::seconds(1));
    for (mot, jour) in [("ame", "2025-06-10"), ("ordinaire", "2025-06-11")] {
        let body = json!({ "statut": mot, "effet_du": jour });
        act(&app.caisse(AIN), &bernard, "changements-de-statut", body).await.expect(200);
    }
    let again = moment(&app);
    let caisse = app.caisse(AIN);
    let body = json!({ "motif": "fait_tardif", "patient_id": bernard, "du": "2025-06-01" });
    let tried = caisse.post("/v1/reevaluations", body).await;
    app.run_jobs().await;
    let path = format!("{}/application", tried.header("location"));
    caisse.act_on(&path, 2).await.expect(202);
    app.run_jobs().await;
    let sheet = feuille("BERNARD", "26", "2025-06-12", json!("T"));
    let known = around(&app, &sheet, again).await;
    let kept = [0, 1, 2].map(|place| {
        known[place]["totaux"]["participation_forfaitaire_centimes"].as_i64().unwrap()
    });
    assert_eq!(kept, [0, 200, 200], "the feuille of the 10th gave its participation back");
}

/// A feuille of the register that is asked about again is not one of those before it.
#[tokio::test]
async fn a_feuille_that_was_received_does_not_count_for_itself() {
    let app = TestApp::new().await;
    let sheet = |numero: u8| feuille("BERNARD", &numero.to_string(), "2025-06-10", json!("T"));
    for numero in 1..=4 {
        app.advance(TimeDelta::seconds(1));
        app.medecin(MARTIN).post(FEUILLES, sheet(numero)).await.expect(201);
    }
    let after = moment(&app);
    for connu_le in [None, Some(after)] {
        let of = async |numero| {
            let answer = asked(&app, &sheet(numero), connu_le).await;
            answer["totaux"]["participation_forfaitaire_centimes"].as_i64().unwrap()
        };
        assert_eq!((of(4).await, of(1).await), (200, 200), "8 € a day, its own 2 € included");
        assert_eq!(of(5).await, 0, "another one");
    }
    let opinion = cardiologist("1", "2025-05-20", "APC", "O");
    let stored = app.medecin(CARDIOLOGUE).post(FEUILLES, opinion.clone()).await.expect(201);
    let said = &stored["evaluations"][0]["avertissements"];
    let after = moment(&app);
    for connu_le in [None, Some(after)] {
        assert_eq!(asked(&app, &opinion, connu_le).await["avertissements"], *said);
    }
}
