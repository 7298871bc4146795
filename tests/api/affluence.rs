//! More requests than there are places: what is beyond is told at once, what was let in is answered, and no kind of them takes the place of
//! another.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::future::join_all;
use futures_util::poll;
use futures_util::stream::{FuturesUnordered, StreamExt};
use http_body_util::{BodyExt, Empty};
use serde_json::json;
use tokio::time::timeout;
use traitant::domain::acteur::Acteur;
use traitant::domain::identifiers::Rpps;

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::database::TestDatabase;

const FEUILLES: &str = "/v1/feuilles-de-soins";
const LOTS: &str = "/v1/feuilles-de-soins/lots";

/// Of four connections: three writings at once, twelve that wait for each; four readings, sixteen that wait for each.
const CONNEXIONS: u32 = 4;
const ECRITURES: usize = 3 + 3 * 12;
const LECTURES: usize = 4 + 4 * 16;

async fn app() -> TestApp {
    TestApp::over(TestDatabase::with_people().await, CONNEXIONS).await
}

/// Where somebody reads who is their own doctor.
fn lecture() -> String {
    format!("/v1/patients/{}/medecin-traitant", patient_id("ALICE"))
}

#[tokio::test]
async fn a_crowd_that_writes_is_told_at_once_and_keeps_nobody_from_reading() {
    let app = app().await;
    let (martin, alice) = (app.medecin(MARTIN), app.patient("ALICE"));
    // Once, so that the month is there.
    martin.post(FEUILLES, feuille("BERNARD", "1", "2025-03-10", json!("T"))).await.expect(201);
    let pool = app.database.pool(1).await;
    let mut holding = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE evenement IN EXCLUSIVE MODE").execute(&mut *holding).await.unwrap();
    let send = |number: usize| {
        martin.post(FEUILLES, feuille("BERNARD", &number.to_string(), "2025-03-10", json!("T")))
    };
    let beyond = 7;
    let mut crowd: FuturesUnordered<_> = (10..10 + ECRITURES + beyond).map(send).collect();
    for _ in 0..beyond {
        let told = crowd.next().await.unwrap();
        assert_eq!(told.problem(503), "surcharge");
        assert_eq!(told.header("retry-after"), "2");
    }
    let reading = timeout(Duration::from_secs(20), alice.get(&lecture())).await;
    reading.expect("a reader has a place of its own").expect(200);
    holding.rollback().await.unwrap();
    // Each one that was let in is answered, and only those that were told to come back are still to be stored.
    let stored = crowd.map(|reply| reply.expect(201)).count().await;
    assert_eq!(stored, ECRITURES);
    let mut created = 0;
    for number in 10..10 + ECRITURES + beyond {
        match send(number).await.status.as_u16() {
            201 => created += 1,
            status => assert_eq!(status, 409, "it is there already"),
        }
    }
    assert_eq!(created, beyond);
}

#[tokio::test]
async fn whoever_sends_slowly_takes_no_place() {
    let app = app().await;
    let martin = app.medecin(MARTIN);
    let bearer = Acteur::Medecin(Rpps::parse(MARTIN).unwrap());
    let token = app.emetteur.issue(&bearer, &*app.clock, &app.ids, 600).unwrap();
    let slow = |number: usize| {
        let never = Empty::<Bytes>::new().with_trailers(std::future::pending());
        let request = Request::post(FEUILLES)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", format!("cle-lente-{number:06}"));
        app.open(request.body(Body::new(never)).unwrap())
    };
    let mut crowd: Vec<_> = (0..ECRITURES + 5).map(|number| Box::pin(slow(number))).collect();
    for one in &mut crowd {
        assert!(poll!(one).is_pending(), "it waits for the rest of its body");
    }
    martin.post(FEUILLES, feuille("BERNARD", "1", "2025-03-10", json!("T"))).await.expect(201);
}

#[tokio::test]
async fn whoever_waits_for_events_takes_no_place() {
    let app = app().await;
    let alice = app.patient("ALICE");
    let cursor =
        alice.get("/v1/evenements?limite=100").await.expect(200)["pagination"]["curseur_reprise"]
            .clone();
    let path = format!("/v1/evenements?attente=20&curseur={}", cursor.as_str().unwrap());
    let waiting = join_all((0..LECTURES + 5).map(|_| alice.get(&path)));
    let reading = async {
        while app.core.veille().waiting() < LECTURES + 5 {
            tokio::task::yield_now().await;
        }
        alice.get(&lecture()).await.expect(200);
        app.core.veille().close();
    };
    for reply in tokio::join!(waiting, reading).0 {
        reply.expect(200);
    }
}

#[tokio::test]
async fn however_many_lots_come_at_once_each_line_is_answered_and_readers_are_served() {
    let app = app().await;
    let (martin, alice) = (app.medecin(MARTIN), app.patient("ALICE"));
    let lot = |number: usize| {
        let lines = (0..600).map(move |line| {
            let name = ["BERNARD", "CHARLES", "DIANE", "HUGO"][line % 4];
            let numero = (number * 1_000 + line).to_string();
            feuille(name, &numero, "2025-03-10", json!("T")).to_string() + "\n"
        });
        lines.collect::<String>()
    };
    let lots: Vec<String> = (1..=12).map(lot).collect();
    let sending = join_all(lots.iter().map(|lot| martin.send_ndjson(LOTS, lot)));
    let reading = async {
        for _ in 0..20 {
            alice.get(&lecture()).await.expect(200);
        }
    };
    for reply in tokio::join!(sending, reading).0 {
        assert_eq!(reply.status, 200);
        let text = String::from_utf8(reply.body).unwrap();
        assert_eq!(text.lines().count(), 600);
        assert!(text.lines().all(|line| line.contains("\"enregistree\"")), "{text}");
    }
}
