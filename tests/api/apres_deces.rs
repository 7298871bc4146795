//! Nothing is done about somebody on a day after their death, once it is known: refused, with the day.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{
    CARDIOLOGUE, MARTIN, PONS, Reply, choix, cle, paper, patient_id, signature,
};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, organisme};

/// The day of the death, and the day after.
const MORT: &str = "2025-06-10";
const APRES: &str = "2025-06-11";

/// The refusal of a field, with the day.
fn refused(reply: &Reply, field: &str, day: &str) {
    let wrong = (field.to_owned(), "apres_deces".to_owned());
    assert_eq!(reply.wrong_fields(), [wrong]);
    let said = reply.expect(422).to_string();
    assert!(said.contains(day), "{said}");
}

async fn dies(app: &TestApp, caisse: &str, id: &str, day: &str) {
    let body = json!({ "jour": day, "source": "etat_civil" });
    act(&app.caisse(caisse), id, "deces", body).await.expect(200);
}

#[tokio::test]
async fn nothing_is_declared_nor_shown_to_be_signed_after_a_death() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    dies(&app, AIN, &id, MORT).await;
    let pons = app.medecin(PONS);
    for path in ["/v1/declarations", "/v1/declarations/apercu"] {
        let reply = pons.post(path, choix("BERNARD", PONS)).await;
        assert_eq!(reply.problem(422), "signature_apres_deces", "{path}");
        let said = reply.expect(422)["detail"].to_string();
        assert!(said.contains("10/06/2025"), "{said}");
    }
    let family = pons.post("/v1/familles/consultation", cle("BERNARD")).await.expect(200);
    let own = &family["personnes"][0];
    assert_eq!(own["deces"], MORT);
    assert_eq!(
        (&own["signataires"], &own["signatures_requises"], &own["a_signer"]),
        (&json!([]), &json!([]), &Value::Null)
    );
    let asked = pons.post("/v1/medecins-traitants/consultation", cle("BERNARD")).await.expect(200);
    let said = asked["phrase"].as_str().unwrap();
    assert!(said.ends_with("Le patient est décédé le 10/06/2025."), "{said}");
    let mut on_the_day = cle("BERNARD");
    on_the_day["en_vigueur_le"] = json!(MORT);
    let asked = pons.post("/v1/medecins-traitants/consultation", on_the_day).await.expect(200);
    assert!(!asked["phrase"].as_str().unwrap().contains("décédé"), "{}", asked["phrase"]);
    // What he signed on paper on his last day is shown, and entered, with its day.
    let ain = app.caisse(AIN);
    let mut late = choix("BERNARD", PONS);
    late["signe_le"] = json!(MORT);
    let digest = ain.digest_of(&late).await;
    late["signatures"] = json!([paper("assure", MORT, &digest), paper("medecin", MORT, &digest)]);
    assert_eq!(ain.post("/v1/declarations", late).await.expect(201)["etat"], "active");
}

#[tokio::test]
async fn facts_after_a_death_are_refused_and_those_before_it_are_not() {
    let app = TestApp::new().await;
    let id = patient_id("HUGO").to_string();
    dies(&app, BOUCHES_DU_RHONE, &id, MORT).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let address = json!({
        "voie": "4 rue des Lilas", "code_postal": "13001", "localite": "Marseille", "commune": "13201",
    });
    let of_day = |body: &Value, day: &str| {
        let mut body = body.clone();
        body["effet_du"] = json!(day);
        body
    };
    let acts = [
        ("changements-d-adresse", address),
        ("changements-d-identite", json!({ "nom": "ESSAI-AUTRE" })),
        ("changements-de-statut", json!({ "statut": "ame" })),
        ("changements-d-organisme", json!({ "organisme": organisme(AIN) })),
    ];
    for (name, body) in &acts {
        let late = act(&caisse, &id, name, of_day(body, APRES)).await;
        refused(&late, "/effet_du", "10/06/2025");
    }
    // The new caisse reads it too, and no search for a doctor begins, nor any representation.
    let body = json!({
        "representant": { "nom": "ESSAI-MERCIER", "prenom": "LOU" }, "nature": "tutelle",
        "preuve": "decision_de_justice",
    });
    let path = format!("/v1/patients/{id}/representations");
    refused(&caisse.post(&path, of_day(&body, APRES)).await, "/effet_du", "10/06/2025");
    caisse.post(&path, of_day(&body, MORT)).await.expect(201);
    let path = format!("/v1/patients/{id}/conciliations");
    let search = json!({ "commune": "13201" });
    refused(&caisse.post(&path, search.clone()).await, "/demandee_le", "10/06/2025");
    // On the day itself all of it is possible.
    for (name, body) in &acts {
        act(&caisse, &id, name, of_day(body, MORT)).await.expect(200);
    }
    // A death that was wrong refuses nothing any more.
    let ain = app.caisse(AIN);
    let alive = json!({ "annule": true, "motif": "usurpation" });
    act(&ain, &id, "rectifications-de-deces", alive).await.expect(200);
    ain.post(&path, search).await.expect(201);
}

#[tokio::test]
async fn a_caisse_takes_nobody_over_from_after_their_death() {
    let app = TestApp::new().await;
    let id = patient_id("HUGO").to_string();
    dies(&app, BOUCHES_DU_RHONE, &id, MORT).await;
    let known = app.caisse(BOUCHES_DU_RHONE).get(&format!("/v1/patients/{id}")).await.expect(200);
    let names = &known["identites"][0];
    let mut body = cle("HUGO");
    for (name, value) in [
        ("nom", names["nom"].clone()),
        ("prenom", names["prenom"].clone()),
        ("organisme", organisme(AIN)),
        ("affilie_du", json!(APRES)),
    ] {
        body[name] = value;
    }
    let ain = app.caisse(AIN);
    refused(&ain.post("/v1/mutations", body.clone()).await, "/affilie_du", "10/06/2025");
    body["affilie_du"] = json!(MORT);
    ain.post("/v1/mutations", body).await.expect(201);
}

#[tokio::test]
async fn a_referral_holds_no_longer_than_the_patient_lives() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let martin = app.medecin(MARTIN);
    let path = format!("/v1/patients/{id}/adressages");
    let body = json!({
        "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }], "etabli_le": "2025-06-01",
    });
    let body_now =
        json!({ "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }] });
    let made = martin.post(&path, body).await.expect(201);
    assert_eq!(made["en_vigueur"], true);
    app.advance(TimeDelta::seconds(1));
    dies(&app, AIN, &id, MORT).await;
    let own = format!("/v1/adressages/{}", made["id"].as_str().unwrap());
    let cardio = app.medecin(CARDIOLOGUE);
    assert_eq!(cardio.get(&own).await.expect(200)["en_vigueur"], false);
    let ain = app.caisse(AIN);
    for (day, holds) in [(MORT, true), (APRES, false)] {
        let listed = ain.get(&format!("{path}?en_vigueur_le={day}")).await.expect(200);
        assert_eq!(listed["donnees"][0]["en_vigueur"], holds, "{day}");
    }
    refused(&martin.post(&path, body_now).await, "/etabli_le", "10/06/2025");
    let report = |day: &str| json!({ "nature": "conclusions", "soins_le": day });
    let path = format!("{own}/retours");
    refused(&cardio.post_on(&path, 1, report(APRES)).await, "/soins_le", "10/06/2025");
    cardio.post_on(&path, 1, report(MORT)).await.expect(200);
}

/// Hugo becomes a second holder for Gabriel; gives the link.
async fn father(app: &TestApp) -> String {
    let body = json!({
        "representant": { "patient_id": patient_id("HUGO").to_string() },
        "nature": "titulaire_autorite_parentale", "preuve": "acte_de_naissance", "effet_du": "2015-06-20",
    });
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    let made = app.caisse(BOUCHES_DU_RHONE).post(&path, body).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn links(app: &TestApp) -> Value {
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    app.caisse(BOUCHES_DU_RHONE).get(&path).await.expect(200)["donnees"].clone()
}

fn link<'v>(links: &'v Value, id: &str) -> Option<&'v Value> {
    links.as_array().unwrap().iter().find(|one| one["id"] == id)
}

#[tokio::test]
async fn a_death_ends_the_links_of_who_represents_from_the_day_after_and_its_correction_follows() {
    let app = TestApp::new().await;
    let lien = father(&app).await;
    let dead = patient_id("HUGO").to_string();
    let child = format!("/v1/patients/{}/medecin-traitant", patient_id("GABRIEL"));
    app.patient("HUGO").get(&child).await.expect(200);
    app.advance(TimeDelta::seconds(1));
    let before = app.clock();
    app.advance(TimeDelta::seconds(1));
    dies(&app, BOUCHES_DU_RHONE, &dead, MORT).await;
    let ended = links(&app).await;
    let own = link(&ended, &lien).unwrap();
    assert_eq!((&own["effet_au"], &own["motif_fin"]), (&json!(APRES), &json!("deces")));
    // The mother's is as it was, and so is the father's as it was known before.
    assert!(ended.as_array().unwrap().iter().any(|one| one["motif_fin"] == "majorite"));
    let path = format!("/v1/patients/{}/representations?connu_le={before}", patient_id("GABRIEL"));
    let known = app.caisse(BOUCHES_DU_RHONE).get(&path).await.expect(200)["donnees"].clone();
    assert_eq!(link(&known, &lien).unwrap()["motif_fin"], "majorite");
    // Nobody reads him as a holder, and he reads nothing.
    assert_eq!(app.patient("HUGO").get(&child).await.problem(404), "introuvable");
    let mut card = cle("ALICE");
    card["date_naissance"] = json!("2015-06-20");
    let pons = app.medecin(PONS);
    let family = pons.post("/v1/familles/consultation", card).await.expect(200);
    let shown = family["personnes"].as_array().unwrap();
    let gabriel = shown.iter().find(|one| one["prenom"] == "GABRIEL").unwrap();
    let names: Vec<&Value> =
        gabriel["signataires"].as_array().unwrap().iter().map(|one| &one["prenom"]).collect();
    assert_eq!(names, [&json!("ALICE")]);
    let shown = pons.post("/v1/declarations/apercu", choix("GABRIEL", PONS)).await.expect(200);
    assert_eq!(shown["contenu"]["representants"].as_array().unwrap().len(), 1);
    // Those who read the child are told, once.
    app.run_jobs().await;
    app.run_jobs().await;
    let told = app.events().await;
    assert_eq!(told.iter().filter(|one| *one == "representation.terminee").count(), 1);
    // Another day of death is another last day; no death is no end.
    let correct = async |body: Value| {
        act(&app.caisse(BOUCHES_DU_RHONE), &dead, "rectifications-de-deces", body).await.expect(200)
    };
    app.advance(TimeDelta::seconds(1));
    correct(json!({ "jour": "2025-06-01", "motif": "etat_civil" })).await;
    assert_eq!(link(&links(&app).await, &lien).unwrap()["effet_au"], "2025-06-02");
    correct(json!({ "annule": true, "motif": "usurpation" })).await;
    let again = links(&app).await;
    let own = link(&again, &lien).unwrap();
    assert_eq!((&own["effet_au"], &own["motif_fin"]), (&json!("2033-06-20"), &json!("majorite")));
    app.patient("HUGO").get(&child).await.expect(200);
}

#[tokio::test]
async fn no_link_begins_after_the_death_of_who_represents() {
    let app = TestApp::new().await;
    dies(&app, BOUCHES_DU_RHONE, &patient_id("HUGO").to_string(), MORT).await;
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    let of_day = |day: &str| {
        json!({
            "representant": { "patient_id": patient_id("HUGO").to_string() },
            "nature": "titulaire_autorite_parentale", "preuve": "acte_de_naissance", "effet_du": day,
        })
    };
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    refused(&caisse.post(&path, of_day(APRES)).await, "/effet_du", "10/06/2025");
    // What was true on his last day is recorded late, and ends with it.
    let made = caisse.post(&path, of_day(MORT)).await.expect(201);
    let kept = links(&app).await;
    let own = link(&kept, made["id"].as_str().unwrap()).unwrap();
    assert_eq!((&own["effet_du"], &own["effet_au"]), (&json!(MORT), &json!(APRES)));
}

#[tokio::test]
async fn what_a_representative_signed_counts_until_the_day_of_the_death_and_not_after() {
    for (day, counts) in [("2025-06-15", false), ("2025-06-16", true)] {
        let app = TestApp::new().await;
        father(&app).await;
        let by = app.patient("HUGO");
        let id = patient_id("GABRIEL").to_string();
        let choice = json!({ "patient": { "id": id }, "medecins": [{ "rpps": PONS }] });
        let made = by.post("/v1/declarations", choice).await.expect(201);
        let digest = made["contenu_sha256"].as_str().unwrap();
        let path = format!("/v1/declarations/{}/signatures", made["id"].as_str().unwrap());
        let own = signature("titulaire_autorite_parentale", "franceconnect", digest);
        by.post_on(&path, 1, own).await.expect(200);
        app.advance(TimeDelta::seconds(1));
        // Signed on 16 June: he was dead since the day before, or died on that day.
        dies(&app, BOUCHES_DU_RHONE, &patient_id("HUGO").to_string(), day).await;
        app.run_jobs().await;
        let version = if counts { 2 } else { 3 };
        let own = signature("medecin", "cps", digest);
        let signed = app.medecin(PONS).post_on(&path, version, own).await.expect(200);
        assert_eq!(signed["etat"], if counts { "active" } else { "en_attente" }, "{day}");
        let told = app.events().await;
        let again = told.iter().filter(|one| *one == "declaration.de_nouveau_attendue").count();
        assert_eq!(again, usize::from(!counts), "{day}");
    }
}
