//! The feuilles of a whole caisse, whose persons are decided together.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use traitant::domain::reevaluation::VOIES;
use traitant::services::etats;
use uuid::Uuid;

use super::{apply, changes, consulted, tried};
use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, paper_choice};

#[tokio::test]
async fn the_whole_caisse_is_looked_at_and_only_those_who_changed_since() {
    let app = TestApp::new().await;
    consulted(&app, "1", "2025-03-11").await;
    app.advance(TimeDelta::seconds(1));
    let since = app.clock();
    let alice = patient_id("ALICE").to_string();
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-03-10").await;
    let all = tried(&app, json!({ "motif": "loi", "du": "2025-01-01" })).await;
    assert!(all["patients"].as_i64().unwrap() > 1);
    assert_eq!(all["feuilles_changees"], 1);
    let some =
        tried(&app, json!({ "motif": "fait_tardif", "du": "2025-01-01", "depuis": since })).await;
    assert_eq!((&some["patients"], &some["feuilles_changees"]), (&json!(1), &json!(1)));
    let late = tried(&app, json!({ "motif": "loi", "du": "2025-03-12" })).await;
    assert_eq!(late["feuilles_changees"], 0);
    // Another caisse neither reads nor applies it.
    let path = format!("/v1/reevaluations/{}", some["id"].as_str().unwrap());
    let stranger = app.caisse(AIN);
    assert_eq!(stranger.get(&path).await.problem(404), "introuvable");
    assert_eq!(stranger.get(&format!("{path}/feuilles")).await.problem(404), "introuvable");
    let refused = stranger.act_on(&format!("{path}/application"), 2).await;
    assert_eq!(refused.problem(404), "introuvable");
}

/// Persons of one caisse, of whom some chose on paper after their feuilles came.
const ENSEMBLE: [&str; 3] = ["ALICE", "HUGO", "GABRIEL"];

async fn consulted_together(app: &TestApp) {
    for (place, name) in ENSEMBLE.iter().enumerate() {
        for (day, number) in [("2025-03-09", 10), ("2025-03-11", 20)] {
            let sheet = feuille(name, &format!("{}", number + place), day, Value::Null);
            app.advance(TimeDelta::seconds(1));
            app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
        }
    }
    app.advance(TimeDelta::seconds(1));
    for name in ["ALICE", "HUGO"] {
        let id = patient_id(name).to_string();
        paper_choice(app, BOUCHES_DU_RHONE, &id, MARTIN, "2025-03-10").await;
    }
}

/// Those who depend on the caisse.
async fn insured(pool: &PgPool) -> Vec<Uuid> {
    let statement = "SELECT DISTINCT patient_id FROM affiliation
                     WHERE remplace_le IS NULL AND left(organisme, 5) = '01131'";
    sqlx::query_scalar(statement).fetch_all(pool).await.unwrap()
}

fn lane(id: Uuid) -> usize {
    usize::from(*id.as_bytes().last().unwrap()) % VOIES
}

fn whole_caisse() -> Value {
    json!({ "motif": "correction", "du": "2025-01-01" })
}

/// What a list of changes says, whatever its order.
fn sorted(mut changes: Vec<Value>) -> Vec<String> {
    changes.sort_by_key(|change| change["feuille_id"].as_str().unwrap().to_owned());
    changes.iter().map(Value::to_string).collect()
}

#[tokio::test]
async fn a_whole_caisse_is_decided_as_each_of_its_persons_alone() {
    let app = TestApp::new().await;
    consulted_together(&app).await;
    let mut alone = Vec::new();
    let mut feuilles = 0;
    for name in ENSEMBLE {
        let mut one = whole_caisse();
        one["patient_id"] = json!(patient_id(name));
        let shown = tried(&app, one).await;
        feuilles += shown["feuilles"].as_i64().unwrap();
        alone.extend(changes(&app, &shown).await);
    }
    let together = tried(&app, whole_caisse()).await;
    assert_eq!(together["feuilles"], feuilles);
    let expected = sorted(alone);
    assert_eq!(expected.len(), 2, "those who chose, on the day that follows");
    assert_eq!(sorted(changes(&app, &together).await), expected);
    // What the rows hold stays current: new evaluations change nothing of it.
    let held = etats::verify(&app.core, |_| {}).await.unwrap().courants;
    let done = apply(&app, &together).await;
    assert_eq!((&done["etat"], &done["feuilles_changees"]), (&json!("appliquee"), &json!(2)));
    let after = etats::verify(&app.core, |_| {}).await.unwrap();
    assert!(
        after.etats_differents.is_empty() && after.retenues_differentes.is_empty(),
        "{after:?}"
    );
    assert_eq!(after.courants, held);
    let again = tried(&app, whole_caisse()).await;
    assert_eq!((&again["feuilles"], &again["feuilles_changees"]), (&json!(feuilles), &json!(0)));
}

#[tokio::test]
async fn it_goes_on_in_each_lane_where_it_stopped() {
    let app = TestApp::new().await;
    consulted_together(&app).await;
    let all = tried(&app, whole_caisse()).await;
    let alice = patient_id("ALICE").uuid();
    let pool = app.database.pool(1).await;
    let everybody = insured(&pool).await;
    assert_eq!(all["patients"], everybody.len());
    let served = everybody.iter().filter(|id| lane(**id) == lane(alice) && **id <= alice).count();
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let asked = caisse.post("/v1/reevaluations", whole_caisse()).await;
    let path = asked.header("location").to_owned();
    let mut places: Vec<Option<Uuid>> = vec![None; VOIES];
    places[lane(alice)] = Some(alice);
    let stopped = "UPDATE reevaluation SET places = $1 WHERE etat = 'en_attente'";
    sqlx::query(stopped).bind(places).execute(&pool).await.unwrap();
    app.run_jobs().await;
    let shown = caisse.get(&path).await.expect(200);
    assert_eq!(shown["etat"], "essayee");
    assert_eq!(shown["patients"], everybody.len() - served);
    pool.close().await;
}

#[tokio::test]
async fn one_whose_feuille_cannot_be_read_stops_nobody_before_them_and_nobody_is_counted_twice() {
    let app = TestApp::new().await;
    consulted_together(&app).await;
    let all = tried(&app, whole_caisse()).await;
    let pool = app.database.pool(1).await;
    // As an owner, whom no guard stops; twice leaves it as it was.
    let touch = format!(
        "SET session_replication_role = replica;
         UPDATE feuille_de_soins SET contenu_chiffre = set_byte(contenu_chiffre, 40, get_byte(contenu_chiffre, 40) # 1)
         WHERE patient_id = '{}';
         RESET session_replication_role",
        patient_id("HUGO")
    );
    let touch = || async {
        sqlx::raw_sql(AssertSqlSafe(touch.clone())).execute(&pool).await.unwrap();
    };
    touch().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let asked = caisse.post("/v1/reevaluations", whole_caisse()).await;
    let path = asked.header("location").to_owned();
    app.run_jobs().await;
    let shown = caisse.get(&path).await.expect(200);
    assert_eq!(shown["etat"], "en_attente");
    // In his lane nobody after him, and not him; in the others everybody.
    let hugo = patient_id("HUGO").uuid();
    let everybody = insured(&pool).await;
    let stopped = everybody.iter().filter(|id| lane(**id) == lane(hugo) && **id >= hugo).count();
    assert_eq!(shown["patients"], everybody.len() - stopped);
    // Put right, it goes on, and nobody is counted twice.
    touch().await;
    app.advance(TimeDelta::hours(1));
    app.run_jobs().await;
    let shown = caisse.get(&path).await.expect(200);
    assert_eq!(shown["etat"], "essayee");
    assert_eq!((&shown["patients"], &shown["feuilles"]), (&all["patients"], &all["feuilles"]));
    assert_eq!(shown["feuilles_changees"], all["feuilles_changees"]);
    pool.close().await;
}
