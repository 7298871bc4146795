//! A retry gets the first answer, and never a second effect.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, feuille};

#[tokio::test]
async fn the_same_request_under_the_same_key_gets_the_same_answer() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    let headers = [("idempotency-key", "0192f0c4-7a0e-7c55-9d0f-3a1b2c4d5e6f")];
    let first = martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body)).await;
    first.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    app.advance(TimeDelta::hours(30));
    let martin = app.medecin(MARTIN);
    let again = martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body)).await;
    assert_eq!(again.expect(201), first.expect(201));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("location"), first.header("location"));
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused_and_keys_belong_to_their_caller() {
    let app = TestApp::new().await;
    let headers = [("idempotency-key", "une-cle-partagee")];
    let send = async |rpps: &str, prenom: &str| {
        let body = choix(prenom, rpps);
        app.medecin(rpps).request("POST", "/v1/declarations", &headers, Some(&body)).await
    };
    send(MARTIN, "ALICE").await.expect(201);
    assert_eq!(send(MARTIN, "HUGO").await.problem(422), "cle_idempotence_reutilisee");
    send(PONS, "HUGO").await.expect(201);
}

#[tokio::test]
async fn a_creation_without_key_or_with_a_strange_one_is_refused() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let body = choix("ALICE", MARTIN);
    let without = martin.request("POST", "/v1/declarations", &[], Some(&body)).await;
    assert_eq!(without.problem(400), "cle_idempotence_absente");
    for key in [
        "court",
        "avec espace dedans",
        &"x".repeat(129),
        "172080100199557",
        "cle-1-72-08-01-001-995",
    ] {
        let headers = [("idempotency-key", key)];
        let strange = martin.request("POST", "/v1/declarations", &headers, Some(&body)).await;
        assert_eq!(strange.problem(400), "parametre_invalide", "{key}");
    }
}

/// Milliseconds of the clock have the form of a NIR without its key: the key is taken, and not kept as it came.
#[tokio::test]
async fn a_key_made_from_a_clock_is_a_key_and_is_kept_as_a_digest() {
    let app = TestApp::new().await;
    for (place, key) in
        ["key-1720801001995", "1795942993123", "1764403200000000"].iter().enumerate()
    {
        let mut body = feuille("BERNARD", &place.to_string(), "2025-06-16", json!("T"));
        body["reference_externe"] = json!(format!("cab-{}", 1_720_801_001_995 + place));
        let headers = [("idempotency-key", *key)];
        let martin = app.medecin(MARTIN);
        let send = || martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body));
        let made = send().await.expect(201);
        assert_eq!(made["reference_externe"], body["reference_externe"]);
        assert_eq!(send().await.header("idempotency-replayed"), "true");
    }
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("SELECT cle FROM idempotence")
        .fetch_all(&app.database.pool(1).await)
        .await
        .unwrap();
    assert!(kept.len() >= 3 && kept.iter().all(|cle| cle.len() == 16), "{kept:?}");
}

#[tokio::test]
async fn a_refused_creation_keeps_nothing_and_may_be_tried_again() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let headers = [("idempotency-key", "cle-a-reprendre")];
    let mut body = feuille("BERNARD", "1", "2005-12-31", json!("T"));
    let refused = martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body)).await;
    assert_eq!(refused.problem(422), "hors_couverture");
    body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body)).await.expect(201);
}

#[tokio::test]
async fn a_client_that_changes_its_key_meets_the_feuille_already_received() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let body = feuille("BERNARD", "1", "2025-06-16", json!("T"));
    let first = martin.post("/v1/feuilles-de-soins", body.clone()).await.expect(201);
    let again = martin.post("/v1/feuilles-de-soins", body).await;
    assert_eq!(again.problem(409), "feuille_existante");
    let id = first["id"].as_str().unwrap();
    assert_eq!(again.resources(409), [format!("/v1/feuilles-de-soins/{id}")]);
    let other = feuille("BERNARD", "2", "2025-06-16", json!("T"));
    martin.post("/v1/feuilles-de-soins", other).await.expect(201);
}

#[tokio::test]
async fn keys_are_forgotten_after_two_days() {
    let app = TestApp::new().await;
    let headers = [("idempotency-key", "cle-a-oublier")];
    let body = choix("ALICE", MARTIN);
    let send = async || {
        app.medecin(MARTIN).request("POST", "/v1/declarations", &headers, Some(&body)).await
    };
    let first = send().await.expect(201);
    app.advance(TimeDelta::hours(47));
    app.run_jobs().await;
    assert_eq!(send().await.expect(201)["id"], first["id"]);
    app.advance(TimeDelta::hours(2));
    app.run_jobs().await;
    assert_ne!(send().await.expect(201)["id"], first["id"]);
}
