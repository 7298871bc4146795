//! Operations on doctors: what they ask for, who may, how their job goes, files of them.

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::cessations::{CAISSE, CHLOE, timeline};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, Reply};
use crate::support::cessation::{PREMIER, SECOND, confirm, operate, path, read, simple, undo};

#[tokio::test]
async fn the_fields_of_an_operation_are_those_of_its_nature() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    let wrong = |reply: &Reply| reply.wrong_fields();
    let mut body = simple(MARTIN, "retraite", "2025-07-01");
    body["effet_au"] = json!("2025-08-01");
    body["specialite"] = json!("03");
    let refused = caisse.post("/v1/operations", body).await;
    let none = "champ_sans_objet".to_owned();
    assert_eq!(
        wrong(&refused),
        [("/effet_au".to_owned(), none.clone()), ("/specialite".to_owned(), none)]
    );
    for (nature, pointer) in
        [("changement_cabinet", "/exercice"), ("changement_specialite", "/specialite")]
    {
        let refused = caisse.post("/v1/operations", simple(MARTIN, nature, "2025-07-01")).await;
        assert_eq!(wrong(&refused), [(pointer.to_owned(), "champ_requis".to_owned())]);
    }
    let mut body = simple(MARTIN, "suspension", "2025-07-01");
    body["effet_au"] = json!("2025-07-01");
    let refused = caisse.post("/v1/operations", body).await;
    assert_eq!(wrong(&refused), [("/effet_au".to_owned(), "periode_vide".to_owned())]);
    let refused = caisse.post("/v1/operations", simple(CHLOE, "retraite", "2025-07-01")).await;
    assert_eq!(wrong(&refused), [("/rpps".to_owned(), "medecin_inconnu".to_owned())]);
    let mut body = simple(MARTIN, "changement_specialite", "2025-07-01");
    body["specialite"] = json!("01");
    let refused = caisse.post("/v1/operations", body).await;
    assert_eq!(wrong(&refused), [("/specialite".to_owned(), "specialite_identique".to_owned())]);
}

#[tokio::test]
async fn the_last_operation_on_a_doctor_is_undone_first() {
    let app = TestApp::new().await;
    let body = simple(MARTIN, "retraite", "2025-07-01");
    assert_eq!(
        app.medecin(MARTIN).post("/v1/operations", body.clone()).await.problem(403),
        "portee_insuffisante"
    );
    let made = operate(&app, body).await;
    let cancel = format!("{}/annulation", path(&made));
    let other = app.caisse("016910000");
    assert_eq!(other.get(&path(&made)).await.problem(404), "introuvable");
    assert_eq!(other.post_on(&cancel, 1, json!({})).await.problem(404), "introuvable");
    let agent = app.referentiel(PREMIER);
    assert_eq!(agent.post(&cancel, json!({})).await.problem(428), "version_absente");
    assert_eq!(agent.post_on(&cancel, 7, json!({})).await.problem(412), "version_perimee");
    assert_eq!(read(&app, &made).await["actions"], json!(["annuler"]));
    // The facts of the doctor changed since: the last operation is undone first.
    let last = operate(&app, simple(MARTIN, "deces", "2025-06-16")).await;
    assert_eq!(read(&app, &made).await["actions"], json!([]));
    assert_eq!(undo(&app, &made).await.problem(409), "annulation_impossible");
    undo(&app, &last).await.expect(202);
    app.run_jobs().await;
    assert_eq!(read(&app, &last).await["etat"], "annulee");
    // What followed it never was: it is the last again, and goes like it.
    assert_eq!(read(&app, &made).await["actions"], json!(["annuler"]));
    undo(&app, &made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(read(&app, &made).await["etat"], "annulee");
    let file = app.caisse("010110000").get(&format!("/v1/medecins/{MARTIN}")).await.expect(200);
    let open = |one: &serde_json::Value| one["effet_au"].is_null();
    assert!(file["exercices"].as_array().unwrap().iter().all(open), "{file}");
    operate(&app, simple(MARTIN, "retraite", "2025-07-15")).await;
}

/// A death is known once it has happened.
#[tokio::test]
async fn nobody_announces_the_death_of_a_doctor() {
    let app = TestApp::new().await;
    for (day, accepted) in [("2025-06-15", true), ("2025-06-16", true), ("2025-06-17", false)] {
        let asked = simple(MARTIN, "deces", day);
        let shown = app.referentiel(PREMIER).post("/v1/operations/apercu", asked).await;
        if accepted {
            shown.expect(200);
        } else {
            assert_eq!(shown.problem(422), "champs_invalides");
            assert_eq!(shown.wrong_fields(), [("/effet_du".to_owned(), "date_future".to_owned())]);
        }
    }
}

#[tokio::test]
async fn an_operation_undone_before_its_job_changes_nothing() {
    let app = TestApp::new().await;
    let before = timeline(&app, "BERNARD").await;
    let made = operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    undo(&app, &made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(read(&app, &made).await["etat"], "annulee");
    assert_eq!(timeline(&app, "BERNARD").await, before);
    // It may be asked again.
    operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    app.run_jobs().await;
    assert_eq!(timeline(&app, "BERNARD").await[0]["effet_au"], "2025-07-01");
}

#[tokio::test]
async fn a_job_that_stopped_halfway_goes_on_and_two_runners_do_nothing_twice() {
    let app = TestApp::new().await;
    let made = operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    // Halfway: the runner that died had listed the patients and done one of them.
    let pool = app.database.pool(2).await;
    sqlx::query(
        "UPDATE tache SET etat = 'en_cours', essais = 1, bail_jusqu_au = '2025-06-16T10:05:00Z'
         WHERE nature = 'traiter_operation'",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(read(&app, &made).await["compte"]["traites"], 0);
    app.run_jobs().await;
    assert_eq!(read(&app, &made).await["etat"], "en_attente", "its lease holds");
    app.advance(TimeDelta::minutes(6));
    let other = app.core.clone();
    let (first, second) = tokio::join!(app.run_jobs(), traitant::jobs::run_due(&other));
    assert!(first + second.unwrap() >= 1);
    let done = read(&app, &made).await;
    assert_eq!((&done["etat"], &done["compte"]["traites"]), (&json!("terminee"), &json!(5)));
    let versions: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM fin_designation WHERE operation_id IS NOT NULL AND remplace_le IS NULL",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(versions, 5);
    assert_eq!(timeline(&app, "BERNARD").await[0]["version"], 2);
}

async fn import(app: &TestApp, path: &str, lines: &str) -> Value {
    app.referentiel(PREMIER).send_ndjson(path, lines).await.expect(200)
}

#[tokio::test]
async fn a_file_is_imported_line_by_line() {
    let app = TestApp::new().await;
    let lines = [
        simple(MARTIN, "retraite", "2025-07-01").to_string(),
        "pas du json".to_owned(),
        simple(CHLOE, "deces", "2025-06-16").to_string(),
        String::new(),
        simple(PONS, "retraite", "2025-07-01").to_string(),
        json!({ "rpps": PONS, "nature": "vacances", "effet_du": "2025-07-01" }).to_string(),
    ]
    .join("\n");
    let dry = import(&app, "/v1/operations/import/apercu", &lines).await;
    assert_eq!(dry["simulation"], true);
    let done = import(&app, "/v1/operations/import", &lines).await;
    for answer in [&dry, &done] {
        let codes: Vec<(i64, Option<&str>)> = answer["donnees"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| (line["ligne"].as_i64().unwrap(), line["code"].as_str()))
            .collect();
        assert_eq!(
            codes,
            [
                (1, None),
                (2, Some("corps_illisible")),
                (3, Some("champs_invalides")),
                (5, None),
                (6, Some("champs_invalides"))
            ]
        );
    }
    // What would be done has no id and nothing to be done about.
    for (line, closed) in [(0, 5), (3, 1)] {
        let (dry, done) = (&dry["donnees"][line], &done["donnees"][line]);
        assert_eq!((&dry["operation"], &done["compte"]), (&Value::Null, &Value::Null));
        assert_eq!(dry["compte"]["designations_closes"], closed);
        assert_eq!(dry["compte"], done["operation"]["compte"]);
        assert_eq!(done["operation"]["etat"], "a_confirmer");
    }
    app.run_jobs().await;
    assert_eq!(timeline(&app, "BERNARD").await[0]["effet_au"], Value::Null);
    for line in [0, 3] {
        confirm(&app, SECOND, &done["donnees"][line]["operation"]).await.expect(202);
    }
    app.run_jobs().await;
    assert_eq!(timeline(&app, "BERNARD").await[0]["effet_au"], "2025-07-01");
    assert_eq!(timeline(&app, "HUGO").await[1]["effet_au"], "2025-07-01");
    // The same file again does nothing twice.
    let again = import(&app, "/v1/operations/import", &lines).await;
    assert_eq!(again["donnees"][0]["code"], "operation_existante");
    let made = &done["donnees"][0]["operation"];
    undo(&app, made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(timeline(&app, "BERNARD").await[0]["effet_au"], Value::Null);
    // A file of a spreadsheet begins with a mark that nobody sees: it is no part of the file. Elsewhere it is named.
    let line = simple(CHLOE, "deces", "2025-06-01");
    let marked = format!("\u{feff}{line}\n\u{feff}{line}");
    for path in ["/v1/operations/import", "/v1/operations/import/apercu"] {
        let answer = import(&app, path, &marked).await;
        let bare = import(&app, path, &line.to_string()).await;
        assert_eq!(answer["donnees"][0], bare["donnees"][0]);
        assert_eq!(answer["donnees"][1]["code"], "corps_illisible");
        let said = answer["donnees"][1].to_string();
        assert!(said.contains("une marque d'ordre des octets (BOM)"), "{said}");
    }
    let wrong = app.caisse(CAISSE).post("/v1/operations/import", json!({})).await;
    assert_eq!(wrong.problem(415), "type_de_contenu");
    let request = Request::builder().method("POST").uri("/v1/operations/import");
    let nobody = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(nobody.problem(401), "jeton_absent");
}
