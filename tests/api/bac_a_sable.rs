//! The sandbox: everybody in it, its clock, its new beginning; and that production has none of it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::domain::clock::{AheadClock, Clock, FixedClock};
use traitant::http::BacASable;
use traitant::law::Law;
use traitant::sandbox::Place;
use traitant::services::fil;

use crate::support::TestApp;
use crate::support::app::{MARTIN, Reply, patient_id};
use crate::support::database::TestDatabase;

const AIN: &str = "010110000";
const RENAUD: &str = "99900008048";
const HORLOGE: &str = "/bac-a-sable/horloge";

async fn advance(app: &TestApp, days: i64) -> Value {
    app.anonymous().request("POST", HORLOGE, &[], Some(&json!({ "jours": days }))).await.expect(200)
}

async fn state_of(app: &TestApp, prenom: &str) -> Value {
    let path = format!("/v1/patients/{}/declarations", patient_id(prenom));
    let list = app.caisse(AIN).get(&path).await.expect(200);
    list["donnees"][0].clone()
}

/// A paper signed by somebody and a doctor on the day that the sandbox has reached.
async fn chosen_alone(app: &TestApp, prenom: &str) -> Reply {
    let caisse = app.caisse(AIN);
    let jour = app.anonymous().get(HORLOGE).await.expect(200)["jour"].clone();
    let mut choix = json!({ "patient": { "id": patient_id(prenom).to_string() }, "medecins": [{ "rpps": RENAUD }] });
    let digest = caisse.digest_of(&choix).await;
    let paper = |role| crate::support::app::paper(role, jour.as_str().unwrap(), &digest);
    choix["signatures"] = json!([paper("assure"), paper("medecin")]);
    caisse.post("/v1/declarations", choix).await
}

async fn person(app: &TestApp, prenom: &str) -> Value {
    let list = app.anonymous().get("/bac-a-sable/liste").await.expect(200);
    let all = list["patients"].as_array().unwrap();
    all.iter().find(|one| one["prenom"] == prenom).unwrap().clone()
}

#[tokio::test]
async fn everybody_is_there_with_a_token_that_lets_them_in() {
    let app = TestApp::bac_a_sable().await;
    let list = app.anonymous().get("/bac-a-sable/liste").await.expect(200);
    assert!(list["patients"].as_array().unwrap().len() >= 30);
    assert!(list["medecins"].as_array().unwrap().len() >= 15);
    // The first people keep their ids, which the documentation names.
    assert_eq!(list["patients"][0]["patient_id"], "018cc92f-c400-7962-9d51-c30f2dc4d148");
    for group in ["patients", "medecins", "autres"] {
        for one in list[group].as_array().unwrap() {
            let token = one["jeton"].as_str().unwrap().to_owned();
            app.bearer(token).get("/v1/moi").await.expect(200);
            assert!(one["sert_a"].as_str().unwrap().len() > 8, "{one}");
        }
    }
    // What some of them are there for.
    assert_eq!(state_of(&app, "CORENTIN").await["etat"], "en_attente");
    assert_eq!(state_of(&app, "UGO").await["medecins"].as_array().unwrap().len(), 2);
    assert_eq!(state_of(&app, "JONAS").await["contestation"], "ouverte");
    let ain = app.caisse(AIN);
    let of = |prenom: &str, suite: &str| format!("/v1/patients/{}/{suite}", patient_id(prenom));
    let found = ain.get(&of("ESTELLE", "conciliations")).await.expect(200);
    assert_eq!(found["donnees"].as_array().unwrap().len(), 1);
    let referrals = ain.get(&of("WILLIAM", "adressages")).await.expect(200);
    assert_eq!(referrals["donnees"].as_array().unwrap().len(), 2);
    let links = ain.get(&of("QUENTIN", "representations")).await.expect(200);
    assert_eq!(links["donnees"].as_array().unwrap().len(), 2);
    let sheets = of("INGRID", "feuilles-de-soins") + "?du=2024-01-01";
    let sheets = ain.get(&sheets).await.expect(200);
    let sheets = sheets["donnees"].as_array().unwrap();
    let year = |sheet: &Value| {
        sheet["date_soins"].as_str().unwrap_or_default().get(..4).map(str::to_owned)
    };
    let years: std::collections::BTreeSet<_> = sheets.iter().map(year).collect();
    assert_eq!(years.len(), 2, "{sheets:?}");
    let gone = ain.get(&of("GERMAINE", "medecin-traitant")).await.expect(200);
    assert_eq!(gone["designation"], Value::Null);
}

#[tokio::test]
async fn the_clock_brings_expiries_birthdays_and_the_end_of_a_protection() {
    let app = TestApp::bac_a_sable().await;
    let before = app.anonymous().get(HORLOGE).await.expect(200);
    assert_eq!((&before["jour"], &before["avance_jours"]), (&json!("2025-06-16"), &json!(0)));

    // Ninety days after the only signature, at that instant.
    advance(&app, 10).await;
    assert_eq!(state_of(&app, "CORENTIN").await["etat"], "en_attente");
    let moved = advance(&app, 1).await;
    assert_eq!((&moved["jour"], &moved["avance_jours"]), (&json!("2025-06-27"), &json!(11)));
    assert_eq!(state_of(&app, "CORENTIN").await["etat"], "expiree");

    // The day before sixteen, the day itself.
    advance(&app, 18).await;
    assert_eq!(chosen_alone(&app, "LUCAS").await.problem(422), "patient_mineur");
    advance(&app, 1).await;
    let chosen = chosen_alone(&app, "LUCAS").await.expect(201);
    assert_eq!(chosen["etat"], "en_attente", "at sixteen, a parent signs too");
    // The day before eighteen, the day itself.
    advance(&app, 29).await;
    assert_eq!(chosen_alone(&app, "MANON").await.expect(201)["etat"], "en_attente");
    advance(&app, 1).await;
    assert_eq!(chosen_alone(&app, "MANON").await.expect(201)["etat"], "active");

    // The doctor of Germaine left on 17 April: twelve months, then she is out of the parcours.
    let germaine = person(&app, "Germaine").await;
    for (days, jour, outside) in [(244, "2026-04-16", false), (2, "2026-04-18", true)] {
        let moved = advance(&app, days).await;
        assert_eq!(moved["jour"], jour);
        let own = json!({ "type": "nir", "valeur": germaine["identifiant"] });
        let sheet = json!({
            "numero_facture": "1", "support": "electronique", "mode_securisation": "securise",
            "date_etablissement": jour,
            "beneficiaire": {
                "identifiant_individuel": own, "identifiant_ouvrant_droit": own, "qualite": "0",
                "date_naissance": germaine["date_naissance"],
                "organisme": { "regime": "01", "caisse": "011", "centre": "0000" },
            },
            "executant": {
                "rpps": RENAUD, "numero_facturation": { "type": "num_am", "valeur": "991999608" },
                "specialite": "01", "convention": "secteur_1",
            },
            "parcours": {}, "assurance": { "nature": "maladie" },
            "actes": [{
                "numero_ligne": 1, "date_execution": jour, "nomenclature": "ngap", "code": "G",
                "honoraires_centimes": 3000, "base_remboursement_centimes": 3000,
            }],
        });
        let asked = json!({ "feuille": sheet });
        let said = app.medecin(RENAUD).post("/v1/simulations/registre", asked).await.expect(200);
        assert_eq!(said["resultats"]["majoration_due"], outside, "{jour}");
    }
}

#[tokio::test]
async fn the_clock_goes_forward_only_and_a_reset_brings_everything_back() {
    let (app, bac) = TestApp::bac_a_sable_lui_meme().await;
    for (body, place, code) in [
        (json!({ "jour": "2025-06-16" }), "/jour", "date_passee"),
        (json!({ "jour": "2024-01-01" }), "/jour", "date_passee"),
        (json!({ "jours": 0 }), "/jours", "hors_bornes"),
        (json!({ "jours": 10_959 }), "/jours", "hors_bornes"),
        (json!({ "jours": 1, "jour": "2026-01-01" }), "/jours", "un_seul_des_deux"),
        (json!({}), "/jours", "un_seul_des_deux"),
    ] {
        let refused = app.anonymous().request("POST", HORLOGE, &[], Some(&body)).await;
        assert_eq!(refused.wrong_fields(), [(place.to_owned(), code.to_owned())], "{body}");
    }
    let to = json!({ "jour": "2025-09-16" });
    let moved = app.anonymous().request("POST", HORLOGE, &[], Some(&to)).await.expect(200);
    assert_eq!(moved["avance_jours"], 92);
    // The same from the page, which is then shown again; a page of somebody else is refused.
    let form = |site: &str| {
        let request = Request::builder().method("POST").uri(HORLOGE);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.header("sec-fetch-site", site).body(Body::from("jours=3")).unwrap()
    };
    let shown = app.send(form("same-origin")).await;
    assert_eq!((shown.status.as_u16(), shown.header("location")), (303, "/#horloge"));
    assert_eq!(app.send(form("cross-site")).await.problem(403), "role_interdit");
    assert_eq!(app.anonymous().get(HORLOGE).await.expect(200)["avance_jours"], 95);

    // Asked of the sandbox itself: an answer over HTTP is waited for thirty seconds, whatever else this machine does.
    let again = bac.remettre_a_zero().await.unwrap();
    assert_eq!((again.jour.to_string().as_str(), again.avance_jours), ("2025-06-16", 0));
    assert_eq!(state_of(&app, "CORENTIN").await["etat"], "en_attente");
    let alice = format!("/v1/patients/{}/medecin-traitant", patient_id("ALICE"));
    assert_eq!(app.patient("ALICE").get(&alice).await.expect(200)["designation"], Value::Null);
    // And what is done next is kept, by the same service, and told to whoever follows.
    let feed = "/v1/evenements?limite=100";
    fil::publish(&app.core).await.unwrap();
    let before = app.medecin(MARTIN).get(feed).await.expect(200);
    assert!(!before["donnees"].as_array().unwrap().is_empty());
    let cursor = before["pagination"]["curseur_reprise"].as_str().unwrap();
    let chosen = app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    assert_eq!(chosen["etat"], "active");
    fil::publish(&app.core).await.unwrap();
    let after = app.medecin(MARTIN).get(&format!("{feed}&curseur={cursor}")).await.expect(200);
    let told = after["donnees"].as_array().unwrap();
    assert!(told.iter().any(|one| one["declaration_id"] == chosen["id"]), "{after}");
}

#[tokio::test]
async fn a_sandbox_that_was_never_finished_begins_again() {
    let app = TestApp::bac_a_sable().await;
    let pool = app.database.pool(1).await;
    sqlx::query("UPDATE bac_a_sable SET peuple = false").execute(&pool).await.unwrap();
    let law = Arc::new(Law::embedded().unwrap());
    let db = app.database.db(4).await;
    let place = Place { db, law, proprietaire: app.database.url() };
    let clock = Arc::new(FixedClock::at(app.clock.now() + TimeDelta::days(30)));
    let horloge = AheadClock::new(clock, 0);
    place.open(&horloge).await.unwrap();
    let marque = place.marque().await.unwrap();
    assert!(marque.peuple);
    // Lucas is fifteen from that day on.
    assert_eq!(person(&app, "Lucas").await["date_naissance"], "2009-08-15");
}

/// The jobs of a service hold who would make its sandbox anew, for as long as they run; a command beside them does not wait.
#[tokio::test]
async fn a_sandbox_is_opened_beside_its_jobs_and_not_while_it_is_made_anew() {
    let app = TestApp::bac_a_sable().await;
    let pool = app.database.pool(2).await;
    let law = Arc::new(Law::embedded().unwrap());
    let place = Place { db: app.database.db(4).await, law, proprietaire: app.database.url() };
    let horloge = AheadClock::new(Arc::new(FixedClock::at(app.clock.now())), 0);
    let holds = async |how: &str| {
        let mut tx = pool.begin().await.unwrap();
        let statement = format!("SELECT {how}(hashtext('traitant.bac_a_sable'))");
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *tx).await.unwrap();
        tx
    };
    let jobs = holds("pg_advisory_xact_lock_shared").await;
    place.open(&horloge).await.unwrap();
    drop(jobs);
    let anew = holds("pg_advisory_xact_lock").await;
    let opening = place.open(&horloge);
    tokio::pin!(opening);
    assert!(futures_util::poll!(&mut opening).is_pending());
    let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    loop {
        assert!(futures_util::poll!(&mut opening).is_pending());
        if sqlx::query_scalar::<_, i64>(waits).fetch_one(&pool).await.unwrap() > 0 {
            break;
        }
    }
    anew.rollback().await.unwrap();
    opening.await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_no_sandbox_is_neither_emptied_nor_moved() {
    let database = TestDatabase::with_people().await;
    let law = Arc::new(Law::embedded().unwrap());
    let place = Place { db: database.db(4).await, law, proprietaire: database.url() };
    let count = "SELECT count(*) FROM patient";
    let pool = database.pool(1).await;
    let before: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
    let refused = "cette base n'est pas celle d'un bac à sable";
    let now = "2025-06-16T10:00:00Z".parse().unwrap();
    assert_eq!(place.remettre_a_zero(now).await.unwrap_err().to_string(), refused);
    let horloge = AheadClock::new(Arc::new(FixedClock::at(now)), 0);
    let app = TestApp::over(database, 4).await;
    let moved = place.avancer(1, &horloge, &app.core).await;
    assert_eq!((moved.unwrap_err().to_string(), horloge.seconds()), (refused.to_owned(), 0));
    let after: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn production_has_neither_people_nor_a_clock_to_move_nor_says_so_in_its_contract() {
    // An application without a sandbox, as production makes it.
    let app = TestApp::new().await;
    for (method, path) in [
        ("GET", "/bac-a-sable"),
        ("GET", "/bac-a-sable/liste"),
        ("GET", HORLOGE),
        ("POST", HORLOGE),
        ("POST", "/bac-a-sable/remise-a-zero"),
        ("GET", "/bac-a-sable/personnes/alice"),
    ] {
        let refused = app.anonymous().request(method, path, &[], None).await;
        assert_eq!(refused.problem(404), "introuvable", "{method} {path}");
        let detail = refused.expect(404)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("n'existe pas en production"), "{detail}");
    }
    assert_eq!(app.anonymous().get("/").await.header("location"), "/docs/");
    assert_eq!(app.anonymous().get("/simulateur").await.problem(404), "introuvable");
    assert!(!traitant::http::openapi_yaml().contains("/bac-a-sable"));
}
