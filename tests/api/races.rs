//! Concurrency: what must hold whoever writes at the same moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, feuille, patient_id, signature};
use crate::support::database::TestDatabase;

/// Sixty-four declarations of one patient wait for the doctor's signature and receive it at the same
/// moment: on any day there is exactly one designation, and every acknowledged one is known.
async fn sixty_four_signatures(prenom: &'static str, declared_before: i64) {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let mut waiting = Vec::new();
    for number in 0..64 {
        let rpps = if number % 2 == 0 { MARTIN } else { PONS };
        let mut choix = choix(prenom, rpps);
        let caller = app.medecin(rpps);
        let digest = caller.digest_of(&choix).await;
        choix["signatures"] = json!([signature("assure", "carte_vitale", &digest)]);
        let created = caller.post("/v1/declarations", choix).await.expect(201);
        waiting.push((rpps, created["id"].as_str().unwrap().to_owned(), digest));
    }
    let signing: Vec<_> = waiting
        .into_iter()
        .map(|(rpps, id, digest)| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let path = format!("/v1/declarations/{id}/signatures");
                let body = signature("medecin", "cps", &digest);
                app.medecin(rpps).post_on(&path, 1, body).await.expect(200)
            })
        })
        .collect();
    let mut acknowledged = 0;
    for signed in signing {
        assert_eq!(signed.await.unwrap()["etat"], "active");
        acknowledged += 1;
    }
    assert_eq!(acknowledged, 64);

    let pool = app.database.pool(1).await;
    let overlaps: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM designation a JOIN designation b
           ON a.patient_id = b.patient_id AND a.effet && b.effet
          AND (a.designation_id, a.version) < (b.designation_id, b.version)
         WHERE a.remplace_le IS NULL AND b.remplace_le IS NULL",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(overlaps, 0);
    let path = format!("/v1/patients/{}/designations", patient_id(prenom));
    let timeline = app.patient(prenom).get(&path).await.expect(200);
    let open: Vec<_> = timeline["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|designation| designation["effet_au"].is_null())
        .collect();
    assert_eq!(open.len(), 1);
    let actives: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM etat_declaration WHERE etat = 'active' AND remplace_le IS NULL AND patient_id = $1",
    )
    .bind(patient_id(prenom).uuid())
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(actives, 64 + declared_before);
    // Knowledge only moves forward, although the clock stood still.
    let instants: i64 = sqlx::query_scalar(
        "SELECT count(DISTINCT enregistre_le) FROM etat_declaration WHERE patient_id = $1 AND etat = 'active'",
    )
    .bind(patient_id(prenom).uuid())
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(instants, 64 + declared_before);
}

/// The database itself refuses an overlap, whatever the program does.

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_concurrent_signatures_leave_one_designation_on_any_day() {
    sixty_four_signatures("ALICE", 0).await;
}

/// Half of them go back, on the day of a change, to the doctor of before.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_concurrent_signatures_over_an_older_designation_leave_one_too() {
    sixty_four_signatures("BERNARD", 1).await;
}

#[tokio::test]
async fn the_database_refuses_two_designations_on_one_day() {
    let database = TestDatabase::with_people().await;
    let pool = database.pool(2).await;
    let insert = "INSERT INTO designation
            (patient_id, designation_id, version, declaration_id, effet, motif_fin, enregistre_le)
        SELECT patient_id, gen_random_uuid(), 1, declaration_id, $1::daterange, $2, now()
        FROM designation WHERE upper_inf(effet) AND remplace_le IS NULL LIMIT 1";
    let refused = sqlx::query(insert)
        .bind("[2025-01-01,)")
        .bind(None::<String>)
        .execute(&pool)
        .await
        .unwrap_err();
    let refused = refused.as_database_error().unwrap();
    assert_eq!(refused.constraint(), Some("designation_sans_chevauchement"));
    let rewritten = sqlx::query("UPDATE designation SET effet = '[2000-01-01,)'")
        .execute(&pool)
        .await
        .unwrap_err();
    assert!(rewritten.to_string().contains("history of designation is never rewritten"));
    let erased = sqlx::query("DELETE FROM declaration").execute(&pool).await.unwrap_err();
    assert!(erased.to_string().contains("rows of declaration are written once"), "{erased}");
}

/// Twenty equal creations at the same moment: one row, twenty equal answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_concurrent_identical_creations_give_one_feuille_and_equal_answers() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let body = feuille("BERNARD", "77", "2025-06-16", json!("T"));
    let sending: Vec<_> = (0..20)
        .map(|_| {
            let (app, body) = (Arc::clone(&app), body.clone());
            tokio::spawn(async move {
                let headers = [("idempotency-key", "une-seule-cle")];
                let martin = app.medecin(MARTIN);
                martin.request("POST", "/v1/feuilles-de-soins", &headers, Some(&body)).await
            })
        })
        .collect();
    let mut answers: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let mut replayed = 0;
    for sent in sending {
        let reply = sent.await.unwrap();
        reply.expect(201);
        replayed += u32::from(reply.header("idempotency-replayed") == "true");
        *answers.entry(reply.body).or_default() += 1;
    }
    assert_eq!(answers.len(), 1);
    assert_eq!(replayed, 19);
    let pool = app.database.pool(1).await;
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM feuille_de_soins").fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 1);
}

/// The yearly ceiling of the participation forfaitaire holds when sheets arrive together.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_yearly_ceiling_holds_when_feuilles_arrive_together() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let sending: Vec<_> = (0..30)
        .map(|number| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let day = format!("2025-05-{:02}", number + 1);
                let body = feuille("BERNARD", &number.to_string(), &day, json!("T"));
                app.medecin(MARTIN).post("/v1/feuilles-de-soins", body).await.expect(201)
            })
        })
        .collect();
    let mut kept = 0;
    for sent in sending {
        let evaluation = &sent.await.unwrap()["evaluations"][0];
        kept += evaluation["totaux"]["participation_forfaitaire_centimes"].as_i64().unwrap();
    }
    assert_eq!(kept, 5_000);
}

/// Two creations of one person at the same moment: one succeeds, the other is told who it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_person_is_registered_once_even_at_the_same_moment() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let body = json!({
        "identifiant": { "type": "nir", "valeur": "186022B03399191" },
        "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
        "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
        "affilie_du": "2012-09-01",
    });
    let sending: Vec<_> = (0..16)
        .map(|_| {
            let (app, body) = (Arc::clone(&app), body.clone());
            tokio::spawn(async move {
                app.caisse("011310000").post("/v1/patients", body).await.status.as_u16()
            })
        })
        .collect();
    let mut statuses: BTreeMap<u16, u32> = BTreeMap::new();
    for sent in sending {
        *statuses.entry(sent.await.unwrap()).or_default() += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(201, 1), (409, 15)]));
}
