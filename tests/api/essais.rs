//! Numbers that are tried: counted by who tries, slowed, refused, and read by whose they are.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::auth::Claims;
use traitant::law::Law;

use crate::access::claims;
use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, Reply, choix, cle, feuille, patient_id};
use crate::support::cessation::{operate, simple};
use crate::support::database::TestDatabase;
use crate::support::vie::{AIN, AUTRE_NIR, organisme};

const RECHERCHE: &str = "/v1/patients/recherche";
const CONSULTATION: &str = "/v1/medecins-traitants/consultation";
const FEUILLES: &str = "/v1/feuilles-de-soins";
const LOTS: &str = "/v1/feuilles-de-soins/lots";

/// The card of Bernard with a wrong day of birth.
fn wrong(day: u32) -> Value {
    let mut key = cle("BERNARD");
    key["date_naissance"] = json!(format!("1958-07-{day:02}"));
    key
}

/// An agent of the caisse of Paris, or a delegate of Pons.
fn subject<'a>(app: &'a TestApp, rpps: Option<&str>, sub: &str) -> Caller<'a> {
    let medecin = rpps.is_some();
    let token = Claims {
        sub: sub.to_owned(),
        role: if medecin { "medecin" } else { "caisse" }.to_owned(),
        rpps: rpps.map(str::to_owned),
        organisme: (!medecin).then(|| "017510000".to_owned()),
        ..claims("declarations.lire medecin_traitant.lire")
    };
    app.bearer(app.emetteur.sign(&token).unwrap())
}

fn retry_after(reply: &Reply) -> i64 {
    assert_eq!(reply.problem(429), "trop_d_essais");
    reply.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn tries_are_slowed_then_refused_and_a_right_answer_resets_nothing() {
    let app = TestApp::new().await;
    let ask = async |day: u32| app.medecin(PONS).post(CONSULTATION, wrong(day)).await;
    for day in 1..=3 {
        assert_eq!(ask(day).await.problem(404), "introuvable");
    }
    // The fourth waits a minute, also when it would be the right one.
    assert_eq!(retry_after(&ask(4).await), 61);
    assert_eq!(retry_after(&ask(14).await), 61);
    app.advance(TimeDelta::seconds(59));
    assert_eq!(retry_after(&ask(14).await), 2);
    app.advance(TimeDelta::seconds(1));
    ask(14).await.expect(200);
    assert_eq!(ask(5).await.problem(404), "introuvable");
    // The fifth waits ten minutes.
    assert_eq!(retry_after(&ask(6).await), 601);
    app.advance(TimeDelta::minutes(10));
    ask(14).await.expect(200);
    assert_eq!(ask(6).await.problem(404), "introuvable");
    // No sixth before a day has passed since the first, right or wrong.
    let left = 24 * 3600 - 60 - 600;
    assert_eq!(retry_after(&ask(7).await), left + 1);
    app.advance(TimeDelta::seconds(left - 1));
    assert_eq!(retry_after(&ask(14).await), 2);
    app.advance(TimeDelta::seconds(1));
    ask(14).await.expect(200);
    for day in 7..=9 {
        assert_eq!(ask(day).await.problem(404), "introuvable");
    }
    assert_eq!(retry_after(&ask(10).await), 61);
    // Nobody else is disturbed, nor the same caller about somebody else.
    app.medecin(MARTIN).post(CONSULTATION, cle("BERNARD")).await.expect(200);
    app.medecin(PONS).post(CONSULTATION, cle("ALICE")).await.expect(200);
}

#[tokio::test]
async fn the_person_reads_that_somebody_tried_and_an_unknown_number_counts_the_same() {
    let app = TestApp::new().await;
    for day in 1..=3 {
        assert_eq!(app.medecin(PONS).post(RECHERCHE, wrong(day)).await.status, 404);
    }
    app.medecin(PONS).post(RECHERCHE, wrong(4)).await.expect(429);
    let traces = app.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    let tried: Vec<&Value> = traces["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|trace| trace["operation"] == "patient.essai_infructueux")
        .collect();
    assert_eq!(tried.len(), 3);
    assert!(tried.iter().all(|trace| trace["role"] == "medecin" && trace["appelant"] == PONS));
    let mut nobody = cle("BERNARD");
    nobody["identifiant"]["valeur"] = json!(AUTRE_NIR);
    for _ in 1..=3 {
        let refused = app.medecin(PONS).post(RECHERCHE, nobody.clone()).await;
        assert_eq!(refused.problem(404), "introuvable");
    }
    assert_eq!(retry_after(&app.medecin(PONS).post(RECHERCHE, nobody).await), 61);
    // What is kept is a digest, and goes when it counts no more.
    let pool = app.database.pool(1).await;
    let kept = async || -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM essai WHERE length(numero) = 16 AND length(appelant) = 16",
        )
        .fetch_one(&pool)
        .await
        .unwrap()
    };
    // Those of the sandbox, whose people were registered one by one, and these four.
    assert_eq!(kept().await, 16 + 4);
    app.advance(TimeDelta::days(3));
    app.run_jobs().await;
    assert_eq!(kept().await, 0);
}

#[tokio::test]
async fn every_door_to_a_number_counts() {
    let app = TestApp::new().await;
    let with = |mut body: Value, pointer: &str| {
        *body.pointer_mut(pointer).unwrap() = json!("1958-07-15");
        body
    };
    let by_doctor = [
        (RECHERCHE, wrong(15)),
        (CONSULTATION, wrong(15)),
        ("/v1/declarations/apercu", with(choix("BERNARD", PONS), "/patient/date_naissance")),
        ("/v1/declarations", with(choix("BERNARD", PONS), "/patient/date_naissance")),
        (
            "/v1/simulations/registre",
            with(
                json!({ "feuille": feuille("BERNARD", "1", "2025-06-10", "T") }),
                "/feuille/beneficiaire/date_naissance",
            ),
        ),
    ];
    for (door, body) in &by_doctor {
        let app = TestApp::new().await;
        for _ in 1..=3 {
            let status = app.medecin(MARTIN).post(door, body.clone()).await.status.as_u16();
            assert!([404, 422].contains(&status), "{door} {status}");
        }
        for (other, body) in &by_doctor {
            let refused = app.medecin(MARTIN).post(other, body.clone()).await;
            assert_eq!(retry_after(&refused), 61, "{door} {other}");
        }
    }
    // A caisse tries by a creation and by a mutation too: each is one try, whatever comes of it.
    let caisse = app.caisse("017510000");
    let mut person = json!({
        "identifiant": { "type": "nir", "valeur": AUTRE_NIR },
        "nom": "ESSAI-AUTRE", "prenom": "ANNEXE", "date_naissance": "1986-02-11",
        "organisme": organisme("017510000"), "affilie_du": "2012-09-01",
    });
    caisse.post("/v1/patients", person.clone()).await.expect(201);
    person["nom"] = json!("ESSAI-TIERS");
    for _ in 2..=3 {
        assert_eq!(caisse.post("/v1/mutations", person.clone()).await.status, 422);
    }
    assert_eq!(retry_after(&caisse.post("/v1/mutations", person).await), 61);
}

#[tokio::test]
async fn the_subjects_of_one_organisation_share_a_higher_limit() {
    let app = TestApp::new().await;
    for agent in ["agent-1", "agent-2", "agent-3", "agent-4"] {
        for day in 1..=3 {
            let reply = subject(&app, None, agent).post(RECHERCHE, wrong(day)).await;
            assert_eq!(reply.status, 404, "{agent}");
        }
    }
    subject(&app, None, "agent-1").post(RECHERCHE, wrong(4)).await.expect(429);
    // The thirteenth of the caisse, by a fresh agent, then the fourteenth, and none after the fifteenth.
    let fresh = async |sub: &str, day| subject(&app, None, sub).post(RECHERCHE, wrong(day)).await;
    assert_eq!(fresh("agent-5", 5).await.status, 404);
    assert_eq!(retry_after(&fresh("agent-5", 6).await), 61);
    app.advance(TimeDelta::minutes(1));
    assert_eq!(fresh("agent-6", 6).await.status, 404);
    assert_eq!(retry_after(&fresh("agent-7", 7).await), 601);
    app.advance(TimeDelta::minutes(10));
    assert_eq!(fresh("agent-7", 7).await.status, 404);
    assert!(retry_after(&fresh("agent-8", 14).await) > 80_000);
    // Delegates of one doctor are subjects of one organisation too.
    assert_eq!(subject(&app, Some(PONS), "delegue-1").post(RECHERCHE, wrong(1)).await.status, 404);
}

/// Whichever instance answers, and whatever runs at the same moment: three tries are answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_tries_at_two_instances_are_counted_one_by_one() {
    let database = Arc::new(TestDatabase::with_people().await);
    let law = || Law::embedded().unwrap();
    let one = Arc::new(TestApp::under(Arc::clone(&database), 8, law(), 7).await);
    let two = Arc::new(TestApp::under(database, 8, law(), 8).await);
    let tries = (1..=13).chain(15..=25).map(|day| {
        let app = Arc::clone(if day % 2 == 0 { &one } else { &two });
        tokio::spawn(async move {
            let door = if day % 3 == 0 { RECHERCHE } else { CONSULTATION };
            app.medecin(PONS).post(door, wrong(day)).await.status.as_u16()
        })
    });
    let mut answered = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        answered.push(one.await.unwrap());
    }
    assert_eq!(answered.iter().filter(|status| **status == 404).count(), 3, "{answered:?}");
    assert_eq!(answered.iter().filter(|status| **status == 429).count(), 21, "{answered:?}");
    two.medecin(PONS).post(CONSULTATION, cle("BERNARD")).await.expect(429);
}

#[tokio::test]
async fn a_try_that_was_refused_keeps_no_key() {
    let app = TestApp::new().await;
    let mut choice = choix("BERNARD", PONS);
    choice["patient"] = wrong(15);
    let headers = [("idempotency-key", "une-seule-declaration")];
    let pons = app.medecin(PONS);
    let ask =
        async |body: &Value| pons.request("POST", "/v1/declarations", &headers, Some(body)).await;
    let unknown = ask(&choice).await.wrong_fields();
    assert_eq!(unknown, [("/patient".to_owned(), "patient_inconnu".to_owned())]);
    choice["patient"] = cle("BERNARD");
    let digest = pons.digest_of(&choice).await;
    choice["signatures"] = json!([crate::support::app::signature("medecin", "cps", &digest)]);
    assert_eq!(ask(&choice).await.status, 201);
}

#[tokio::test]
async fn a_doctor_whom_the_register_does_not_know_or_who_stopped_reads_no_card() {
    let app = TestApp::new().await;
    let unknown = "99900008048";
    for (door, body) in [
        (RECHERCHE, cle("BERNARD")),
        (CONSULTATION, cle("BERNARD")),
        ("/v1/declarations/apercu", choix("BERNARD", PONS)),
        ("/v1/declarations", choix("BERNARD", PONS)),
    ] {
        let refused = app.medecin(unknown).post(door, body).await;
        assert_eq!(refused.problem(403), "role_interdit", "{door}");
    }
    for day in ["2025-06-15", "2025-06-16", "2025-06-17"] {
        app.on(day);
        if day == "2025-06-16" {
            operate(&app, simple(MARTIN, "retraite", day)).await;
        }
        let expected = if day == "2025-06-15" { 200 } else { 403 };
        for (door, body) in [(RECHERCHE, cle("ALICE")), (CONSULTATION, cle("ALICE"))] {
            let reply = app.medecin(MARTIN).post(door, body).await;
            assert_eq!(reply.status, expected, "{day} {door}");
        }
    }
    assert_eq!(
        app.medecin(MARTIN).get(&format!("/v1/patients/{}", patient_id("ALICE"))).await.status,
        404
    );
}

/// A feuille of Bernard, born on some day of July.
fn sheet(numero: usize, day: u32) -> Value {
    let mut sheet = feuille("BERNARD", &numero.to_string(), "2025-06-16", Value::Null);
    sheet["beneficiaire"]["date_naissance"] = json!(format!("1958-07-{day:02}"));
    sheet
}

#[tokio::test]
async fn a_feuille_is_a_try_too_and_a_lot_as_many_as_it_has_wrong_keys() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let send = async |numero, day| martin.post(FEUILLES, sheet(numero, day)).await;
    for day in 1..=3 {
        let reply = send(1, day).await;
        assert_eq!(reply.wrong_fields(), [("/beneficiaire".into(), "beneficiaire_inconnu".into())]);
    }
    // The fourth waits a minute, and the right one with it; a consultation shares the count.
    assert_eq!(retry_after(&send(1, 14).await), 61);
    assert_eq!(retry_after(&martin.post(CONSULTATION, wrong(14)).await), 61);
    app.advance(TimeDelta::minutes(1));
    send(1, 14).await.expect(201);
    // A month of days at once: not even the right one is answered, and nothing is stored.
    let pons = app.medecin(PONS);
    let lines: Vec<String> = (1..=31)
        .map(|day| {
            let mut line = sheet(usize::try_from(day).unwrap(), day);
            line["executant"]["rpps"] = json!(PONS);
            line.to_string()
        })
        .collect();
    let answers = pons.send_ndjson(LOTS, &lines.join("\n")).await;
    assert_eq!(answers.status, 200);
    let said = String::from_utf8(answers.body).unwrap();
    assert_eq!(said.matches(r#""code":"trop_d_essais""#).count(), 31, "{said}");
    assert_eq!(retry_after(&pons.post(CONSULTATION, wrong(14)).await), 24 * 3600 + 1);
    let read = app.patient("BERNARD").get("/v1/moi/acces?limite=100").await.expect(200);
    let tries = read["donnees"].as_array().unwrap().iter();
    let tries = tries.filter(|one| one["operation"] == "patient.essai_infructueux").count();
    assert_eq!(tries, 3 + 30);
}

#[tokio::test]
async fn a_lot_tries_as_much_as_its_subject_may_whatever_its_organisation_may() {
    let app = TestApp::new().await;
    subject(&app, Some(MARTIN), "delegue-1").post(CONSULTATION, wrong(1)).await.expect(404);
    let lines = |days: std::ops::RangeInclusive<u32>| {
        let right = sheet(14, 14).to_string();
        days.map(|day| sheet(1, day).to_string()).chain([right]).collect::<Vec<_>>().join("\n")
    };
    let six = app.medecin(MARTIN).send_ndjson(LOTS, &lines(2..=7)).await;
    let said = String::from_utf8(six.body).unwrap();
    assert_eq!(said.matches(r#""code":"trop_d_essais""#).count(), 7, "{said}");
    let app = TestApp::new().await;
    let five = app.medecin(MARTIN).send_ndjson(LOTS, &lines(2..=6)).await;
    let said = String::from_utf8(five.body).unwrap();
    assert_eq!(said.matches(r#""code":"beneficiaire_inconnu""#).count(), 5, "{said}");
    assert_eq!(said.matches(r#""resultat":"enregistree""#).count(), 1, "{said}");
}

#[tokio::test]
async fn a_caisse_that_sends_a_feuille_of_nobody_tries_nothing() {
    let app = TestApp::new().await;
    let lines: Vec<String> = (1..=8).map(|day| sheet(1, day).to_string()).collect();
    let answers = app.caisse(AIN).send_ndjson(LOTS, &lines.join("\n")).await;
    let said = String::from_utf8(answers.body).unwrap();
    assert_eq!(said.matches(r#""code":"beneficiaire_inconnu""#).count(), 8, "{said}");
    app.caisse(AIN).post(RECHERCHE, wrong(14)).await.expect(200);
}
