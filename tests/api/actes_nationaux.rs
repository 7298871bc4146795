//! A national act on a doctor, by two agents; what a caisse may do to a doctor; who reads and undoes what.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::cessations::{CAISSE, timeline};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS};
use crate::support::cessation::{
    PREMIER, SECOND, confirm, operate, path, read, simple, undo, undo_by,
};

/// Of Charles.
const FINISTERE: &str = "029150000";
/// Of nobody whom Martin follows.
const RHONE: &str = "016910000";
const BOUCHES_DU_RHONE: &str = "011310000";

async fn prepare(app: &TestApp, body: Value) -> Value {
    app.referentiel(PREMIER).post("/v1/operations", body).await.expect(202)
}

async fn until(app: &TestApp, prenom: &str) -> Value {
    timeline(app, prenom).await[0]["effet_au"].clone()
}

#[tokio::test]
async fn a_national_act_is_prepared_by_one_agent_and_done_by_another() {
    let app = TestApp::new().await;
    let body = simple(MARTIN, "retraite", "2025-07-01");
    let agent = app.referentiel(PREMIER);
    let counted = agent.post("/v1/operations/apercu", body.clone()).await.expect(200);
    let of = |caisse: &str| json!({ "caisse": caisse, "patients": 1 });
    let all = ["01011", "01201", "01751", "01974", "02915"].map(of);
    assert_eq!(counted["caisses"], json!(all));

    let made = prepare(&app, body.clone()).await;
    assert_eq!((&made["etat"], &made["caisse"]), (&json!("a_confirmer"), &Value::Null));
    assert_eq!((&made["compte"], &made["actions"]), (&counted, &json!(["annuler"])));
    assert_eq!(made["expire_le"], "2025-07-01T10:00:00Z");
    app.run_jobs().await;
    assert_eq!(until(&app, "BERNARD").await, Value::Null, "nothing is done");
    let doctor = agent.get(&format!("/v1/medecins/{MARTIN}")).await.expect(200);
    assert_eq!(doctor["exercices"][0]["effet_au"], Value::Null);
    assert_eq!(app.events().await.last().unwrap(), "medecin.operation_preparee");

    // Who prepared it does not confirm it, a caisse neither, and does not read it yet.
    assert_eq!(confirm(&app, PREMIER, &made).await.problem(403), "meme_agent");
    let caisse = app.caisse(CAISSE);
    let confirmation = format!("{}/confirmation", path(&made));
    assert_eq!(caisse.act_on(&confirmation, 1).await.problem(403), "role_interdit");
    assert_eq!(caisse.get(&path(&made)).await.problem(404), "introuvable");
    let other = app.referentiel(SECOND);
    let seen = other.get(&path(&made)).await.expect(200);
    assert_eq!(seen["actions"], json!(["annuler", "confirmer"]));
    assert_eq!(other.act_on(&confirmation, 4).await.problem(412), "version_perimee");
    let confirmed = confirm(&app, SECOND, &made).await.expect(202);
    assert_eq!((&confirmed["etat"], &confirmed["compte"]), (&json!("en_attente"), &counted));
    let again = confirm(&app, "agent-3", &confirmed).await;
    assert_eq!(again.problem(409), "transition_interdite");
    app.run_jobs().await;
    assert_eq!(until(&app, "BERNARD").await, "2025-07-01");
    let done = read(&app, &made).await;
    assert_eq!(
        (&done["etat"], &done["compte"]["caisses"]),
        (&json!("terminee"), &counted["caisses"])
    );
    // A second one is refused, on any day and by whoever asks.
    for day in ["2025-07-01", "2025-09-01"] {
        let again = simple(MARTIN, "retraite", day);
        for caller in [&agent, &other, &caisse] {
            let refused = caller.post("/v1/operations", again.clone()).await;
            assert_eq!(refused.problem(409), "operation_existante", "{day}");
            let words = refused.expect(409)["detail"].clone();
            assert!(
                words.as_str().unwrap().starts_with("Une opération de cette nature"),
                "{words}"
            );
        }
        // A caisse that it does not concern does not learn that it stands.
        let stranger = app.caisse(RHONE).post("/v1/operations", again).await;
        assert_eq!(stranger.problem(403), "role_interdit", "{day}");
    }
}

/// An issuer may write one person in several ways: that makes no second agent.
#[tokio::test]
async fn one_agent_under_another_spelling_confirms_nothing() {
    let app = TestApp::new().await;
    let same = [
        "agent-é",
        "AGENT-É",
        " agent-é ",
        "agent-é\u{a0}",
        "agent-e\u{301}",
        "AGENT-E\u{301}",
        "ａｇｅｎｔ-é",
    ];
    for by in same {
        let body = simple(MARTIN, "retraite", "2025-07-01");
        let made = app.referentiel(by).post("/v1/operations", body).await.expect(202);
        for sub in same {
            assert_eq!(
                confirm(&app, sub, &made).await.problem(403),
                "meme_agent",
                "{by:?} {sub:?}"
            );
            let seen = app.referentiel(sub).get(&path(&made)).await.expect(200);
            assert_eq!(seen["actions"], json!(["annuler"]), "{by:?} {sub:?}");
        }
        undo_by(&app.referentiel(by), &made).await.expect(202);
    }
    let made = prepare(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    for other in ["agent-é", "agent-11", "agent_1", "agent-l"] {
        let seen = app.referentiel(other).get(&path(&made)).await.expect(200);
        assert_eq!(seen["actions"], json!(["annuler", "confirmer"]), "{other:?}");
    }
    confirm(&app, "agent-é", &made).await.expect(202);
}

#[tokio::test]
async fn each_caisse_is_told_reads_its_own_and_undoes_for_its_own() {
    let app = TestApp::new().await;
    let made = operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    let pool = app.database.pool(1).await;
    let told: Vec<Value> = sqlx::query_scalar(
        "SELECT donnees FROM evenement WHERE nature = 'medecin.cessation' AND donnees ? 'caisse'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(told.len(), 5);
    assert!(told.iter().any(|one| one["caisse"] == "02915" && one["patients"] == 1), "{told:?}");
    // Told before the job has listed anybody, it reads at once.
    let finistere = app.caisse(FINISTERE);
    finistere.get(&path(&made)).await.expect(200);
    app.run_jobs().await;
    let seen = finistere.get(&path(&made)).await.expect(200);
    assert_eq!(seen["compte"]["caisses"], json!([{ "caisse": "02915", "patients": 1 }]));
    assert_eq!((&seen["compte"]["concernes"], &seen["actions"]), (&json!(1), &json!(["annuler"])));
    assert_eq!(app.caisse(RHONE).get(&path(&made)).await.problem(404), "introuvable");

    let undone = undo_by(&finistere, &made).await.expect(202);
    assert_eq!((&undone["annulee_le"], &undone["actions"]), (&Value::Null, &json!([])));
    app.run_jobs().await;
    assert_eq!(until(&app, "CHARLES").await, Value::Null);
    assert_eq!(until(&app, "BERNARD").await, "2025-07-01");
    let seen = read(&app, &made).await;
    assert_eq!((&seen["etat"], &seen["compte"]["defaits"]), (&json!("terminee"), &json!(1)));
    let again = undo_by(&finistere, &made).await;
    assert_eq!(again.problem(409), "annulation_impossible");
    // Run again, the job closes nothing again.
    let doctor = app.caisse(CAISSE).get(&format!("/v1/medecins/{MARTIN}")).await.expect(200);
    assert_eq!(doctor["exercices"][0]["effet_au"], "2025-07-01", "he has stopped all the same");
    undo(&app, &made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(until(&app, "BERNARD").await, Value::Null);
    assert_eq!(read(&app, &made).await["etat"], "annulee");
}

#[tokio::test]
async fn a_caisse_undoes_for_its_own_before_the_job_reaches_them() {
    let app = TestApp::new().await;
    let made = operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    undo_by(&app.caisse(FINISTERE), &made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(until(&app, "CHARLES").await, Value::Null);
    assert_eq!(until(&app, "BERNARD").await, "2025-07-01");
    assert_eq!(read(&app, &made).await["compte"]["designations_closes"], 4);
}

#[tokio::test]
async fn what_nobody_confirms_is_cancelled_or_expires() {
    let app = TestApp::new().await;
    let made = prepare(&app, simple(MARTIN, "deces", "2025-06-16")).await;
    let undone = undo_by(&app.referentiel(SECOND), &made).await.expect(202);
    assert_eq!((&undone["etat"], &undone["actions"]), (&json!("annulee"), &json!([])));
    assert_eq!(confirm(&app, SECOND, &undone).await.problem(409), "transition_interdite");

    let made = prepare(&app, simple(MARTIN, "deces", "2025-06-16")).await;
    app.advance(TimeDelta::days(15));
    assert_eq!(confirm(&app, SECOND, &made).await.problem(409), "transition_interdite");
    app.run_jobs().await;
    let expired = read(&app, &made).await;
    assert_eq!((&expired["etat"], &expired["actions"]), (&json!("expiree"), &json!([])));
    assert_eq!(until(&app, "BERNARD").await, Value::Null);
    // It may be asked again.
    prepare(&app, simple(MARTIN, "deces", "2025-06-16")).await;
}

#[tokio::test]
async fn a_cessation_of_long_ago_says_why() {
    let app = TestApp::new().await;
    let agent = app.referentiel(PREMIER);
    let ago = simple(MARTIN, "deces", "2025-03-17");
    let refused = agent.post("/v1/operations", ago.clone()).await;
    let wanted = ("/justification".to_owned(), "justification_requise".to_owned());
    assert_eq!(refused.wrong_fields(), [wanted]);
    agent.post("/v1/operations/apercu", simple(MARTIN, "deces", "2025-03-18")).await.expect(200);
    let mut said = ago;
    said["justification"] = json!("acte de décès reçu en juin");
    let made = agent.post("/v1/operations", said).await.expect(202);
    assert_eq!(made["justification"], "acte de décès reçu en juin");
}

#[tokio::test]
async fn a_caisse_ends_its_own_patients_and_leaves_the_practice() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    let body = simple(MARTIN, "retraite", "2025-07-01");
    let counted = caisse.post("/v1/operations/apercu", body.clone()).await.expect(200);
    assert_eq!(counted["concernes"], 1);
    assert_eq!(counted["caisses"], json!([{ "caisse": "01011", "patients": 1 }]));
    let made = caisse.post("/v1/operations", body.clone()).await.expect(202);
    assert_eq!((&made["etat"], &made["caisse"]), (&json!("en_attente"), &json!("01011")));
    app.run_jobs().await;
    assert_eq!(until(&app, "BERNARD").await, "2025-07-01");
    assert_eq!(until(&app, "CHARLES").await, Value::Null);
    let doctor = caisse.get(&format!("/v1/medecins/{MARTIN}")).await.expect(200);
    assert_eq!(doctor["exercices"][0]["effet_au"], Value::Null);
    assert_eq!(app.caisse(FINISTERE).get(&path(&made)).await.problem(404), "introuvable");
    // The national act comes beside it, and each is undone without the other.
    let national = operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    app.run_jobs().await;
    undo_by(&caisse, &made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(until(&app, "BERNARD").await, "2025-07-01");
    undo(&app, &national).await.expect(202);
    app.run_jobs().await;
    assert_eq!(until(&app, "BERNARD").await, Value::Null);
    // A caisse without any patient of his has nothing to end.
    let refused = app.caisse(RHONE).post("/v1/operations", body).await;
    assert_eq!(refused.problem(403), "role_interdit");
}

#[tokio::test]
async fn a_caisse_acts_on_the_practice_of_its_territory() {
    let app = TestApp::new().await;
    let mut body = simple(PONS, "suspension", "2025-07-01");
    body["effet_au"] = json!("2025-08-01");
    for stranger in [CAISSE, FINISTERE] {
        let refused = app.caisse(stranger).post("/v1/operations", body.clone()).await;
        assert_eq!(refused.problem(403), "role_interdit");
        let refused = app.caisse(stranger).post("/v1/operations/apercu", body.clone()).await;
        assert_eq!(refused.problem(403), "role_interdit");
    }
    app.caisse(BOUCHES_DU_RHONE).post("/v1/operations", body).await.expect(202);
    let mut body = simple(MARTIN, "changement_specialite", "2025-07-01");
    body["specialite"] = json!("03");
    let refused = app.caisse(FINISTERE).post("/v1/operations", body.clone()).await;
    assert_eq!(refused.problem(403), "role_interdit");
    app.caisse(CAISSE).post("/v1/operations", body).await.expect(202);
    let lieu = json!({ "nature": "cabinet", "nom": "Cabinet neuf", "commune": "13055",
                       "adresse": "1 rue d'Essai" });
    let doctor = json!({
        "rpps": "99900008014", "nom": "ESSAI-NEUF", "prenom": "ANDRÉE", "specialite": "01",
        "exercices": [{ "lieu": lieu, "mode": "liberal", "principal": true,
                        "convention": "secteur_1", "du": "2015-01-01" }]
    });
    let refused = app.caisse(CAISSE).post("/v1/medecins", doctor.clone()).await;
    assert_eq!(refused.problem(403), "role_interdit");
    app.caisse(BOUCHES_DU_RHONE).post("/v1/medecins", doctor).await.expect(201);
}

#[tokio::test]
async fn of_two_confirmations_at_once_one_is_done_and_a_repeated_one_is_answered_alike() {
    let app = TestApp::new().await;
    let made = prepare(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    let (second, third) =
        tokio::join!(confirm(&app, SECOND, &made), confirm(&app, "agent-3", &made));
    let mut codes = [second.status.as_u16(), third.status.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [202, 409]);
    app.run_jobs().await;
    assert_eq!(read(&app, &made).await["compte"]["traites"], 5);

    let made = prepare(&app, simple(PONS, "retraite", "2025-07-01")).await;
    let confirmation = format!("{}/confirmation", path(&made));
    let headers = [("idempotency-key", "une-seule-fois-0001"), ("if-match", "\"1\"")];
    let agent = app.referentiel(SECOND);
    let first = agent.request("POST", &confirmation, &headers, None).await;
    let again = agent.request("POST", &confirmation, &headers, None).await;
    assert_eq!(first.expect(202), again.expect(202));
    assert_eq!(again.header("idempotency-replayed"), "true");

    // A confirmation and a cancellation at once: one of the two, and nothing is half done.
    let other = app.caisse(CAISSE).get(&format!("/v1/medecins/{PONS}")).await.expect(200);
    assert_eq!(other["exercices"][0]["effet_au"], "2025-07-01");
    let made = prepare(&app, simple(PONS, "deces", "2025-06-16")).await;
    let annulation = format!("{}/annulation", path(&made));
    let canceller = app.referentiel("agent-3");
    let (confirmed, cancelled) =
        tokio::join!(confirm(&app, SECOND, &made), canceller.post_on(&annulation, 1, json!({})));
    let done = (confirmed.status.as_u16(), cancelled.status.as_u16());
    app.run_jobs().await;
    let etat = read(&app, &made).await["etat"].clone();
    match done {
        (202, 412) => assert_eq!(etat, "terminee"),
        (409, 202) => assert_eq!(etat, "annulee"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_prepared_move_keeps_the_practice_that_it_begins() {
    let app = TestApp::new().await;
    let lieu = json!({ "nature": "cabinet", "nom": "Cabinet neuf", "commune": "13055",
                       "adresse": "1 rue d'Essai" });
    let mut body = simple(MARTIN, "changement_departement", "2025-07-01");
    body["exercice"] = json!({ "lieu": lieu, "mode": "liberal", "principal": true,
        "convention": "secteur_2", "option_tarifaire": "optam",
        "numero_facturation": { "type": "num_am", "valeur": "991999905" } });
    let refused = app.caisse(CAISSE).post("/v1/operations", body.clone()).await;
    assert_eq!(refused.problem(403), "role_interdit");
    operate(&app, body).await;
    let doctor = app.caisse(CAISSE).get(&format!("/v1/medecins/{MARTIN}")).await.expect(200);
    let practices = doctor["exercices"].as_array().unwrap();
    assert_eq!(practices[0]["effet_au"], "2025-07-01");
    let next = practices.last().unwrap();
    assert_eq!(
        (&next["effet_du"], &next["convention"]),
        (&json!("2025-07-01"), &json!("secteur_2"))
    );
    assert_eq!(
        (&next["lieu"]["commune"], &next["option_tarifaire"]),
        (&json!("13055"), &json!("optam"))
    );
}
