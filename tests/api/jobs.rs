//! Work done later.

use chrono::TimeDelta;

use crate::support::TestApp;
use crate::support::app::{MARTIN, choix, signature};

#[tokio::test]
async fn recurring_jobs_run_once_when_they_are_due_whoever_looks() {
    let app = TestApp::new().await;
    assert!(app.run_jobs().await >= 3);
    assert_eq!(app.run_jobs().await, 0, "nothing is due twice");
    app.advance(TimeDelta::minutes(10));
    assert_eq!(app.run_jobs().await, 3, "those that come back within ten minutes");
    app.advance(TimeDelta::hours(12));
    // Two instances look at the same moment: each job runs once.
    let other = app.core.clone();
    let (first, second) = tokio::join!(app.run_jobs(), traitant::jobs::run_due(&other));
    assert_eq!(first + second.unwrap(), 11);
}

#[tokio::test]
async fn a_declaration_that_waits_too_long_expires_on_its_day_and_not_before() {
    let app = TestApp::new().await;
    let made = app.patient("ALICE").post("/v1/declarations", choix("ALICE", MARTIN)).await;
    let made = made.expect(201);
    let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    app.advance(TimeDelta::days(90) - TimeDelta::seconds(1));
    app.run_jobs().await;
    assert_eq!(app.patient("ALICE").get(&path).await.expect(200)["etat"], "en_attente");
    app.advance(TimeDelta::minutes(10));
    app.run_jobs().await;
    let late = app.patient("ALICE").get(&path).await.expect(200);
    assert_eq!(late["etat"], "expiree");
    assert_eq!(app.events().await.last().unwrap(), "declaration.expiree");
    let digest = late["contenu_sha256"].as_str().unwrap();
    let body = signature("assure", "franceconnect", digest);
    let refused = app
        .patient("ALICE")
        .post_on(&format!("{path}/signatures"), late["version"].as_i64().unwrap(), body)
        .await;
    assert_eq!(refused.problem(409), "transition_interdite");
}

#[tokio::test]
async fn a_job_of_an_unknown_kind_is_parked_with_its_error() {
    let app = TestApp::new().await;
    app.run_jobs().await;
    let pool = app.database.pool(1).await;
    sqlx::query(
        "INSERT INTO tache (tache_id, nature, charge, etat, prevue_le, essais, enregistre_le)
         VALUES ('0192f0c4-0000-7000-8000-000000000001', 'inconnue', '{}', 'en_attente',
                 '2025-06-16T10:00:00Z', 0, '2025-06-16T10:00:00Z')",
    )
    .execute(&pool)
    .await
    .unwrap();
    let mut runs = 0;
    let mut state = String::new();
    while state != "abandonnee" {
        runs += 1;
        assert!(runs < 20, "{state}");
        app.run_jobs().await;
        app.advance(TimeDelta::hours(24));
        let row: (String, Option<String>) =
            sqlx::query_as("SELECT etat, derniere_erreur FROM tache WHERE nature = 'inconnue'")
                .fetch_one(&pool)
                .await
                .unwrap();
        assert!(row.1.is_some());
        state = row.0;
    }
    assert!(runs > 1, "it was tried again");
}
