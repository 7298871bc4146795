//! Claims after third-party payment: what is left of them, and how the caisse recovers them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, Reply, feuille, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, organisme};

mod acces;
mod temps;

const NOWHERE: &str = "0192f0c4-0000-7000-8000-000000000001";

/// A consultation outside the parcours that the patient did not advance, billed by Martin.
fn advanced(prenom: &str, numero: &str, jour: &str) -> Value {
    let mut sheet = feuille(prenom, numero, jour, Value::Null);
    sheet["paiement"] = json!({ "tiers_payant_amo": true });
    sheet
}

/// Sends it; gives its id.
async fn send(app: &TestApp, sheet: Value) -> String {
    app.advance(TimeDelta::seconds(1));
    let sent = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    sent["id"].as_str().unwrap().to_owned()
}

fn path(patient: &str, filters: &str) -> String {
    format!("/v1/patients/{patient}/creances?{filters}")
}

fn alice() -> String {
    patient_id("ALICE").to_string()
}

async fn list(caller: &Caller<'_>, patient: &str, filters: &str) -> Value {
    let page = caller.get(&path(patient, filters)).await.expect(200);
    for one in page["donnees"].as_array().unwrap() {
        balanced(one);
        assert!(cents(one, "restant") == 0 || cents(one, "a_rendre") == 0, "{one:#}");
    }
    balanced(&page["total"]);
    page
}

/// What was claimed less what was recovered is what remains less what is to be given back.
fn balanced(one: &Value) {
    let [claimed, recovered, left, excess] =
        ["montant", "recouvre", "restant", "a_rendre"].map(|name| cents(one, name));
    assert_eq!(claimed - recovered, left - excess, "{one:#}");
    assert!(left >= 0 && excess >= 0, "{one:#}");
}

fn cents(one: &Value, name: &str) -> i64 {
    one[format!("{name}_centimes")].as_i64().unwrap()
}

/// Line, kind, claimed, recovered, left, to be given back.
fn lines(page: &Value) -> Vec<(i64, &str, [i64; 4])> {
    let all = page["donnees"].as_array().unwrap().iter();
    all.map(|one| {
        let amounts = ["montant", "recouvre", "restant", "a_rendre"].map(|name| cents(one, name));
        (one["numero_ligne"].as_i64().unwrap(), one["nature"].as_str().unwrap(), amounts)
    })
    .collect()
}

fn sum(nature: &str, montant: i64) -> Value {
    json!({ "numero_ligne": 1, "nature": nature, "montant_centimes": montant, "mode": "paiement" })
}

async fn recover(caller: &Caller<'_>, sheet: &str, body: Value) -> Reply {
    caller.post(&format!("/v1/feuilles-de-soins/{sheet}/recouvrements"), body).await
}

async fn cancel(caller: &Caller<'_>, recovery: &str, version: i64, motif: &str) -> Reply {
    let body = json!({ "motif": motif });
    caller.post_on(&format!("{recovery}/annulation"), version, body).await
}

#[tokio::test]
async fn the_published_amounts_are_claimed_then_recovered_in_part_then_whole() {
    let app = TestApp::new().await;
    // 30 € outside the parcours: 8.40 € paid back in the end, 10.60 € and 2 € claimed later.
    let sheet = send(&app, advanced("ALICE", "1", "2025-06-16")).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let page = list(&caisse, &alice(), "").await;
    assert_eq!(
        lines(&page),
        [(1, "majoration", [1060, 0, 1060, 0]), (1, "participation_forfaitaire", [200, 0, 200, 0]),]
    );
    let first = &page["donnees"][0];
    assert_eq!((&first["feuille_id"], &first["date_acte"]), (&json!(sheet), &json!("2025-06-16")));
    assert_eq!(first["actions"], json!(["recouvrer"]));
    assert_eq!(cents(&page["total"], "restant"), 1260);
    assert_eq!(page["au"], "2025-06-16");

    let mut part = sum("majoration", 400);
    part["mode"] = json!("retenue_sur_remboursement");
    let made = recover(&caisse, &sheet, part).await;
    let body = made.expect(201);
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(body["recouvrement"]["jour"], "2025-06-16");
    assert_eq!(body["recouvrement"]["auteur"], "01131");
    assert_eq!(body["recouvrement"]["actions"], json!(["annuler"]));
    assert_eq!(
        (cents(&body["creance"], "recouvre"), cents(&body["creance"], "restant")),
        (400, 660)
    );
    // It is read again where the answer said.
    let read = caisse.get(made.header("location")).await;
    assert_eq!((read.version_lue(), read.expect(200)), ("1", body));

    let whole = recover(&caisse, &sheet, sum("majoration", 660)).await.expect(201);
    assert_eq!(cents(&whole["creance"], "restant"), 0);
    assert_eq!(whole["creance"]["actions"], json!([]));
    let page = list(&app.patient("ALICE"), &alice(), "").await;
    assert_eq!(
        lines(&page),
        [(1, "majoration", [1060, 1060, 0, 0]), (1, "participation_forfaitaire", [200, 0, 200, 0]),]
    );
    // The patient reads everything and acts on nothing.
    let recoveries = page["donnees"][0]["recouvrements"].as_array().unwrap();
    let amounts: Vec<i64> = recoveries.iter().map(|one| cents(one, "montant")).collect();
    assert_eq!(amounts, [400, 660]);
    assert!(recoveries.iter().all(|one| one["actions"] == json!([])));
    assert!(page["donnees"].as_array().unwrap().iter().all(|one| one["actions"] == json!([])));
    assert_eq!(lines(&list(&caisse, &alice(), "solde=restant").await).len(), 1);
    assert_eq!(lines(&list(&caisse, &alice(), "solde=a_rendre").await).len(), 0);
    let events = app.events().await;
    assert_eq!(events.iter().filter(|event| *event == "feuille.recouvrement").count(), 2);
}

#[tokio::test]
async fn nothing_is_claimed_of_what_was_advanced_nor_the_majoration_of_a_holder_of_solidarity() {
    let app = TestApp::new().await;
    let paid = send(&app, feuille("ALICE", "1", "2025-06-16", Value::Null)).await;
    let mut solidarity = advanced("ALICE", "2", "2025-06-16");
    solidarity["beneficiaire"]["complementaire"] = json!("c2s_sans_participation");
    let solidarity = send(&app, solidarity).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let page = list(&caisse, &alice(), "").await;
    assert_eq!(lines(&page), []);
    assert_eq!(cents(&page["total"], "montant"), 0);
    for sheet in [paid, solidarity] {
        let refused = recover(&caisse, &sheet, sum("majoration", 1)).await;
        assert_eq!(
            refused.wrong_fields(),
            [("/numero_ligne".to_owned(), "ligne_inconnue".to_owned())]
        );
    }
    // A follower of the parcours owes the participation only.
    let inside = send(&app, advanced("BERNARD", "3", "2025-06-16")).await;
    let ain = app.caisse(AIN);
    let bernard = patient_id("BERNARD").to_string();
    let page = list(&ain, &bernard, "").await;
    assert_eq!(lines(&page), [(1, "participation_forfaitaire", [200, 0, 200, 0])]);
    let refused = recover(&ain, &inside, sum("majoration", 1)).await;
    assert_eq!(refused.wrong_fields(), [("/nature".to_owned(), "creance_inconnue".to_owned())]);
}

#[tokio::test]
async fn what_cannot_be_recovered_is_refused_field_by_field() {
    let app = TestApp::new().await;
    let sheet = send(&app, advanced("ALICE", "1", "2025-03-11")).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let wrong = async |change: Value| {
        let mut body = sum("majoration", 500);
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        recover(&caisse, &sheet, body).await.wrong_fields()
    };
    let field = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    let beyond = field("/montant_centimes", "au_dela_du_restant");
    assert_eq!(wrong(json!({ "montant_centimes": 1061 })).await, std::slice::from_ref(&beyond));
    for none in [0, -1, 100_000_001] {
        let out = field("/montant_centimes", "hors_bornes");
        assert_eq!(wrong(json!({ "montant_centimes": none })).await, [out]);
    }
    let unknown = field("/numero_ligne", "ligne_inconnue");
    assert_eq!(wrong(json!({ "numero_ligne": 2 })).await, [unknown]);
    let unknown = field("/nature", "valeur_inconnue");
    assert_eq!(wrong(json!({ "nature": "franchise" })).await, [unknown]);
    let unknown = field("/mode", "valeur_inconnue");
    assert_eq!(wrong(json!({ "mode": "annulation" })).await, [unknown]);
    let future = field("/jour", "date_future");
    assert_eq!(wrong(json!({ "jour": "2025-06-17" })).await, std::slice::from_ref(&future));
    let before = field("/jour", "avant_acte");
    assert_eq!(wrong(json!({ "jour": "2025-03-10" })).await, [before]);
    // Everything wrong is told at once.
    let both = json!({ "jour": "2025-06-17", "montant_centimes": 1061 });
    assert_eq!(wrong(both).await, [future, beyond]);
    assert_eq!(cents(&list(&caisse, &alice(), "").await["total"], "recouvre"), 0);
    // The first day and the last one are possible, and the last cent too.
    for (jour, montant) in [("2025-03-11", 1059), ("2025-06-16", 1)] {
        let mut body = sum("majoration", montant);
        body["jour"] = json!(jour);
        recover(&caisse, &sheet, body).await.expect(201);
    }
    let beyond = recover(&caisse, &sheet, sum("majoration", 1)).await;
    assert!(
        beyond.expect(422)["erreurs"][0]["message"]
            .as_str()
            .unwrap()
            .contains("dont il reste quelque chose")
    );
}

#[tokio::test]
async fn a_recovery_is_taken_back_once_and_can_be_made_again() {
    let app = TestApp::new().await;
    let sheet = send(&app, advanced("ALICE", "1", "2025-06-16")).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let made = recover(&caisse, &sheet, sum("majoration", 1060)).await;
    made.expect(201);
    let recovery = made.header("location").to_owned();
    let path = format!("{recovery}/annulation");
    let without = caisse.post(&path, json!({ "motif": "reclamation" })).await;
    assert_eq!(without.problem(428), "version_absente");
    let unknown = cancel(&caisse, &recovery, 1, "autre").await;
    assert_eq!(unknown.wrong_fields(), [("/motif".to_owned(), "valeur_inconnue".to_owned())]);
    let undone = cancel(&caisse, &recovery, 1, "paiement_rejete").await;
    let body = undone.expect(200);
    assert_eq!(undone.header("etag"), "\"2\"");
    assert_eq!(
        (cents(&body["creance"], "recouvre"), cents(&body["creance"], "restant")),
        (0, 1060)
    );
    let annulation = &body["recouvrement"]["annulation"];
    assert_eq!(
        (&annulation["motif"], &annulation["auteur"]),
        (&json!("paiement_rejete"), &json!("01131"))
    );
    assert_eq!(body["recouvrement"]["actions"], json!([]));
    assert_eq!(cancel(&caisse, &recovery, 1, "reclamation").await.problem(412), "version_perimee");
    let twice = cancel(&caisse, &recovery, 2, "reclamation").await;
    assert_eq!(twice.problem(409), "transition_interdite");
    recover(&caisse, &sheet, sum("majoration", 1060)).await.expect(201);
    let page = list(&caisse, &alice(), "").await;
    assert_eq!(lines(&page)[0], (1, "majoration", [1060, 1060, 0, 0]));
    assert_eq!(page["donnees"][0]["recouvrements"].as_array().unwrap().len(), 2);
    let events = app.events().await;
    assert_eq!(events.iter().filter(|event| *event == "feuille.recouvrement_annule").count(), 1);
    // Rows are written once.
    let pool = app.database.pool(1).await;
    for statement in ["UPDATE recouvrement SET montant_centimes = 1", "DELETE FROM recouvrement"] {
        let error = sqlx::query(statement).execute(&pool).await.unwrap_err().to_string();
        assert!(error.contains("rows of recouvrement are written once"), "{error}");
    }
}

#[tokio::test]
async fn a_remission_ends_a_claim_that_nobody_pays() {
    let app = TestApp::new().await;
    let sheet = send(&app, advanced("ALICE", "1", "2025-06-16")).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    recover(&caisse, &sheet, sum("majoration", 60)).await.expect(201);
    let mut body = sum("majoration", 1000);
    body["mode"] = json!("remise");
    let given_up = recover(&caisse, &sheet, body).await.expect(201);
    let claim = &given_up["creance"];
    assert_eq!(
        ["recouvre", "dont_remise", "restant"].map(|name| cents(claim, name)),
        [1060, 1000, 0]
    );
    let total = &list(&caisse, &alice(), "").await["total"];
    assert_eq!(
        ["recouvre", "dont_remise", "restant"].map(|name| cents(total, name)),
        [1060, 1000, 200]
    );
}

#[tokio::test]
async fn all_pages_together_hold_each_claim_once_by_day_of_the_act() {
    let app = TestApp::new().await;
    for (numero, jour) in
        ["2025-03-11", "2024-05-15", "2025-06-16", "2019-02-01", "2025-03-10"].iter().enumerate()
    {
        send(&app, advanced("ALICE", &numero.to_string(), jour)).await;
    }
    let caller = app.patient("ALICE");
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = list(&caller, &alice(), &format!("limite=3{cursor}")).await;
        let all = page["donnees"].as_array().unwrap();
        assert!(all.len() <= 3);
        let place = |one: &Value| {
            (
                one["date_acte"].as_str().unwrap().to_owned(),
                one["nature"].as_str().unwrap().to_owned(),
            )
        };
        seen.extend(all.iter().map(place));
        // 10.60 € since May 2024, 10.00 € before; 2 €, then 1 €.
        let claimed = cents(&page["total"], "montant");
        assert_eq!(claimed, 4 * 1260 + 1100, "the total is that of all pages");
        let Some(next) = page["pagination"]["curseur_suivant"].as_str() else { break };
        cursor = format!("&curseur={next}");
    }
    let days = ["2019-02-01", "2024-05-15", "2025-03-10", "2025-03-11", "2025-06-16"];
    let expected: Vec<(String, String)> = days
        .iter()
        .flat_map(|day| ["majoration", "participation_forfaitaire"].map(|nature| (*day, nature)))
        .map(|(day, nature)| (day.to_owned(), nature.to_owned()))
        .collect();
    assert_eq!(seen, expected);
    let other = caller.get(&path(&alice(), &format!("limite=3&solde=restant{cursor}"))).await;
    assert_eq!(other.problem(422), "curseur_autre_requete");
    let some = list(&caller, &alice(), "du=2025-03-10&au=2025-03-11").await;
    assert_eq!((lines(&some).len(), cents(&some["total"], "montant")), (4, 2520));
    let backwards = caller.get(&path(&alice(), "du=2025-03-11&au=2025-03-10")).await;
    assert_eq!(backwards.problem(400), "parametre_invalide");
    assert_eq!(caller.get(&path(&alice(), "solde=tout")).await.problem(400), "parametre_invalide");
}
