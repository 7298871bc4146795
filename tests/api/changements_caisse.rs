//! Another caisse, another status, another address: the designation goes on.

use serde_json::{Value, json};

use crate::conjointes::{cabinet, choix, enter};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, cle, feuille, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, line, organisme, timeline, version};

mod son_temps;

const MSA: &str = "029150000";

async fn leave_ain(app: &TestApp, id: &str, to: &str, day: &str) -> Value {
    let body = json!({ "organisme": organisme(to), "effet_du": day });
    act(&app.caisse(AIN), id, "changements-d-organisme", body).await.expect(200)
}

#[tokio::test]
async fn the_designation_goes_on_without_signature_nor_gap() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let before = app.patient("BERNARD").get(&format!("/v1/patients/{id}/designations")).await;
    leave_ain(&app, &id, MSA, "2025-06-10").await;
    let after = app.patient("BERNARD").get(&format!("/v1/patients/{id}/designations")).await;
    // The same designation, declaration, version and days: nothing was written about it.
    assert_eq!(before.expect(200), after.expect(200));
    for day in ["2025-06-09", "2025-06-10", "2025-06-11"] {
        let path = format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le={day}");
        let answer = app.patient("BERNARD").get(&path).await.expect(200);
        assert_eq!((&answer["declare"], &answer["en_sommeil"]), (&json!(true), &json!(false)));
    }
    let told: Vec<Value> = sqlx::query_scalar(
        "SELECT donnees || jsonb_build_object('effet_du', effet_du) FROM evenement
         WHERE nature = 'patient.organisme_change' ORDER BY sequence",
    )
    .fetch_all(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!(told.len(), 2);
    for (event, (cote, destinataire)) in
        told.iter().zip([("sortant", "01011"), ("entrant", "02915")])
    {
        assert_eq!(event["cote"], cote);
        assert_eq!(event["destinataire"], destinataire);
        assert_eq!((&event["ancien"], &event["nouveau"]), (&json!("01011"), &json!("02915")));
        assert_eq!(event["effet_du"], "2025-06-10");
    }
}

#[tokio::test]
async fn the_new_caisse_reads_everything_and_the_former_one_what_was_of_its_time() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let sheet = |number: &str, day: &str| feuille("BERNARD", number, day, json!("T"));
    let old = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet("1", "2025-06-09")).await;
    let new = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet("2", "2025-06-10")).await;
    let left = leave_ain(&app, &id, MSA, "2025-06-10").await;
    // What the former caisse gets back is what it may still read.
    assert_eq!(left["affiliations"].as_array().unwrap().len(), 1);
    assert_eq!(left["affiliations"][0]["effet_au"], "2025-06-10");
    assert_eq!(left["actions"], json!(["annuler_changement_organisme"]));
    // The person changes afterwards.
    app.medecin(PONS).declare("BERNARD", PONS).await.expect(201);

    let (former, present) = (app.caisse(AIN), app.caisse(MSA));
    let on = |day: &str| format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le={day}");
    assert_eq!(former.get(&on("2025-06-09")).await.expect(200)["declare"], true);
    for day in ["2025-06-10", "2025-06-11"] {
        assert_eq!(former.get(&on(day)).await.problem(404), "introuvable", "{day}");
    }
    assert_eq!(former.get(&format!("/v1/patients/{id}/medecin-traitant")).await.status, 404);
    for day in ["2019-03-04", "2025-06-09", "2025-06-10", "2025-06-16"] {
        assert_eq!(present.get(&on(day)).await.expect(200)["declare"], true, "{day}");
    }
    // The former one may do nothing any more to the declarations of its time, and is shown so.
    let known = former.get(&format!("/v1/patients/{id}/declarations")).await.expect(200);
    let declaration = &known["donnees"][0];
    assert_eq!(declaration["actions"], json!([]));
    let path = format!("/v1/declarations/{}", declaration["id"].as_str().unwrap());
    let version = declaration["version"].as_i64().unwrap();
    for act in ["rectifications", "retrait"] {
        let body = if act == "retrait" { json!({}) } else { json!({ "motif": "essai" }) };
        let refused = former.post_on(&format!("{path}/{act}"), version, body).await;
        assert_eq!(refused.problem(404), "introuvable", "{act}");
    }
    // The former one does not learn of an end that came after its time.
    assert_eq!(timeline(&former, &id).await, [line("2019-03-04", "-", MARTIN, "-")]);
    assert_eq!(
        timeline(&present, &id).await,
        [
            line("2019-03-04", "2025-06-16", MARTIN, "remplacement"),
            line("2025-06-16", "-", PONS, "-")
        ]
    );
    let declarations = format!("/v1/patients/{id}/declarations");
    let count = |page: &Value| page["donnees"].as_array().unwrap().len();
    let all = present.get(&declarations).await.expect(200);
    assert_eq!((count(&all), count(&former.get(&declarations).await.expect(200))), (2, 1));
    let last = format!("/v1/declarations/{}", all["donnees"][0]["id"].as_str().unwrap());
    assert_eq!(former.get(&last).await.status, 404);
    assert_eq!(present.get(&last).await.status, 200);
    for (sheet, expected) in [(&old, 200), (&new, 404)] {
        let path = format!("/v1/feuilles-de-soins/{}", sheet.expect(201)["id"].as_str().unwrap());
        assert_eq!(former.get(&path).await.status, expected);
        assert_eq!(present.get(&path).await.status, 200);
    }
    let identity = former.get(&format!("/v1/patients/{id}")).await.expect(200);
    assert_eq!(identity["affiliations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_former_caisse_does_nothing_more_about_the_person() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    leave_ain(&app, &id, MSA, "2025-06-10").await;
    let body = json!({ "organisme": organisme(AIN), "effet_du": "2025-06-11" });
    let path = format!("/v1/patients/{id}/changements-d-organisme");
    assert_eq!(app.caisse(AIN).post_on(&path, 2, body.clone()).await.problem(403), "role_interdit");
    assert_eq!(app.caisse("017510000").post_on(&path, 2, body.clone()).await.status, 404);
    assert_eq!(app.medecin(MARTIN).post_on(&path, 2, body.clone()).await.status, 403);
    // A caisse of before reads and writes nothing: late paper of its time is for the present one to enter.
    let mut choix = json!({ "patient": { "id": id }, "medecins": [{ "rpps": PONS }] });
    let shown = app.caisse(MSA).post("/v1/declarations/apercu", choix.clone()).await.expect(200);
    let digest = shown["contenu_sha256"].as_str().unwrap();
    for day in ["2025-06-09", "2025-06-10", "2025-06-11"] {
        choix["signatures"] = json!([
            crate::support::app::paper("assure", day, digest),
            crate::support::app::paper("medecin", day, digest),
        ]);
        let entered = app.caisse(AIN).post("/v1/declarations", choix.clone()).await;
        assert_eq!(entered.problem(403), "role_interdit", "{day}");
    }
    // The new one may send the person back.
    let back = act(&app.caisse(MSA), &id, "changements-d-organisme", body).await;
    back.expect(200);
    assert_eq!(version(&app.caisse(AIN), &id).await, 3);
}

#[tokio::test]
async fn a_change_known_late_takes_its_place_before_the_next_one() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    leave_ain(&app, &id, MSA, "2025-06-10").await;
    let body = json!({ "organisme": organisme("017510000"), "effet_du": "2025-03-01" });
    let all = act(&app.caisse(MSA), &id, "changements-d-organisme", body).await.expect(200);
    let days: Vec<_> = all["affiliations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| (a["organisme"]["caisse"].clone(), a["effet_du"].clone(), a["effet_au"].clone()))
        .collect();
    assert_eq!(
        days,
        [
            (json!("011"), json!("1958-07-14"), json!("2025-03-01")),
            (json!("751"), json!("2025-03-01"), json!("2025-06-10")),
            (json!("915"), json!("2025-06-10"), Value::Null),
        ]
    );
    // Both former caisses keep their own days.
    let on = |day: &str| format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le={day}");
    for (caisse, inside, outside) in [
        (AIN, ["2025-02-27", "2025-02-28"], ["2025-03-01", "2025-03-02"]),
        ("017510000", ["2025-03-01", "2025-06-09"], ["2025-02-28", "2025-06-10"]),
    ] {
        for day in inside {
            assert_eq!(app.caisse(caisse).get(&on(day)).await.status, 200, "{caisse} {day}");
        }
        for day in outside {
            assert_eq!(app.caisse(caisse).get(&on(day)).await.status, 404, "{caisse} {day}");
        }
    }
}

#[tokio::test]
async fn an_act_needs_the_version_that_was_read_a_day_of_life_and_a_difference() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let (caisse, path) = (app.caisse(AIN), format!("/v1/patients/{id}/changements-d-organisme"));
    let body = |code: &str, day: &str| json!({ "organisme": organisme(code), "effet_du": day });
    let good = body(MSA, "2025-06-10");
    assert_eq!(caisse.post(&path, good.clone()).await.problem(428), "version_absente");
    assert_eq!(caisse.post_on(&path, 2, good.clone()).await.problem(412), "version_perimee");
    let keyless = caisse.request("POST", &path, &[("if-match", "\"1\"")], Some(&good)).await;
    assert_eq!(keyless.problem(400), "cle_idempotence_absente");
    for (wrong, code) in [
        (body(MSA, "2025-09-17"), ("/effet_du", "hors_bornes")),
        (body(MSA, "1958-07-13"), ("/effet_du", "avant_naissance")),
        (body(AIN, "2025-06-10"), ("/organisme", "sans_changement")),
    ] {
        let refused = caisse.post_on(&path, 1, wrong).await;
        refused.expect(422);
        assert_eq!(refused.wrong_fields(), [(code.0.to_owned(), code.1.to_owned())]);
    }
    // Today and the day of birth are days of life.
    caisse.post_on(&path, 1, body(MSA, "2025-06-16")).await.expect(200);
    // The same request under the same key is answered again, and done once.
    let other = patient_id("DIANE").to_string();
    let path = format!("/v1/patients/{other}/changements-d-organisme");
    let headers = [("if-match", "\"1\""), ("idempotency-key", "un-seul-changement")];
    let reunion = app.caisse("019740000");
    let first = reunion.request("POST", &path, &headers, Some(&good)).await;
    let again = reunion.request("POST", &path, &headers, Some(&good)).await;
    assert_eq!(first.expect(200), again.expect(200));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(version(&app.caisse(MSA), &other).await, 2);
}

#[tokio::test]
async fn a_caisse_outside_the_parcours_puts_the_designation_to_sleep_and_another_wakes_it() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let mayotte = "019760000";
    leave_ain(&app, &id, mayotte, "2025-04-10").await;
    let body = json!({ "organisme": organisme(AIN), "effet_du": "2025-05-10" });
    act(&app.caisse(mayotte), &id, "changements-d-organisme", body).await.expect(200);
    let asked = [
        ("2025-04-09", false),
        ("2025-04-10", true),
        ("2025-04-11", true),
        ("2025-05-09", true),
        ("2025-05-10", false),
        ("2025-05-11", false),
    ];
    for (day, sleeps) in asked {
        let path = format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le={day}");
        let answer = app.patient("BERNARD").get(&path).await.expect(200);
        assert_eq!(answer["en_sommeil"], sleeps, "{day}");
        // Asleep or not, it is the same designation: nothing was lost.
        assert_eq!(answer["designation"]["effet_au"], Value::Null);
        assert_eq!(answer["designation"]["version"], 1);
    }
    let events = app.events().await;
    let sleep = events.iter().filter(|nature| nature.starts_with("designation.")).cloned();
    assert_eq!(sleep.collect::<Vec<_>>(), ["designation.mise_en_sommeil", "designation.reveillee"]);
}

#[tokio::test]
async fn a_status_outside_the_parcours_puts_the_designation_to_sleep() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let caisse = app.caisse(AIN);
    let statut = |mot: &str, day: &str| json!({ "statut": mot, "effet_du": day });
    let idle = act(&caisse, &id, "changements-de-statut", statut("ordinaire", "2025-03-01")).await;
    assert_eq!(idle.wrong_fields(), [("/statut".to_owned(), "sans_changement".to_owned())]);
    let before = app.clock();
    app.advance(chrono::TimeDelta::seconds(1));
    for (mot, day) in
        [("ame", "2025-03-01"), ("sans_droits", "2025-04-01"), ("ordinaire", "2025-05-01")]
    {
        act(&caisse, &id, "changements-de-statut", statut(mot, day)).await.expect(200);
    }
    let asleep = async |day: &str, known: &str| {
        let path = format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le={day}{known}");
        app.patient("BERNARD").get(&path).await.expect(200)["en_sommeil"] == true
    };
    for (day, expected) in [
        ("2025-02-28", false),
        ("2025-03-01", true),
        ("2025-03-31", true),
        ("2025-04-01", true),
        ("2025-04-30", true),
        ("2025-05-01", false),
        ("2025-05-02", false),
    ] {
        assert_eq!(asleep(day, "").await, expected, "{day}");
    }
    // As known before, nobody slept.
    assert!(!asleep("2025-03-15", &format!("&connu_le={before}")).await);
    // The doctor reads neither status nor address, the patient both.
    let seen = app.medecin(MARTIN).get(&format!("/v1/patients/{id}")).await.expect(200);
    assert_eq!((&seen["statuts"], &seen["adresses"]), (&json!([]), &json!([])));
    let own = app.patient("BERNARD").get(&format!("/v1/patients/{id}")).await.expect(200);
    let words: Vec<_> =
        own["statuts"].as_array().unwrap().iter().map(|s| s["statut"].as_str().unwrap()).collect();
    assert_eq!(words, ["ame", "sans_droits", "ordinaire"]);
    let gone =
        act(&caisse, &id, "changements-de-statut", statut("sur_la_lune", "2025-06-01")).await;
    assert_eq!(gone.wrong_fields(), [("/statut".to_owned(), "valeur_inconnue".to_owned())]);
}

#[tokio::test]
async fn another_address_is_a_dated_and_encrypted_fact_that_ends_nothing() {
    let app = TestApp::new().await;
    let id = patient_id("HUGO").to_string();
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let before = timeline(&caisse, &id).await;
    let adresse = |voie: &str, day: &str| {
        json!({ "voie": voie, "code_postal": "13001", "localite": "Marseille",
                "commune": "13055", "effet_du": day })
    };
    act(&caisse, &id, "changements-d-adresse", adresse("4 rue des Lilas", "2020-01-01"))
        .await
        .expect(200);
    let moved = act(&caisse, &id, "changements-d-adresse", adresse("9 quai Neuf", "2025-06-01"));
    let moved = moved.await.expect(200);
    assert_eq!(moved["adresses"][0]["effet_au"], "2025-06-01");
    assert_eq!(moved["adresses"][1]["voie"], "9 quai Neuf");
    assert_eq!(timeline(&caisse, &id).await, before);
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("SELECT adresse_chiffree FROM adresse_patient")
        .fetch_all(&app.database.pool(1).await)
        .await
        .unwrap();
    // Two addresses, one of them in two versions, none of them readable.
    assert_eq!(stored.len(), 3);
    assert!(stored.iter().all(|sealed| !String::from_utf8_lossy(sealed).contains("Lilas")));
    let told: Vec<String> = sqlx::query_scalar(
        "SELECT donnees::text FROM evenement WHERE nature = 'patient.adresse_change'",
    )
    .fetch_all(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!(told, ["{}", "{}"]);
}

#[tokio::test]
async fn every_act_leaves_a_trace_that_the_person_reads() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    leave_ain(&app, &id, MSA, "2025-06-10").await;
    let traces = app.patient("BERNARD").get("/v1/moi/acces").await.expect(200);
    let operations: Vec<_> = traces["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trace| (trace["appelant"].as_str().unwrap(), trace["operation"].as_str().unwrap()))
        .collect();
    assert!(operations.contains(&("01011", "patient.changer_organisme")), "{operations:?}");
    // Found by the card at the new caisse, and no longer at the former one.
    let search = |caisse: &'static str| {
        let app = &app;
        async move { app.caisse(caisse).post("/v1/patients/recherche", cle("BERNARD")).await.status }
    };
    assert_eq!((search(MSA).await.as_u16(), search(AIN).await.as_u16()), (200, 200));
    assert_eq!(search("017510000").await, 404);
}

#[tokio::test]
async fn a_caisse_that_the_patient_left_records_no_departure() {
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    let made = enter(&app, choix(&[&one, &two]), &[&one, &two], "2025-06-01").await.expect(201);
    let path = format!("/v1/designations/{}/departs", made["designation"]["id"].as_str().unwrap());
    let alice = patient_id("ALICE").to_string();
    let moved = json!({ "organisme": organisme(AIN), "effet_du": "2025-06-10" });
    act(&app.caisse(BOUCHES_DU_RHONE), &alice, "changements-d-organisme", moved).await.expect(200);
    let leaves =
        json!({ "patient_id": alice, "rpps": one, "jour": "2025-06-12", "motif": "cessation" });
    let former = app.caisse(BOUCHES_DU_RHONE).post_on(&path, 1, leaves.clone()).await;
    assert_eq!(former.problem(404), "introuvable");
    app.caisse(AIN).post_on(&path, 1, leaves).await.expect(200);
}
