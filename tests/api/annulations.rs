//! A withdrawal or a departure that was a mistake: who takes it back, and what comes back.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::conjointes::{cabinet, choix as joint, doctor, enter};
use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, Reply, feuille, patient_id};
use crate::support::cessation::operate;
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, line, timeline};

/// The last declaration of somebody, as a caller reads it.
async fn last(caller: &Caller<'_>, prenom: &str) -> Value {
    let path = format!("/v1/patients/{}/declarations", patient_id(prenom));
    caller.get(&path).await.expect(200)["donnees"][0].clone()
}

/// Does something to that declaration, as it is now.
async fn act(caller: &Caller<'_>, prenom: &str, what: &str, body: Value) -> Reply {
    let known = last(caller, prenom).await;
    let path = format!("/v1/declarations/{}/{what}", known["id"].as_str().unwrap());
    caller.post_on(&path, known["version"].as_i64().unwrap(), body).await
}

fn may(declaration: &Value, action: &str) -> bool {
    declaration["actions"].as_array().unwrap().contains(&json!(action))
}

const BACK: &str = "retrait/annulation";

#[tokio::test]
async fn a_withdrawal_recorded_in_the_wrong_file_never_was_and_its_days_come_back() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let before = timeline(&caisse, &id).await;
    let known_before = app.clock();
    app.advance(TimeDelta::seconds(1));
    act(&caisse, "BERNARD", "retrait", json!({ "effet_du": "2025-03-01" })).await.expect(200);
    let known_between = app.clock();
    let ended = [line("2019-03-04", "2025-03-01", MARTIN, "patient")];
    assert_eq!(timeline(&caisse, &id).await, ended);
    // A feuille of a day that the mistake took away.
    app.advance(TimeDelta::seconds(1));
    let sheet = feuille("BERNARD", "1", "2025-03-10", "T");
    let kept = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    app.advance(TimeDelta::seconds(1));
    let done = act(&caisse, "BERNARD", BACK, json!({ "motif": "autre dossier" })).await;
    let done = done.expect(200);
    assert_eq!(done["motif"], "autre dossier");
    assert_eq!(done["situation"]["code"], "en_vigueur");
    assert!(!may(&done, "annuler_retrait") && may(&done, "retirer"));
    assert_eq!(timeline(&caisse, &id).await, before);
    for (known, declared) in [(known_before, true), (known_between, false)] {
        let path =
            format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le=2025-03-01&connu_le={known}");
        assert_eq!(caisse.get(&path).await.expect(200)["declare"], declared, "{known}");
    }
    assert!(app.events().await.contains(&"declaration.retrait_annule".to_owned()));
    // The person reads who did what: the withdrawal, and taking it back.
    let read = app.patient("BERNARD").get("/v1/moi/acces?limite=100").await.expect(200);
    let read = read["donnees"].as_array().unwrap().clone();
    let writings = read.iter().filter(|one| one["operation"] == "declaration.ecrire");
    assert!(writings.count() >= 2, "{read:?}");
    let again = caisse.get("/v1/feuilles-de-soins/a-revoir").await.expect(200);
    let listed: Vec<&Value> =
        again["donnees"].as_array().unwrap().iter().map(|one| &one["feuille_id"]).collect();
    assert!(listed.contains(&&kept["id"]), "{again}");
    // There is nothing left to take back.
    let nothing = act(&caisse, "BERNARD", BACK, json!({})).await;
    assert_eq!(nothing.problem(409), "transition_interdite");
    // The caisse is not sent to itself.
    let words = nothing.expect(409)["detail"].clone();
    assert!(
        words.as_str().unwrap().starts_with("Aucun retrait ni départ n'a pris de jours"),
        "{words}"
    );
}

#[tokio::test]
async fn a_doctor_and_a_patient_take_back_their_own_as_long_as_nothing_followed() {
    let app = TestApp::new().await;
    let (martin, bernard) = (app.medecin(MARTIN), app.patient("BERNARD"));
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let before = timeline(&caisse, &id).await;
    for (who, other) in [(&martin, &bernard), (&bernard, &martin)] {
        act(who, "BERNARD", "retrait", json!({})).await.expect(200);
        // Not what the other did.
        assert!(!may(&last(other, "BERNARD").await, "annuler_retrait"));
        let refused = act(other, "BERNARD", BACK, json!({})).await;
        assert_eq!(refused.problem(409), "transition_interdite");
        assert!(may(&last(who, "BERNARD").await, "annuler_retrait"));
        act(who, "BERNARD", BACK, json!({})).await.expect(200);
        assert_eq!(timeline(&caisse, &id).await, before);
        app.advance(TimeDelta::seconds(1));
    }
    // A letter that the caisse recorded is the caisse's to take back.
    act(&caisse, "BERNARD", "retrait", json!({ "effet_du": "2025-06-10" })).await.expect(200);
    assert_eq!(
        act(&bernard, "BERNARD", BACK, json!({})).await.problem(409),
        "transition_interdite"
    );
    act(&caisse, "BERNARD", BACK, json!({})).await.expect(200);
    // Another choice has followed: the doctor no longer does it alone, the caisse does.
    act(&martin, "BERNARD", "retrait", json!({})).await.expect(200);
    app.on("2025-06-20");
    let (martin, caisse) = (app.medecin(MARTIN), app.caisse(AIN));
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);
    let path = format!("/v1/patients/{id}/declarations");
    let mine = martin.get(&path).await.expect(200)["donnees"][0].clone();
    assert!(!may(&mine, "annuler_retrait"));
    let path = format!("/v1/declarations/{}/{BACK}", mine["id"].as_str().unwrap());
    let version = mine["version"].as_i64().unwrap();
    assert_eq!(
        martin.post_on(&path, version, json!({})).await.problem(409),
        "transition_interdite"
    );
    caisse.post_on(&path, version, json!({})).await.expect(200);
    let after = [
        line("2019-03-04", "2025-06-20", MARTIN, "remplacement"),
        line("2025-06-20", "-", PONS, "-"),
    ];
    assert_eq!(timeline(&caisse, &id).await, after);
}

#[tokio::test]
async fn leaving_a_joint_designation_has_one_rule_by_either_way_and_is_taken_back() {
    let app = TestApp::new().await;
    let [one, two, three] = cabinet(&app).await;
    let all = [one.as_str(), two.as_str(), three.as_str()];
    let made = enter(&app, joint(&all), &all, "2025-01-10").await.expect(201);
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let present = async |day: &str| {
        let path =
            format!("/v1/patients/{}/medecin-traitant?en_vigueur_le={day}", patient_id("ALICE"));
        let said = caisse.get(&path).await.expect(200);
        let all = said["designation"]["medecins"].as_array().unwrap().clone();
        all.iter().map(|one| one["rpps"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let departs =
        format!("/v1/designations/{}/departs", made["designation"]["id"].as_str().unwrap());
    let leave = async |rpps: &str, jour: Value| {
        let path = format!("/v1/patients/{}/designations", patient_id("ALICE"));
        let version = caisse.get(&path).await.expect(200)["donnees"][0]["version"].clone();
        let mut body = json!({ "patient_id": patient_id("ALICE"), "motif": "medecin" });
        if jour.is_string() {
            body["jour"] = jour;
        }
        app.medecin(rpps).post_on(&departs, version.as_i64().unwrap(), body).await
    };
    // Today the patient keeps the doctor, by either way.
    let today = leave(&one, json!("2025-06-16")).await;
    assert_eq!(today.wrong_fields(), [("/jour".to_owned(), "date_passee".to_owned())]);
    let today = json!({ "effet_du": "2025-06-16" });
    let today = act(&app.medecin(&two), "ALICE", "retrait", today).await;
    assert_eq!(today.wrong_fields(), [("/effet_du".to_owned(), "date_passee".to_owned())]);
    // Without a day, from tomorrow on, by either way.
    leave(&one, json!(null)).await.expect(200);
    act(&app.medecin(&two), "ALICE", "retrait", json!({})).await.expect(200);
    assert_eq!(present("2025-06-16").await, all);
    assert_eq!(present("2025-06-17").await, std::slice::from_ref(&three));
    // The caisse takes one of the two back, by the doctor.
    let body = json!({ "rpps": one });
    act(&caisse, "ALICE", BACK, body.clone()).await.expect(200);
    assert_eq!(present("2025-06-17").await, [one.clone(), three.clone()]);
    assert_eq!(act(&caisse, "ALICE", BACK, body).await.problem(409), "transition_interdite");
    // What an operation ended is undone with the operation.
    operate(&app, json!({ "rpps": three, "nature": "retraite", "effet_du": "2025-06-18" })).await;
    app.run_jobs().await;
    let body = json!({ "rpps": three });
    assert_eq!(act(&caisse, "ALICE", BACK, body).await.problem(409), "transition_interdite");
    act(&app.medecin(&two), "ALICE", BACK, json!({})).await.expect(200);
    assert_eq!(present("2025-06-17").await, all);
    assert_eq!(present("2025-06-18").await, [one, two]);
}

#[tokio::test]
async fn nobody_leaves_on_the_first_day_by_either_way_and_everybody_may_on_the_second() {
    let app = TestApp::new().await;
    let [one, two, three] = cabinet(&app).await;
    let made = enter(&app, joint(&[&one, &two, &three]), &[&one, &two, &three], "2025-01-10").await;
    let designation = made.expect(201)["designation"]["id"].as_str().unwrap().to_owned();
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let id = patient_id("ALICE").to_string();
    let before = timeline(&caisse, &id).await;
    let leave = async |rpps: &str, jour: &str, version: i64| {
        let body = json!({ "patient_id": id, "rpps": rpps, "jour": jour, "motif": "medecin" });
        caisse.post_on(&format!("/v1/designations/{designation}/departs"), version, body).await
    };
    let first = leave(&one, "2025-01-10", 1).await;
    assert_eq!(first.problem(409), "non_medecin_traitant");
    let detail = first.expect(409)["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("la veille du 10/01/2025") && detail.contains("se rectifie"),
        "{detail}"
    );
    let body = json!({ "effet_du": "2025-01-10" });
    let first = act(&caisse, "ALICE", "retrait", body).await;
    assert_eq!(first.problem(409), "non_medecin_traitant");
    assert_eq!(timeline(&caisse, &id).await, before);

    leave(&one, "2025-01-11", 1).await.expect(200);
    act(&caisse, "ALICE", "retrait", json!({ "effet_du": "2025-01-11" })).await.expect(200);
    assert_eq!(timeline(&caisse, &id).await, [line("2025-01-10", "2025-01-11", &one, "patient")]);
    act(&caisse, "ALICE", BACK, json!({})).await.expect(200);
    assert_eq!(timeline(&caisse, &id).await, before);
    // Who joins later has a first day of his own.
    let (four, _) = newcomer(&app, &one).await;
    let mut amendment = joint(&[&one, &two, &three, &four]);
    amendment["avenant"] = json!(true);
    enter(&app, amendment, &[&four], "2025-03-01").await.expect(201);
    let read = caisse.get(&format!("/v1/patients/{id}/designations")).await.expect(200);
    let version = read["donnees"][0]["version"].as_i64().unwrap();
    assert_eq!(leave(&four, "2025-03-01", version).await.problem(409), "non_medecin_traitant");
    leave(&four, "2025-03-02", version).await.expect(200);
    let back = act(&caisse, "ALICE", BACK, json!({ "rpps": four })).await.expect(200);
    assert!(!may(&back, "annuler_retrait"));
}

/// An amendment speaks of the designation that its day is in: what ended a later one is not taken back with it.
#[tokio::test]
async fn an_amendment_takes_back_what_ended_its_own_designation_and_nothing_later() {
    let app = TestApp::new().await;
    let [one, two, three] = cabinet(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let id = patient_id("ALICE").to_string();
    let leave = async |declaration: &Value, day: &str| {
        let path = format!("/v1/declarations/{}", declaration["id"].as_str().unwrap());
        let version = caisse.get(&path).await.expect(200)["version"].as_i64().unwrap();
        let body = json!({ "effet_du": day });
        caisse.post_on(&format!("{path}/retrait"), version, body).await.expect(200);
    };
    enter(&app, joint(&[&one, &two]), &[&one, &two], "2025-01-10").await.expect(201);
    let mut amendment = joint(&[&one, &two, &three]);
    amendment["avenant"] = json!(true);
    let amendment = enter(&app, amendment, &[&three], "2025-02-01").await.expect(201);
    let alone = enter(&app, joint(&[&one]), &[&one], "2025-03-01").await.expect(201);
    leave(&alone, "2025-04-01").await;
    let path = format!("/v1/declarations/{}", amendment["id"].as_str().unwrap());
    let shown = caisse.get(&path).await.expect(200);
    assert!(!may(&shown, "annuler_retrait"), "{shown}");
    let version = shown["version"].as_i64().unwrap();
    let refused = caisse.post_on(&format!("{path}/{BACK}"), version, json!({})).await;
    assert_eq!(refused.problem(409), "transition_interdite");
    let of_alone = format!("/v1/declarations/{}", alone["id"].as_str().unwrap());
    let shown = caisse.get(&of_alone).await.expect(200);
    assert!(may(&shown, "annuler_retrait"), "{shown}");
    let version = shown["version"].as_i64().unwrap();
    caisse.post_on(&format!("{of_alone}/{BACK}"), version, json!({})).await.expect(200);
    let last = timeline(&caisse, &id).await.pop().unwrap();
    assert_eq!(last, line("2025-03-01", "-", &one, "-"));
}

/// A doctor of the same premises who came later.
async fn newcomer(app: &TestApp, beside: &str) -> (String, Value) {
    let read = app.caisse(BOUCHES_DU_RHONE).get(&format!("/v1/medecins/{beside}")).await;
    let place = read.expect(200)["exercices"][0]["lieu"]["id"].clone();
    doctor(app, 8, "01", json!({ "id": place })).await
}

/// The first choice is rectified: the second, which only confirmed it, opens on the very day of the act, which leaves no line of
/// the doctor, or no designation at all.
#[tokio::test]
async fn an_act_that_leaves_no_line_to_be_seen_is_taken_back_too() {
    for joint_choice in [true, false] {
        let app = TestApp::new().await;
        let [one, two, _] = cabinet(&app).await;
        let all = if joint_choice { vec![one.as_str(), two.as_str()] } else { vec![one.as_str()] };
        let caisse = app.caisse(BOUCHES_DU_RHONE);
        let id = patient_id("ALICE").to_string();
        let wrong = enter(&app, joint(&all), &all, "2025-06-01").await.expect(201);
        let right = enter(&app, joint(&all), &all, "2025-06-10").await.expect(201);
        if joint_choice {
            let departs = format!(
                "/v1/designations/{}/departs",
                wrong["designation"]["id"].as_str().unwrap()
            );
            let body =
                json!({ "patient_id": id, "rpps": one, "jour": "2025-06-10", "motif": "medecin" });
            caisse.post_on(&departs, 1, body).await.expect(200);
        } else {
            let path = format!("/v1/declarations/{}/retrait", right["id"].as_str().unwrap());
            let version = right["version"].as_i64().unwrap();
            caisse.post_on(&path, version, json!({ "effet_du": "2025-06-10" })).await.expect(200);
        }
        let path = format!("/v1/declarations/{}", wrong["id"].as_str().unwrap());
        let version = caisse.get(&path).await.expect(200)["version"].as_i64().unwrap();
        let body = json!({ "motif": "autre dossier" });
        caisse.post_on(&format!("{path}/rectifications"), version, body).await.expect(200);
        let present = async || {
            let path = format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le=2025-06-10");
            let said = caisse.get(&path).await.expect(200);
            let all = said["designation"]["medecins"].as_array().cloned().unwrap_or_default();
            all.iter().map(|one| one["rpps"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(present().await, all.get(1..).unwrap());
        let path = format!("/v1/declarations/{}", right["id"].as_str().unwrap());
        let shown = caisse.get(&path).await.expect(200);
        assert!(may(&shown, "annuler_retrait"), "{shown}");
        if !joint_choice {
            let never =
                "Jamais en vigueur : elle a pris fin le jour même, le patient a quitté ce médecin.";
            assert_eq!(shown["situation"]["phrase"], never);
        }
        let version = shown["version"].as_i64().unwrap();
        let back = caisse.post_on(&format!("{path}/{BACK}"), version, json!({})).await.expect(200);
        assert_eq!(back["situation"]["code"], "en_vigueur");
        assert!(!may(&back, "annuler_retrait"));
        assert_eq!(present().await, all);
    }
}
