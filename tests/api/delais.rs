//! What PostgreSQL gives up by itself, so that no statement outlives whoever asked for it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::time::timeout;
use tower::ServiceExt;
use traitant::auth::{DEV_AUDIENCE, DEV_ISSUER, Verifier};
use traitant::domain::acteur::Acteur;
use traitant::domain::clock::{Clock, FixedClock};
use traitant::http::router;
use traitant::law::Law;
use traitant::storage::{Coffre, Db, Delais};

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::database::{KEY, TestDatabase};

/// An application whose statements are given up as those of a request that has this time.
async fn under(limite: Duration) -> TestApp {
    let database = Arc::new(TestDatabase::with_people().await);
    let delais = Delais::requete(limite);
    let db = Db::connect(&database.url(), 4, Coffre::new(&KEY), delais).await.unwrap();
    TestApp::with_db(database, db, Law::embedded().unwrap(), 42)
}

/// What Alice is answered about her own doctor, within this time: the status, and the code of the problem.
async fn asked(app: &TestApp, within: Duration) -> (u16, Value) {
    let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(&app.clock);
    let keys = app.emetteur.keys().unwrap();
    let verifier = Verifier::new(DEV_ISSUER.to_owned(), DEV_AUDIENCE.to_owned(), keys, clock);
    let router = router(app.state(verifier).with_time_limit(within));
    let alice = patient_id("ALICE");
    let token = app.emetteur.issue(&Acteur::Patient(alice), &*app.clock, &app.ids, 600).unwrap();
    let request = Request::get(format!("/v1/patients/{alice}/medecin-traitant"))
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice::<Value>(&body).unwrap()["code"].clone())
}

/// Those sessions of the database that wait for a lock.
async fn waiting(pool: &PgPool) -> Vec<i32> {
    let waiting = "SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar(waiting).fetch_all(pool).await.unwrap()
}

#[tokio::test]
async fn a_statement_behind_a_lock_is_gone_soon_after_its_request_was_given_up() {
    let app = under(Duration::from_millis(600)).await;
    let pool = app.database.pool(2).await;
    let mut holding = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE patient").execute(&mut *holding).await.unwrap();
    let soon = Duration::from_millis(40);
    let given_up = (503, "delai_depasse".into());
    assert_eq!(asked(&app, soon).await, given_up);
    assert_eq!(waiting(&pool).await.len(), 1, "nobody told PostgreSQL");
    // The lock is held all along.
    while !waiting(&pool).await.is_empty() {
        tokio::task::yield_now().await;
    }
    // However many are given up, none is left, and each of the connections serves again.
    for _ in 0..8 {
        assert_eq!(asked(&app, soon).await.0, 503);
    }
    while !waiting(&pool).await.is_empty() {
        tokio::task::yield_now().await;
    }
    holding.rollback().await.unwrap();
    assert_eq!(asked(&app, Duration::from_secs(30)).await.0, 200);
}

#[tokio::test]
async fn what_postgresql_gives_up_may_be_asked_again() {
    let app = under(Duration::from_mins(1)).await;
    let pool = app.database.pool(2).await;
    let mut holding = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE patient").execute(&mut *holding).await.unwrap();
    // 57014, as when a statement took too long.
    let cancelling = async {
        let pid = loop {
            if let Some(pid) = waiting(&pool).await.first() {
                break *pid;
            }
            tokio::task::yield_now().await;
        };
        sqlx::query("SELECT pg_cancel_backend($1)").bind(pid).execute(&pool).await.unwrap();
    };
    let asking = asked(&app, Duration::from_secs(30));
    let unavailable = (503, "service_indisponible".into());
    assert_eq!(tokio::join!(asking, cancelling).0, unavailable);
    // 55P03: half of the time of the request, behind a lock.
    let hurried = under(Duration::from_millis(100)).await;
    let other = hurried.database.pool(1).await;
    let mut also = other.begin().await.unwrap();
    sqlx::query("LOCK TABLE patient").execute(&mut *also).await.unwrap();
    assert_eq!(asked(&hurried, Duration::from_secs(30)).await, unavailable);
}

#[tokio::test]
async fn jobs_have_limits_of_their_own_and_leave_those_of_the_connection() {
    let database = TestDatabase::with_people().await;
    let requete = Delais::requete(Duration::from_secs(30));
    let db = Db::connect(&database.url(), 1, Coffre::new(&KEY), requete).await.unwrap();
    let limits = "SELECT string_agg(setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN
        ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')";
    for (under, said) in [
        (db.clone(), "60000 15000 30000"),
        (db.sous(Delais::TRAVAUX), "900000 0 900000"),
        (db.sous(Delais::AUCUN), "0 0 0"),
        (db.clone(), "60000 15000 30000"),
    ] {
        let mut reading = under.read("essai").await.unwrap();
        let found: String = sqlx::query_scalar(limits).fetch_one(&mut *reading).await.unwrap();
        assert_eq!(found, said);
        drop(reading);
        let mut tx = under.begin("essai").await.unwrap();
        let found: String = sqlx::query_scalar(limits).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(found, said);
        drop(tx);
        let mut snapshot = under.snapshot("essai").await.unwrap();
        let found: String = sqlx::query_scalar(limits).fetch_one(&mut *snapshot).await.unwrap();
        assert_eq!(found, said);
        let level = sqlx::query_scalar("SHOW transaction_isolation");
        let level: String = level.fetch_one(&mut *snapshot).await.unwrap();
        assert_eq!(level, "repeatable read");
    }
}

/// Whoever opens a transaction and says no more, as an instance that stands still, loses it with its locks.
#[tokio::test]
async fn a_transaction_in_which_nothing_is_asked_ends() {
    let database = TestDatabase::with_people().await;
    let hurried = Delais::requete(Duration::from_millis(20));
    let db = Db::connect(&database.url(), 1, Coffre::new(&KEY), hurried).await.unwrap();
    let mut tx = db.begin("essai").await.unwrap();
    let lock = "SELECT pg_backend_pid() FROM patient LIMIT 1 FOR UPDATE";
    let pid: i32 = sqlx::query_scalar(lock).fetch_one(&mut *tx).await.unwrap();
    let pool = database.pool(1).await;
    let alive = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)";
    while sqlx::query_scalar::<_, bool>(alive).bind(pid).fetch_one(&pool).await.unwrap() {
        tokio::task::yield_now().await;
    }
    assert!(tx.commit().await.unwrap_err().is_temporary());
}

/// Whoever goes away while a transaction begins leaves none open on a connection that serves somebody else afterwards.
#[tokio::test]
async fn a_caller_who_goes_away_leaves_no_transaction_open() {
    let database = TestDatabase::with_people().await;
    let app = TestApp::over(database, 2).await;
    let alice = app.patient("ALICE");
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("ALICE"));
    let martin = app.medecin(MARTIN);
    let pool = app.database.pool(1).await;
    for micros in (0..2_000).step_by(20) {
        let body = feuille("BERNARD", &(micros + 1).to_string(), "2025-03-10", json!("T"));
        let going =
            timeout(Duration::from_micros(micros), martin.post("/v1/feuilles-de-soins", body));
        going.await.ok();
    }
    let open = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()";
    let none_is_left = async {
        while sqlx::query_scalar::<_, i64>(open).fetch_one(&pool).await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), none_is_left).await.expect("a transaction stays open");
    alice.get(&path).await.expect(200);
}
