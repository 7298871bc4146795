//! The feed while others write: folding gives the register, and whoever waits is woken.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use traitant::auth::{DEV_AUDIENCE, DEV_ISSUER, Verifier};
use traitant::domain::acteur::Acteur;
use traitant::domain::clock::{Clock, FixedClock};
use traitant::http::router;
use traitant::services::fil;

use super::{FIL, natures, now, told};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, paper, patient_id};
use crate::support::database::TestDatabase;
use crate::support::patientele::{self, Bornes};
use crate::support::vie::BOUCHES_DU_RHONE;

/// Folds the movements of a doctor: the days on which each of his patients arrives and leaves.
fn fold(events: &[Value]) -> Bornes {
    let mut held = Bornes::new();
    for one in events {
        assert!(
            patientele::fold(&mut held, one),
            "what is told twice, or taken back without being told: {one}"
        );
    }
    held
}

/// The days on which a doctor begins and ends to be one of Alice's, in her own timeline.
async fn bounds(app: &TestApp, rpps: &str) -> Bornes {
    let alice = patient_id("ALICE").to_string();
    let path = format!("/v1/patients/{alice}/designations");
    let timeline = app.patient("ALICE").get(&path).await.expect(200);
    let mut held = Bornes::new();
    for designation in timeline["donnees"].as_array().unwrap() {
        if designation["medecins"][0]["rpps"] != rpps {
            continue;
        }
        let day = |name: &str| designation[name].as_str().map(str::to_owned);
        let first = (alice.clone(), day("effet_du").unwrap(), true);
        // Days that follow each other are one stay.
        if !held.remove(&(alice.clone(), first.1.clone(), false)) {
            held.insert(first);
        }
        held.extend(day("effet_au").map(|end| (alice.clone(), end, false)));
    }
    held
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn folding_gives_the_register_whatever_is_written_at_once_on_one_person() {
    for trial in 0..4 {
        let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
        let mut digests = BTreeMap::new();
        for rpps in [MARTIN, PONS] {
            let caisse = app.caisse(BOUCHES_DU_RHONE);
            digests.insert(rpps, caisse.digest_of(&choix("ALICE", rpps)).await);
        }
        let writing: Vec<_> = (0..6)
            .map(|number| {
                let app = Arc::clone(&app);
                let rpps = if number % 2 == 0 { MARTIN } else { PONS };
                let digest = digests[rpps].clone();
                // Not in the order of their days.
                let day = format!("2025-05-{:02}", 1 + (number * 7 + trial) % 12);
                tokio::spawn(async move {
                    let mut choice = choix("ALICE", rpps);
                    choice["signatures"] =
                        json!([paper("assure", &day, &digest), paper("medecin", &day, &digest)]);
                    let caisse = app.caisse(BOUCHES_DU_RHONE);
                    caisse.post("/v1/declarations", choice).await.expect(201);
                })
            })
            .collect();
        // A follower reads meanwhile, and begins where it stopped.
        let follower = {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let (martin, mut told, mut cursor) =
                    (app.medecin(MARTIN), Vec::new(), String::new());
                for _ in 0..12 {
                    let path = format!("/v1/moi/patients/mouvements?limite=5{cursor}");
                    let page = martin.get(&path).await.expect(200);
                    told.extend(page["donnees"].as_array().unwrap().iter().cloned());
                    cursor = format!(
                        "&curseur={}",
                        page["pagination"]["curseur_reprise"].as_str().unwrap()
                    );
                }
                (told, cursor)
            })
        };
        for one in writing {
            one.await.unwrap();
        }
        let (mut meanwhile, mut cursor) = follower.await.unwrap();
        for rpps in [MARTIN, PONS] {
            let caller = app.medecin(rpps);
            let path = "/v1/moi/patients/mouvements?limite=100";
            let whole = caller.get(path).await.expect(200);
            let all = whole["donnees"].as_array().unwrap().clone();
            let alice = patient_id("ALICE").to_string();
            let of_alice = |found: &[Value]| -> Vec<Value> {
                found.iter().filter(|one| one["patient_id"] == alice.as_str()).cloned().collect()
            };
            assert_eq!(fold(&of_alice(&all)), bounds(&app, rpps).await, "trial {trial}, {rpps}");
            if rpps == MARTIN {
                loop {
                    let path = format!("/v1/moi/patients/mouvements?limite=5{cursor}");
                    let page = caller.get(&path).await.expect(200);
                    meanwhile.extend(page["donnees"].as_array().unwrap().iter().cloned());
                    cursor = format!(
                        "&curseur={}",
                        page["pagination"]["curseur_reprise"].as_str().unwrap()
                    );
                    if page["pagination"]["curseur_suivant"].is_null() {
                        break;
                    }
                }
                assert_eq!(meanwhile, all, "trial {trial}");
            }
        }
    }
}

#[tokio::test]
async fn whoever_waits_is_answered_as_soon_as_something_is_told_to_them() {
    let app = TestApp::new().await;
    let (alice, bernard) = (app.patient("ALICE"), app.patient("BERNARD"));
    let mine = format!("{FIL}?attente=30&curseur={}", now(&alice).await);
    let theirs = format!("{FIL}?attente=30&curseur={}", now(&bernard).await);
    let scene = async {
        let acting = async {
            // Both wait before anything happens.
            while app.core.veille().waiting() < 2 {
                tokio::task::yield_now().await;
            }
            app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
        };
        let first = async {
            let reply = alice.get(&mine).await.expect(200);
            // The other one is told nothing: it waits until the service stops.
            assert_eq!(app.core.veille().waiting(), 1);
            app.core.veille().close();
            reply
        };
        tokio::join!(acting, first, bernard.get(&theirs))
    };
    let ((), first, second) = tokio::select! {
        done = scene => done,
        () = fil::keep_published(&app.core) => panic!("publications never end"),
    };
    assert_eq!(natures(&first), ["declaration.deposee", "declaration.prise_effet"]);
    assert_eq!(told(&second.expect(200)), []);
    // What came while nobody was looking is given at once.
    let again = alice.get(&mine).await.expect(200);
    assert_eq!(again["donnees"], first["donnees"]);
}

#[tokio::test]
async fn what_another_instance_publishes_is_heard_here() {
    let database = Arc::new(TestDatabase::with_people().await);
    let law = || traitant::law::Law::embedded().unwrap();
    let here = TestApp::under(Arc::clone(&database), 6, law(), 42).await;
    let there = TestApp::under(database, 6, law(), 43).await;
    let alice = here.patient("ALICE");
    let path = format!("{FIL}?attente=30&curseur={}", now(&alice).await);
    let scene = async {
        let acting = async {
            while here.core.veille().waiting() < 1 {
                tokio::task::yield_now().await;
            }
            there.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
            fil::publish(&there.core).await.unwrap();
        };
        tokio::join!(acting, alice.get(&path)).1
    };
    let reply = tokio::select! {
        done = scene => done,
        () = fil::keep_listening(&here.core) => panic!("listening never ends"),
    };
    assert_eq!(natures(&reply.expect(200)).len(), 2);
}

/// Whoever waits knowingly is given that time beyond what any other answer may take.
#[tokio::test]
async fn a_wait_that_was_asked_for_is_no_answer_that_takes_too_long() {
    let app = TestApp::new().await;
    let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(&app.clock);
    let keys = app.emetteur.keys().unwrap();
    let verifier = Verifier::new(DEV_ISSUER.to_owned(), DEV_AUDIENCE.to_owned(), keys, clock);
    let router = router(app.state(verifier).with_time_limit(Duration::from_millis(400)));
    let alice = Acteur::Patient(patient_id("ALICE"));
    let token = app.emetteur.issue(&alice, &*app.clock, &app.ids, 600).unwrap();
    let cursor = now(&app.patient("ALICE")).await;
    let request = Request::get(format!("{FIL}?attente=1&curseur={cursor}"))
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["donnees"], json!([]));
}
