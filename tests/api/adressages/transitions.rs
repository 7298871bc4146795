//! A referral is reported on, corrected, closed, annulled.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{DERMATOLOGUE, avis, correction, covers, establish, field, fields, ids, path, plan};
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN};

#[tokio::test]
async fn the_correspondent_reports_and_conclusions_use_up_an_opinion() {
    let app = TestApp::new().await;
    let (path_of, _) = establish(&app, avis()).await;
    app.on("2025-06-20");
    assert!(covers(&app, "2025-06-21", CARDIOLOGUE, None).await);
    let retours = format!("{path_of}/retours");
    let body =
        json!({ "nature": "conclusions", "soins_le": "2025-06-18", "reference": "LETTRE-42" });
    // Neither the médecin traitant nor the patient reports for the correspondent.
    for caller in [app.medecin(MARTIN), app.patient("BERNARD")] {
        assert_eq!(caller.post_on(&retours, 1, body.clone()).await.problem(403), "role_interdit");
    }
    let cardiologist = app.medecin(CARDIOLOGUE);
    let wrong = async |soins_le: &str| {
        let body = json!({ "nature": "conclusions", "soins_le": soins_le });
        fields(&cardiologist.post_on(&retours, 1, body).await)
    };
    assert_eq!(wrong("2025-06-15").await, [field("/soins_le", "hors_periode")]);
    assert_eq!(wrong("2025-06-21").await, [field("/soins_le", "date_future")]);
    let reported = cardiologist.post_on(&retours, 1, body).await;
    assert_eq!(reported.header("etag"), "\"2\"");
    let reported = reported.expect(200);
    assert_eq!(reported["retours"][0]["rpps"], CARDIOLOGUE);
    assert_eq!(reported["retours"][0]["reference"], "LETTRE-42");
    assert_eq!(reported["en_vigueur"], false);
    // The médecin traitant reads it; the patient too.
    assert_eq!(app.medecin(MARTIN).get(&path_of).await.expect(200)["retours"], reported["retours"]);
    for (jour, expected) in
        [("2025-06-15", false), ("2025-06-16", true), ("2025-06-18", true), ("2025-06-19", false)]
    {
        assert_eq!(covers(&app, jour, CARDIOLOGUE, None).await, expected, "{jour}");
    }
    assert!(app.events().await.contains(&"adressage.retour".to_owned()));
}

#[tokio::test]
async fn a_doctor_of_the_specialty_reports_once_he_has_it_and_is_then_known() {
    let app = TestApp::new().await;
    let body = json!({
        "nature": "sequence", "effet_au": "2026-06-16", "correspondants": [{ "specialite": "03" }],
    });
    let (path_of, created) = establish(&app, body).await;
    assert!(covers(&app, "2025-06-16", CARDIOLOGUE, Some("03")).await);
    assert!(!covers(&app, "2025-06-16", DERMATOLOGUE, Some("05")).await);
    let retours = format!("{path_of}/retours");
    let report = json!({ "nature": "compte_rendu" });
    let other = app.medecin(DERMATOLOGUE).post_on(&retours, 1, report.clone()).await;
    assert_eq!(other.problem(404), "introuvable");
    let cardiologist = app.medecin(CARDIOLOGUE);
    assert_eq!(cardiologist.get(&path("BERNARD")).await.problem(404), "introuvable");
    cardiologist.post_on(&retours, 1, report).await.expect(200);
    let found = cardiologist.get(&path("BERNARD")).await.expect(200);
    assert_eq!(ids(&found), [created["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn a_correction_replaces_the_content_and_history_keeps_both() {
    let app = TestApp::new().await;
    let (path_of, _) = establish(&app, plan()).await;
    let before = app.clock();
    app.advance(TimeDelta::days(10));
    let mut body = correction("2025-09-16");
    body["correspondants"] = json!([{ "specialite": "03" }]);
    let martin = app.medecin(MARTIN);
    let corrected = martin.post_on(&format!("{path_of}/rectifications"), 1, body).await.expect(200);
    assert_eq!((&corrected["version"], &corrected["effet_du"]), (&json!(2), &json!("2025-06-16")));
    assert_eq!(corrected["effet_au"], "2025-09-16");
    let list = path("BERNARD");
    let now = martin.get(&list).await.expect(200);
    assert_eq!(now["donnees"][0]["correspondants"][0]["specialite"], "03");
    let then = martin.get(&format!("{list}?connu_le={before}")).await.expect(200);
    assert_eq!(then["donnees"][0]["correspondants"][0]["rpps"], CARDIOLOGUE);
    assert_eq!(then["donnees"][0]["effet_au"], "2025-12-16");
    assert!(then["donnees"][0]["remplacee_le"].is_string());
    assert_eq!(then["donnees"][0]["actions"], json!([]));
    // In force on a day, as known then and now.
    let on = async |day: &str, known: &str| {
        let query = format!("{list}?en_vigueur_le={day}{known}");
        martin.get(&query).await.expect(200)["donnees"].as_array().unwrap().len()
    };
    let then = format!("&connu_le={before}");
    for (day, known_now, known_then) in [
        ("2025-06-15", 0, 0),
        ("2025-06-16", 1, 1),
        ("2025-09-15", 1, 1),
        ("2025-09-16", 0, 1),
        ("2025-12-15", 0, 1),
        ("2025-12-16", 0, 0),
    ] {
        assert_eq!((on(day, "").await, on(day, &then).await), (known_now, known_then), "{day}");
    }
    let wrong =
        martin.post_on(&format!("{path_of}/rectifications"), 2, correction("2025-06-16")).await;
    assert_eq!(fields(&wrong), [field("/effet_au", "avant_debut")]);
}

#[tokio::test]
async fn closing_keeps_the_care_already_given_and_a_mistake_covers_nothing() {
    let app = TestApp::new().await;
    let (path_of, _) = establish(&app, plan()).await;
    app.on("2025-08-01");
    let martin = app.medecin(MARTIN);
    let cloture = format!("{path_of}/cloture");
    for au in ["2025-07-31", "2025-12-17"] {
        let body = json!({ "effet_au": au, "motif": "soins_termines" });
        let outside = martin.post_on(&cloture, 1, body).await;
        assert_eq!(fields(&outside), [field("/effet_au", "hors_periode")], "{au}");
    }
    let closed = martin.post_on(&cloture, 1, json!({ "motif": "patient" })).await.expect(200);
    assert_eq!((&closed["etat"], &closed["motif_cloture"]), (&json!("clos"), &json!("patient")));
    assert_eq!(closed["effet_au"], "2025-08-02");
    assert_eq!(closed["actions"], json!(["rectifier", "annuler"]));
    assert!(covers(&app, "2025-08-01", CARDIOLOGUE, None).await);
    assert!(!covers(&app, "2025-08-02", CARDIOLOGUE, None).await);
    let twice = martin.post_on(&cloture, 2, json!({ "motif": "patient" })).await;
    assert_eq!(twice.problem(409), "transition_interdite");
    // The report comes after the end, as reports do; the closing itself may be corrected.
    let report = json!({ "nature": "synthese", "soins_le": "2025-07-01" });
    app.medecin(CARDIOLOGUE).post_on(&format!("{path_of}/retours"), 2, report).await.expect(200);
    let reopened = martin
        .post_on(&format!("{path_of}/rectifications"), 3, correction("2025-12-16"))
        .await
        .expect(200);
    assert_eq!((&reopened["etat"], &reopened["motif_cloture"]), (&json!("actif"), &Value::Null));
    let annulment = format!("{path_of}/annulation");
    let erased = martin.post_on(&annulment, 4, json!({})).await.expect(200);
    assert_eq!((&erased["etat"], &erased["actions"]), (&json!("annule"), &json!([])));
    assert!(!covers(&app, "2025-07-01", CARDIOLOGUE, None).await);
    for transition in ["annulation", "cloture", "rectifications", "retours"] {
        let (caller, body) = match transition {
            "annulation" => (app.medecin(MARTIN), json!({})),
            "cloture" => (app.medecin(MARTIN), json!({ "motif": "autre" })),
            "rectifications" => (app.medecin(MARTIN), correction("2025-12-16")),
            _ => (app.medecin(CARDIOLOGUE), json!({ "nature": "synthese" })),
        };
        let late = caller.post_on(&format!("{path_of}/{transition}"), 5, body).await;
        assert_eq!(late.problem(409), "transition_interdite", "{transition}");
    }
    let events = app.events().await;
    let own: Vec<&str> = events.iter().filter_map(|one| one.strip_prefix("adressage.")).collect();
    assert_eq!(own, ["etabli", "clos", "retour", "rectifie", "annule"]);
}

#[tokio::test]
async fn a_transition_needs_the_version_that_was_read_and_a_retry_is_done_once() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let body = plan();
    let key = [("idempotency-key", "cle-adressage-1")];
    let first = martin.request("POST", &path("BERNARD"), &key, Some(&body)).await.expect(201);
    let again = martin.request("POST", &path("BERNARD"), &key, Some(&body)).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.expect(201), first);
    let mut other = body.clone();
    other["effet_au"] = json!("2025-12-17");
    let reused = martin.request("POST", &path("BERNARD"), &key, Some(&other)).await;
    assert_eq!(reused.problem(422), "cle_idempotence_reutilisee");
    let bare = martin.request("POST", &path("BERNARD"), &[], Some(&body)).await;
    assert_eq!(bare.problem(400), "cle_idempotence_absente");
    let cloture = format!("/v1/adressages/{}/cloture", first["id"].as_str().unwrap());
    let close = json!({ "motif": "autre" });
    let blind = martin.post(&cloture, close.clone()).await;
    assert_eq!(blind.problem(428), "version_absente");
    assert_eq!(martin.post_on(&cloture, 2, close.clone()).await.problem(412), "version_perimee");
    martin.post_on(&cloture, 1, close.clone()).await.expect(200);
    assert_eq!(martin.post_on(&cloture, 1, close).await.problem(412), "version_perimee");
}

/// Of eight reports on one version, one is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_reports_on_one_version_are_written_once() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let (path_of, _) = establish(&app, plan()).await;
    let reporting: Vec<_> = (0..8)
        .map(|_| {
            let (app, retours) = (std::sync::Arc::clone(&app), format!("{path_of}/retours"));
            tokio::spawn(async move {
                let body = json!({ "nature": "compte_rendu" });
                app.medecin(CARDIOLOGUE).post_on(&retours, 1, body).await.status.as_u16()
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for one in reporting {
        statuses.push(one.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    let read = app.medecin(MARTIN).get(&path_of).await.expect(200);
    assert_eq!(read["retours"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_written_of_a_referral_is_never_rewritten() {
    let app = TestApp::new().await;
    let (path_of, _) = establish(&app, avis()).await;
    let report = json!({ "nature": "conclusions" });
    app.medecin(CARDIOLOGUE).post_on(&format!("{path_of}/retours"), 1, report).await.expect(200);
    let pool = app.database.pool(1).await;
    for statement in [
        "UPDATE adressage SET nature = 'sequence'",
        "UPDATE version_adressage SET effet = daterange('2020-01-01', '2030-01-01')",
        "UPDATE version_adressage SET remplace_le = NULL",
        "UPDATE correspondant_adressage SET specialite = '05'",
        "UPDATE retour_adressage SET soins_le = '2025-06-30'",
        "DELETE FROM retour_adressage",
        "DELETE FROM version_adressage",
    ] {
        let error = sqlx::query(statement).execute(&pool).await.unwrap_err();
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap();
        assert_eq!(code, "23001", "{statement}: {error}");
    }
}
