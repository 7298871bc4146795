//! What the row of a person holds already made: believed only as long as it is what the facts say.

use serde_json::{Value, json};
use traitant::services::etats::{self, Verification};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, choix, cle, feuille, patient_id};
use crate::support::logs::statements;
use crate::support::vie::{BOUCHES_DU_RHONE, paper_choice};

async fn verify(app: &TestApp) -> Verification {
    etats::verify(&app.core, |_| {}).await.unwrap()
}

/// Verifies that nothing differs; gives how many rows hold a current value.
async fn current(app: &TestApp) -> u64 {
    let found = verify(app).await;
    assert!(found.etats_differents.is_empty(), "{found:?}");
    assert!(found.retenues_differentes.is_empty(), "{found:?}");
    found.courants
}

async fn send(app: &TestApp, rpps: &str, prenom: &str, numero: &str, jour: &str) -> Value {
    let mut said = feuille(prenom, numero, jour, json!("T"));
    said["executant"]["rpps"] = json!(rpps);
    app.medecin(rpps).post("/v1/feuilles-de-soins", said).await.expect(201)
}

fn code(sheet: &Value) -> &str {
    sheet["evaluations"][0]["code_determine"].as_str().unwrap()
}

async fn run(app: &TestApp, statement: &'static str, name: &str) {
    let pool = app.database.pool(1).await;
    let done = sqlx::query(statement).bind(patient_id(name).uuid()).execute(&pool).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
    pool.close().await;
}

#[tokio::test]
async fn a_feuille_makes_the_value_of_its_person_and_what_is_recorded_afterwards_makes_it_old() {
    let app = TestApp::new().await;
    assert_eq!(current(&app).await, 0);
    send(&app, MARTIN, "ALICE", "1", "2025-03-10").await;
    send(&app, MARTIN, "BERNARD", "2", "2025-03-10").await;
    assert_eq!(current(&app).await, 2);
    // Believed by the next one, and still current after it.
    let before = send(&app, PONS, "ALICE", "3", "2025-03-11").await;
    assert_ne!(code(&before), "T");
    assert_eq!(current(&app).await, 2);
    let alice = patient_id("ALICE").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, PONS, "2020-03-02").await;
    assert_eq!(current(&app).await, 1);
    let after = send(&app, PONS, "ALICE", "4", "2025-03-12").await;
    assert_eq!(current(&app).await, 2);
    // The choice that came after the value decides.
    assert_eq!(code(&after), "T");
}

#[tokio::test]
async fn a_value_that_somebody_changed_by_hand_is_found_and_named() {
    let app = TestApp::new().await;
    send(&app, MARTIN, "ALICE", "1", "2025-03-10").await;
    send(&app, MARTIN, "BERNARD", "2", "2025-03-10").await;
    // Nobody seals another value without the key.
    let forge = "UPDATE patient SET etat_chiffre = set_byte(etat_chiffre, length(etat_chiffre) - 1, get_byte(etat_chiffre, length(etat_chiffre) - 1) # 1) WHERE patient_id = $1";
    run(&app, forge, "ALICE").await;
    let found = verify(&app).await;
    assert_eq!(found.etats_differents.into_iter().collect::<Vec<_>>(), [patient_id("ALICE")]);
    assert!(found.retenues_differentes.is_empty());
    let spend = "UPDATE patient SET retenues = substr(retenues, 1, 2) WHERE patient_id = $1";
    run(&app, spend, "BERNARD").await;
    let found = verify(&app).await;
    assert_eq!(found.retenues_differentes.into_iter().collect::<Vec<_>>(), [patient_id("BERNARD")]);
}

#[tokio::test]
async fn a_value_of_another_program_or_of_another_instant_is_made_again() {
    let app = TestApp::new().await;
    send(&app, MARTIN, "ALICE", "1", "2025-03-10").await;
    for forge in [
        "UPDATE patient SET etat_chiffre = set_byte(etat_chiffre, 0, 200) WHERE patient_id = $1",
        "UPDATE patient SET etat_le = etat_le - interval '1 microsecond' WHERE patient_id = $1",
        "UPDATE patient SET etat_chiffre = substr(etat_chiffre, 1, 12) WHERE patient_id = $1",
        "UPDATE patient SET etat_chiffre = NULL, etat_le = NULL WHERE patient_id = $1",
    ] {
        run(&app, forge, "ALICE").await;
        let number = app.key().chars().filter(char::is_ascii_digit).take(6).collect::<String>();
        send(&app, MARTIN, "ALICE", &number, "2025-03-11").await;
        assert_eq!(current(&app).await, 1, "{forge}");
    }
    for forge in [
        "UPDATE patient SET etat_chiffre = NULL, etat_le = NULL WHERE patient_id = $1",
        // Nothing was recorded since, and another program made it.
        "UPDATE patient SET etat_chiffre = set_byte(etat_chiffre, 0, 200) WHERE patient_id = $1",
    ] {
        run(&app, forge, "ALICE").await;
        etats::remake(&app.core, |_| {}).await.unwrap();
        let found = verify(&app).await;
        assert_eq!(found.courants, found.personnes);
        current(&app).await;
        let made = "SELECT get_byte(etat_chiffre, 0) FROM patient WHERE patient_id = $1";
        let pool = app.database.pool(1).await;
        let alice = patient_id("ALICE").uuid();
        let version: i32 = sqlx::query_scalar(made).bind(alice).fetch_one(&pool).await.unwrap();
        assert_eq!(version, 1, "{forge}");
        pool.close().await;
    }
}

#[tokio::test]
async fn a_row_that_nobody_can_read_keeps_nobody_else_from_being_made_again() {
    let app = TestApp::new().await;
    for (name, numero) in [("ALICE", "1"), ("BERNARD", "2")] {
        send(&app, MARTIN, name, numero, "2025-03-10").await;
        let forge = "UPDATE patient SET etat_chiffre = NULL, etat_le = NULL WHERE patient_id = $1";
        run(&app, forge, name).await;
    }
    let pool = app.database.pool(1).await;
    let freely =
        "ALTER TABLE affiliation DROP CONSTRAINT affiliation_organisme, DISABLE TRIGGER USER";
    sqlx::query(freely).execute(&pool).await.unwrap();
    let forge = "UPDATE affiliation SET organisme = 'ailleurs' WHERE patient_id = $1";
    run(&app, forge, "BERNARD").await;
    etats::remake(&app.core, |_| {}).await.unwrap();
    let found = verify(&app).await;
    assert_eq!(found.courants + 1, found.personnes, "everybody's but that one");
    pool.close().await;
}

/// What is kept from the person on a day, by the answers of the service.
fn kept(sheet: &Value) -> i64 {
    let totals = &sheet["evaluations"][0]["totaux"];
    totals["participation_forfaitaire_centimes"].as_i64().unwrap()
}

#[tokio::test]
async fn the_participations_of_a_year_count_wherever_they_are_kept() {
    let app = TestApp::new().await;
    // Four a day count, whichever year the row of the person holds meanwhile.
    let mut invoice = 0_u32;
    let mut next = || {
        invoice += 1;
        invoice.to_string()
    };
    for _ in 0..2 {
        assert_eq!(kept(&send(&app, MARTIN, "BERNARD", &next(), "2024-12-31").await), 200);
    }
    for _ in 0..2 {
        assert_eq!(kept(&send(&app, MARTIN, "BERNARD", &next(), "2025-01-01").await), 200);
    }
    for _ in 0..2 {
        assert_eq!(kept(&send(&app, MARTIN, "BERNARD", &next(), "2024-12-31").await), 200);
    }
    assert_eq!(kept(&send(&app, MARTIN, "BERNARD", &next(), "2024-12-31").await), 0);
    for _ in 0..2 {
        assert_eq!(kept(&send(&app, MARTIN, "BERNARD", &next(), "2025-01-01").await), 200);
    }
    assert_eq!(kept(&send(&app, MARTIN, "BERNARD", &next(), "2025-01-01").await), 0);
    current(&app).await;
}

#[tokio::test]
async fn a_feuille_of_somebody_whose_row_is_current_asks_for_no_fact() {
    let app = TestApp::new().await;
    // The author, the month and the law are known from here on.
    send(&app, MARTIN, "BERNARD", "1", "2025-03-10").await;
    let (cold, _) = statements(send(&app, MARTIN, "ALICE", "2", "2025-03-10")).await;
    let mut warm = usize::MAX;
    for number in ["3", "4", "5"] {
        // A connection that is new says something of its own.
        warm = warm.min(statements(send(&app, MARTIN, "ALICE", number, "2025-03-11")).await.0);
    }
    // Merges, caisses, births, designations, death, statuses, declarations under way, neutralisations, referrals, opinions.
    assert!(cold >= warm + 10, "{cold}, then {warm}");
}

#[tokio::test]
async fn a_doctor_reads_by_the_card_in_as_many_statements_as_by_the_id_and_a_wrong_card_is_counted_all_the_same()
 {
    let app = TestApp::new().await;
    let consult = "/v1/medecins-traitants/consultation";
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("BERNARD"));
    let doctor = app.medecin(MARTIN);
    let by_id = doctor.get(&path).await.expect(200);
    let mut least = usize::MAX;
    for _ in 0..3 {
        let (count, reply) = statements(doctor.post(consult, cle("BERNARD"))).await;
        assert_eq!(reply.expect(200)["designation"], by_id["designation"]);
        least = least.min(count);
    }
    // Everything under the lock of the tries; then the trace.
    assert_eq!(least, 2);
    let mut wrong = cle("BERNARD");
    wrong["date_naissance"] = json!("1958-07-15");
    doctor.post(consult, wrong).await.expect(404);
    let (after, reply) = statements(doctor.post(consult, cle("BERNARD"))).await;
    reply.expect(200);
    assert!(after > least + 2, "a try is known: it is looked at step by step, in {after}");
}

#[tokio::test]
async fn the_same_medecin_traitant_is_read_by_one_statement_and_for_a_patient_by_three_less_once_the_row_is_current()
 {
    let app = TestApp::new().await;
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("BERNARD"));
    let read = async |caller: &Caller<'_>| {
        let (mut least, mut answer) = (usize::MAX, Value::Null);
        for _ in 0..3 {
            let (count, reply) = statements(caller.get(&path)).await;
            least = least.min(count);
            answer = reply.expect(200);
        }
        (least, answer)
    };
    let (doctor, patient) = (app.medecin(MARTIN), app.patient("BERNARD"));
    let (doctors, patients) = (read(&doctor).await, read(&patient).await);
    send(&app, MARTIN, "BERNARD", "1", "2025-03-10").await;
    // What a doctor is to the person, their row, who is in force and what covers them; then the trace.
    assert_eq!((doctors.0, read(&doctor).await), (2, doctors));
    // Caisses, statuses and the birth come with the row, which is read anyway to know whether the record was merged.
    let (warm, after) = read(&patient).await;
    assert_eq!((patients.0 - warm, after), (3, patients.1));
}

#[tokio::test]
async fn a_complete_choice_reads_nothing_of_what_the_person_does_not_have() {
    let app = TestApp::new().await;
    let declare = async |prenom: &str, rpps: &str| {
        let doctor = app.medecin(rpps);
        let (preview, reply) = statements(doctor.digest_of(&choix(prenom, rpps))).await;
        let (both, done) = statements(doctor.declare(prenom, rpps)).await;
        assert_eq!(done.expect(201)["etat"], "active", "{reply}");
        both - preview
    };
    // Who writes, plans and types of columns are known from here on.
    declare("ALICE", MARTIN).await;
    let first = declare("BERNARD", PONS).await;
    assert!(first <= 24, "{first}");
    let change = declare("BERNARD", MARTIN).await;
    // One more choice waits: it is read, with the links under which it may have been signed, and closed.
    app.medecin(PONS).post("/v1/declarations", choix("BERNARD", PONS)).await.expect(201);
    let with = declare("BERNARD", PONS).await;
    assert!(with > change, "{change}, then {with}");
}
