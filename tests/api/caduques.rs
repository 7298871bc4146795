//! A declaration that waits for what can no longer come is closed, with its reason, and told; undone, it waits again.

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::services::declarations::settle;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, Reply, choix, patient_id, signature};
use crate::support::cessation::{operate, simple, undo};
use crate::support::vie::{BOUCHES_DU_RHONE, act};

/// Alice chose Pons, who has not signed yet.
async fn waiting(app: &TestApp) -> Value {
    let alice = app.patient("ALICE");
    let mut choice = choix("ALICE", PONS);
    choice["patient"] = json!({ "id": patient_id("ALICE").to_string() });
    let digest = alice.digest_of(&choice).await;
    choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
    alice.post("/v1/declarations", choice).await.expect(201)
}

fn place(declaration: &Value) -> String {
    format!("/v1/declarations/{}", declaration["id"].as_str().unwrap())
}

/// What the declaration is on a day, once the jobs have passed: its state and why.
async fn on(app: &TestApp, declaration: &Value, day: &str) -> (String, Option<String>) {
    app.on(day);
    app.run_jobs().await;
    let read = app.patient("ALICE").get(&place(declaration)).await.expect(200);
    (read["etat"].as_str().unwrap().to_owned(), read["motif"].as_str().map(str::to_owned))
}

fn said(etat: &str, motif: Option<&str>) -> (String, Option<String>) {
    (etat.to_owned(), motif.map(str::to_owned))
}

async fn accept(app: &TestApp, declaration: &Value) -> Reply {
    let path = place(declaration);
    let version = app.medecin(PONS).get(&path).await.expect(200)["version"].as_i64().unwrap();
    let digest = declaration["contenu_sha256"].as_str().unwrap();
    let body = signature("medecin", "cps", digest);
    app.medecin(PONS).post_on(&format!("{path}/signatures"), version, body).await
}

/// How many times each of those concerned was told.
async fn told(app: &TestApp, nature: &str) -> [usize; 3] {
    let path = format!("/v1/evenements?nature={nature}");
    let callers = [app.patient("ALICE"), app.medecin(PONS), app.caisse(BOUCHES_DU_RHONE)];
    let mut counts = [0; 3];
    for (count, caller) in counts.iter_mut().zip(callers) {
        let page = caller.get(&path).await.expect(200);
        *count = page["donnees"].as_array().unwrap().len();
    }
    counts
}

#[tokio::test]
async fn a_doctor_who_retires_is_waited_for_until_his_last_day() {
    let app = TestApp::new().await;
    let declaration = waiting(&app).await;
    let retired = operate(&app, simple(PONS, "retraite", "2025-07-01")).await;
    assert_eq!(on(&app, &declaration, "2025-06-30").await, said("en_attente", None));
    let why = Some("Le médecin choisi a pris sa retraite.");
    assert_eq!(told(&app, "declaration.caduque").await, [0; 3]);
    assert_eq!(on(&app, &declaration, "2025-07-01").await, said("caduque", why));
    assert_eq!(told(&app, "declaration.caduque").await, [1; 3]);
    let inbox = async || {
        let page = app.patient("ALICE").get("/v1/moi/a-faire?rubrique=choix_sans_suite").await;
        let lines = page.expect(200)["donnees"].as_array().unwrap().clone();
        lines
            .iter()
            .map(|one| one["action"]["chemin"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(inbox().await, [place(&declaration)]);
    assert_eq!(accept(&app, &declaration).await.problem(409), "transition_interdite");
    assert_eq!(on(&app, &declaration, "2025-07-02").await, said("caduque", why));
    assert_eq!(told(&app, "declaration.caduque").await, [1; 3], "once");

    undo(&app, &retired).await.expect(202);
    assert_eq!(on(&app, &declaration, "2025-07-03").await, said("en_attente", None));
    assert_eq!(inbox().await, Vec::<String>::new());
    assert_eq!(told(&app, "declaration.de_nouveau_attendue").await, [1; 3]);
    let active = accept(&app, &declaration).await.expect(200);
    assert_eq!(active["designation"]["effet_du"], "2025-07-03");
}

#[tokio::test]
async fn the_day_of_death_is_a_day_of_life_and_a_death_that_was_wrong_gives_the_choice_back() {
    let app = TestApp::new().await;
    let declaration = waiting(&app).await;
    let alice = patient_id("ALICE").to_string();
    app.on("2025-06-20");
    let death = json!({ "jour": "2025-06-20", "source": "etat_civil" });
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    act(&caisse, &alice, "deces", death).await.expect(200);
    let read = async |day: &str| {
        app.on(day);
        app.run_jobs().await;
        let read = app.caisse(BOUCHES_DU_RHONE).get(&place(&declaration)).await.expect(200);
        (read["etat"].clone(), read["motif"].clone())
    };
    assert_eq!(read("2025-06-20").await, (json!("en_attente"), Value::Null));
    assert_eq!(read("2025-06-21").await, (json!("caduque"), json!("Le patient est décédé.")));
    assert_eq!(read("2025-06-22").await.0, "caduque");
    let alive = json!({ "annule": true, "motif": "usurpation" });
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    act(&caisse, &alice, "rectifications-de-deces", alive).await.expect(200);
    assert_eq!(read("2025-06-23").await, (json!("en_attente"), Value::Null));
}

#[tokio::test]
async fn what_was_overtaken_or_has_no_time_left_does_not_come_back() {
    let app = TestApp::new().await;
    let overtaken = waiting(&app).await;
    app.advance(TimeDelta::seconds(1));
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    app.advance(TimeDelta::seconds(1));
    let late = waiting(&app).await;
    let retired = operate(&app, simple(PONS, "cessation", "2025-07-01")).await;
    let why = Some("Le médecin choisi a cessé d'exercer.");
    assert_eq!(on(&app, &late, "2025-07-01").await, said("caduque", why));
    assert_eq!(on(&app, &overtaken, "2025-07-01").await, said("caduque", None));
    // It waited for ninety days, which are over.
    app.on("2025-09-15");
    undo(&app, &retired).await.expect(202);
    assert_eq!(on(&app, &late, "2025-09-16").await, said("caduque", why));
    assert_eq!(on(&app, &overtaken, "2025-09-16").await, said("caduque", None));
}

#[tokio::test]
async fn what_stays_lapsed_never_keeps_what_comes_back_waiting_for_its_turn() {
    let app = TestApp::new().await;
    let declaration = waiting(&app).await;
    let retired = operate(&app, simple(PONS, "retraite", "2025-07-01")).await;
    assert_eq!(on(&app, &declaration, "2025-07-01").await.0, "caduque");
    // Another one lapses after it, for good.
    let hugo = app.patient("HUGO");
    let mut choice = choix("HUGO", MARTIN);
    choice["patient"] = json!({ "id": patient_id("HUGO").to_string() });
    let digest = hugo.digest_of(&choice).await;
    choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
    let other = hugo.post("/v1/declarations", choice).await.expect(201);
    let death = json!({ "jour": "2025-07-01", "source": "etat_civil" });
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    act(&caisse, &patient_id("HUGO").to_string(), "deces", death).await.expect(200);
    app.on("2025-07-02");
    app.run_jobs().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    assert_eq!(caisse.get(&place(&other)).await.expect(200)["etat"], "caduque");
    // Nothing has changed for either: neither is looked at.
    assert_eq!(settle(&app.core, 1).await.unwrap(), 0);
    undo(&app, &retired).await.expect(202);
    assert_eq!(settle(&app.core, 1).await.unwrap(), 1);
    let read = app.patient("ALICE").get(&place(&declaration)).await.expect(200);
    assert_eq!(read["etat"], "en_attente");
}
