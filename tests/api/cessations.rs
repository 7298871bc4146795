//! What happens to a doctor, for all who chose him: counted, done, watched, undone.

use serde_json::{Value, json};
use traitant::domain::ids::LieuId;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, paper, patient_id};
use crate::support::cessation::{PREMIER, operate, read, simple, undo};

/// Two doctors of one cabinet, and a third alone in the same département.
const ANNE: &str = "99900008014";
const BRICE: &str = "99900008022";
pub const CHLOE: &str = "99900008030";
pub const CAISSE: &str = "010110000";

pub async fn timeline(app: &TestApp, prenom: &str) -> Vec<Value> {
    let path = format!("/v1/patients/{}/designations", patient_id(prenom));
    let all = app.patient(prenom).get(&path).await.expect(200);
    all["donnees"].as_array().unwrap().clone()
}

fn cabinet(nom: &str, commune: &str) -> Value {
    json!({ "nature": "cabinet", "nom": nom, "commune": commune, "adresse": "1 rue d'Essai" })
}

fn practice(lieu: &Value) -> Value {
    json!({ "lieu": lieu, "mode": "liberal", "principal": true, "convention": "secteur_1" })
}

async fn register(app: &TestApp, rpps: &str, lieu: &Value) -> LieuId {
    let mut exercice = practice(lieu);
    exercice["du"] = json!("2015-01-01");
    let body = json!({ "rpps": rpps, "nom": "ESSAI-JOINT", "prenom": "ANDRÉE", "specialite": "01",
                       "exercices": [exercice] });
    let made = app.caisse(CAISSE).post("/v1/medecins", body).await.expect(201);
    made["exercices"][0]["lieu"]["id"].as_str().unwrap().parse().unwrap()
}

/// Registers the three doctors and declares the first two jointly for a patient.
async fn joint(app: &TestApp, prenom: &str) -> LieuId {
    let shared = register(app, ANNE, &cabinet("Cabinet partagé", "01004")).await;
    register(app, BRICE, &json!({ "id": shared })).await;
    register(app, CHLOE, &cabinet("Cabinet seul", "01004")).await;
    let mut body = choix(prenom, ANNE);
    body["medecins"] = json!([{ "rpps": ANNE }, { "rpps": BRICE }]);
    body["patient"] = json!({ "id": patient_id(prenom) });
    let caller = app.caisse("011310000");
    let (day, digest) = ("2025-01-10", caller.digest_of(&body).await);
    let mut signed = vec![paper("assure", day, &digest)];
    for rpps in [ANNE, BRICE] {
        let mut one = paper("medecin", day, &digest);
        one["rpps"] = json!(rpps);
        signed.push(one);
    }
    body["signatures"] = json!(signed);
    assert_eq!(caller.post("/v1/declarations", body).await.expect(201)["etat"], "active");
    shared
}

fn line<'a>(designation: &'a Value, rpps: &str) -> &'a Value {
    designation["medecins"].as_array().unwrap().iter().find(|m| m["rpps"] == rpps).unwrap()
}

#[tokio::test]
async fn a_retirement_is_counted_then_done_then_undone() {
    let app = TestApp::new().await;
    let body = simple(MARTIN, "retraite", "2025-07-01");
    let caisse = app.caisse(CAISSE);
    let agent = app.referentiel(PREMIER);
    let counted = agent.post("/v1/operations/apercu", body.clone()).await.expect(200);
    assert_eq!(counted["concernes"], 5);
    assert_eq!(counted["designations_closes"], 5);
    assert_eq!(counted["neutralisations"], 5);
    assert_eq!(counted["traites"], 0);
    assert_eq!(timeline(&app, "BERNARD").await[0]["effet_au"], Value::Null, "nothing was done");

    let made = operate(&app, body.clone()).await;
    assert_eq!(made["etat"], "en_attente");
    assert_eq!(made["compte"], counted);
    let waiting = read(&app, &made).await;
    assert_eq!(waiting["actions"], json!(["annuler"]));
    let before = timeline(&app, "BERNARD").await;
    app.run_jobs().await;
    let done = read(&app, &made).await;
    assert_eq!(done["etat"], "terminee");
    assert_eq!(done["compte"]["traites"], 5);
    assert_eq!(done["compte"]["designations_closes"], 5);
    assert_eq!(done["compte"]["neutralisations"], 5);
    let closed = &timeline(&app, "BERNARD").await[0];
    assert_eq!(closed["effet_au"], "2025-07-01");
    assert_eq!(closed["motif_fin"], "cessation");
    assert_eq!(closed["motif_fin_snds"], "FIP");
    // The doctor can no longer be designated from that day on, and still can the day before.
    let doctor = caisse.get(&format!("/v1/medecins/{MARTIN}")).await.expect(200);
    assert_eq!(doctor["exercices"][0]["effet_au"], "2025-07-01");
    // The same again is refused, whoever asks.
    let again = caisse.post("/v1/operations", body).await;
    assert_eq!(again.problem(409), "operation_existante");

    let asked = undo(&app, &made).await.expect(202);
    assert_eq!(asked["etat"], "annulation");
    app.run_jobs().await;
    let undone = read(&app, &made).await;
    assert_eq!(undone["etat"], "annulee");
    assert_eq!(undone["compte"]["defaits"], 5);
    assert_eq!(undone["actions"], json!([]));
    let reopened = timeline(&app, "BERNARD").await;
    assert_eq!(reopened.len(), 1);
    for member in ["id", "declaration_id", "effet_du", "effet_au", "motif_fin", "medecins"] {
        assert_eq!(reopened[0][member], before[0][member], "{member}");
    }
    assert_eq!(reopened[0]["version"], 3);
    let doctor = caisse.get(&format!("/v1/medecins/{MARTIN}")).await.expect(200);
    assert_eq!(doctor["exercices"][0]["effet_au"], Value::Null);
    let path = format!("/v1/patients/{}/neutralisations", patient_id("BERNARD"));
    assert_eq!(app.patient("BERNARD").get(&path).await.expect(200)["donnees"], json!([]));
    let again = undo(&app, &made).await;
    assert_eq!(again.problem(409), "annulation_impossible");
}

#[tokio::test]
async fn an_end_known_late_leaves_later_choices_alone_and_undoing_keeps_them() {
    let app = TestApp::new().await;
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    let made = operate(&app, simple(MARTIN, "deces", "2025-03-01")).await;
    app.run_jobs().await;
    let known = timeline(&app, "BERNARD").await;
    assert_eq!(known[0]["effet_au"], "2025-03-01");
    assert_eq!(known[0]["motif_fin"], "cessation");
    assert_eq!(known[1]["effet_du"], "2025-06-16");
    // Charles chooses another doctor before the undoing.
    app.medecin(PONS).declare("CHARLES", PONS).await.expect(201);
    undo(&app, &made).await.expect(202);
    app.run_jobs().await;
    for prenom in ["BERNARD", "CHARLES"] {
        let known = timeline(&app, prenom).await;
        assert_eq!(known[0]["effet_au"], "2025-06-16", "{prenom}");
        assert_eq!(known[0]["motif_fin"], "remplacement");
        assert_eq!(known[1]["effet_au"], Value::Null);
    }
    assert_eq!(timeline(&app, "DIANE").await[0]["effet_au"], Value::Null);
}

#[tokio::test]
async fn paper_that_arrives_after_the_job_ends_on_the_day_too() {
    let app = TestApp::new().await;
    let made = operate(&app, simple(MARTIN, "retraite", "2025-06-01")).await;
    app.run_jobs().await;
    let caisse = app.caisse("011310000");
    let choix = crate::support::app::choix("ALICE", MARTIN);
    let paper = |day: &str, digest: &str| {
        json!([
            crate::support::app::paper("assure", day, digest),
            crate::support::app::paper("medecin", day, digest),
        ])
    };
    // Signed on the last day of practice: the content to sign is that of this day.
    let mut dated = choix.clone();
    dated["signatures"] = paper("2025-05-31", &"0".repeat(64));
    let digest = caisse.digest_of(&dated).await;
    dated["signatures"] = paper("2025-05-31", &digest);
    let late = caisse.post("/v1/declarations", dated).await.expect(201);
    assert_eq!(late["designation"]["effet_du"], "2025-05-31");
    assert_eq!(late["designation"]["effet_au"], "2025-06-01");
    let path = format!("/v1/patients/{}/neutralisations", patient_id("ALICE"));
    let own = app.patient("ALICE").get(&path).await.expect(200);
    assert_eq!(own["donnees"][0]["effet_du"], "2025-06-01");
    let mut after = choix.clone();
    after["signatures"] = paper("2025-06-01", &digest);
    let refused = caisse.post("/v1/declarations", after).await;
    assert_eq!(refused.problem(422), "medecin_non_designable");
    assert_eq!(read(&app, &made).await["compte"]["designations_closes"], 6);
    undo(&app, &made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(timeline(&app, "ALICE").await[0]["effet_au"], Value::Null);
}

#[tokio::test]
async fn of_a_joint_designation_only_the_line_of_the_doctor_closes() {
    let app = TestApp::new().await;
    joint(&app, "ALICE").await;
    let made = operate(&app, simple(ANNE, "retraite", "2025-07-01")).await;
    assert_eq!(made["compte"]["lignes_closes"], 1);
    assert_eq!(made["compte"]["designations_closes"], 0);
    assert_eq!(made["compte"]["neutralisations"], 0, "another doctor remains");
    app.run_jobs().await;
    let known = timeline(&app, "ALICE").await;
    assert_eq!(known[0]["effet_au"], Value::Null);
    assert_eq!(known[0]["version"], 2);
    assert_eq!(line(&known[0], ANNE)["effet_au"], "2025-07-01");
    assert_eq!(line(&known[0], BRICE)["effet_au"], Value::Null);
    // The last one leaves: the designation ends.
    let last = operate(&app, simple(BRICE, "retraite", "2025-08-01")).await;
    app.run_jobs().await;
    assert_eq!(read(&app, &last).await["compte"]["neutralisations"], 1);
    assert_eq!(timeline(&app, "ALICE").await[0]["effet_au"], "2025-08-01");
    undo(&app, &last).await.expect(202);
    app.run_jobs().await;
    let known = timeline(&app, "ALICE").await;
    assert_eq!(known[0]["effet_au"], Value::Null);
    assert_eq!(line(&known[0], ANNE)["effet_au"], "2025-07-01");
    undo(&app, &made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(line(&timeline(&app, "ALICE").await[0], ANNE)["effet_au"], Value::Null);
}

#[tokio::test]
async fn a_move_or_another_specialty_breaks_only_joint_designations() {
    let app = TestApp::new().await;
    joint(&app, "ALICE").await;
    app.medecin(ANNE).declare("GABRIEL", ANNE).await.problem(422);
    app.medecin(ANNE).declare("HUGO", ANNE).await.expect(201);
    let mut body = simple(ANNE, "changement_cabinet", "2025-07-01");
    body["exercice"] = practice(&cabinet("Cabinet d'à côté", "01004"));
    let moved = operate(&app, body).await;
    assert_eq!(moved["compte"]["lignes_closes"], 1);
    assert_eq!(moved["compte"]["prevenus"], 1);
    app.run_jobs().await;
    let done = read(&app, &moved).await;
    assert_eq!(done["compte"]["lignes_closes"], 1);
    assert_eq!(done["compte"]["prevenus"], 1);
    assert_eq!(line(&timeline(&app, "ALICE").await[0], ANNE)["effet_au"], "2025-07-01");
    let hugo = timeline(&app, "HUGO").await;
    assert_eq!(hugo.last().unwrap()["effet_au"], Value::Null);
    assert!(app.events().await.contains(&"designation.lieu_change".to_owned()));
    undo(&app, &moved).await.expect(202);
    app.run_jobs().await;
    assert_eq!(line(&timeline(&app, "ALICE").await[0], ANNE)["effet_au"], Value::Null);

    let mut body = simple(BRICE, "changement_specialite", "2025-07-01");
    body["specialite"] = json!("03");
    operate(&app, body).await;
    app.run_jobs().await;
    assert_eq!(line(&timeline(&app, "ALICE").await[0], BRICE)["effet_au"], "2025-07-01");
    let doctor = app.caisse(CAISSE).get(&format!("/v1/medecins/{BRICE}")).await.expect(200);
    assert_eq!(doctor["specialites"][0]["effet_au"], "2025-07-01");
    assert_eq!(doctor["specialites"][1]["code"], "03");
}

#[tokio::test]
async fn a_cabinet_moves_within_the_departement_and_a_departement_changes_to_another() {
    let app = TestApp::new().await;
    let agent = app.referentiel(PREMIER);
    for (nature, commune, wrong) in [
        ("changement_cabinet", "13055", "autre_departement"),
        ("changement_departement", "01004", "meme_departement"),
    ] {
        let mut body = simple(MARTIN, nature, "2025-07-01");
        body["exercice"] = practice(&cabinet("Cabinet neuf", commune));
        let refused = agent.post("/v1/operations", body).await;
        refused.expect(422);
        assert_eq!(refused.wrong_fields(), [("/exercice/lieu".to_owned(), wrong.to_owned())]);
    }
    let mut body = simple(MARTIN, "changement_departement", "2025-07-01");
    body["exercice"] = practice(&cabinet("Cabinet neuf", "13055"));
    operate(&app, body).await;
    app.run_jobs().await;
    assert_eq!(timeline(&app, "BERNARD").await[0]["effet_au"], "2025-07-01");
    // He can be chosen again, where he now practises.
    app.on("2025-07-01");
    let again = app.medecin(MARTIN).declare("BERNARD", MARTIN).await.expect(201);
    assert_eq!(again["designation"]["effet_du"], "2025-07-01");
    let path = format!("/v1/patients/{}/neutralisations", patient_id("BERNARD"));
    assert_eq!(app.patient("BERNARD").get(&path).await.expect(200)["donnees"], json!([]));
}

#[tokio::test]
async fn a_suspension_tells_patients_and_nobody_chooses_the_doctor_meanwhile() {
    let app = TestApp::new().await;
    let mut body = simple(MARTIN, "suspension", "2025-06-16");
    body["effet_au"] = json!("2025-06-20");
    let made = operate(&app, body).await;
    app.run_jobs().await;
    assert_eq!(read(&app, &made).await["compte"]["prevenus"], 5);
    assert_eq!(timeline(&app, "BERNARD").await[0]["effet_au"], Value::Null);
    let told = app.events().await;
    let count = told.iter().filter(|kind| *kind == "designation.medecin_suspendu").count();
    assert_eq!(count, 5);
    for (day, possible) in [("2025-06-16", false), ("2025-06-19", false), ("2025-06-20", true)] {
        app.on(day);
        let choix = choix("ALICE", MARTIN);
        let shown = app.patient("ALICE").post("/v1/declarations/apercu", choix.clone()).await;
        assert_eq!(shown.status.as_u16(), if possible { 200 } else { 422 }, "{day}");
        // A doctor who does not practise that day holds no card.
        let shown = app.medecin(MARTIN).post("/v1/declarations/apercu", choix).await;
        assert_eq!(shown.status.as_u16(), if possible { 200 } else { 403 }, "{day}");
    }
    // Run again, the job tells nobody twice.
    app.run_jobs().await;
    assert_eq!(
        app.events().await.iter().filter(|k| *k == "designation.medecin_suspendu").count(),
        5
    );
}
