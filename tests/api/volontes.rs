//! A declaration that waits: who is still to sign when people change in between, and which choice was the last.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::conjointes::{cabinet, choix as joint, enter as enter_joint, rpps};
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, Reply, choix, paper, patient_id, signature};
use crate::support::cessation::operate;
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, line, organisme, paper_choice, timeline};

/// Signs a declaration as it is now, for somebody who calls by a means.
async fn sign(app: &TestApp, who: &str, declaration: &Value, role: &str, moyen: &str) -> Reply {
    let caller = if who.starts_with("999") { app.medecin(who) } else { app.patient(who) };
    let path = format!("/v1/declarations/{}", declaration["id"].as_str().unwrap());
    let version = app.caisse(BOUCHES_DU_RHONE).get(&path).await.expect(200)["version"].clone();
    let digest = declaration["contenu_sha256"].as_str().unwrap();
    let body = signature(role, moyen, digest);
    caller.post_on(&format!("{path}/signatures"), version.as_i64().unwrap(), body).await
}

async fn read(app: &TestApp, declaration: &Value) -> Value {
    let path = format!("/v1/declarations/{}", declaration["id"].as_str().unwrap());
    app.caisse(BOUCHES_DU_RHONE).get(&path).await.expect(200)
}

/// A young person and the doctor sign, and no holder does.
async fn half_signed(app: &TestApp, patient: &Value) -> Value {
    let pons = app.medecin(PONS);
    let mut choice = json!({ "patient": patient, "medecins": [{ "rpps": PONS }] });
    let digest = pons.digest_of(&choice).await;
    choice["signatures"] =
        json!(
            [signature("medecin", "cps", &digest), signature("assure", "carte_vitale", &digest),]
        );
    pons.post("/v1/declarations", choice).await.expect(201)
}

#[tokio::test]
async fn who_comes_of_age_between_two_signatures_confirms_alone() {
    let app = TestApp::new().await;
    app.on("2033-06-19");
    let waiting = half_signed(&app, &choix("GABRIEL", PONS)["patient"]).await;
    let holder = json!([{ "role": "titulaire_autorite_parentale", "rpps": null }]);
    assert_eq!(waiting["signatures_manquantes"], holder);
    // The last day at seventeen: the holder is still wanted, and signing again changes nothing.
    let again = sign(&app, "GABRIEL", &waiting, "assure", "franceconnect").await;
    assert_eq!(again.problem(409), "deja_signee");
    for day in ["2033-06-20", "2033-06-21"] {
        app.on(day);
        let said = read(&app, &waiting).await;
        assert_eq!(said["etat"], "en_attente", "{day}");
        let confirms = json!([{ "role": "assure", "rpps": null, "confirmation": true }]);
        assert_eq!(said["signatures_manquantes"], confirms, "{day}");
        assert!(said["actions"].as_array().unwrap().contains(&json!("signer")), "{day}");
    }
    let path = format!("/v1/declarations/{}", waiting["id"].as_str().unwrap());
    let own = app.patient("GABRIEL").get(&path).await.expect(200);
    assert_eq!(own["actions"], json!(["signer", "annuler"]));
    // The doctor has nothing to confirm.
    let doctor = sign(&app, PONS, &waiting, "medecin", "cps").await;
    assert_eq!(doctor.problem(409), "deja_signee");
    let active = sign(&app, "GABRIEL", &waiting, "assure", "franceconnect").await.expect(200);
    assert_eq!(active["etat"], "active");
    assert_eq!(active["designation"]["effet_du"], "2033-06-21");
    assert_eq!(active["signatures"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_somebody_signed_alone_at_seventeen_is_no_choice_of_an_adult_until_they_confirm() {
    let app = TestApp::new().await;
    app.on("2033-06-19");
    let gabriel = app.patient("GABRIEL");
    let child = json!({ "id": patient_id("GABRIEL").to_string() });
    let choice = json!({ "patient": child, "medecins": [{ "rpps": PONS }] });
    let waiting = gabriel.post("/v1/declarations", choice).await.expect(201);
    sign(&app, "GABRIEL", &waiting, "assure", "franceconnect").await.expect(200);
    let missing = async || {
        let said = read(&app, &waiting).await;
        let all = said["signatures_manquantes"].as_array().unwrap().clone();
        let one = |one: &Value| (one["role"].clone(), one["confirmation"] == true);
        all.iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(
        missing().await,
        [(json!("titulaire_autorite_parentale"), false), (json!("medecin"), false)]
    );
    app.on("2033-06-20");
    assert_eq!(missing().await, [(json!("assure"), true), (json!("medecin"), false)]);
    // The doctor's signature completes nothing that the patient has not confirmed.
    let half = sign(&app, PONS, &waiting, "medecin", "cps").await.expect(200);
    assert_eq!(half["etat"], "en_attente");
    let asked = app.patient("GABRIEL").get("/v1/moi/a-faire").await.expect(200);
    let rubriques: Vec<&Value> =
        asked["donnees"].as_array().unwrap().iter().map(|one| &one["rubrique"]).collect();
    assert!(rubriques.contains(&&json!("signature_demandee")), "{asked}");
    app.on("2033-06-21");
    let active = sign(&app, "GABRIEL", &waiting, "assure", "franceconnect").await.expect(200);
    assert_eq!(
        (&active["etat"], &active["designation"]["effet_du"]),
        (&json!("active"), &json!("2033-06-21"))
    );
}

#[tokio::test]
async fn paper_signed_alone_at_seventeen_waits_for_a_confirmation_whenever_the_doctor_signed() {
    for (doctor, day) in [("2033-06-19", 19), ("2033-06-20", 20), ("2033-06-22", 22)] {
        let app = TestApp::new().await;
        app.on("2033-07-01");
        let caisse = app.caisse(BOUCHES_DU_RHONE);
        let mut choice = choix("GABRIEL", PONS);
        let last = doctor.max("2033-06-19");
        choice["signe_le"] = json!(last);
        let digest = caisse.digest_of(&choice).await;
        choice["signatures"] =
            json!([paper("assure", "2033-06-19", &digest), paper("medecin", doctor, &digest)]);
        let made = caisse.post("/v1/declarations", choice).await.expect(201);
        assert_eq!(made["etat"], "en_attente", "{day}");
        let confirms = json!([{ "role": "assure", "rpps": null, "confirmation": true }]);
        assert_eq!(made["signatures_manquantes"], confirms, "{day}");
        let path = format!("/v1/declarations/{}/signatures", made["id"].as_str().unwrap());
        let again = paper("assure", "2033-06-25", &digest);
        let active = caisse.post_on(&path, 1, again).await.expect(200);
        assert_eq!(active["designation"]["effet_du"], "2033-06-25", "{day}");
    }
}

#[tokio::test]
async fn a_holder_s_paper_of_the_day_before_still_completes_what_was_signed_at_seventeen() {
    let app = TestApp::new().await;
    app.on("2033-06-19");
    let waiting = half_signed(&app, &choix("GABRIEL", PONS)["patient"]).await;
    app.on("2033-06-25");
    let digest = waiting["contenu_sha256"].as_str().unwrap();
    let path = format!("/v1/declarations/{}/signatures", waiting["id"].as_str().unwrap());
    let late = |day: &str| paper("titulaire_autorite_parentale", day, digest);
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    // On the birthday itself nobody agrees for an adult any more.
    let too_late = caisse.post_on(&path, 1, late("2033-06-20")).await;
    assert_eq!(too_late.problem(422), "signataire_non_partie");
    let active = caisse.post_on(&path, 1, late("2033-06-19")).await.expect(200);
    assert_eq!(active["designation"]["effet_du"], "2033-06-19");
}

#[tokio::test]
async fn somebody_born_on_29_february_confirms_from_1_march() {
    let app = TestApp::new().await;
    let key = 97 - 1_080_213_055_995_u64 % 97;
    let number = format!("1080213055995{key:02}");
    let body = json!({
        "identifiant": { "type": "nir", "valeur": number },
        "nom": "ESSAI-BISSEXTE", "prenom": "LEO", "date_naissance": "2008-02-29",
        "organisme": organisme(BOUCHES_DU_RHONE), "affilie_du": "2008-02-29"
    });
    let made = app.caisse(BOUCHES_DU_RHONE).post("/v1/patients", body.clone()).await.expect(201);
    let id = made["patient_id"].as_str().unwrap().to_owned();
    let parent = json!({
        "representant": { "patient_id": patient_id("ALICE").to_string() },
        "nature": "titulaire_autorite_parentale", "preuve": "acte_de_naissance",
        "effet_du": "2008-02-29",
    });
    let path = format!("/v1/patients/{id}/representations");
    app.caisse(BOUCHES_DU_RHONE).post(&path, parent).await.expect(201);
    app.on("2026-02-28");
    let card = json!({ "identifiant": body["identifiant"], "date_naissance": "2008-02-29" });
    let waiting = half_signed(&app, &card).await;
    let missing = async || {
        let said = read(&app, &waiting).await;
        let first = &said["signatures_manquantes"][0];
        (first["role"].as_str().unwrap().to_owned(), first["confirmation"] == true)
    };
    assert_eq!(missing().await, ("titulaire_autorite_parentale".to_owned(), false));
    app.on("2026-03-01");
    assert_eq!(missing().await, ("assure".to_owned(), true));
    // At the surgery too: the card is read again.
    let active = sign(&app, PONS, &waiting, "assure", "carte_vitale").await.expect(200);
    assert_eq!(active["designation"]["effet_du"], "2026-03-01");
}

/// Moves a doctor to another cabinet of his département.
async fn move_to(app: &TestApp, rpps: &str, day: &str) {
    operate(
        app,
        json!({
            "rpps": rpps, "nature": "changement_cabinet", "effet_du": day,
            "exercice": {
                "mode": "liberal", "principal": true, "convention": "secteur_1",
                "lieu": { "nature": "cabinet", "nom": "Cabinet neuf", "commune": "01053",
                          "adresse": "2 rue Neuve" }
            }
        }),
    )
    .await;
    app.run_jobs().await;
}

#[tokio::test]
async fn a_doctor_who_moves_between_the_signatures_is_still_the_one_who_was_chosen() {
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    let choose = async |doctors: &[&str]| {
        let named: Vec<Value> = doctors.iter().map(|rpps| json!({ "rpps": rpps })).collect();
        let mut choice = json!({ "patient": choix("ALICE", &one)["patient"], "medecins": named });
        let first = app.medecin(doctors[0]);
        let digest = first.digest_of(&choice).await;
        choice["signatures"] = json!([signature("medecin", "cps", &digest)]);
        first.post("/v1/declarations", choice).await.expect(201)
    };
    let (alone, together) = (choose(&[&one]).await, choose(&[&one, &two]).await);
    move_to(&app, &one, "2025-06-17").await;
    app.on("2025-06-17");
    // Together, the conditions are those of where they are now, and the answer says which fails.
    sign(&app, &two, &together, "medecin", "cps").await.expect(200);
    let refused = sign(&app, "ALICE", &together, "assure", "franceconnect").await;
    assert_eq!(refused.problem(422), "conjoint_impossible");
    assert_eq!(refused.expect(422)["erreurs"][0]["code"], "lieu_different");
    let active = sign(&app, "ALICE", &alone, "assure", "franceconnect").await.expect(200);
    assert_eq!(active["designation"]["effet_du"], "2025-06-17");
    assert_eq!(active["designation"]["medecins"][0]["rpps"], json!(one));
    // Somebody who no longer practises is refused, with the day.
    let third = rpps(3);
    let waiting = choose(&[&third]).await;
    operate(&app, json!({ "rpps": third, "nature": "retraite", "effet_du": "2025-06-18" })).await;
    app.on("2025-06-18");
    let refused = sign(&app, "ALICE", &waiting, "assure", "franceconnect").await;
    assert_eq!(refused.problem(422), "medecin_non_designable");
    assert!(refused.expect(422)["detail"].as_str().unwrap().contains("18/06/2025"));
}

#[tokio::test]
async fn the_last_will_of_the_patient_prevails_whoever_signs_late() {
    let app = TestApp::new().await;
    let bernard = app.patient("BERNARD");
    let choose = async |rpps: &str| {
        app.advance(TimeDelta::seconds(1));
        let mut choice = choix("BERNARD", rpps);
        choice["patient"] = json!({ "id": patient_id("BERNARD").to_string() });
        let digest = bernard.digest_of(&choice).await;
        choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
        bernard.post("/v1/declarations", choice).await.expect(201)
    };
    let accept = async |rpps: &str, declaration: &Value| {
        app.advance(TimeDelta::seconds(1));
        let path = format!("/v1/declarations/{}/signatures", declaration["id"].as_str().unwrap());
        let digest = declaration["contenu_sha256"].as_str().unwrap();
        app.medecin(rpps).post_on(&path, 1, signature("medecin", "cps", digest)).await
    };
    let state = async |declaration: &Value| {
        let path = format!("/v1/declarations/{}", declaration["id"].as_str().unwrap());
        let said = bernard.get(&path).await.expect(200);
        (said["etat"].clone(), said["situation"]["code"].clone())
    };
    let said = |etat: &str, situation: &str| (json!(etat), json!(situation));
    let (first, second, third) =
        (choose(PONS).await, choose(CARDIOLOGUE).await, choose(MARTIN).await);
    // A doctor alone has asked: that is nobody's will yet.
    let lodged = app.medecin(PONS).post("/v1/declarations", choix("BERNARD", PONS)).await;
    let lodged = lodged.expect(201);
    accept(CARDIOLOGUE, &second).await.expect(200);
    assert_eq!(state(&first).await, said("caduque", "caduque"));
    assert_eq!(state(&second).await, said("active", "en_vigueur"));
    assert_eq!(state(&third).await, said("en_attente", "en_attente"));
    assert_eq!(state(&lodged).await, said("en_attente", "en_attente"));
    assert_eq!(accept(PONS, &first).await.problem(412), "version_perimee");
    assert!(app.events().await.contains(&"declaration.caduque".to_owned()));
    // What was chosen after it may still be accepted.
    accept(MARTIN, &third).await.expect(200);
    assert_eq!(state(&third).await, said("active", "en_vigueur"));
    assert_eq!(state(&second).await.1, json!("jamais_en_vigueur"));
}

#[tokio::test]
async fn paper_signed_late_by_a_doctor_does_not_take_the_place_of_a_later_choice() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("BERNARD").to_string(), app.caisse(AIN));
    let enter = async |rpps: &str, own: &str, doctor: &str| {
        let mut choice = json!({
            "patient": { "id": id }, "medecins": [{ "rpps": rpps }], "signe_le": doctor
        });
        let digest = caisse.digest_of(&choice).await;
        choice["signatures"] =
            json!([paper("assure", own, &digest), paper("medecin", doctor, &digest)]);
        caisse.post("/v1/declarations", choice).await.expect(201)
    };
    // Chosen on the 5th and accepted the same day; chosen on the 1st and accepted on the 10th.
    let later = enter(PONS, "2025-03-05", "2025-03-05").await;
    let earlier = enter(CARDIOLOGUE, "2025-03-01", "2025-03-10").await;
    let before = line("2019-03-04", "2025-03-05", MARTIN, "remplacement");
    assert_eq!(timeline(&caisse, &id).await, [before, line("2025-03-05", "-", PONS, "-")]);
    assert_eq!(earlier["etat"], "active");
    assert_eq!(earlier["situation"]["code"], "jamais_en_vigueur");
    assert_eq!(
        earlier["situation"]["phrase"],
        "Jamais en vigueur : un autre choix l'emporte sur tous ses jours."
    );
    assert_eq!(later["situation"]["phrase"], "En vigueur depuis le 05/03/2025.");
    // Chosen on one day, the last accepted prevails as before.
    enter(CARDIOLOGUE, "2025-03-05", "2025-03-12").await;
    let now = timeline(&caisse, &id).await;
    assert_eq!(now.last(), Some(&line("2025-03-12", "-", CARDIOLOGUE, "-")));
}

#[tokio::test]
async fn what_never_counted_says_which_reason_holds() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let said = async |id: &Value| {
        let path = format!("/v1/declarations/{}", id.as_str().unwrap());
        caisse.get(&path).await.expect(200)["situation"]["phrase"].clone()
    };
    // An amendment, and late paper that says that those whom it completes were no longer there.
    let [one, two, _] = cabinet(&app).await;
    enter_joint(&app, joint(&[&one]), &[&one], "2025-06-01").await.expect(201);
    let mut amendment = joint(&[&one, &two]);
    amendment["avenant"] = json!(true);
    let joined = enter_joint(&app, amendment, &[&two], "2025-06-10").await.expect(201);
    assert_eq!(said(&joined["id"]).await, "En vigueur depuis le 10/06/2025.");
    paper_choice(&app, BOUCHES_DU_RHONE, &patient_id("ALICE").to_string(), PONS, "2025-06-05")
        .await;
    assert_eq!(
        said(&joined["id"]).await,
        "Jamais en vigueur : les médecins qu'elle complète n'étaient plus médecins traitants."
    );
}

#[tokio::test]
async fn each_declaration_of_a_history_says_what_it_is_worth() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let said = async || {
        let path = format!("/v1/patients/{id}/declarations");
        // Tokens last an hour, and days pass.
        let caisse = app.caisse(BOUCHES_DU_RHONE);
        let all = caisse.get(&path).await.expect(200)["donnees"].as_array().unwrap().clone();
        let word = |one: &Value| {
            let known = &one["situation"];
            (known["code"].clone(), known["au"].clone(), known["phrase"].clone())
        };
        all.iter().map(word).collect::<Vec<_>>()
    };
    let replaced = (
        json!("remplacee"),
        json!("2023-11-15"),
        json!("Remplacée le 15/11/2023 par un autre choix."),
    );
    let present = (json!("en_vigueur"), json!(null), json!("En vigueur depuis le 15/11/2023."));
    assert_eq!(said().await, [present, replaced.clone()]);
    // The caisse records a letter of the patient: announced, then over.
    let path = format!("/v1/patients/{id}/declarations");
    let last = caisse.get(&path).await.expect(200)["donnees"][0].clone();
    let path = format!("/v1/declarations/{}/retrait", last["id"].as_str().unwrap());
    let version = last["version"].as_i64().unwrap();
    caisse.post_on(&path, version, json!({ "effet_du": "2025-06-18" })).await.expect(200);
    let announced = &said().await[0];
    assert_eq!((&announced.0, &announced.1), (&json!("en_vigueur"), &json!("2025-06-18")));
    app.on("2025-06-17");
    assert_eq!(said().await[0].0, "en_vigueur");
    app.on("2025-06-18");
    let over = json!("Terminée le 18/06/2025 : le patient a quitté ce médecin.");
    assert_eq!(said().await, [(json!("terminee"), json!("2025-06-18"), over), replaced]);
}

#[tokio::test]
async fn a_joint_designation_shows_the_doctors_of_the_day_and_says_it_to_each_reader() {
    let app = TestApp::new().await;
    let [one, two, three] = cabinet(&app).await;
    let both = crate::conjointes::choix(&[&one, &two]);
    crate::conjointes::enter(&app, both, &[&one, &two], "2025-01-10").await.expect(201);
    let mut more = crate::conjointes::choix(&[&one, &two, &three]);
    more["avenant"] = json!(true);
    crate::conjointes::enter(&app, more, &[&three], "2025-06-01").await.expect(201);
    let path = format!("/v1/patients/{}/medecin-traitant?en_vigueur_le=", patient_id("ALICE"));
    let on = async |day: &str| {
        let said = app.patient("ALICE").get(&format!("{path}{day}")).await.expect(200);
        let all = said["designation"]["medecins"].as_array().unwrap().clone();
        all.iter().map(|one| one["rpps"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(on("2025-05-31").await, [one.clone(), two.clone()]);
    assert_eq!(on("2025-06-01").await, [one.clone(), two.clone(), three.clone()]);
    let phrase = async |caller: crate::support::app::Caller<'_>, day: &str| {
        let said = caller.get(&format!("{path}{day}")).await.expect(200);
        said["phrase"].as_str().unwrap().to_owned()
    };
    let day = "2025-05-31";
    let alice = phrase(app.patient("ALICE"), day).await;
    assert_eq!(alice, "Vous avez un médecin traitant ce jour-là.");
    let none = phrase(app.patient("ALICE"), "2025-01-09").await;
    assert_eq!(none, "Vous n'avez pas de médecin traitant ce jour-là.");
    let own = phrase(app.medecin(&one), day).await;
    assert_eq!(own, "Vous êtes médecin traitant du patient ce jour-là.");
    let not_yet = phrase(app.medecin(&three), day).await;
    assert_eq!(not_yet, "Un autre médecin est son médecin traitant ce jour-là.");
    let caisse = phrase(app.caisse(BOUCHES_DU_RHONE), day).await;
    assert_eq!(caisse, "Un médecin traitant est déclaré ce jour-là.");
}
