//! The sex of a person: said, or read once from a number; dated and corrected like the names; told to who reads them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, feuille, patient_id};
use crate::support::vie::{AIN, AUTRE_NIR, BOUCHES_DU_RHONE, TROISIEME_NIR, act, organisme};

const CHANGE: &str = "changements-d-identite";
const CORRECT: &str = "rectifications-d-identite";

/// A number of a woman, of nobody in the sandbox.
fn of_a_woman() -> String {
    let body = 2_860_213_055_996_u64;
    format!("{body}{:02}", 97 - body % 97)
}

fn stranger(kind: &str, number: &str) -> Value {
    json!({
        "identifiant": { "type": kind, "valeur": number },
        "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
        "organisme": organisme(BOUCHES_DU_RHONE), "affilie_du": "2012-09-01",
    })
}

async fn registered(caisse: &Caller<'_>, body: Value) -> Value {
    caisse.post("/v1/patients", body).await.expect(201)
}

/// The sex that a record says on a day.
fn on(dossier: &Value, day: &str) -> Value {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut all = dossier["identites"].as_array().unwrap().iter();
    let in_force = all.find(|one| {
        text(&one["effet_du"]).unwrap().as_str() <= day
            && text(&one["effet_au"]).is_none_or(|au| day < au.as_str())
    });
    in_force.unwrap()["sexe"].clone()
}

#[tokio::test]
async fn who_does_not_say_it_is_of_the_sex_of_their_own_number_if_it_says_one() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let woman = of_a_woman();
    for (kind, number, expected) in [
        ("nir", AUTRE_NIR, json!("masculin")),
        ("nia", woman.as_str(), json!("feminin")),
        // The second digit of these is not read.
        ("nnp", "7113112345679", Value::Null),
        ("mig", "5213112345679", Value::Null),
    ] {
        let made = registered(&caisse, stranger(kind, number)).await;
        assert_eq!(made["identites"][0]["sexe"], expected, "{kind}");
    }
    // The number of the insured parent is that of the parent.
    let mut child = stranger("nnp", "7113112345680");
    child["ouvrant_droit"] = json!({ "type": "nir", "valeur": TROISIEME_NIR });
    assert_eq!(registered(&caisse, child).await["identites"][0]["sexe"], Value::Null);
    let mut unknown = stranger("nnp", "7113112345681");
    unknown["sexe"] = json!("autre");
    let refused = caisse.post("/v1/patients", unknown).await;
    assert_eq!(refused.wrong_fields(), [("/sexe".to_owned(), "valeur_inconnue".to_owned())]);
}

#[tokio::test]
async fn what_is_said_wins_over_the_number_and_its_caisse_alone_is_told_that_they_differ() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let mut body = stranger("nir", AUTRE_NIR);
    body["sexe"] = json!("feminin");
    let id = registered(&caisse, body).await["patient_id"].as_str().unwrap().to_owned();
    let path = format!("/v1/patients/{id}");
    let read = caisse.get(&path).await.expect(200);
    assert_eq!(read["identites"][0]["sexe"], "feminin");
    assert_eq!(read["sexe_autre_que_numero"], true);
    // The number follows the civil status: nothing is to be told any more, and the sex stays.
    let number = json!({ "identifiant": { "type": "nir", "valeur": of_a_woman() }, "effet_du": "2025-06-16" });
    let after = act(&caisse, &id, "changements-d-identifiant", number).await.expect(200);
    assert_eq!(after["identites"], read["identites"]);
    assert_eq!(after["sexe_autre_que_numero"], false);
    // A number that never was theirs is corrected: what the identity says stays, and is to be looked at.
    let number = json!({
        "identifiant": { "type": "nir", "valeur": TROISIEME_NIR }, "motif": "erreur_de_saisie",
    });
    let after = act(&caisse, &id, "rectifications-d-identifiant", number).await.expect(200);
    assert_eq!(after["identites"], read["identites"]);
    assert_eq!(after["sexe_autre_que_numero"], true);

    // Alice's number says another sex than her identity: she reads the one, as whoever reads her name does.
    let own = format!("/v1/patients/{}", patient_id("ALICE"));
    assert_eq!(caisse.get(&own).await.expect(200)["sexe_autre_que_numero"], true);
    let alice = app.patient("ALICE").get(&own).await.expect(200);
    assert_eq!(
        (&alice["identites"][0]["sexe"], &alice["sexe_autre_que_numero"]),
        (&json!("feminin"), &json!(false))
    );
}

#[tokio::test]
async fn a_number_tells_it_of_somebody_of_whom_nothing_did() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let made = registered(&caisse, stranger("nnp", "7113112345679")).await;
    let id = made["patient_id"].as_str().unwrap().to_owned();
    // The number of the insured person says nothing of who depends on them.
    let parent = json!({
        "identifiant": { "type": "nir", "valeur": AUTRE_NIR }, "usage": "ouvrant_droit", "effet_du": "2025-06-09",
    });
    let after = act(&caisse, &id, "changements-d-identifiant", parent).await.expect(200);
    assert_eq!(after["identites"], made["identites"]);
    let own = json!({ "identifiant": { "type": "nir", "valeur": of_a_woman() }, "effet_du": "2025-06-10" });
    let after = act(&caisse, &id, "changements-d-identifiant", own).await.expect(200);
    assert_eq!(after["identites"].as_array().unwrap().len(), 1);
    assert_eq!(on(&after, "2025-06-09"), "feminin");
}

#[tokio::test]
async fn it_changes_from_its_day_is_corrected_on_its_days_and_changes_no_evaluation() {
    let app = TestApp::new().await;
    let (id, caisse, martin) =
        (patient_id("BERNARD").to_string(), app.caisse(AIN), app.medecin(MARTIN));
    let path = format!("/v1/patients/{id}");
    let care = feuille("BERNARD", "1", "2025-06-12", "T");
    let kept = martin.post("/v1/feuilles-de-soins", care).await.expect(201);
    let before = kept["evaluation"].clone();
    assert_eq!(on(&caisse.get(&path).await.expect(200), "2025-06-12"), "masculin");

    // Another one from a day on: the day before, the day, the day after.
    let body = json!({ "sexe": "feminin", "effet_du": "2025-06-12" });
    let changed = act(&caisse, &id, CHANGE, body.clone()).await.expect(200);
    for (day, sexe) in
        [("2025-06-11", "masculin"), ("2025-06-12", "feminin"), ("2025-06-13", "feminin")]
    {
        assert_eq!(on(&changed, day), sexe, "{day}");
    }
    let again = act(&caisse, &id, CHANGE, body).await;
    assert_eq!(again.wrong_fields(), [("/nom".to_owned(), "sans_changement".to_owned())]);
    let future = json!({ "sexe": "masculin", "effet_du": "2025-06-17" });
    let future = act(&caisse, &id, CHANGE, future).await;
    assert_eq!(future.wrong_fields(), [("/effet_du".to_owned(), "date_future".to_owned())]);

    // It never was: what was recorded is undone by its correction, on these days alone.
    let undone = json!({ "sexe": "masculin", "jour": "2025-06-12", "motif": "erreur_de_saisie" });
    let undone = act(&caisse, &id, CORRECT, undone).await.expect(200);
    for day in ["2025-06-11", "2025-06-12", "2025-06-13"] {
        assert_eq!(on(&undone, day), "masculin", "{day}");
    }
    // It was wrong before, and right since.
    let wrong = json!({ "sexe": "feminin", "jour": "2025-06-11", "motif": "etat_civil" });
    let wrong = act(&caisse, &id, CORRECT, wrong).await.expect(200);
    for (day, sexe) in
        [("2025-06-11", "feminin"), ("2025-06-12", "masculin"), ("2025-06-13", "masculin")]
    {
        assert_eq!(on(&wrong, day), sexe, "{day}");
    }
    let same = json!({ "sexe": "masculin", "motif": "etat_civil" });
    let same = act(&caisse, &id, CORRECT, same).await;
    assert_eq!(same.wrong_fields(), [("/motif".to_owned(), "sans_changement".to_owned())]);

    // No feuille is to be seen again, and the same care is decided in the same way.
    let review = caisse.get("/v1/feuilles-de-soins/a-revoir").await.expect(200);
    assert_eq!(review["donnees"], json!([]));
    let read = format!("/v1/feuilles-de-soins/{}", kept["id"].as_str().unwrap());
    assert_eq!(martin.get(&read).await.expect(200)["evaluation"], before);
    let trial = json!({ "patient_id": id, "du": "2025-06-12", "motif": "correction" });
    let asked = caisse.post("/v1/reevaluations", trial).await;
    asked.expect(202);
    app.run_jobs().await;
    let trial = caisse.get(asked.header("location")).await.expect(200);
    assert_eq!((&trial["feuilles"], &trial["feuilles_changees"]), (&json!(1), &json!(0)));

    // Who reads the name reads it, and nobody else.
    let list = martin.get("/v1/moi/patients").await.expect(200);
    let own = list["donnees"].as_array().unwrap().iter().find(|one| one["patient_id"] == id);
    assert_eq!(own.unwrap()["identite"]["sexe"], "masculin");
    let affilies = caisse.get("/v1/patients").await.expect(200);
    assert!(affilies["donnees"].as_array().unwrap().iter().all(|one| one["sexe"].is_string()));
    assert_eq!(app.medecin(PONS).get(&path).await.problem(404), "introuvable");
}

#[tokio::test]
async fn it_is_sealed_with_the_names_and_stands_in_the_complete_record() {
    let app = TestApp::new().await;
    let path = format!("/v1/patients/{}/dossier-complet", patient_id("BERNARD"));
    let whole = app.patient("BERNARD").get(&path).await.expect(200);
    let mut all = whole["rubriques"].as_array().unwrap().iter();
    let names = all.find(|one| one["rubrique"] == "identite_patient").unwrap();
    assert_eq!(names["lignes"][0]["noms"]["sexe"], "masculin");
    let clear: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM identite_patient i
         WHERE to_jsonb(i)::text ~ 'masculin|feminin' OR position('masculin'::bytea IN i.noms_chiffres) > 0",
    )
    .fetch_one(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!(clear, 0);
}

#[tokio::test]
async fn two_records_that_say_it_differently_are_shown_to_and_one_that_does_not_know_it_is_not() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let id = async |kind: &str, number: &str| {
        registered(&caisse, stranger(kind, number)).await["patient_id"].clone()
    };
    let kept = id("nir", AUTRE_NIR).await;
    let path = format!("/v1/patients/{}/fusions/apercu", kept.as_str().unwrap());
    let woman = of_a_woman();
    for (kind, number, expected) in
        [("nir", woman.as_str(), json!(["sexe"])), ("nnp", "7113112345679", json!([]))]
    {
        let other = id(kind, number).await;
        let shown = caisse.post(&path, json!({ "absorbe_id": other })).await.expect(200);
        assert_eq!(shown["differences"], expected, "{kind}");
    }
}

#[tokio::test]
async fn fhir_says_it_with_its_versions_and_says_that_it_is_unknown() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let fhir = format!("/fhir/r4/Patient/{id}");
    assert_eq!(caisse.get(&fhir).await.expect(200)["gender"], "male");
    app.advance(TimeDelta::seconds(1));
    let body = json!({ "sexe": "feminin", "effet_du": "2025-06-16" });
    act(&caisse, &id, CHANGE, body).await.expect(200);
    assert_eq!(caisse.get(&fhir).await.expect(200)["gender"], "female");
    let history = caisse.get(&format!("{fhir}/_history")).await.expect(200);
    let said: Vec<&Value> =
        history["entry"].as_array().unwrap().iter().map(|one| &one["resource"]["gender"]).collect();
    assert_eq!(said, [&json!("female"), &json!("male")]);
    let first = caisse.get(&format!("{fhir}/_history/1")).await.expect(200);
    assert_eq!(first["gender"], "male");
    let listed = app
        .medecin(MARTIN)
        .get(&format!("/fhir/r4/Patient?general-practitioner=Practitioner/{MARTIN}"))
        .await
        .expect(200);
    assert!(
        listed["entry"].as_array().unwrap().iter().all(|one| {
            ["female", "male"].contains(&one["resource"]["gender"].as_str().unwrap())
        })
    );

    let bouches = app.caisse(BOUCHES_DU_RHONE);
    let made = registered(&bouches, stranger("nnp", "7113112345679")).await;
    let path = format!("/fhir/r4/Patient/{}", made["patient_id"].as_str().unwrap());
    assert_eq!(bouches.get(&path).await.expect(200)["gender"], "unknown");
}
