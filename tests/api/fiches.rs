//! What the register says of a doctor, changed from a day on or corrected, and the feuilles that it touches.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, Reply, feuille};
use crate::support::vie::AIN;

const PREMIER: &str = "agent-1";

async fn correct(caller: &Caller<'_>, rpps: &str, body: Value) -> Reply {
    caller.post(&format!("/v1/medecins/{rpps}/corrections"), body).await
}

async fn read(app: &TestApp, rpps: &str) -> Value {
    app.caisse(AIN).get(&format!("/v1/medecins/{rpps}")).await.expect(200)
}

/// The conventions of a doctor at a place, each with its days.
fn conventions(medecin: &Value, lieu: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = medecin["exercices"].as_array().unwrap().iter();
    all.filter(|one| one["lieu"]["id"] == *lieu)
        .map(|one| (text(&one["convention"]), text(&one["effet_du"]), text(&one["effet_au"])))
        .collect()
}

#[tokio::test]
async fn another_convention_counts_from_its_day_and_calls_for_the_feuilles_of_its_days() {
    let app = TestApp::new().await;
    let (caisse, register) = (app.caisse(AIN), app.referentiel(PREMIER));
    let mut kept = Vec::new();
    for (numero, jour) in [("1", "2025-02-28"), ("2", "2025-03-01"), ("3", "2025-03-02")] {
        let sheet = feuille("BERNARD", numero, jour, "T");
        kept.push(app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201));
    }
    app.advance(TimeDelta::seconds(1));
    let before = read(&app, MARTIN).await;
    let lieu = before["exercices"][0]["lieu"]["id"].clone();
    let [(convention, du, _)] = &conventions(&before, &lieu)[..] else { panic!("{before}") };
    let other = if convention == "secteur_2" { "secteur_1" } else { "secteur_2" };
    let change = |jour: &str| json!({ "nature": "changement", "jour": jour, "exercice": { "lieu_id": lieu, "convention": other } });
    let after = correct(&register, MARTIN, change("2025-03-01")).await.expect(200);
    let row = |word: &str, du: &str, au: &str| (word.to_owned(), du.to_owned(), au.to_owned());
    let expected = [row(convention, du, "2025-03-01"), row(other, "2025-03-01", "-")];
    assert_eq!(conventions(&after, &lieu), expected);
    app.run_jobs().await;
    let listed = caisse.get("/v1/feuilles-de-soins/a-revoir?motif=fait_tardif").await.expect(200);
    let mut found: Vec<Value> =
        listed["donnees"].as_array().unwrap().iter().map(|one| one["feuille_id"].clone()).collect();
    found.sort_by_key(ToString::to_string);
    let mut touched = vec![kept[1]["id"].clone(), kept[2]["id"].clone()];
    touched.sort_by_key(ToString::to_string);
    assert_eq!(found, touched, "the day before keeps its convention");
    let same = correct(&register, MARTIN, change("2025-03-05")).await;
    assert_eq!(same.wrong_fields(), [("/exercice".to_owned(), "sans_changement".to_owned())]);
    let future = correct(&register, MARTIN, change("2025-06-17")).await;
    assert_eq!(future.wrong_fields(), [("/jour".to_owned(), "date_future".to_owned())]);
}

#[tokio::test]
async fn what_was_wrong_is_replaced_on_all_its_days() {
    let app = TestApp::new().await;
    let register = app.referentiel(PREMIER);
    let before = read(&app, PONS).await;
    let body = json!({ "nature": "rectification", "jour": "2025-06-16", "prenom": "JEANNETTE" });
    let after = correct(&register, PONS, body.clone()).await.expect(200);
    assert_eq!(after["noms"].as_array().unwrap().len(), 1);
    assert_eq!(after["noms"][0]["prenom"], "JEANNETTE");
    assert_eq!(after["noms"][0]["effet_du"], before["noms"][0]["effet_du"]);
    let again = correct(&register, PONS, body).await;
    assert_eq!(again.wrong_fields(), [("/nom".to_owned(), "sans_changement".to_owned())]);
    let nothing = json!({ "nature": "rectification", "jour": "2025-06-16" });
    let nothing = correct(&register, PONS, nothing).await;
    assert_eq!(nothing.wrong_fields(), [("/exercice".to_owned(), "champ_requis".to_owned())]);
    let unknown = json!({ "nature": "rectification", "jour": "2025-06-16", "nom": "ESSAI-X" });
    assert_eq!(correct(&register, "99900007099", unknown).await.problem(404), "introuvable");
}

#[tokio::test]
async fn a_second_practice_begins_becomes_the_principal_one_and_the_other_ends() {
    let app = TestApp::new().await;
    let register = app.referentiel(PREMIER);
    let old = read(&app, PONS).await["exercices"][0]["lieu"]["id"].clone();
    let place = json!({ "nature": "cabinet", "nom": "Cabinet second", "commune": "01053",
                        "adresse": "3 rue Seconde" });
    let second = |principal: bool| {
        json!({ "nature": "changement", "jour": "2025-04-01", "nouvel_exercice": {
            "du": "2025-04-01", "lieu": place, "mode": "liberal", "principal": principal,
            "convention": "secteur_1" } })
    };
    let twice = correct(&register, PONS, second(true)).await;
    let wrong = ("/nouvel_exercice/principal".to_owned(), "principal_unique".to_owned());
    assert_eq!(twice.wrong_fields(), [wrong]);
    let made = correct(&register, PONS, second(false)).await.expect(200);
    let new = made["exercices"].as_array().unwrap().last().unwrap()["lieu"]["id"].clone();
    let on = |jour: &str, mut exercice: Value, lieu: &Value| {
        exercice["lieu_id"] = lieu.clone();
        json!({ "nature": "changement", "jour": jour, "exercice": exercice })
    };
    // The principal one neither ends nor is left without another.
    for leaves in [json!({ "termine": true }), json!({ "principal": false })] {
        let refused = correct(&register, PONS, on("2025-05-01", leaves, &old)).await;
        let wrong = ("/exercice".to_owned(), "principal_unique".to_owned());
        assert_eq!(refused.wrong_fields(), [wrong]);
    }
    let swap = on("2025-05-01", json!({ "principal": true }), &new);
    correct(&register, PONS, swap).await.expect(200);
    let ends = on("2025-06-01", json!({ "termine": true }), &old);
    let after = correct(&register, PONS, ends).await.expect(200);
    let days = |lieu: &Value| -> Vec<(bool, String, Value)> {
        let all = after["exercices"].as_array().unwrap().iter();
        all.filter(|one| one["lieu"]["id"] == *lieu)
            .map(|one| {
                let du = one["effet_du"].as_str().unwrap().to_owned();
                (one["principal"] == true, du, one["effet_au"].clone())
            })
            .collect()
    };
    let found = days(&old);
    assert_eq!((found[0].0, &found[0].2), (true, &json!("2025-05-01")));
    assert_eq!(found[1..], [(false, "2025-05-01".to_owned(), json!("2025-06-01"))]);
    let expected = [
        (false, "2025-04-01".to_owned(), json!("2025-05-01")),
        (true, "2025-05-01".to_owned(), Value::Null),
    ];
    assert_eq!(days(&new), expected);
    // A caisse acts in its own département.
    let body = json!({ "nature": "rectification", "jour": "2025-06-16", "prenom": "AUTRE" });
    let refused = correct(&app.caisse("017510000"), PONS, body.clone()).await;
    assert_eq!(refused.problem(403), "role_interdit");
    assert_eq!(correct(&app.medecin(PONS), PONS, body).await.problem(403), "portee_insuffisante");
}
