//! Late paper, two declarations of one day, wrong entries rectified.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, Reply, choix, paper, patient_id, signature};

const CAISSE: &str = "011310000";

/// Enters a paper of Alice signed by both on a day.
async fn enter(app: &TestApp, rpps: &str, day: &str) -> Reply {
    let caisse = app.caisse(CAISSE);
    let mut choix = choix("ALICE", rpps);
    let digest = caisse.digest_of(&choix).await;
    choix["signatures"] = json!([paper("assure", day, &digest), paper("medecin", day, &digest)]);
    caisse.post("/v1/declarations", choix).await
}

type Period = (String, String, Option<String>);

async fn timeline(app: &TestApp, query: &str) -> Vec<Period> {
    let path = format!("/v1/patients/{}/designations{query}", patient_id("ALICE"));
    let all = app.caisse(CAISSE).get(&path).await.expect(200);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    all["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            let doctor = text(&d["medecins"][0]["rpps"]).unwrap();
            (doctor, text(&d["effet_du"]).unwrap(), text(&d["effet_au"]))
        })
        .collect()
}

fn period(rpps: &str, du: &str, au: Option<&str>) -> Period {
    (rpps.to_owned(), du.to_owned(), au.map(str::to_owned))
}

fn rectification(motif: &str, remplacement: Option<Value>) -> Value {
    match remplacement {
        Some(right) => json!({ "motif": motif, "remplacement": right }),
        None => json!({ "motif": motif }),
    }
}

#[tokio::test]
async fn papers_received_in_any_order_give_the_history_of_their_signatures() {
    let signed = [(MARTIN, "2025-05-01"), (PONS, "2025-05-10"), (CARDIOLOGUE, "2025-05-20")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let app = TestApp::new().await;
        for index in order {
            let (rpps, day) = signed[index];
            enter(&app, rpps, day).await.expect(201);
        }
        assert_eq!(
            timeline(&app, "").await,
            [
                period(MARTIN, "2025-05-01", Some("2025-05-10")),
                period(PONS, "2025-05-10", Some("2025-05-20")),
                period(CARDIOLOGUE, "2025-05-20", None),
            ],
            "{order:?}"
        );
    }
}

#[tokio::test]
async fn of_two_declarations_of_one_day_the_timestamped_one_prevails_then_the_last_received() {
    let app = TestApp::new().await;
    enter(&app, MARTIN, "2025-06-16").await.expect(201);
    app.advance(TimeDelta::minutes(1));
    enter(&app, PONS, "2025-06-16").await.expect(201);
    assert_eq!(timeline(&app, "").await, [period(PONS, "2025-06-16", None)]);
    let conflicts = async || {
        app.events().await.iter().filter(|nature| *nature == "declaration.meme_jour").count()
    };
    assert_eq!(conflicts().await, 1);
    app.advance(TimeDelta::minutes(1));
    app.medecin(CARDIOLOGUE).declare("ALICE", CARDIOLOGUE).await.expect(201);
    app.advance(TimeDelta::minutes(1));
    // Paper of the same day, received afterwards, does not prevail over a known instant.
    enter(&app, MARTIN, "2025-06-16").await.expect(201);
    assert_eq!(timeline(&app, "").await, [period(CARDIOLOGUE, "2025-06-16", None)]);
    app.advance(TimeDelta::minutes(1));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    assert_eq!(timeline(&app, "").await, [period(PONS, "2025-06-16", None)]);
    // On the next day there is no conflict.
    let before = conflicts().await;
    app.on("2025-06-17");
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    assert_eq!(conflicts().await, before);
}

#[tokio::test]
async fn the_doctor_of_before_again_on_the_day_of_the_change_erases_the_change() {
    let app = TestApp::new().await;
    enter(&app, MARTIN, "2025-05-01").await.expect(201);
    app.advance(TimeDelta::minutes(1));
    enter(&app, PONS, "2025-06-01").await.expect(201);
    app.advance(TimeDelta::minutes(1));
    enter(&app, MARTIN, "2025-06-01").await.expect(201);
    assert_eq!(timeline(&app, "").await, [period(MARTIN, "2025-05-01", None)]);
    assert!(app.events().await.contains(&"declaration.rouverte".to_owned()));
}

#[tokio::test]
async fn a_patient_changes_as_often_as_they_like_and_nobody_is_asked() {
    let app = TestApp::new().await;
    for (offset, rpps) in [MARTIN, PONS, MARTIN, CARDIOLOGUE, PONS].iter().enumerate() {
        app.on(&format!("2025-06-{}", 16 + offset));
        app.medecin(rpps).declare("ALICE", rpps).await.expect(201);
    }
    assert_eq!(timeline(&app, "").await.len(), 5);
}

#[tokio::test]
async fn a_wrong_entry_is_superseded_by_the_right_one_with_a_reason() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    enter(&app, CARDIOLOGUE, "2025-04-01").await.expect(201);
    // Keyed for Martin on 10 June; the paper says Pons on 1 June.
    let wrong = enter(&app, MARTIN, "2025-06-10").await.expect(201);
    assert_eq!(wrong["actions"], json!(["rectifier", "retirer"]));
    app.advance(TimeDelta::seconds(1));
    let before = app.clock();
    app.advance(TimeDelta::seconds(1));
    let path = format!("/v1/declarations/{}", wrong["id"].as_str().unwrap());
    let digest = caisse.digest_of(&choix("ALICE", PONS)).await;
    let both = |day: &str| json!([paper("assure", day, &digest), paper("medecin", day, &digest)]);
    let right = json!({ "medecins": [{ "rpps": PONS }], "signatures": both("2025-06-01") });
    let body = rectification("médecin et jour mal lus", Some(right));
    let to = format!("{path}/rectifications");
    let stale = caisse.post_on(&to, 2, body.clone()).await;
    assert_eq!(stale.problem(412), "version_perimee");
    let forbidden = app.medecin(MARTIN).post_on(&to, 1, body.clone()).await;
    assert_eq!(forbidden.problem(403), "role_interdit");
    let rectified = caisse.post_on(&to, 1, body.clone()).await.expect(200);
    assert_eq!((&rectified["etat"], &rectified["version"]), (&json!("rectifiee"), &json!(2)));
    assert_eq!(rectified["motif"], "médecin et jour mal lus");
    assert_eq!(rectified["actions"], json!([]));
    let new = format!("/v1/declarations/{}", rectified["rectifiee_par"].as_str().unwrap());
    let new = caisse.get(&new).await.expect(200);
    assert_eq!((&new["rectifie"], &new["numero"]), (&wrong["id"], &wrong["numero"]));
    assert_eq!(
        timeline(&app, "").await,
        [period(CARDIOLOGUE, "2025-04-01", Some("2025-06-01")), period(PONS, "2025-06-01", None)]
    );
    // What was known before stays readable.
    assert_eq!(
        timeline(&app, &format!("?connu_le={before}")).await,
        [period(CARDIOLOGUE, "2025-04-01", Some("2025-06-10")), period(MARTIN, "2025-06-10", None)]
    );
    assert_eq!(caisse.post_on(&to, 2, body).await.problem(409), "transition_interdite");
    assert!(app.events().await.contains(&"declaration.rectifiee".to_owned()));
}

#[tokio::test]
async fn an_entry_that_should_not_exist_leaves_history_as_it_would_have_been() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    enter(&app, MARTIN, "2025-05-01").await.expect(201);
    let wrong = enter(&app, PONS, "2025-05-20").await.expect(201);
    enter(&app, MARTIN, "2025-06-01").await.expect(201);
    assert_eq!(timeline(&app, "").await.len(), 3);
    let to = format!("/v1/declarations/{}/rectifications", wrong["id"].as_str().unwrap());
    let none = caisse.post_on(&to, 1, json!({})).await;
    assert_eq!(none.wrong_fields(), [("/motif".to_owned(), "champ_requis".to_owned())]);
    // What replaces it must be complete, and is refused for the reasons of any declaration.
    let digest = caisse.digest_of(&choix("ALICE", PONS)).await;
    let half = json!({
        "medecins": [{ "rpps": PONS }], "signatures": [paper("assure", "2025-05-21", &digest)]
    });
    let half = caisse.post_on(&to, 1, rectification("jour mal lu", Some(half))).await;
    let place = "/remplacement/signatures".to_owned();
    assert_eq!(half.wrong_fields(), [(place, "signatures_manquantes".to_owned())]);
    let unknown = json!({
        "medecins": [{ "rpps": "99900008014" }],
        "signatures": [paper("assure", "2025-05-21", &digest)]
    });
    let unknown = caisse.post_on(&to, 1, rectification("médecin mal lu", Some(unknown))).await;
    let place = "/remplacement/medecins/0/rpps".to_owned();
    assert_eq!(unknown.wrong_fields(), [(place, "medecin_inconnu".to_owned())]);
    let other = app.caisse("019740000");
    let hidden = other.post_on(&to, 1, rectification("autre", None)).await;
    assert_eq!(hidden.problem(404), "introuvable");
    let done = caisse.post_on(&to, 1, rectification("dossier d'une autre personne", None)).await;
    assert_eq!(done.expect(200)["rectifiee_par"], Value::Null);
    assert_eq!(timeline(&app, "").await, [period(MARTIN, "2025-05-01", None)]);
}

#[tokio::test]
async fn paper_signed_before_the_first_affiliation_is_refused() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    let body = json!({
        "identifiant": { "type": "nir", "valeur": "186022B03399191" },
        "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
        "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
        "affilie_du": "2012-09-01"
    });
    let made = caisse.post("/v1/patients", body).await.expect(201);
    let try_on = async |day: &str| {
        let patient = json!({ "id": made["patient_id"] });
        let mut choix = json!({ "patient": patient, "medecins": [{ "rpps": MARTIN }] });
        let digest = caisse.digest_of(&choix).await;
        choix["signatures"] =
            json!([paper("assure", day, &digest), paper("medecin", day, &digest)]);
        caisse.post("/v1/declarations", choix).await
    };
    assert_eq!(try_on("2012-08-31").await.problem(422), "signature_avant_rattachement");
    assert_eq!(try_on("2012-09-01").await.expect(201)["etat"], "active");
}

#[tokio::test]
async fn a_pending_paper_is_judged_on_the_days_that_it_bears() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    let mut choix = choix("ALICE", MARTIN);
    let digest = caisse.digest_of(&choix).await;
    choix["signatures"] = json!([paper("assure", "2025-06-01", &digest)]);
    let half = caisse.post("/v1/declarations", choix).await.expect(201);
    let path = format!("/v1/declarations/{}/signatures", half["id"].as_str().unwrap());
    let signed =
        caisse.post_on(&path, 1, paper("medecin", "2025-05-28", &digest)).await.expect(200);
    assert_eq!(signed["designation"]["effet_du"], "2025-06-01");
    let late = caisse.post_on(&path, 2, signature("medecin", "cps", &digest)).await;
    assert_eq!(late.problem(409), "transition_interdite");
}

#[tokio::test]
async fn of_several_rectifications_at_once_one_is_done() {
    let app = TestApp::new().await;
    let wrong = enter(&app, MARTIN, "2025-06-10").await.expect(201);
    app.advance(TimeDelta::seconds(1));
    let to = format!("/v1/declarations/{}/rectifications", wrong["id"].as_str().unwrap());
    let caisse = app.caisse(CAISSE);
    let one = || caisse.post_on(&to, 1, rectification("essai", None));
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    let mut statuses: Vec<u16> = [a, b, c, d].iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412]);
    assert_eq!(timeline(&app, "").await, []);
}
