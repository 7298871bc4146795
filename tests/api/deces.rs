//! The death of a person, known late, or wrong.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, feuille, paper, patient_id, signature};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, line, paper_choice, timeline};

fn death(day: &str) -> Value {
    json!({ "jour": day, "source": "etat_civil" })
}

#[tokio::test]
async fn the_designation_ends_with_the_person_whose_day_of_death_is_a_day_of_life() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let before = app.clock();
    app.advance(TimeDelta::seconds(1));
    let dead = act(&caisse, &id, "deces", death("2025-03-10")).await.expect(200);
    assert_eq!(dead["deces"]["jour"], "2025-03-10");
    assert_eq!(dead["deces"]["source"], "etat_civil");
    let actions = dead["actions"].as_array().unwrap();
    assert!(
        actions.contains(&json!("rectifier_deces")) && !actions.contains(&json!("declarer_deces"))
    );
    let asked = [("2025-03-09", true), ("2025-03-10", true), ("2025-03-11", false)];
    for (day, declared) in asked {
        let path = format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le={day}");
        assert_eq!(caisse.get(&path).await.expect(200)["declare"], declared, "{day}");
        // As known before the caisse was told, he was in force after his death.
        let known = format!("{path}&connu_le={before}");
        assert_eq!(caisse.get(&known).await.expect(200)["declare"], true, "{day}");
    }
    assert_eq!(timeline(&caisse, &id).await, [line("2019-03-04", "2025-03-11", MARTIN, "deces")]);
    let (survenu, effet): (String, String) = sqlx::query_as(
        "SELECT nature, effet_du::text FROM evenement WHERE nature = 'patient.decede'",
    )
    .fetch_one(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!((survenu.as_str(), effet.as_str()), ("patient.decede", "2025-03-10"));
}

#[tokio::test]
async fn what_was_declared_after_the_death_never_took_effect_and_late_paper_still_counts() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    // Before the second choice of 15 November 2023.
    act(&caisse, &id, "deces", death("2023-11-14")).await.expect(200);
    assert_eq!(timeline(&caisse, &id).await, [line("2017-06-01", "2023-11-15", MARTIN, "deces")]);
    // The caisse reads what it touches: the choice of the day after, and no feuille.
    let read = caisse.get(&format!("/v1/patients/{id}")).await.expect(200);
    let known = caisse.get(&format!("/v1/patients/{id}/declarations")).await.expect(200);
    let after = &known["donnees"][0];
    assert_eq!(read["deces"]["declarations_posterieures"], json!([after["id"]]));
    assert_eq!(read["deces"]["feuilles_posterieures"], 0);
    assert_eq!(after["situation"]["code"], "jamais_en_vigueur");
    assert_eq!(
        after["situation"]["phrase"],
        "Jamais en vigueur : signée après le décès du patient, le 14/11/2023."
    );
    let late = paper_choice(&app, BOUCHES_DU_RHONE, &id, PONS, "2022-01-10").await;
    assert_eq!(late["etat"], "active");
    assert_eq!(
        timeline(&caisse, &id).await,
        [
            line("2017-06-01", "2022-01-10", MARTIN, "remplacement"),
            line("2022-01-10", "2023-11-15", PONS, "deces"),
        ]
    );
}

#[tokio::test]
async fn a_death_is_corrected_to_another_day_or_to_none() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let before = timeline(&caisse, &id).await;
    let correct = async |body: Value| act(&caisse, &id, "rectifications-de-deces", body).await;
    let early = correct(json!({ "jour": "2025-03-10", "motif": "etat_civil" })).await;
    assert_eq!(early.wrong_fields(), [("/jour".to_owned(), "deces_inconnu".to_owned())]);
    act(&caisse, &id, "deces", death("2023-11-14")).await.expect(200);
    let twice = act(&caisse, &id, "deces", death("2023-11-15")).await;
    assert_eq!(twice.wrong_fields(), [("/jour".to_owned(), "deces_connu".to_owned())]);
    correct(json!({ "jour": "2023-11-15", "motif": "etat_civil" })).await.expect(200);
    // Alive on the day of the second choice: it took effect, for one day.
    assert_eq!(
        timeline(&caisse, &id).await,
        [
            line("2017-06-01", "2023-11-15", MARTIN, "remplacement"),
            line("2023-11-15", "2023-11-16", PONS, "deces"),
        ]
    );
    let forgotten = correct(json!({ "motif": "erreur_de_saisie" })).await;
    assert_eq!(forgotten.wrong_fields(), [("/jour".to_owned(), "champ_requis".to_owned())]);
    let both = json!({ "jour": "2023-11-15", "annule": true, "motif": "erreur_de_saisie" });
    assert_eq!(
        correct(both).await.wrong_fields(),
        [("/annule".to_owned(), "contradictoire".to_owned())]
    );
    let alive = correct(json!({ "annule": true, "motif": "usurpation" })).await.expect(200);
    assert_eq!(alive["deces"], Value::Null);
    assert_eq!(timeline(&caisse, &id).await, before);
}

#[tokio::test]
async fn only_the_caisse_of_affiliation_records_a_death_and_not_in_the_future() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let path = format!("/v1/patients/{id}/deces");
    assert_eq!(
        app.caisse("017510000").post_on(&path, 1, death("2025-03-10")).await.problem(404),
        "introuvable"
    );
    assert_eq!(
        app.patient("BERNARD").post_on(&path, 1, death("2025-03-10")).await.problem(403),
        "portee_insuffisante"
    );
    for (day, code) in [("2025-06-17", "date_future"), ("1958-07-13", "avant_naissance")] {
        let refused = app.caisse(AIN).post_on(&path, 1, death(day)).await;
        assert_eq!(refused.wrong_fields(), [("/jour".to_owned(), code.to_owned())], "{day}");
    }
    app.caisse(AIN).post_on(&path, 1, death("2025-06-16")).await.expect(200);
}

#[tokio::test]
async fn care_after_a_recorded_death_is_refused_and_that_of_the_day_itself_is_not() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    act(&app.caisse(AIN), &id, "deces", death("2025-03-10")).await.expect(200);
    let martin = app.medecin(MARTIN);
    let sheet = |numero: &str, jour: &str| feuille("BERNARD", numero, jour, "U");
    for (numero, jour) in [("1", "2025-03-09"), ("2", "2025-03-10")] {
        martin.post("/v1/feuilles-de-soins", sheet(numero, jour)).await.expect(201);
    }
    let late = martin.post("/v1/feuilles-de-soins", sheet("3", "2025-03-11")).await;
    let wrong = |place: &str| [(place.to_owned(), "apres_deces".to_owned())];
    assert_eq!(late.problem(422), "champs_invalides");
    assert_eq!(late.wrong_fields(), wrong("/actes/0/date_execution"));
    let asked = json!({ "feuille": sheet("3", "2025-03-11") });
    let asked = martin.post("/v1/simulations/registre", asked).await;
    assert_eq!(asked.wrong_fields(), wrong("/feuille/actes/0/date_execution"));
    // A line after it among others, and a line of a lot.
    let mut two = sheet("4", "2025-03-11");
    two["actes"] = json!([two["actes"][0], two["actes"][0]]);
    two["actes"][0]["date_execution"] = json!("2025-03-10");
    two["actes"][1]["numero_ligne"] = json!(2);
    let two = martin.post("/v1/feuilles-de-soins", two).await;
    assert_eq!(two.wrong_fields(), wrong("/actes/1/date_execution"));
    let lines = sheet("5", "2025-03-11").to_string();
    let lot = martin.send_ndjson("/v1/feuilles-de-soins/lots", &lines).await.expect(200);
    assert!(lot.to_string().contains("apres_deces"), "{lot}");
    // A death recorded by mistake refuses nothing any more.
    let alive = json!({ "annule": true, "motif": "usurpation" });
    act(&app.caisse(AIN), &id, "rectifications-de-deces", alive).await.expect(200);
    martin.post("/v1/feuilles-de-soins", sheet("3", "2025-03-11")).await.expect(201);
}

#[tokio::test]
async fn care_received_before_the_death_was_known_is_shown_to_the_clerk_until_it_is_corrected() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let mut kept = Vec::new();
    for (numero, jour) in [("1", "2025-03-10"), ("2", "2025-03-11")] {
        let sheet = feuille("BERNARD", numero, jour, "U");
        kept.push(app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201));
    }
    app.advance(TimeDelta::seconds(1));
    act(&caisse, &id, "deces", death("2025-03-10")).await.expect(200);
    let listed = async || {
        let path = "/v1/feuilles-de-soins/a-revoir?motif=apres_deces";
        let read = caisse.get(path).await.expect(200);
        let all = read["donnees"].as_array().unwrap().iter();
        all.map(|one| one["feuille_id"].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(listed().await, [kept[1]["id"].clone()], "the day itself is a day of life");
    let read = caisse.get(&format!("/v1/patients/{id}")).await.expect(200);
    assert_eq!(read["deces"]["feuilles_posterieures"], 1);
    // Evaluated again because of the death, it says so, and stays to be looked at.
    app.advance(TimeDelta::seconds(1));
    let body = json!({ "motif": "fait_tardif", "du": "2025-01-01", "patient_id": id });
    let tried = caisse.post("/v1/reevaluations", body).await;
    app.run_jobs().await;
    let path = format!("{}/feuilles", tried.header("location"));
    let changes = caisse.get(&path).await.expect(200);
    assert_eq!(changes["donnees"].as_array().unwrap().len(), 1);
    assert_eq!(changes["donnees"][0]["feuille_id"], kept[1]["id"]);
    let causes = changes["donnees"][0]["causes"].as_array().unwrap();
    assert!(causes.contains(&json!("patient.decede")), "{causes:?}");
    caisse.act_on(&format!("{}/application", tried.header("location")), 2).await.expect(202);
    app.run_jobs().await;
    let path = format!("/v1/feuilles-de-soins/{}", kept[1]["id"].as_str().unwrap());
    let again = caisse.get(&path).await.expect(200);
    let warnings = again["evaluations"][1]["avertissements"].as_array().unwrap();
    assert!(warnings.iter().any(|one| one["code"] == "soins_apres_deces"), "{warnings:?}");
    assert_eq!(listed().await, [kept[1]["id"].clone()]);
    let alive = json!({ "annule": true, "motif": "usurpation" });
    act(&caisse, &id, "rectifications-de-deces", alive).await.expect(200);
    assert_eq!(listed().await, Vec::<Value>::new());
}

/// Evaluated again, the feuilles of the eve, of the day and of the day after a death cost what they did.
#[tokio::test]
async fn a_death_makes_no_care_dearer() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let mut kept = Vec::new();
    for (numero, jour) in [("1", "2025-03-09"), ("2", "2025-03-10"), ("3", "2025-03-11")] {
        let sheet = feuille("BERNARD", numero, jour, "T");
        kept.push(app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201));
    }
    app.advance(TimeDelta::seconds(1));
    act(&caisse, &id, "deces", death("2025-03-10")).await.expect(200);
    app.advance(TimeDelta::seconds(1));
    let body = json!({ "motif": "fait_tardif", "du": "2025-01-01", "patient_id": id });
    let tried = caisse.post("/v1/reevaluations", body).await;
    app.run_jobs().await;
    caisse.act_on(&format!("{}/application", tried.header("location")), 2).await.expect(202);
    app.run_jobs().await;
    for feuille in kept {
        let path = format!("/v1/feuilles-de-soins/{}", feuille["id"].as_str().unwrap());
        let read = caisse.get(&path).await.expect(200);
        let all = read["evaluations"].as_array().unwrap();
        let last = all.last().unwrap();
        assert_eq!(last["appartenance"], "dans_parcours");
        assert_eq!(last["totaux"], feuille["evaluations"][0]["totaux"]);
        let text = last["explication"].to_string();
        assert!(!text.contains("choisir un médecin traitant"), "{text}");
    }
}

#[tokio::test]
async fn nothing_is_signed_after_a_recorded_death() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let waiting = app.medecin(PONS).post("/v1/declarations", choix("BERNARD", PONS)).await;
    let waiting = waiting.expect(201);
    let digest = waiting["contenu_sha256"].as_str().unwrap();
    let mut now = choix("BERNARD", PONS);
    now["signatures"] =
        json!([signature("assure", "carte_vitale", digest), signature("medecin", "cps", digest),]);
    act(&app.caisse(AIN), &id, "deces", death("2025-03-10")).await.expect(200);
    // Now, by both; and what waited is not completed.
    let declared = app.medecin(PONS).post("/v1/declarations", now).await;
    assert_eq!(declared.problem(422), "signature_apres_deces");
    let path = format!("/v1/declarations/{}/signatures", waiting["id"].as_str().unwrap());
    let late = app.medecin(PONS).post_on(&path, 1, signature("medecin", "cps", digest)).await;
    assert_eq!(late.problem(422), "signature_apres_deces");
    let on_paper = async |day: &str| {
        let mut choice = json!({ "patient": { "id": id }, "medecins": [{ "rpps": PONS }] });
        choice["signatures"] = json!([paper("assure", day, digest), paper("medecin", day, digest)]);
        app.caisse(AIN).post("/v1/declarations", choice).await
    };
    assert_eq!(on_paper("2025-03-11").await.problem(422), "signature_apres_deces");
    // On the day of the death, before it, somebody may still have chosen.
    let last = on_paper("2025-03-10").await.expect(201);
    assert_eq!(last["designation"]["effet_du"], "2025-03-10");
    assert_eq!(last["designation"]["effet_au"], "2025-03-11");
}
