//! One record that was two persons.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{
    CARDIOLOGUE, MARTIN, PONS, choix, feuille, paper, patient_id, signature,
};
use crate::support::cessation::{operate, simple};
use crate::support::vie::{
    AUTRE_NIR, BOUCHES_DU_RHONE, act, line, merge, organisme, paper_choice, second_record, timeline,
};

fn other_person(declarations: &[&str], feuilles: &[&str]) -> Value {
    json!({
        "patient": {
            "identifiant": { "type": "nir", "valeur": AUTRE_NIR },
            "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
            "organisme": organisme(BOUCHES_DU_RHONE), "affilie_du": "2012-09-01",
        },
        "declarations": declarations,
        "feuilles": feuilles,
        "motif": "collision",
    })
}

#[tokio::test]
async fn what_was_the_other_person_s_goes_to_a_new_record() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let all = caisse.get(&format!("/v1/patients/{id}/declarations")).await.expect(200);
    let pons = all["donnees"][0]["id"].as_str().unwrap();
    let sheet = feuille("HUGO", "1", "2025-06-12", json!("T"));
    let sheet = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    let sheet = sheet["id"].as_str().unwrap();
    let made = act(&caisse, &id, "scissions", other_person(&[pons], &[sheet])).await;
    let both = made.expect(201);
    let new = both["nouveau"]["patient_id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/v1/patients/{new}"));
    assert_eq!((&both["origine"]["version"], &both["nouveau"]["version"]), (&json!(2), &json!(1)));
    assert_eq!(both["nouveau"]["identites"][0]["prenom"], "ANGE");
    // Martin goes on with the one, Pons is the other's.
    assert_eq!(timeline(&caisse, &id).await, [line("2017-06-01", "-", MARTIN, "-")]);
    assert_eq!(timeline(&caisse, &new).await, [line("2023-11-15", "-", PONS, "-")]);
    let path = format!("/v1/feuilles-de-soins/{sheet}");
    assert_eq!(app.patient("HUGO").get(&path).await.status, 404);
    caisse.get(&path).await.expect(200);
    let by = json!({ "identifiant": { "type": "nir", "valeur": AUTRE_NIR }, "date_naissance": "1986-02-11" });
    let found = caisse.post("/v1/patients/recherche", by).await.expect(200);
    assert_eq!(found["patient_id"], new);
    let events = app.events().await;
    let count = |nature: &str| events.iter().filter(|event| *event == nature).count();
    assert_eq!((count("patient.scinde"), count("feuille.reattribuee")), (2, 1));
}

#[tokio::test]
async fn only_what_the_record_holds_can_leave_it() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let all = caisse.get(&format!("/v1/patients/{id}/declarations")).await.expect(200);
    let pons = all["donnees"][0]["id"].as_str().unwrap();
    let nowhere = "0192f0c4-0000-7000-8000-000000000001";
    let wrong = async |body: Value| act(&caisse, &id, "scissions", body).await.wrong_fields();
    let field = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    assert_eq!(
        wrong(other_person(&[nowhere], &[])).await,
        field("/declarations/0", "declaration_inconnue")
    );
    assert_eq!(
        wrong(other_person(&[pons, pons], &[])).await,
        field("/declarations/1", "declaration_inconnue")
    );
    assert_eq!(
        wrong(other_person(&[], &[nowhere])).await,
        field("/feuilles/0", "feuille_inconnue")
    );
    let mut body = other_person(&[pons], &[]);
    body["patient"]["affilie_du"] = json!("1986-02-10");
    assert_eq!(wrong(body.clone()).await, field("/patient/affilie_du", "avant_naissance"));
    body["patient"]["affilie_du"] = json!("1986-02-11");
    body["patient"]["organisme"] = organisme("010110000");
    assert_eq!(wrong(body).await, field("/patient/organisme", "hors_perimetre"));
    let mut taken = other_person(&[pons], &[]);
    taken["patient"]["identifiant"]["valeur"] = json!("172080100199557");
    assert_eq!(act(&caisse, &id, "scissions", taken).await.problem(409), "patient_existant");
    // Nothing of all that was done.
    assert_eq!(timeline(&caisse, &id).await.len(), 2);
    assert_eq!(crate::support::vie::version(&caisse, &id).await, 1);
}

#[tokio::test]
async fn a_declaration_in_conflict_stays_until_the_conflict_is_over() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let other = second_record(&app, BOUCHES_DU_RHONE, "172080100199656", "1986-02-11").await;
    let made = paper_choice(&app, BOUCHES_DU_RHONE, &other, CARDIOLOGUE, "2024-03-02").await;
    merge(&caisse, &id, &other).await.expect(201);
    let disputed = made["id"].as_str().unwrap();
    let refused = act(&caisse, &id, "scissions", other_person(&[disputed], &[])).await;
    assert_eq!(refused.wrong_fields(), [("/declarations/0".to_owned(), "en_conflit".to_owned())]);
}

/// The other person, born and affiliated on days.
fn born((naissance, affilie_du): (&str, &str), declarations: &[&str], feuilles: &[&str]) -> Value {
    let mut body = other_person(declarations, feuilles);
    body["patient"]["date_naissance"] = json!(naissance);
    body["patient"]["affilie_du"] = json!(affilie_du);
    body
}

#[tokio::test]
async fn nothing_goes_to_somebody_not_yet_born_or_not_yet_affiliated() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("HUGO").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let all = caisse.get(&format!("/v1/patients/{id}/declarations")).await.expect(200);
    // Of 15 November 2023.
    let pons = all["donnees"][0]["id"].as_str().unwrap();
    let sheet = feuille("HUGO", "1", "2025-06-05", json!("T"));
    let sheet = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    let sheet = sheet["id"].as_str().unwrap();
    let wrong = async |body: Value| act(&caisse, &id, "scissions", body).await.wrong_fields();
    let field = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];

    let unborn = |code| field("/declarations/0", code);
    let of = |naissance, affilie_du| born((naissance, affilie_du), &[pons], &[]);
    assert_eq!(wrong(of("2023-11-16", "2023-11-16")).await, unborn("avant_naissance"));
    // Born that day or soon before: such a child signs nothing.
    for day in ["2023-11-15", "2023-11-14", "2007-11-16"] {
        assert_eq!(wrong(of(day, day)).await, unborn("signataire_impossible"), "{day}");
    }
    assert_eq!(wrong(of("1986-02-11", "2023-11-16")).await, unborn("avant_rattachement"));

    let of = |naissance, affilie_du| born((naissance, affilie_du), &[], &[sheet]);
    let unborn = |code| field("/feuilles/0", code);
    assert_eq!(wrong(of("2025-06-06", "2025-06-06")).await, unborn("avant_naissance"));
    assert_eq!(wrong(of("2025-06-05", "2025-06-06")).await, unborn("avant_rattachement"));
    assert_eq!(wrong(of("1986-02-11", "2025-06-06")).await, unborn("avant_rattachement"));
    let newborn = act(&caisse, &id, "scissions", of("2025-06-05", "2025-06-05")).await.expect(201);
    assert_eq!(newborn["origine"]["version"], 2);

    // Sixteen on the day, and affiliated from it on.
    let mut sixteen = born(("2007-11-15", "2023-11-15"), &[pons], &[]);
    sixteen["patient"]["identifiant"]["valeur"] = json!("172080100199656");
    let both = act(&caisse, &id, "scissions", sixteen).await.expect(201);
    let new = both["nouveau"]["patient_id"].as_str().unwrap().to_owned();
    assert_eq!(timeline(&caisse, &new).await, [line("2023-11-15", "-", PONS, "-")]);
}

#[tokio::test]
async fn what_a_holder_of_parental_authority_signed_is_the_choice_of_a_minor() {
    let app = TestApp::new().await;
    let (id, caisse) = (patient_id("GABRIEL").to_string(), app.caisse(BOUCHES_DU_RHONE));
    let mut choice = choix("GABRIEL", PONS);
    choice["signe_le"] = json!("2025-06-10");
    let shown = caisse.post("/v1/declarations/apercu", choice.clone()).await.expect(200);
    let digest = shown["contenu_sha256"].as_str().unwrap();
    choice["signatures"] = json!([
        paper("titulaire_autorite_parentale", "2025-06-10", digest),
        paper("medecin", "2025-06-10", digest),
    ]);
    let made = caisse.post("/v1/declarations", choice).await.expect(201);
    let made = made["id"].as_str().unwrap();
    for day in ["2007-06-09", "2007-06-10"] {
        let refused = act(&caisse, &id, "scissions", born((day, day), &[made], &[])).await;
        let wrong = ("/declarations/0".to_owned(), "signataire_impossible".to_owned());
        assert_eq!(refused.wrong_fields(), [wrong], "{day}");
    }
    let minor = born(("2007-06-11", "2007-06-11"), &[made], &[]);
    act(&caisse, &id, "scissions", minor).await.expect(201);
    // The link under which it was signed stayed: the caisse has to look at it.
    let page = caisse.get("/v1/moi/a-faire?rubrique=choix_a_verifier").await.expect(200);
    assert_eq!(page["donnees"][0]["action"]["chemin"], format!("/v1/declarations/{made}"));
}

#[tokio::test]
async fn what_waits_for_a_signature_names_the_person_of_the_record_and_stays() {
    let app = TestApp::new().await;
    let id = patient_id("HUGO").to_string();
    let waiting = async |rpps: &str| {
        let hugo = app.patient("HUGO");
        let mut choice = choix("HUGO", rpps);
        choice["patient"] = json!({ "id": id });
        let digest = hugo.digest_of(&choice).await;
        choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
        hugo.post("/v1/declarations", choice).await.expect(201)
    };
    let made = waiting(PONS).await;
    let own = made["id"].as_str().unwrap().to_owned();
    let asked = async || {
        let caisse = app.caisse(BOUCHES_DU_RHONE);
        act(&caisse, &id, "scissions", other_person(&[&own], &[])).await
    };
    let stays = [("/declarations/0".to_owned(), "declaration_en_attente".to_owned())];
    assert_eq!(asked().await.wrong_fields(), stays);
    // It lapsed because the doctor retires, and would wait again if he did not.
    operate(&app, simple(PONS, "retraite", "2025-07-01")).await;
    app.on("2025-07-01");
    app.run_jobs().await;
    let path = format!("/v1/declarations/{own}");
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    assert_eq!(caisse.get(&path).await.expect(200)["etat"], "caduque");
    assert_eq!(asked().await.wrong_fields(), stays);

    // What was cancelled may go, and so may what both signed.
    let made = waiting(MARTIN).await;
    let own = made["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/declarations/{own}");
    let digest = made["contenu_sha256"].as_str().unwrap();
    let signed = signature("medecin", "cps", digest);
    app.medecin(MARTIN).post_on(&format!("{path}/signatures"), 1, signed).await.expect(200);
    let both = act(&caisse, &id, "scissions", other_person(&[&own], &[])).await.expect(201);
    let new = both["nouveau"]["patient_id"].as_str().unwrap().to_owned();
    assert_eq!(timeline(&caisse, &new).await, [line("2025-07-01", "-", MARTIN, "-")]);
}
