//! The days on which somebody reaches an age.

use super::*;

#[tokio::test]
async fn the_sixteenth_birthday_ends_nothing_and_is_told_once_beforehand() {
    let app = TestApp::new().await;
    app.on("2031-03-01");
    let active = declare(&app, &["titulaire_autorite_parentale"]).await.expect(201);
    let designation = active["designation"]["id"].clone();
    let told = async || {
        let all = app.events().await;
        all.iter().filter(|nature| *nature == "patient.majorite_16_ans").count()
    };
    // Sixty days before 20 June.
    app.on("2031-04-20");
    app.run_jobs().await;
    assert_eq!(told().await, 0);
    app.on("2031-04-21");
    app.run_jobs().await;
    assert_eq!(told().await, 1);
    for day in ["2031-04-22", "2031-06-19", "2031-06-20", "2031-06-21"] {
        app.on(day);
        app.run_jobs().await;
    }
    assert_eq!(told().await, 1);
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("GABRIEL"));
    let after = app.patient("GABRIEL").get(&path).await.expect(200);
    assert_eq!(after["designation"]["id"], designation);
    assert_eq!(after["designation"]["effet_au"], Value::Null);
    let (day, data): (chrono::NaiveDate, Value) = sqlx::query_as(
        "SELECT effet_du, donnees FROM evenement WHERE nature = 'patient.majorite_16_ans'",
    )
    .fetch_one(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!(day.to_string(), "2031-06-20");
    assert_eq!(data, json!({ "age": 16, "medecin_traitant_declare": true }));
}

#[tokio::test]
async fn somebody_born_outside_the_calendar_reaches_an_age_on_1_january() {
    let app = TestApp::new().await;
    let body = json!({
        "identifiant": { "type": "nir", "valeur": nir("1100613055996") },
        "nom": "ESSAI-LUNAIRE", "prenom": "NEO", "date_naissance": "2010-06-00",
        "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
        "affilie_du": "2010-06-01"
    });
    app.caisse(CAISSE).post("/v1/patients", body).await.expect(201);
    for (day, told) in [("2025-11-01", 0), ("2025-11-02", 1), ("2025-11-03", 1), ("2026-01-01", 1)]
    {
        app.on(day);
        app.run_jobs().await;
        let all = app.events().await;
        let found = all.iter().filter(|nature| *nature == "patient.majorite_16_ans").count();
        assert_eq!(found, told, "{day}");
    }
}

#[tokio::test]
async fn paper_signed_by_a_parent_before_eighteen_is_on_the_content_of_its_own_day() {
    let app = TestApp::new().await;
    app.on("2033-06-25");
    let caisse = app.caisse(CAISSE);
    let (young, adult) = ("2033-06-10", "2033-06-22");
    let signed = [("assure", young), ("titulaire_autorite_parentale", young), ("medecin", adult)];
    let refused = enter(&caisse, "GABRIEL", PONS, &signed).await;
    assert_eq!(refused.problem(422), "representant_inconnu");
    let why = refused.expect(422)["detail"].as_str().unwrap().to_owned();
    assert!(why.contains("majeur, ce qu'il est depuis le 20/06/2033"), "{why}");
    assert!(!why.contains("enregistré depuis"), "{why}");
    // What the answer says to do: the content of the day on which the parent signed.
    let mut choix = choix("GABRIEL", PONS);
    choix["signe_le"] = json!(young);
    let digest = caisse.digest_of(&choix).await;
    let all: Vec<Value> = signed.iter().map(|(role, day)| paper(role, day, &digest)).collect();
    choix["signatures"] = json!(all);
    let made = caisse.post("/v1/declarations", choix).await.expect(201);
    assert_eq!(made["etat"], "active");
    assert_eq!(made["designation"]["effet_du"], adult);
}
