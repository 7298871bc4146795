//! Minors and protected adults: who signs, on which day, by whom it is proved.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{
    CARDIOLOGUE, Caller, MARTIN, PONS, Reply, choix, paper, patient_id, signature,
};

mod anniversaires;
mod parole;

/// The caisse of Alice and of her son Gabriel, born on 20 June 2015.
const CAISSE: &str = "011310000";

/// Declares Gabriel's choice from a doctor's software, with signatures in these qualities.
async fn declare(app: &TestApp, roles: &[&str]) -> Reply {
    let pons = app.medecin(PONS);
    let mut choix = choix("GABRIEL", PONS);
    let digest = pons.digest_of(&choix).await;
    let mut signatures = vec![signature("medecin", "cps", &digest)];
    signatures.extend(roles.iter().map(|role| signature(role, "carte_vitale", &digest)));
    choix["signatures"] = json!(signatures);
    pons.post("/v1/declarations", choix).await
}

/// Enters a paper signed on days by qualities.
async fn enter(caisse: &Caller<'_>, prenom: &str, rpps: &str, signed: &[(&str, &str)]) -> Reply {
    let mut choix = choix(prenom, rpps);
    let last = signed.iter().map(|(_, day)| *day).max().unwrap();
    choix["signatures"] = json!([paper("medecin", last, &"0".repeat(64))]);
    let shown = caisse.post("/v1/declarations/apercu", choix.clone()).await;
    if shown.status != 200 {
        return shown;
    }
    let digest = shown.expect(200)["contenu_sha256"].as_str().unwrap().to_owned();
    let all: Vec<Value> = signed.iter().map(|(role, day)| paper(role, day, &digest)).collect();
    choix["signatures"] = json!(all);
    caisse.post("/v1/declarations", choix).await
}

async fn link(caisse: &Caller<'_>, prenom: &str, body: &Value) -> Reply {
    let path = format!("/v1/patients/{}/representations", patient_id(prenom));
    caisse.post(&path, body.clone()).await
}

fn somebody(nature: &str, du: &str) -> Value {
    json!({
        "representant": { "nom": "ESSAI-MERCIER", "prenom": "LOU" },
        "nature": nature, "preuve": "decision_de_justice", "reference_preuve": "TJ-BOURG-12/345",
        "effet_du": du,
    })
}

fn roles(declaration: &Value) -> Vec<&str> {
    let missing = declaration["signatures_manquantes"].as_array().unwrap();
    missing.iter().map(|one| one["role"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn under_16_a_holder_signs_and_the_child_does_not() {
    let app = TestApp::new().await;
    app.on("2031-06-19");
    assert_eq!(declare(&app, &["assure"]).await.problem(422), "patient_mineur");
    let waiting = declare(&app, &[]).await.expect(201);
    assert_eq!(roles(&waiting), ["titulaire_autorite_parentale"]);
    let active = declare(&app, &["titulaire_autorite_parentale"]).await.expect(201);
    assert_eq!(active["etat"], "active");
    let signed = active["signatures"].as_array().unwrap();
    assert!(signed.iter().any(|one| one["representation_id"].is_string()));
}

#[tokio::test]
async fn at_16_and_17_the_young_person_and_a_holder_sign_and_from_18_the_person() {
    let app = TestApp::new().await;
    for day in ["2031-06-20", "2033-06-19"] {
        app.on(day);
        let waiting = declare(&app, &["assure"]).await.expect(201);
        assert_eq!(roles(&waiting), ["titulaire_autorite_parentale"], "{day}");
        let waiting = declare(&app, &["titulaire_autorite_parentale"]).await.expect(201);
        assert_eq!(roles(&waiting), ["assure"], "{day}");
        let both = declare(&app, &["assure", "titulaire_autorite_parentale"]).await.expect(201);
        assert_eq!(both["etat"], "active", "{day}");
    }
    app.on("2033-06-20");
    let parent = declare(&app, &["titulaire_autorite_parentale"]).await;
    assert_eq!(parent.problem(422), "signataire_non_partie");
    assert_eq!(declare(&app, &["assure"]).await.expect(201)["etat"], "active");
}

#[tokio::test]
async fn somebody_born_on_29_february_chooses_from_1_march_of_a_common_year() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    // A law of 2016 for somebody who is 16 in a leap year and 18 in a common one.
    let body = json!({
        "identifiant": { "type": "nir", "valeur": nir("1080213055995") },
        "nom": "ESSAI-BISSEXTE", "prenom": "LEO", "date_naissance": "2008-02-29",
        "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
        "affilie_du": "2008-02-29"
    });
    let made = caisse.post("/v1/patients", body).await.expect(201);
    let id = made["patient_id"].as_str().unwrap().to_owned();
    let path = format!("/v1/patients/{id}/representations");
    let parent = json!({
        "representant": { "patient_id": patient_id("ALICE").to_string() },
        "nature": "titulaire_autorite_parentale", "preuve": "acte_de_naissance",
        "effet_du": "2008-02-29",
    });
    let lien = caisse.post(&path, parent).await.expect(201);
    assert_eq!((&lien["effet_au"], &lien["motif_fin"]), (&json!("2026-03-01"), &json!("majorite")));
    let missing = async |day: &str| {
        app.on(day);
        let choix = json!({ "patient": { "id": id }, "medecins": [{ "rpps": PONS }] });
        let made = app.caisse(CAISSE).post("/v1/declarations", choix).await.expect(201);
        roles(&made).iter().map(|role| (*role).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(missing("2024-02-28").await, ["titulaire_autorite_parentale", "medecin"]);
    let both = ["assure", "titulaire_autorite_parentale", "medecin"];
    assert_eq!(missing("2024-02-29").await, both);
    assert_eq!(missing("2026-02-28").await, both);
    assert_eq!(missing("2026-03-01").await, ["assure", "medecin"]);
}

/// The key of thirteen characters.
fn nir(thirteen: &str) -> String {
    format!("{thirteen}{:02}", 97 - thirteen.parse::<u64>().unwrap() % 97)
}

#[tokio::test]
async fn a_birthday_between_two_signatures_changes_who_has_to_sign() {
    let app = TestApp::new().await;
    app.on("2031-06-19");
    let parent = app.patient("ALICE");
    let child = json!({ "id": patient_id("GABRIEL").to_string() });
    let choix = json!({ "patient": child, "medecins": [{ "rpps": PONS }] });
    let created = parent.post("/v1/declarations", choix).await.expect(201);
    assert_eq!(created["actions"], json!(["signer", "annuler"]));
    let path = format!("/v1/declarations/{}/signatures", created["id"].as_str().unwrap());
    let digest = created["contenu_sha256"].as_str().unwrap();
    let body = signature("titulaire_autorite_parentale", "franceconnect", digest);
    // At fifteen the parent signs; at sixteen the doctor does, and the young person is then wanted.
    let half = parent.post_on(&path, 1, body).await.expect(200);
    assert_eq!(roles(&half), ["medecin"]);
    app.on("2031-06-20");
    let half = app.medecin(PONS).post_on(&path, 2, signature("medecin", "cps", digest)).await;
    let half = half.expect(200);
    assert_eq!((&half["etat"], roles(&half)), (&json!("en_attente"), vec!["assure"]));
    // The parent does not sign for a young person.
    let assure = signature("assure", "franceconnect", digest);
    let parent_for_child = app.patient("ALICE").post_on(&path, 3, assure.clone()).await;
    assert_eq!(parent_for_child.problem(403), "transmission_interdite");
    let active = app.patient("GABRIEL").post_on(&path, 3, assure).await.expect(200);
    assert_eq!(active["designation"]["effet_du"], "2031-06-20");
}

#[tokio::test]
async fn no_declaration_for_a_child_before_28_january_2016() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    let child = |day: &'static str| [("titulaire_autorite_parentale", day), ("medecin", day)];
    let before = enter(&caisse, "GABRIEL", PONS, &child("2016-01-27")).await;
    assert_eq!(before.problem(422), "enfant_avant_ouverture");
    let half = [("titulaire_autorite_parentale", "2016-01-27"), ("medecin", "2016-01-28")];
    let half = enter(&caisse, "GABRIEL", PONS, &half).await;
    assert_eq!(half.problem(422), "enfant_avant_ouverture");
    let first = enter(&caisse, "GABRIEL", PONS, &child("2016-01-28")).await.expect(201);
    assert_eq!(first["designation"]["effet_du"], "2016-01-28");
}

#[tokio::test]
async fn two_parents_who_disagree_the_last_signed_wins_and_the_other_is_told() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    let father = somebody("titulaire_autorite_parentale", "2015-06-20");
    let father = link(&caisse, "GABRIEL", &father).await.expect(201);
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    let all = caisse.get(&path).await.expect(200);
    let mother = all["donnees"].as_array().unwrap().iter().find(|l| l["id"] != father["id"]);
    let (mother, father) = (mother.unwrap()["id"].clone(), father["id"].clone());
    // Several holders: the signature says which one.
    app.on("2025-07-01");
    let either = declare(&app, &["titulaire_autorite_parentale"]).await;
    assert_eq!(either.problem(422), "representant_ambigu");
    let enter_by = async |rpps: &str, day: &str, by: &Value| {
        let caisse = app.caisse(CAISSE);
        let mut choix = choix("GABRIEL", rpps);
        let digest = caisse.digest_of(&choix).await;
        let mut holder = paper("titulaire_autorite_parentale", day, &digest);
        holder["representation_id"] = by.clone();
        choix["signatures"] = json!([holder, paper("medecin", day, &digest)]);
        caisse.post("/v1/declarations", choix).await.expect(201)
    };
    enter_by(MARTIN, "2025-06-10", &mother).await;
    assert!(!app.events().await.contains(&"declaration.autre_titulaire".to_owned()));
    // Received later but signed before: the father's does not win, and the father is told.
    enter_by(PONS, "2025-06-05", &father).await;
    assert_eq!(told(&app).await, std::slice::from_ref(&father));
    enter_by(CARDIOLOGUE, "2025-06-20", &father).await;
    assert_eq!(told(&app).await, [father.clone(), mother.clone()]);
    let current = format!("/v1/patients/{}/medecin-traitant", patient_id("GABRIEL"));
    let now = app.patient("ALICE").get(&current).await.expect(200);
    assert_eq!(now["designation"]["medecins"][0]["rpps"], CARDIOLOGUE);
    // The same doctors: nobody is contradicted.
    enter_by(CARDIOLOGUE, "2025-06-25", &mother).await;
    assert_eq!(told(&app).await.len(), 2);
}

/// Whom the events of contradiction are for.
async fn told(app: &TestApp) -> Vec<Value> {
    sqlx::query_scalar(
        "SELECT donnees -> 'destinataire_representation_id' FROM evenement
         WHERE nature = 'declaration.autre_titulaire' ORDER BY sequence",
    )
    .fetch_all(&app.database.pool(1).await)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_protected_adult_signs_or_the_representative_does() {
    let app = TestApp::new().await;
    let caisse = app.caisse("010110000");
    let by = |role: &'static str, day: &'static str| [(role, day), ("medecin", day)];
    let nobody = enter(&caisse, "BERNARD", PONS, &by("tuteur", "2025-06-10")).await;
    assert_eq!(nobody.problem(422), "signataire_non_partie");
    let tutelle = link(&caisse, "BERNARD", &somebody("tutelle", "2025-06-01")).await.expect(201);
    // The day before the measure, the first day, and after its end.
    let before = enter(&caisse, "BERNARD", PONS, &by("tuteur", "2025-05-31")).await;
    assert_eq!(before.problem(422), "signataire_non_partie");
    // It says which signature, on which day, and which are wanted then.
    assert_eq!(
        before.expect(422)["detail"],
        "Une signature « tuteur » n'est pas de celles que la déclaration attend le 31/05/2025 : « assure », \
         « medecin » (99900007016)."
    );
    let first = enter(&caisse, "BERNARD", PONS, &by("tuteur", "2025-06-01")).await.expect(201);
    assert_eq!(first["etat"], "active");
    assert_eq!(first["signatures"][0]["representation_id"], tutelle["id"]);
    let own = enter(&caisse, "BERNARD", CARDIOLOGUE, &by("assure", "2025-06-02")).await;
    assert_eq!(own.expect(201)["etat"], "active");
    let waiting = caisse.post("/v1/declarations", choix("BERNARD", MARTIN)).await.expect(201);
    assert_eq!(
        waiting["signatures_manquantes"][0],
        json!({ "role": "assure", "sinon": "tuteur", "rpps": null })
    );
    let path = format!("/v1/representations/{}/fin", tutelle["id"].as_str().unwrap());
    let end = json!({ "motif": "fin_de_mesure", "jour": "2025-06-12" });
    let ended = caisse.post_on(&path, 1, end.clone()).await.expect(200);
    assert_eq!((&ended["version"], &ended["effet_au"]), (&json!(2), &json!("2025-06-12")));
    assert_eq!(caisse.post_on(&path, 1, end).await.problem(412), "version_perimee");
    let last = enter(&caisse, "BERNARD", PONS, &by("tuteur", "2025-06-11")).await;
    assert_eq!(last.expect(201)["etat"], "active");
    let after = enter(&caisse, "BERNARD", PONS, &by("tuteur", "2025-06-12")).await;
    assert_eq!(after.problem(422), "signataire_non_partie");
}

#[tokio::test]
async fn links_are_kept_by_the_caisse_and_read_by_those_concerned() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    let before = app.clock();
    app.advance(chrono::TimeDelta::seconds(1));
    let father = somebody("titulaire_autorite_parentale", "2020-01-01");
    assert_eq!(
        app.patient("ALICE").post(&path, father.clone()).await.problem(403),
        "portee_insuffisante"
    );
    assert_eq!(
        app.caisse("019740000").post(&path, father.clone()).await.problem(404),
        "introuvable"
    );
    let made = caisse.post(&path, father.clone()).await.expect(201);
    assert_eq!(made["representant"]["nom"], "ESSAI-MERCIER");
    assert_eq!(made["effet_au"], "2033-06-20");
    assert_eq!(made["actions"], json!(["terminer"]));
    assert_eq!(caisse.post(&path, father).await.problem(409), "representation_existante");
    for who in ["ALICE", "GABRIEL"] {
        let seen = app.patient(who).get(&path).await.expect(200);
        assert_eq!(seen["donnees"].as_array().unwrap().len(), 2, "{who}");
        assert_eq!(seen["donnees"][0]["actions"], json!([]));
    }
    assert_eq!(app.patient("BERNARD").get(&path).await.problem(404), "introuvable");
    assert_eq!(app.medecin(MARTIN).get(&path).await.problem(404), "introuvable");
    let known = caisse.get(&format!("{path}?connu_le={before}")).await.expect(200);
    assert_eq!(known["donnees"].as_array().unwrap().len(), 1);
    let wrong = |body: Value| async { caisse.post(&path, body).await.wrong_fields() };
    let mut own = somebody("tutelle", "2020-01-01");
    own["representant"] = json!({ "patient_id": patient_id("GABRIEL").to_string() });
    let place = "/representant/patient_id".to_owned();
    assert_eq!(wrong(own.clone()).await, [(place.clone(), "representant_de_soi".to_owned())]);
    own["representant"] = json!({ "patient_id": "0192f0c4-0000-7000-8000-000000000001" });
    assert_eq!(wrong(own.clone()).await, [(place, "patient_inconnu".to_owned())]);
    own["representant"] = json!({ "nom": "ESSAI-MERCIER" });
    let place = "/representant".to_owned();
    assert_eq!(wrong(own).await, [(place, "un_seul_des_deux".to_owned())]);
    let early = somebody("tutelle", "2015-06-19");
    assert_eq!(wrong(early).await, [("/effet_du".to_owned(), "avant_naissance".to_owned())]);
    let late = somebody("titulaire_autorite_parentale", "2033-06-20");
    assert_eq!(wrong(late).await, [("/effet_du".to_owned(), "patient_majeur".to_owned())]);
    // A link that never was leaves the list, and history keeps it.
    let end = format!("/v1/representations/{}/fin", made["id"].as_str().unwrap());
    let erased = caisse.post_on(&end, 1, json!({ "motif": "erreur_de_saisie" })).await.expect(200);
    assert!(erased["remplacee_le"].is_string());
    assert_eq!(caisse.get(&path).await.expect(200)["donnees"].as_array().unwrap().len(), 1);
    assert_eq!(
        caisse.post_on(&end, 1, json!({ "motif": "deces" })).await.problem(404),
        "introuvable"
    );
}

#[tokio::test]
async fn a_parent_sees_the_child_while_a_minor_and_never_the_care() {
    let app = TestApp::new().await;
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("GABRIEL"));
    app.patient("ALICE").get(&path).await.expect(200);
    app.on("2033-06-19");
    app.patient("ALICE").get(&path).await.expect(200);
    app.on("2033-06-20");
    assert_eq!(app.patient("ALICE").get(&path).await.problem(404), "introuvable");
    let child = format!("/v1/patients/{}", patient_id("BERNARD"));
    assert_eq!(app.patient("ALICE").get(&child).await.problem(404), "introuvable");
}
