//! Joint designation: several doctors by one declaration, those who leave, those who join.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, Reply, cle, paper, patient_id, signature};

const CAISSE: &str = "011310000";

/// An RPPS of the fictitious range, with its key.
pub fn rpps(number: u32) -> String {
    let ten = format!("9990001{number:03}");
    let sum: u32 = ten
        .bytes()
        .rev()
        .zip([2, 1].into_iter().cycle())
        .map(|(byte, weight)| {
            let product = u32::from(byte - b'0') * weight;
            product / 10 + product % 10
        })
        .sum();
    format!("{ten}{}", (10 - sum % 10) % 10)
}

/// Registers a doctor at a place, new or known.
pub async fn doctor(app: &TestApp, number: u32, specialite: &str, lieu: Value) -> (String, Value) {
    let rpps = rpps(number);
    let body = json!({
        "rpps": rpps, "nom": "ESSAI-CONJOINT", "prenom": "SACHA", "specialite": specialite,
        "exercices": [{
            "du": "2005-01-03", "mode": "liberal", "principal": true, "convention": "secteur_1",
            "lieu": lieu,
        }]
    });
    let made = app.referentiel("agent-1").post("/v1/medecins", body).await.expect(201);
    (rpps, made["exercices"][0]["lieu"]["id"].clone())
}

fn place(nature: &str) -> Value {
    json!({ "nature": nature, "nom": "Lieu commun", "commune": "01004", "adresse": "5 rue Basse" })
}

/// Three general practitioners of one cabinet.
pub async fn cabinet(app: &TestApp) -> [String; 3] {
    let (one, lieu) = doctor(app, 1, "01", place("cabinet")).await;
    let (two, _) = doctor(app, 2, "01", json!({ "id": lieu })).await;
    let (three, _) = doctor(app, 3, "01", json!({ "id": lieu })).await;
    [one, two, three]
}

pub fn choix(medecins: &[&str]) -> Value {
    let medecins: Vec<Value> = medecins.iter().map(|rpps| json!({ "rpps": rpps })).collect();
    json!({ "patient": cle("ALICE"), "medecins": medecins })
}

/// Enters a paper of Alice, signed by all on a day.
pub async fn enter(app: &TestApp, mut choix: Value, signers: &[&str], day: &str) -> Reply {
    let caisse = app.caisse(CAISSE);
    choix["signatures"] = json!([paper("assure", day, &"0".repeat(64))]);
    let shown = caisse.post("/v1/declarations/apercu", choix.clone()).await;
    if shown.status != 200 {
        return shown;
    }
    let digest = shown.expect(200)["contenu_sha256"].as_str().unwrap().to_owned();
    let mut all = vec![paper("assure", day, &digest)];
    for rpps in signers {
        let mut one = paper("medecin", day, &digest);
        one["rpps"] = json!(rpps);
        all.push(one);
    }
    choix["signatures"] = json!(all);
    caisse.post("/v1/declarations", choix).await
}

async fn current(app: &TestApp, day: &str) -> Value {
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("ALICE"));
    app.patient("ALICE").get(&format!("{path}?en_vigueur_le={day}")).await.expect(200)
}

/// The doctors in force on a day.
async fn present(app: &TestApp, day: &str) -> Vec<String> {
    let answer = current(app, day).await;
    let all = answer["designation"]["medecins"].as_array().cloned().unwrap_or_default();
    let inside = |one: &Value| {
        one["effet_du"].as_str().unwrap() <= day
            && one["effet_au"].as_str().is_none_or(|end| day < end)
    };
    all.iter()
        .filter(|one| inside(one))
        .map(|one| one["rpps"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_doctor_signs_for_himself_and_the_last_signature_designates_them_together() {
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    let first = app.medecin(&one);
    let mut choix = choix(&[&one, &two]);
    let digest = first.digest_of(&choix).await;
    choix["signatures"] =
        json!([signature("assure", "carte_vitale", &digest), signature("medecin", "cps", &digest)]);
    let waiting = first.post("/v1/declarations", choix).await.expect(201);
    assert_eq!(waiting["signatures_manquantes"], json!([{ "role": "medecin", "rpps": two }]));
    assert_eq!(waiting["actions"], json!(["refuser", "annuler"]));
    let path = format!("/v1/declarations/{}/signatures", waiting["id"].as_str().unwrap());
    // Nobody signs for a colleague.
    let mut for_other = signature("medecin", "cps", &digest);
    for_other["rpps"] = json!(two);
    assert_eq!(first.post_on(&path, 1, for_other).await.problem(403), "transmission_interdite");
    app.on("2025-06-20");
    let second = app.medecin(&two);
    let active = second.post_on(&path, 1, signature("medecin", "e_cps", &digest)).await.expect(200);
    assert_eq!(active["etat"], "active");
    assert_eq!(active["designation"]["effet_du"], "2025-06-20");
    assert_eq!(present(&app, "2025-06-20").await, [one.clone(), two.clone()]);
    assert_eq!(present(&app, "2025-06-19").await, Vec::<String>::new());
    let taken = app.events().await;
    assert_eq!(taken.iter().filter(|nature| *nature == "declaration.prise_effet").count(), 9);
    // Both together again only confirm; one of them alone is another choice.
    app.on("2025-06-22");
    let again =
        enter(&app, self::choix(&[&two, &one]), &[&one, &two], "2025-06-21").await.expect(201);
    assert_eq!(again["confirme_designation"], active["designation"]["id"]);
    let alone = enter(&app, self::choix(&[&two]), &[&two], "2025-06-22").await.expect(201);
    assert!(alone["designation"]["id"].is_string());
    assert_eq!(present(&app, "2025-06-22").await, [two]);
}

#[tokio::test]
async fn a_refusal_says_which_condition_fails_for_which_doctor() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    let [one, two, _] = cabinet(&app).await;
    let refused = caisse.post("/v1/declarations/apercu", choix(&[MARTIN, CARDIOLOGUE, PONS])).await;
    assert_eq!(refused.problem(422), "conjoint_impossible");
    let body = refused.expect(422);
    let failures: Vec<(&str, bool)> = body["erreurs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            let message = e["message"].as_str().unwrap();
            (e["code"].as_str().unwrap(), message.contains(CARDIOLOGUE))
        })
        .collect();
    assert_eq!(
        failures,
        [("specialite_differente", true), ("lieu_different", true), ("lieu_different", false)]
    );
    assert!(body["detail"].as_str().unwrap().contains(PONS));
    let (hospital, lieu) = doctor(&app, 4, "01", place("hopital")).await;
    let (colleague, _) = doctor(&app, 5, "01", json!({ "id": lieu })).await;
    let refused = caisse.post("/v1/declarations/apercu", choix(&[&hospital, &colleague])).await;
    assert_eq!(refused.problem(422), "conjoint_impossible");
    assert!(refused.wrong_fields().iter().all(|(_, code)| code == "lieu_non_admis"));
    let twice = caisse.post("/v1/declarations/apercu", choix(&[&one, &one])).await;
    assert_eq!(twice.wrong_fields(), [("/medecins/1/rpps".to_owned(), "en_double".to_owned())]);
    // The day before the law, and its first day.
    let early = enter(&app, choix(&[&one, &two]), &[&one, &two], "2005-12-19").await;
    assert_eq!(early.problem(422), "conjoint_avant_ouverture");
    let first_day = enter(&app, choix(&[&one, &two]), &[&one, &two], "2005-12-20").await;
    assert_eq!(first_day.expect(201)["etat"], "active");
    // A centre de santé is a place for it too.
    let (salaried, lieu) = doctor(&app, 6, "01", place("centre_de_sante")).await;
    let (other, _) = doctor(&app, 7, "01", json!({ "id": lieu })).await;
    let centre = enter(&app, choix(&[&salaried, &other]), &[&salaried, &other], "2025-06-01").await;
    assert_eq!(centre.expect(201)["etat"], "active");
}

#[tokio::test]
async fn conditions_are_those_of_the_day_of_the_last_signature() {
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    // Two becomes a cardiologist on 10 June.
    for statement in [
        "UPDATE specialite_medecin s SET remplace_le = '2025-06-16T09:00:00Z' FROM medecin m
         WHERE m.medecin_id = s.medecin_id AND m.rpps = $1",
        "INSERT INTO specialite_medecin (medecin_id, specialite_id, code, effet, enregistre_le)
         SELECT medecin_id, '0192f0c4-0000-7000-8000-00000000000a', '01',
                daterange('2005-01-03', '2025-06-10'), '2025-06-16T09:00:00Z'
         FROM medecin WHERE rpps = $1",
        "INSERT INTO specialite_medecin (medecin_id, specialite_id, code, effet, enregistre_le)
         SELECT medecin_id, '0192f0c4-0000-7000-8000-00000000000b', '03',
                daterange('2025-06-10', NULL), '2025-06-16T09:00:00Z'
         FROM medecin WHERE rpps = $1",
    ] {
        // The fact of before was recorded at noon: its replacement comes after.
        let statement = statement.replace("2025-06-16T09", "2025-06-16T11");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(&two)
            .execute(&app.database.pool(1).await)
            .await
            .unwrap();
    }
    let on = async |day: &str| enter(&app, choix(&[&one, &two]), &[&one, &two], day).await;
    let refused = on("2025-06-10").await;
    assert_eq!(refused.problem(422), "conjoint_impossible");
    assert_eq!(refused.wrong_fields()[0].1, "specialite_differente");
    assert_eq!(on("2025-06-09").await.expect(201)["etat"], "active");
}

#[tokio::test]
async fn a_member_who_leaves_closes_his_line_only() {
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    let made = enter(&app, choix(&[&one, &two]), &[&one, &two], "2025-06-01").await.expect(201);
    let id = made["designation"]["id"].as_str().unwrap();
    let path = format!("/v1/designations/{id}/departs");
    let patient = json!(patient_id("ALICE").to_string());
    let leaves = |rpps: &str, day: &str, motif: &str| json!({ "patient_id": patient, "rpps": rpps, "jour": day, "motif": motif });
    let caisse = app.caisse(CAISSE);
    let wrong = caisse.post_on(&path, 1, leaves(MARTIN, "2025-06-10", "cessation")).await;
    assert_eq!(wrong.problem(409), "medecin_non_membre");
    let before = caisse.post_on(&path, 1, leaves(&one, "2025-05-31", "cessation")).await;
    assert_eq!(before.problem(409), "medecin_non_membre");
    let other = app.medecin(&two).post_on(&path, 1, leaves(&one, "2025-06-20", "medecin")).await;
    assert_eq!(other.problem(403), "role_interdit");
    let past = app.medecin(&one).post_on(&path, 1, leaves(&one, "2025-06-15", "medecin")).await;
    assert_eq!(past.wrong_fields(), [("/jour".to_owned(), "date_passee".to_owned())]);
    assert_eq!(
        caisse.post_on(&path, 9, leaves(&one, "2025-06-10", "cessation")).await.problem(412),
        "version_perimee"
    );
    let known = app.clock();
    app.advance(chrono::TimeDelta::seconds(1));
    let left = caisse.post_on(&path, 1, leaves(&one, "2025-06-10", "changement_de_lieu")).await;
    assert_eq!(left.header("etag"), "\"2\"");
    let left = left.expect(200);
    assert_eq!((&left["effet_au"], &left["motif_fin"]), (&Value::Null, &Value::Null));
    let line =
        left["medecins"].as_array().unwrap().iter().find(|m| m["rpps"] == json!(one)).unwrap();
    assert_eq!(
        (&line["effet_au"], &line["motif_depart"]),
        (&json!("2025-06-10"), &json!("changement_de_lieu"))
    );
    assert_eq!(present(&app, "2025-06-09").await, [one.clone(), two.clone()]);
    assert_eq!(present(&app, "2025-06-10").await, std::slice::from_ref(&two));
    // As it was known before.
    let path_then = format!("/v1/patients/{}/designations?connu_le={known}", patient_id("ALICE"));
    let then = caisse.get(&path_then).await.expect(200);
    assert!(
        then["donnees"][0]["medecins"].as_array().unwrap().iter().all(|m| m["effet_au"].is_null())
    );
    // Who is left is an ordinary médecin traitant: chosen again, confirmed.
    let alone = caisse.post_on(&path, 2, leaves(&two, "2025-06-12", "cessation")).await;
    assert_eq!(alone.problem(409), "medecin_seul");
    let again = enter(&app, choix(&[&two]), &[&two], "2025-06-11").await.expect(201);
    assert_eq!(again["confirme_designation"], json!(id));
    assert!(app.events().await.contains(&"designation.membre_parti".to_owned()));
    let seen = app
        .medecin(&one)
        .get(&format!("/v1/patients/{}/medecin-traitant", patient_id("ALICE")))
        .await;
    assert_eq!(seen.expect(200)["relation"], "autre");
}

#[tokio::test]
async fn a_doctor_joins_by_an_amendment_signed_by_the_patient_and_the_newcomer() {
    let app = TestApp::new().await;
    let [one, two, three] = cabinet(&app).await;
    let made = enter(&app, choix(&[&one]), &[&one], "2025-06-01").await.expect(201);
    let designation = made["designation"]["id"].clone();
    let amendment = |medecins: &[&str]| {
        let mut body = choix(medecins);
        body["avenant"] = json!(true);
        body
    };
    let on = |day: &'static str| {
        let app = &app;
        let (one, two) = (&one, &two);
        async move { enter(app, amendment(&[one, two]), &[two], day).await }
    };
    // Nothing to extend the day before; nobody new; somebody in place not named; not a colleague.
    assert_eq!(on("2025-05-31").await.problem(422), "avenant_inadapte");
    let nobody = enter(&app, amendment(&[&one]), &[], "2025-06-05").await;
    assert_eq!(nobody.problem(422), "avenant_inadapte");
    let unnamed = enter(&app, amendment(&[&two, &three]), &[&two, &three], "2025-06-05").await;
    assert_eq!(unnamed.problem(422), "avenant_inadapte");
    let stranger = enter(&app, amendment(&[&one, MARTIN]), &[MARTIN], "2025-06-05").await;
    assert_eq!(stranger.problem(422), "conjoint_impossible");
    let joined = on("2025-06-05").await.expect(201);
    assert_eq!((&joined["etat"], &joined["avenant"]), (&json!("active"), &json!(true)));
    assert_eq!(joined["designation"]["id"], designation);
    assert_eq!(joined["medecins"].as_array().unwrap().len(), 1);
    assert_eq!(present(&app, "2025-06-04").await, std::slice::from_ref(&one));
    assert_eq!(present(&app, "2025-06-05").await, [one.clone(), two.clone()]);
    assert!(app.events().await.contains(&"designation.membre_arrive".to_owned()));
    // The patient from the portal, then the newcomer.
    let alice = app.patient("ALICE");
    let mut third = amendment(&[&one, &two, &three]);
    third["patient"] = json!({ "id": patient_id("ALICE").to_string() });
    let digest = alice.digest_of(&third).await;
    third["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
    let waiting = alice.post("/v1/declarations", third).await.expect(201);
    assert_eq!(waiting["signatures_manquantes"], json!([{ "role": "medecin", "rpps": three }]));
    let path = format!("/v1/declarations/{}/signatures", waiting["id"].as_str().unwrap());
    let signed = app.medecin(&three).post_on(&path, 1, signature("medecin", "cps", &digest)).await;
    assert_eq!(signed.expect(200)["etat"], "active");
    assert_eq!(present(&app, "2025-06-16").await.len(), 3);
    // Late paper in between: the amendments have nothing left to extend.
    enter(&app, choix(&[MARTIN]), &[MARTIN], "2025-06-03").await.expect(201);
    assert_eq!(present(&app, "2025-06-16").await, [MARTIN]);
    assert_eq!(present(&app, "2025-06-02").await, [one]);
}

#[tokio::test]
async fn a_doctor_withdraws_himself_and_a_wrong_amendment_is_rectified() {
    let app = TestApp::new().await;
    let [one, two, three] = cabinet(&app).await;
    enter(&app, choix(&[&one, &two]), &[&one, &two], "2025-06-01").await.expect(201);
    let mut amendment = choix(&[&one, &two, &three]);
    amendment["avenant"] = json!(true);
    let joined = enter(&app, amendment.clone(), &[&three], "2025-06-05").await.expect(201);
    // The paper said the 8th.
    let caisse = app.caisse(CAISSE);
    app.advance(chrono::TimeDelta::seconds(1));
    let digest = joined["contenu_sha256"].as_str().unwrap();
    let mut newcomer = paper("medecin", "2025-06-08", digest);
    newcomer["rpps"] = json!(three);
    let right = json!({
        "medecins": amendment["medecins"], "avenant": true,
        "signatures": [paper("assure", "2025-06-08", digest), newcomer],
    });
    let to = format!("/v1/declarations/{}/rectifications", joined["id"].as_str().unwrap());
    let body = json!({ "motif": "jour mal lu", "remplacement": right });
    caisse.post_on(&to, 1, body).await.expect(200);
    assert_eq!(present(&app, "2025-06-07").await, [one.clone(), two.clone()]);
    assert_eq!(present(&app, "2025-06-08").await.len(), 3);
    let designation = current(&app, "2025-06-16").await["designation"].clone();
    let path = format!("/v1/designations/{}/departs", designation["id"].as_str().unwrap());
    let version = designation["version"].as_i64().unwrap();
    let leaves = json!({ "patient_id": patient_id("ALICE").to_string(), "motif": "medecin" });
    app.advance(chrono::TimeDelta::seconds(1));
    let by_patient = app.patient("ALICE").post_on(&path, version, leaves.clone()).await;
    assert_eq!(by_patient.problem(403), "role_interdit");
    let stranger = app.medecin(MARTIN).post_on(&path, version, leaves.clone()).await;
    assert_eq!(stranger.problem(404), "introuvable");
    let caisse = caisse.post_on(&path, version, leaves.clone()).await;
    assert_eq!(caisse.wrong_fields(), [("/rpps".to_owned(), "champ_requis".to_owned())]);
    let left = app.medecin(&three).post_on(&path, version, leaves).await.expect(200);
    assert_eq!(left["version"], json!(version + 1));
    assert_eq!(present(&app, "2025-06-16").await.len(), 3);
    assert_eq!(present(&app, "2025-06-17").await, [one.clone(), two.clone()]);
    // Who left sees those who were there with him, and not who comes afterwards.
    app.on("2025-06-20");
    let caisse = app.caisse(CAISSE);
    let (four, _) = doctor(&app, 8, "01", json!({ "id": left_place(&app, &one).await })).await;
    let mut amendment = choix(&[&one, &two, &four]);
    amendment["avenant"] = json!(true);
    enter(&app, amendment, &[&four], "2025-06-18").await.expect(201);
    let path = format!("/v1/patients/{}/designations", patient_id("ALICE"));
    let seen = app.medecin(&three).get(&path).await.expect(200);
    let seen: Vec<&str> = seen["donnees"][0]["medecins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rpps"].as_str().unwrap())
        .collect();
    assert_eq!(seen, [one.as_str(), &two, &three]);
    let all = caisse.get(&path).await.expect(200);
    assert_eq!(all["donnees"][0]["medecins"].as_array().unwrap().len(), 4);
}

/// Where a doctor practises.
async fn left_place(app: &TestApp, rpps: &str) -> Value {
    let read = app.caisse(CAISSE).get(&format!("/v1/medecins/{rpps}")).await.expect(200);
    read["exercices"][0]["lieu"]["id"].clone()
}

#[tokio::test]
async fn an_amendment_whose_designation_is_over_before_the_last_signature_is_refused() {
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    enter(&app, choix(&[&one]), &[&one], "2025-06-01").await.expect(201);
    let mut amendment = choix(&[&one, &two]);
    amendment["avenant"] = json!(true);
    let waiting = app.medecin(&two).post("/v1/declarations", amendment).await.expect(201);
    let digest = waiting["contenu_sha256"].as_str().unwrap();
    let path = format!("/v1/declarations/{}/signatures", waiting["id"].as_str().unwrap());
    let card = signature("assure", "carte_vitale", digest);
    app.medecin(&two).post_on(&path, 1, card).await.expect(200);
    enter(&app, choix(&[MARTIN]), &[MARTIN], "2025-06-10").await.expect(201);
    let late = app.medecin(&two).post_on(&path, 2, signature("medecin", "cps", digest)).await;
    assert_eq!(late.problem(422), "avenant_inadapte");
}
