//! The feuilles that a caisse should look at again, each with its reasons.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, feuille, patient_id};
use crate::support::cessation::{operate, simple};
use crate::support::medecins::facturee;
use crate::support::vie::{
    AIN, AUTRE_NIR, BOUCHES_DU_RHONE, act, merge, organisme, paper_choice, second_record,
};

const FEUILLES: &str = "/v1/feuilles-de-soins";
const LISTE: &str = "/v1/feuilles-de-soins/a-revoir";

/// Stores a feuille, a second after what came before; gives its id.
async fn sent(app: &TestApp, sheet: Value) -> String {
    app.advance(TimeDelta::seconds(1));
    let rpps = sheet["executant"]["rpps"].as_str().unwrap().to_owned();
    let stored = app.medecin(&rpps).post(FEUILLES, sheet).await.expect(201);
    stored["id"].as_str().unwrap().to_owned()
}

async fn consulted(app: &TestApp, prenom: &str, numero: &str, jour: &str) -> String {
    sent(app, feuille(prenom, numero, jour, Value::Null)).await
}

async fn listed(app: &TestApp, caisse: &str, filters: &str) -> Vec<Value> {
    let read = app.caisse(caisse).get(&format!("{LISTE}?limite=100{filters}")).await.expect(200);
    assert_eq!(read["pagination"]["curseur_suivant"], Value::Null);
    read["donnees"].as_array().unwrap().clone()
}

/// Reasons, each with its codes.
type Reasons<'a> = Vec<(&'a str, Vec<&'a str>)>;

/// Each feuille with its reasons.
fn told(list: &[Value]) -> Vec<(&str, Reasons<'_>)> {
    list.iter()
        .map(|one| {
            let reasons = one["raisons"].as_array().unwrap();
            let reasons = reasons
                .iter()
                .map(|reason| {
                    let codes = reason["codes"].as_array().unwrap();
                    let codes = codes.iter().map(|code| code.as_str().unwrap()).collect();
                    (reason["motif"].as_str().unwrap(), codes)
                })
                .collect();
            (one["feuille_id"].as_str().unwrap(), reasons)
        })
        .collect()
}

/// The ids of the feuilles of a list, in its order.
fn ids(list: &[Value]) -> Vec<&str> {
    list.iter().map(|one| one["feuille_id"].as_str().unwrap()).collect()
}

fn sorted<'a>(all: &[&'a String]) -> Vec<&'a str> {
    let mut all: Vec<&str> = all.iter().map(|id| id.as_str()).collect();
    all.sort_unstable();
    all
}

async fn status(app: &TestApp, caisse: &str, prenom: &str, mot: &str, du: &str) {
    app.advance(TimeDelta::seconds(1));
    let id = patient_id(prenom).to_string();
    let body = json!({ "statut": mot, "effet_du": du });
    act(&app.caisse(caisse), &id, "changements-de-statut", body).await.expect(200);
}

#[tokio::test]
async fn an_undetermined_feuille_and_a_contradicted_one_say_which_code_asks_for_a_look() {
    let app = TestApp::new().await;
    sent(&app, feuille("BERNARD", "1", "2025-03-10", json!("T"))).await;
    let mut elsewhere = feuille("BERNARD", "2", "2025-03-11", json!("T"));
    elsewhere["beneficiaire"]["organisme"] = organisme("029150000");
    let contradicted = sent(&app, elsewhere).await;
    status(&app, AIN, "BERNARD", "sans_droits", "2025-05-01").await;
    let undetermined = sent(&app, feuille("BERNARD", "3", "2025-05-02", json!("T"))).await;
    let list = listed(&app, AIN, "").await;
    assert_eq!(
        told(&list),
        [
            (contradicted.as_str(), vec![("avertissement", vec!["organisme_contredit"])]),
            (
                undetermined.as_str(),
                vec![
                    ("indeterminee", vec!["droits_a_verifier"]),
                    ("avertissement", vec!["droits_a_verifier"])
                ]
            ),
        ]
    );
    assert_eq!(list[1]["appartenance"], "indeterminee");
    assert_eq!(list[1]["raisons"][0]["apparue_le"], list[1]["connu_le"]);
    let only = listed(&app, AIN, "&motif=indeterminee").await;
    assert_eq!(
        told(&only),
        [(undetermined.as_str(), vec![("indeterminee", vec!["droits_a_verifier"])])]
    );
    let days = listed(&app, AIN, "&du=2025-03-11&au=2025-05-01").await;
    assert_eq!(ids(&days), [contradicted.as_str()]);
}

#[tokio::test]
async fn a_broken_opinion_is_to_be_looked_at_and_names_what_broke_it() {
    let app = TestApp::new().await;
    let cardiologist = |numero: &str, jour: &str, code: &str, indicateur: &str| {
        let mut body = feuille("BERNARD", numero, jour, json!(indicateur));
        body["executant"] = json!({
            "rpps": CARDIOLOGUE, "numero_facturation": { "type": "num_am", "valeur": "991999913" },
            "specialite": "03", "convention": "secteur_1",
        });
        if indicateur == "O" {
            body["parcours"]["orienteur"] =
                json!({ "rpps": MARTIN, "nom": "ESSAI-MARTIN", "prenom": "CAMILLE" });
        }
        body["actes"][0]["code"] = json!(code);
        // Their tariffs of the day: nothing else is to be looked at.
        let tariff = if code == "APC" { 6000 } else { 2650 };
        body["actes"][0]["honoraires_centimes"] = json!(tariff);
        body["actes"][0]["base_remboursement_centimes"] = json!(tariff);
        body
    };
    let opinion = sent(&app, cardiologist("1", "2025-01-20", "APC", "O")).await;
    let before = app.clock();
    assert!(listed(&app, AIN, "").await.is_empty());
    let near = sent(&app, cardiologist("2", "2025-05-20", "CS", "S2")).await;
    let list = listed(&app, AIN, "").await;
    assert_eq!(told(&list), [(opinion.as_str(), vec![("avis_ponctuel_rompu", vec![])])]);
    assert_eq!(list[0]["raisons"][0]["feuilles"], json!([near]));
    assert_eq!(ids(&listed(&app, AIN, &format!("&depuis={before}")).await), [opinion.as_str()]);
    app.advance(TimeDelta::seconds(1));
    let after = format!("&depuis={}", app.clock());
    assert!(listed(&app, AIN, &after).await.is_empty(), "nothing appeared since");
}

#[tokio::test]
async fn a_late_choice_calls_for_the_feuilles_of_its_days_until_they_are_evaluated_again() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    consulted(&app, "ALICE", "1", "2025-03-09").await;
    let on_the_day = consulted(&app, "ALICE", "2", "2025-03-10").await;
    let after = consulted(&app, "ALICE", "3", "2025-03-11").await;
    assert!(listed(&app, BOUCHES_DU_RHONE, "").await.is_empty());
    app.advance(TimeDelta::seconds(1));
    let since = app.clock();
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-03-10").await;
    let late = || vec![("fait_tardif", vec!["declaration.prise_effet"])];
    let list = listed(&app, BOUCHES_DU_RHONE, &format!("&depuis={since}")).await;
    assert_eq!(told(&list), [(on_the_day.as_str(), late()), (after.as_str(), late())]);
    // A feuille evaluated with the choice is not late; its days are those of others.
    consulted(&app, "ALICE", "4", "2025-03-12").await;
    assert_eq!(listed(&app, BOUCHES_DU_RHONE, "").await.len(), 2);
    // A trial changes nothing; the application clears what it looked at.
    app.advance(TimeDelta::seconds(1));
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let body = json!({ "motif": "fait_tardif", "du": "2025-03-11", "depuis": since });
    let tried = caisse.post("/v1/reevaluations", body).await;
    app.run_jobs().await;
    assert_eq!(listed(&app, BOUCHES_DU_RHONE, "").await.len(), 2);
    let path = format!("{}/application", tried.header("location"));
    caisse.act_on(&path, 2).await.expect(202);
    app.run_jobs().await;
    assert_eq!(ids(&listed(&app, BOUCHES_DU_RHONE, "").await), [on_the_day.as_str()]);
    // What is recorded afterwards calls again.
    status(&app, BOUCHES_DU_RHONE, "ALICE", "ame", "2025-03-11").await;
    let list = listed(&app, BOUCHES_DU_RHONE, "").await;
    assert_eq!(list.len(), 3);
    assert_eq!(told(&list)[1].1, [("fait_tardif", vec!["patient.statut_change"])]);
    assert_eq!(list[1]["evaluation"], 2);
}

#[tokio::test]
async fn a_reevaluation_that_changes_nothing_clears_too() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD").to_string();
    sent(&app, feuille("BERNARD", "1", "2025-03-10", json!("T"))).await;
    // Another status and back: the decision is what it was, and no evaluation is written.
    status(&app, AIN, "BERNARD", "ame", "2025-03-01").await;
    status(&app, AIN, "BERNARD", "ordinaire", "2025-03-02").await;
    assert_eq!(listed(&app, AIN, "").await.len(), 1);
    app.advance(TimeDelta::seconds(1));
    let caisse = app.caisse(AIN);
    let body = json!({ "motif": "fait_tardif", "du": "2025-01-01", "patient_id": bernard });
    let tried = caisse.post("/v1/reevaluations", body).await;
    app.run_jobs().await;
    let path = format!("{}/application", tried.header("location"));
    caisse.act_on(&path, 2).await.expect(202);
    app.run_jobs().await;
    assert!(listed(&app, AIN, "").await.is_empty());
}

#[tokio::test]
async fn a_death_a_departure_and_a_merge_call_for_the_days_that_they_touch() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD").to_string();
    sent(&app, feuille("BERNARD", "1", "2025-06-10", json!("T"))).await;
    let dead = sent(&app, feuille("BERNARD", "2", "2025-06-11", json!("T"))).await;
    app.advance(TimeDelta::seconds(1));
    let body = json!({ "jour": "2025-06-11", "source": "etat_civil" });
    act(&app.caisse(AIN), &bernard, "deces", body).await.expect(200);
    let list = listed(&app, AIN, "").await;
    assert_eq!(ids(&list), [dead.as_str()]);
    assert!(told(&list)[0].1[0].1.contains(&"patient.decede"));

    let mut kept = Vec::new();
    for (numero, jour) in [("1", "2025-06-09"), ("2", "2025-06-10"), ("3", "2025-06-11")] {
        kept.push(sent(&app, feuille("CHARLES", numero, jour, json!("T"))).await);
    }
    app.advance(TimeDelta::seconds(1));
    operate(&app, simple(MARTIN, "retraite", "2025-06-10")).await;
    app.run_jobs().await;
    let list = listed(&app, "029150000", "").await;
    assert_eq!(ids(&list), sorted(&[&kept[1], &kept[2]]), "not the years before the departure");
    assert_eq!(
        told(&list)[0].1,
        [("fait_tardif", vec!["declaration.cloturee", "designation.membre_parti"])]
    );

    let other = second_record(&app, BOUCHES_DU_RHONE, AUTRE_NIR, "1972-08-09").await;
    // Pons, who goes on.
    let by_pons = |numero: &str| {
        let who = (PONS, "991999954", "01");
        facturee(("ALICE", numero, "2025-06-12"), who, Value::Null)
    };
    let own = sent(&app, by_pons("1")).await;
    let mut twin = by_pons("2");
    for member in ["identifiant_individuel", "identifiant_ouvrant_droit"] {
        twin["beneficiaire"][member]["valeur"] = json!(AUTRE_NIR);
    }
    let twin = sent(&app, twin).await;
    app.advance(TimeDelta::seconds(1));
    let alice = patient_id("ALICE").to_string();
    merge(&app.caisse(BOUCHES_DU_RHONE), &alice, &other).await.expect(201);
    let list = listed(&app, BOUCHES_DU_RHONE, "").await;
    assert_eq!(ids(&list), sorted(&[&own, &twin]), "of both records");
    for one in &list {
        assert_eq!(one["patient_id"], alice);
        assert_eq!(one["raisons"][0]["codes"], json!(["patient.fusionne"]));
    }
}

#[tokio::test]
async fn a_reevaluation_gives_the_causes_that_the_list_gives_as_reasons() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD").to_string();
    let caisse = app.caisse(AIN);
    for (numero, jour) in [("1", "2025-03-10"), ("2", "2025-04-10"), ("3", "2025-06-10")] {
        sent(&app, feuille("BERNARD", numero, jour, json!("T"))).await;
    }
    // Acts of several kinds, one of which a reevaluation has looked at, and others that touch no day.
    app.advance(TimeDelta::seconds(1));
    status(&app, AIN, "BERNARD", "ame", "2025-05-01").await;
    app.advance(TimeDelta::seconds(1));
    let looked = json!({ "motif": "fait_tardif", "du": "2025-06-01", "patient_id": bernard });
    let tried = caisse.post("/v1/reevaluations", looked).await;
    app.run_jobs().await;
    caisse.act_on(&format!("{}/application", tried.header("location")), 2).await.expect(202);
    app.run_jobs().await;
    status(&app, AIN, "BERNARD", "ordinaire", "2025-05-02").await;
    let address = json!({
        "effet_du": "2025-01-01", "voie": "1 rue des Essais", "code_postal": "01000",
        "localite": "ESSAIVILLE",
    });
    act(&caisse, &bernard, "changements-d-adresse", address).await.expect(200);
    let left = json!({ "rpps": MARTIN, "nature": "retraite", "effet_du": "2025-04-01" });
    caisse.post("/v1/operations", left).await.expect(202);
    app.run_jobs().await;
    app.advance(TimeDelta::seconds(1));
    let list = listed(&app, AIN, "&motif=fait_tardif").await;
    let body = json!({ "motif": "fait_tardif", "du": "2025-01-01", "patient_id": bernard });
    let tried = caisse.post("/v1/reevaluations", body).await;
    app.run_jobs().await;
    let path = format!("{}/feuilles", tried.header("location"));
    let changes = caisse.get(&path).await.expect(200)["donnees"].as_array().unwrap().clone();
    assert_eq!((list.len(), changes.len()), (2, 2));
    for change in &changes {
        let one = list.iter().find(|one| one["feuille_id"] == change["feuille_id"]).unwrap();
        assert_eq!(one["raisons"][0]["codes"], change["causes"], "{}", change["date_soins"]);
    }
}

#[tokio::test]
async fn a_caisse_sees_those_who_depend_on_it_and_nobody_else_asks() {
    let app = TestApp::new().await;
    let bernard = patient_id("BERNARD").to_string();
    let sheet = sent(&app, feuille("BERNARD", "1", "2025-06-10", json!("T"))).await;
    status(&app, AIN, "BERNARD", "ame", "2025-05-01").await;
    assert_eq!(ids(&listed(&app, AIN, "").await), [sheet.as_str()]);
    assert!(listed(&app, BOUCHES_DU_RHONE, "").await.is_empty());
    for stranger in [app.medecin(MARTIN), app.patient("BERNARD")] {
        assert_eq!(stranger.get(LISTE).await.problem(403), "role_interdit");
    }
    assert_eq!(app.anonymous().get(LISTE).await.problem(401), "jeton_absent");
    let traces = app.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    let traces = traces["donnees"].as_array().unwrap();
    assert_eq!(traces.iter().filter(|trace| trace["operation"] == "feuille.revoir").count(), 1);
    // Gone to another caisse: it is the one that looks, today.
    app.advance(TimeDelta::seconds(1));
    let body = json!({ "organisme": organisme("029150000"), "effet_du": "2025-06-16" });
    act(&app.caisse(AIN), &bernard, "changements-d-organisme", body).await.expect(200);
    assert!(listed(&app, AIN, "").await.is_empty());
    assert_eq!(ids(&listed(&app, "029150000", "").await), [sheet.as_str()]);
}

#[tokio::test]
async fn pages_follow_each_other_and_a_cursor_belongs_to_its_question() {
    let app = TestApp::new().await;
    let mut expected = Vec::new();
    for (prenom, numero) in
        [("ALICE", "1"), ("HUGO", "2"), ("ALICE", "3"), ("HUGO", "4"), ("ALICE", "5")]
    {
        let mut sheet = feuille(prenom, numero, "2025-06-10", Value::Null);
        sheet["beneficiaire"]["organisme"] = organisme("029150000");
        expected.push(sent(&app, sheet).await);
    }
    let whole = listed(&app, BOUCHES_DU_RHONE, "").await;
    assert_eq!(whole.len(), expected.len());
    for limite in [1, 2, 4, 5] {
        let caisse = app.caisse(BOUCHES_DU_RHONE);
        let (mut pages, mut next) = (Vec::new(), String::new());
        loop {
            let read = caisse.get(&format!("{LISTE}?limite={limite}{next}")).await.expect(200);
            let page = read["donnees"].as_array().unwrap();
            assert!(page.len() <= limite);
            pages.extend(page.clone());
            let Some(cursor) = read["pagination"]["curseur_suivant"].as_str() else { break };
            next = format!("&curseur={cursor}");
        }
        assert_eq!(ids(&pages), ids(&whole), "{limite} a page");
    }
    let first = app.caisse(BOUCHES_DU_RHONE).get(&format!("{LISTE}?limite=1")).await.expect(200);
    let cursor = first["pagination"]["curseur_suivant"].as_str().unwrap();
    for (caisse, filter) in [(BOUCHES_DU_RHONE, "&motif=indeterminee"), (AIN, "")] {
        let other = app.caisse(caisse).get(&format!("{LISTE}?curseur={cursor}{filter}")).await;
        assert_eq!(other.problem(422), "curseur_autre_requete");
    }
    let wrong = app.caisse(AIN).get(&format!("{LISTE}?du=2025-06-11&au=2025-06-10")).await;
    assert_eq!(wrong.problem(400), "parametre_invalide");
    let wrong = app.caisse(AIN).get(&format!("{LISTE}?motif=humeur")).await;
    assert_eq!(wrong.problem(400), "parametre_invalide");
}

#[tokio::test]
async fn a_page_looks_at_a_bounded_number_of_persons_and_says_that_others_follow() {
    let app = TestApp::new().await;
    let sheet = sent(&app, feuille("BERNARD", "1", "2025-06-10", json!("T"))).await;
    status(&app, AIN, "BERNARD", "ame", "2025-05-01").await;
    let pool = app.database.pool(1).await;
    // Persons of the same caisse, before him in the order of ids.
    for statement in [
        "INSERT INTO patient (patient_id, connu_le, enregistre_le)
         SELECT lpad(n::text, 32, '0')::uuid, p.connu_le, p.enregistre_le
         FROM generate_series(1, 1100) n, patient p WHERE p.patient_id = $1::uuid",
        "INSERT INTO affiliation (patient_id, affiliation_id, organisme, effet, enregistre_le)
         SELECT lpad(n::text, 32, '0')::uuid, lpad(n::text, 32, '0')::uuid, a.organisme, a.effet,
                a.enregistre_le
         FROM generate_series(1, 1100) n, affiliation a WHERE a.patient_id = $1::uuid",
    ] {
        let bernard = patient_id("BERNARD").to_string();
        sqlx::query(statement).bind(bernard).execute(&pool).await.unwrap();
    }
    let first = app.caisse(AIN).get(LISTE).await.expect(200);
    assert_eq!(first["donnees"], json!([]));
    let cursor = first["pagination"]["curseur_suivant"].as_str().unwrap();
    let second = app.caisse(AIN).get(&format!("{LISTE}?curseur={cursor}")).await.expect(200);
    assert_eq!(ids(second["donnees"].as_array().unwrap()), [sheet.as_str()]);
    assert_eq!(second["pagination"]["curseur_suivant"], Value::Null);
}
