//! Links that never were, that cannot be, or that end by themselves: what was signed under them, and what the caisse is told.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, PONS, Reply, choix, patient_id, signature};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE};

const HOLDER: &str = "titulaire_autorite_parentale";
const MESURES: [&str; 4] =
    ["tutelle", "curatelle", "habilitation_familiale", "mandat_de_protection_future"];
const PREUVES: [&str; 5] = [
    "livret_de_famille",
    "acte_de_naissance",
    "decision_de_justice",
    "mandat_vise",
    "rattachement_ayant_droit",
];
const FINS: [&str; 6] = [
    "majorite",
    "decision_de_justice",
    "fin_de_mesure",
    "deces",
    "protection_du_representant",
    "erreur_de_saisie",
];

/// What proves a link of a nature.
fn proof(nature: &str) -> &'static str {
    match nature {
        HOLDER => "acte_de_naissance",
        "mandat_de_protection_future" => "mandat_vise",
        _ => "decision_de_justice",
    }
}

fn path(prenom: &str) -> String {
    format!("/v1/patients/{}/representations", patient_id(prenom))
}

/// A link to somebody of the register, on days.
fn by(prenom: &str, nature: &str, du: &str, au: Option<&str>) -> Value {
    json!({
        "representant": { "patient_id": patient_id(prenom).to_string() }, "nature": nature,
        "preuve": proof(nature), "effet_du": du, "effet_au": au,
    })
}

/// A link to somebody whom the register does not know.
fn somebody(nature: &str, du: &str) -> Value {
    json!({
        "representant": { "nom": "ESSAI-MERCIER", "prenom": "LOU" }, "nature": nature,
        "preuve": proof(nature), "effet_du": du,
    })
}

async fn end(caisse: &Caller<'_>, lien: &Value, body: Value) -> Reply {
    let path = format!("/v1/representations/{}/fin", lien["id"].as_str().unwrap());
    caisse.post_on(&path, lien["version"].as_i64().unwrap(), body).await
}

async fn never(caisse: &Caller<'_>, lien: &Value) {
    end(caisse, lien, json!({ "motif": "erreur_de_saisie" })).await.expect(200);
}

fn refused(reply: &Reply) -> (String, String) {
    reply.expect(422);
    let mut wrong = reply.wrong_fields();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    wrong.remove(0)
}

fn field(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

/// What Hugo chose for Bernard, alone, as his tutor on the day; and the link.
async fn chosen_by_the_tutor(app: &TestApp) -> (Value, Value) {
    let body = by("HUGO", "tutelle", "2025-06-01", None);
    let lien = app.caisse(AIN).post(&path("BERNARD"), body).await.expect(201);
    let hugo = app.patient("HUGO");
    let mut choice = choix("BERNARD", PONS);
    choice["patient"] = json!({ "id": patient_id("BERNARD").to_string() });
    let digest = hugo.digest_of(&choice).await;
    choice["signatures"] = json!([signature("tuteur", "franceconnect", &digest)]);
    let made = hugo.post("/v1/declarations", choice).await.expect(201);
    let place = format!("/v1/declarations/{}/signatures", made["id"].as_str().unwrap());
    let own = signature("medecin", "cps", &digest);
    let active = app.medecin(PONS).post_on(&place, 1, own).await.expect(200);
    assert_eq!(active["etat"], "active");
    (active, lien)
}

/// The choices that the caisse of Bernard has to look at.
async fn to_verify(app: &TestApp) -> Vec<String> {
    let page = app.caisse(AIN).get("/v1/moi/a-faire?rubrique=choix_a_verifier").await.expect(200);
    let lines = page["donnees"].as_array().unwrap().iter();
    lines.map(|one| one["action"]["chemin"].as_str().unwrap().to_owned()).collect()
}

/// Letters of some days: how many, and why the others are none.
async fn letters(app: &TestApp, du: &str, au: &str) -> (u64, Value) {
    let caisse = app.caisse(AIN);
    let body = json!({ "nature": "choix_en_son_nom", "du": du, "au": au });
    let asked = caisse.post("/v1/courriers", body).await;
    let location = asked.header("location").to_owned();
    app.run_jobs().await;
    let read = caisse.get(&location).await.expect(200);
    (read["lettres"].as_u64().unwrap(), read["sans_objet"].clone())
}

#[tokio::test]
async fn what_somebody_signed_under_a_link_that_never_was_is_written_to_the_person_and_waits_for_the_caisse()
 {
    let app = TestApp::new().await;
    let (made, lien) = chosen_by_the_tutor(&app).await;
    let own = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    let letter = format!("/v1/patients/{}/courriers/choix_en_son_nom", patient_id("BERNARD"));
    app.on("2025-06-17");
    assert_eq!(app.caisse(AIN).get(&letter).await.problem(409), "transition_interdite");
    assert_eq!(to_verify(&app).await, Vec::<String>::new());
    assert_eq!(letters(&app, "2025-06-16", "2025-06-16").await.0, 0);

    never(&app.caisse(AIN), &lien).await;
    assert_eq!(to_verify(&app).await, std::slice::from_ref(&own));
    assert_eq!(app.caisse(AIN).get(&letter).await.status, 200);
    app.on("2025-06-18");
    // The days follow each other: each letter is written once, to the person.
    let before = json!([{ "raison": "a_verifier", "nombre": 1 }]);
    assert_eq!(letters(&app, "2025-06-16", "2025-06-16").await, (0, before.clone()));
    assert_eq!(letters(&app, "2025-06-17", "2025-06-17").await, (1, json!([])));
    assert_eq!(letters(&app, "2025-06-16", "2025-06-17").await, (1, before));
    // Another caisse has nothing to do with it.
    let others = app.caisse(BOUCHES_DU_RHONE).get("/v1/moi/a-faire").await.expect(200);
    assert!(!others["donnees"].to_string().contains("choix_a_verifier"), "{others}");

    // Bernard makes the choice his own.
    let bernard = app.patient("BERNARD");
    let mut choice = choix("BERNARD", PONS);
    choice["patient"] = json!({ "id": patient_id("BERNARD").to_string() });
    let digest = bernard.digest_of(&choice).await;
    choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
    let confirms = bernard.post("/v1/declarations", choice).await.expect(201);
    assert_eq!(to_verify(&app).await, std::slice::from_ref(&own), "it waits for the doctor");
    let place = format!("/v1/declarations/{}/signatures", confirms["id"].as_str().unwrap());
    let doctor = signature("medecin", "cps", &digest);
    app.medecin(PONS).post_on(&place, 1, doctor).await.expect(200);
    assert_eq!(to_verify(&app).await, Vec::<String>::new());
    assert_eq!(app.caisse(AIN).get(&letter).await.problem(409), "transition_interdite");
}

#[tokio::test]
async fn a_choice_is_to_be_verified_when_its_link_did_not_hold_on_the_day_of_its_signature() {
    // Signed on 16 June 2025.
    let ends = [
        (json!({ "motif": "erreur_de_saisie" }), 1),
        (json!({ "motif": "fin_de_mesure", "jour": "2025-06-15" }), 1),
        (json!({ "motif": "fin_de_mesure", "jour": "2025-06-16" }), 1),
        (json!({ "motif": "fin_de_mesure", "jour": "2025-06-17" }), 0),
    ];
    for (body, count) in ends {
        let app = TestApp::new().await;
        let (made, lien) = chosen_by_the_tutor(&app).await;
        app.advance(TimeDelta::seconds(1));
        end(&app.caisse(AIN), &lien, body.clone()).await.expect(200);
        assert_eq!(to_verify(&app).await.len(), count, "{body}");
        let place = format!("/v1/declarations/{}/rectifications", made["id"].as_str().unwrap());
        let version = made["version"].as_i64().unwrap();
        let never = json!({ "motif": "Signé par qui ne le représentait pas." });
        app.caisse(AIN).post_on(&place, version, never).await.expect(200);
        assert_eq!(to_verify(&app).await.len(), 0, "{body}");
    }
}
