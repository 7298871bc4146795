//! The inbox: what waits for each caller, how many of each, and the request that does something about it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, Caller, MARTIN, PONS, choix, patient_id, signature};
use crate::support::cessation::{operate, simple, undo};
use crate::support::vie::{
    AIN, BOUCHES_DU_RHONE, act, merge, organisme, paper_choice, second_record,
};

const BOITE: &str = "/v1/moi/a-faire";

/// The headings that hold something, with how many.
fn counts(page: &Value) -> BTreeMap<String, u64> {
    let all = page["comptes"].as_array().unwrap().iter();
    all.map(|one| {
        assert_eq!(one["au_moins"], false);
        (one["rubrique"].as_str().unwrap().to_owned(), one["nombre"].as_u64().unwrap())
    })
    .filter(|(_, count)| *count > 0)
    .collect()
}

fn these(expected: &[(&str, u64)]) -> BTreeMap<String, u64> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

async fn inbox(caller: &Caller<'_>) -> Value {
    caller.get(BOITE).await.expect(200)
}

/// The lines of a heading.
fn lines<'a>(page: &'a Value, rubrique: &str) -> Vec<&'a Value> {
    let all = page["donnees"].as_array().unwrap().iter();
    all.filter(|one| one["rubrique"] == rubrique).collect()
}

/// Where a line leads.
fn leads(line: &Value) -> (&str, &str) {
    let action = &line["action"];
    assert!(action["pourquoi"].as_str().unwrap().ends_with('.'));
    (action["methode"].as_str().unwrap(), action["chemin"].as_str().unwrap())
}

#[tokio::test]
async fn a_choice_made_on_a_portal_reaches_the_doctor_who_signs_it_from_his_inbox() {
    let app = TestApp::new().await;
    let (alice, pons) = (app.patient("ALICE"), app.medecin(PONS));
    assert_eq!(counts(&inbox(&pons).await), these(&[]));
    let mut choice = json!({
        "patient": { "id": patient_id("ALICE").to_string() }, "medecins": [{ "rpps": PONS }],
    });
    let digest = alice.digest_of(&choice).await;
    choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
    let made = alice.post("/v1/declarations", choice).await.expect(201);
    let page = inbox(&pons).await;
    assert_eq!(counts(&page), these(&[("signature_attendue", 1)]));
    let line = lines(&page, "signature_attendue")[0];
    assert_eq!(line["patient_id"], patient_id("ALICE").to_string().as_str());
    assert_eq!(line["echeance"], made["expire_le"]);
    // The caisse sees it wait; nobody asks Alice, nor another doctor, nor another caisse.
    assert_eq!(
        counts(&inbox(&app.caisse(BOUCHES_DU_RHONE)).await),
        these(&[("declaration_en_attente", 1)])
    );
    assert_eq!(counts(&inbox(&app.caisse(AIN)).await), these(&[]));
    assert_eq!(counts(&inbox(&app.medecin(CARDIOLOGUE)).await), these(&[]));
    assert!(!counts(&inbox(&alice).await).contains_key("signature_demandee"));
    // He does what his inbox says.
    let (method, path) = leads(line);
    assert_eq!(method, "POST");
    let body = signature("medecin", "cps", &digest);
    assert_eq!(pons.post_on(path, 1, body).await.expect(200)["etat"], "active");
    assert_eq!(counts(&inbox(&pons).await), these(&[("patient_arrive", 1)]));
    assert_eq!(counts(&inbox(&app.caisse(BOUCHES_DU_RHONE)).await), these(&[]));
    // News is news for thirty days.
    app.advance(TimeDelta::days(30));
    assert_eq!(counts(&inbox(&app.medecin(PONS)).await), these(&[("patient_arrive", 1)]));
    app.advance(TimeDelta::seconds(1));
    assert_eq!(counts(&inbox(&app.medecin(PONS)).await), these(&[]));
}

#[tokio::test]
async fn a_choice_that_the_doctor_refuses_is_told_to_the_person_until_another_is_made() {
    let app = TestApp::new().await;
    let (alice, pons) = (app.patient("ALICE"), app.medecin(PONS));
    let mut choice = json!({
        "patient": { "id": patient_id("ALICE").to_string() }, "medecins": [{ "rpps": PONS }],
    });
    let digest = alice.digest_of(&choice).await;
    choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
    let made = alice.post("/v1/declarations", choice).await.expect(201);
    let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    let words = json!({ "motif": "Patientèle complète." });
    pons.post_on(&format!("{path}/refus"), 1, words).await.expect(200);
    let page = inbox(&alice).await;
    let told = lines(&page, "choix_sans_suite");
    assert_eq!(told.len(), 1);
    assert_eq!(leads(told[0]), ("GET", path.as_str()));
    assert_eq!(lines(&inbox(&app.patient("BERNARD")).await, "choix_sans_suite").len(), 0);
    app.advance(TimeDelta::days(29));
    assert_eq!(lines(&inbox(&app.patient("ALICE")).await, "choix_sans_suite").len(), 1);
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    assert_eq!(lines(&inbox(&app.patient("ALICE")).await, "choix_sans_suite").len(), 0);
}

#[tokio::test]
async fn a_signature_asked_of_a_parent_is_in_the_inbox_of_the_parent_and_not_of_the_child() {
    let app = TestApp::new().await;
    let pons = app.medecin(PONS);
    let mut choice = choix("GABRIEL", PONS);
    let digest = pons.digest_of(&choice).await;
    choice["signatures"] = json!([signature("medecin", "cps", &digest)]);
    pons.post("/v1/declarations", choice).await.expect(201);
    assert_eq!(counts(&inbox(&pons).await), these(&[]), "he has signed");
    let page = inbox(&app.patient("ALICE")).await;
    let asked = lines(&page, "signature_demandee");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["patient_id"], patient_id("GABRIEL").to_string().as_str());
    let child = inbox(&app.patient("GABRIEL")).await;
    assert_eq!(lines(&child, "signature_demandee").len(), 0);
    // Past its term it waits for nobody.
    let end: chrono::DateTime<chrono::Utc> =
        asked[0]["echeance"].as_str().unwrap().parse().unwrap();
    app.clock.set(end);
    assert_eq!(lines(&inbox(&app.patient("ALICE")).await, "signature_demandee").len(), 0);
}

#[tokio::test]
async fn a_choice_entered_in_a_name_is_told_to_who_bears_it_until_they_contest_it() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    let made = paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-06-10").await;
    let patient = app.patient("ALICE");
    let page = inbox(&patient).await;
    let told = lines(&page, "choix_en_son_nom");
    assert_eq!(told.len(), 1);
    let (method, path) = leads(told[0]);
    assert_eq!((method, path.contains(made["id"].as_str().unwrap())), ("POST", true));
    let words = json!({ "motif": "Je n'ai pas choisi ce médecin." });
    patient.post_on(path, made["version"].as_i64().unwrap(), words).await.expect(200);
    assert_eq!(lines(&inbox(&patient).await, "choix_en_son_nom").len(), 0);
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let page = inbox(&caisse).await;
    assert_eq!(counts(&page)["contestation_ouverte"], 1);
    let decision =
        format!("/v1/declarations/{}/contestation/decision", made["id"].as_str().unwrap());
    assert_eq!(leads(lines(&page, "contestation_ouverte")[0]), ("POST", decision.as_str()));
    // What a person does for themselves is no news for them.
    let body = json!({ "voie": "1 rue Neuve", "code_postal": "13001", "localite": "Marseille", "effet_du": "2025-06-01" });
    act(&caisse, &alice, "changements-d-adresse", body).await.expect(200);
    let page = inbox(&patient).await;
    let recorded = lines(&page, "enregistre");
    assert_eq!(recorded[0]["nature"], "patient.adresse_change");
    assert_eq!(leads(recorded[0]), ("GET", format!("/v1/patients/{alice}").as_str()));
}

/// Why a line of a nature is there, in words; nothing when there is none.
async fn why(app: &TestApp, prenom: &str, nature: &str) -> Option<String> {
    let page = inbox(&app.patient(prenom)).await;
    let all = page["donnees"].as_array().unwrap();
    let line = all.iter().find(|one| one["nature"] == nature)?;
    leads(line);
    Some(line["action"]["pourquoi"].as_str().unwrap().replace('\u{a0}', " "))
}

#[tokio::test]
async fn somebody_whose_doctor_is_suspended_reads_it_until_he_is_back_with_what_to_do() {
    let app = TestApp::new().await;
    let body = json!({
        "rpps": MARTIN, "nature": "suspension", "effet_du": "2025-07-15", "effet_au": "2025-10-01",
    });
    let made = operate(&app, body).await;
    app.run_jobs().await;
    let nature = "designation.medecin_suspendu";
    let told = why(&app, "BERNARD", nature).await.unwrap();
    assert!(
        told.starts_with(
            "Le médecin traitant n'exerce pas du 15 juillet 2025 au 30 septembre 2025 inclus."
        ),
        "{told}"
    );
    assert!(
        told.contains(
            "voyez un médecin qui le remplace, s'il y en a un, ou choisissez-en un autre"
        )
    );
    assert_eq!(why(&app, "ALICE", nature).await, None);
    // Told as long as it lasts, and not after.
    app.on("2025-09-30");
    assert_eq!(why(&app, "BERNARD", nature).await, Some(told));
    app.on("2025-10-01");
    assert_eq!(why(&app, "BERNARD", nature).await, None);
    // Nor to whoever has chosen another doctor since, nor once it was undone.
    app.on("2025-09-01");
    let charles = patient_id("CHARLES").to_string();
    assert!(why(&app, "CHARLES", nature).await.is_some());
    paper_choice(&app, "029150000", &charles, PONS, "2025-09-01").await;
    assert_eq!(why(&app, "CHARLES", nature).await, None);
    assert!(why(&app, "DIANE", nature).await.is_some());
    undo(&app, &made).await.expect(202);
    app.run_jobs().await;
    assert_eq!(why(&app, "DIANE", nature).await, None);
}

#[tokio::test]
async fn the_end_of_a_protection_and_sixteen_years_are_told_for_what_they_are() {
    let app = TestApp::new().await;
    operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    app.run_jobs().await;
    app.on("2026-05-02");
    app.run_jobs().await;
    let nature = "neutralisation.fin_proche";
    let told = why(&app, "BERNARD", nature).await.unwrap();
    assert!(
        told.contains(
            "jusqu'au 30 juin 2026 inclus : choisissez-en un autre avant le 1er juillet 2026"
        ),
        "{told}"
    );
    app.on("2026-06-30");
    assert_eq!(why(&app, "BERNARD", nature).await, Some(told));
    app.on("2026-07-01");
    assert_eq!(why(&app, "BERNARD", nature).await, None);
    app.on("2031-04-21");
    app.run_jobs().await;
    for (day, there) in [("2031-04-21", true), ("2031-06-19", true), ("2031-07-21", false)] {
        app.on(day);
        let told = why(&app, "GABRIEL", "patient.majorite_16_ans").await;
        assert_eq!(told.is_some(), there, "{day}");
        if let Some(told) = told {
            assert!(
                told.starts_with(
                    "À seize ans, le 20 juin 2031, on choisit soi-même son médecin traitant"
                ),
                "{told}"
            );
            assert!(!told.contains("rectification"), "{told}");
        }
    }
}

#[tokio::test]
async fn a_caisse_finds_what_it_has_to_settle() {
    let app = TestApp::new().await;
    let (alice, hugo) = (patient_id("ALICE").to_string(), patient_id("HUGO").to_string());
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let path = format!("/v1/patients/{hugo}/conciliations");
    let opened = app.patient("HUGO").post(&path, json!({ "commune": "13055" })).await.expect(201);
    let page = inbox(&caisse).await;
    assert_eq!(counts(&page), these(&[("conciliation_ouverte", 1)]));
    let file = format!("/v1/conciliations/{}", opened["id"].as_str().unwrap());
    assert_eq!(leads(lines(&page, "conciliation_ouverte")[0]), ("GET", file.as_str()));
    // Two records of one person who named two doctors.
    let double = second_record(&app, BOUCHES_DU_RHONE, "186021305599646", "1972-08-09").await;
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2024-01-10").await;
    paper_choice(&app, BOUCHES_DU_RHONE, &double, PONS, "2024-02-10").await;
    merge(&caisse, &alice, &double).await.expect(201);
    let page = inbox(&caisse).await;
    assert_eq!(counts(&page)["conflit_ouvert"], 1);
    let (_, conflict) = leads(lines(&page, "conflit_ouvert")[0]);
    caisse.get(conflict).await.expect(200);
    // Another caisse records that one of them left: told to the one that did not do it.
    let ain = app.caisse(AIN);
    let bernard = patient_id("BERNARD").to_string();
    let body = json!({ "organisme": organisme(BOUCHES_DU_RHONE), "effet_du": "2025-06-01" });
    act(&ain, &bernard, "changements-d-organisme", body).await.expect(200);
    let page = inbox(&caisse).await;
    assert_eq!(counts(&page)["mutation"], 1);
    assert_eq!(lines(&page, "mutation")[0]["patient_id"], bernard.as_str());
    assert!(!counts(&inbox(&ain).await).contains_key("mutation"));
    // A merge touches any day of care: there may be decisions to look at again.
    assert_eq!(counts(&page)["feuilles_a_revoir"], 1);
    // Filters, and pages that are the whole.
    let only = caisse.get(&format!("{BOITE}?rubrique=mutation,conflit_ouvert")).await.expect(200);
    assert_eq!(only["donnees"].as_array().unwrap().len(), 2);
    assert_eq!(counts(&only), counts(&page), "counts do not depend on filters");
    let of_hugo = caisse.get(&format!("{BOITE}?personne={hugo}")).await.expect(200);
    assert_eq!(of_hugo["donnees"].as_array().unwrap().len(), 1);
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let one = caisse.get(&format!("{BOITE}?limite=1{cursor}")).await.expect(200);
        found.extend(one["donnees"].as_array().unwrap().iter().cloned());
        match one["pagination"]["curseur_suivant"].as_str() {
            Some(next) => cursor = format!("&curseur={next}"),
            None => break,
        }
    }
    assert_eq!(Value::from(found), page["donnees"]);
    assert_eq!(
        caisse.get(&format!("{BOITE}?rubrique=rien")).await.problem(400),
        "parametre_invalide"
    );
}

#[tokio::test]
async fn a_correspondent_is_reminded_of_his_report_and_a_second_agent_of_an_act() {
    let app = TestApp::new().await;
    let body = json!({
        "nature": "avis_ponctuel", "etabli_le": "2025-06-16",
        "correspondants": [{ "rpps": CARDIOLOGUE }], "effet_du": "2025-06-16",
    });
    let path = format!("/v1/patients/{}/adressages", patient_id("BERNARD"));
    let made = app.medecin(MARTIN).post(&path, body).await;
    let made = made.expect(201);
    let cardiologue = app.medecin(CARDIOLOGUE);
    let page = inbox(&cardiologue).await;
    assert_eq!(counts(&page), these(&[("retour_attendu", 1)]));
    let report = format!("/v1/adressages/{}/retours", made["id"].as_str().unwrap());
    assert_eq!(leads(lines(&page, "retour_attendu")[0]), ("POST", report.as_str()));
    let done = json!({ "nature": "conclusions", "soins_le": "2025-06-16" });
    cardiologue.post_on(&report, 1, done).await.expect(200);
    assert_eq!(counts(&inbox(&cardiologue).await), these(&[]));

    let agent = app.referentiel("agent-1");
    let act = json!({ "rpps": PONS, "nature": "retraite", "effet_du": "2025-07-01" });
    let prepared = agent.post("/v1/operations", act).await.expect(202);
    let page = inbox(&app.referentiel("agent-2")).await;
    assert_eq!(counts(&page), these(&[("operation_a_confirmer", 1)]));
    let operation = format!("/v1/operations/{}", prepared["id"].as_str().unwrap());
    assert_eq!(leads(&page["donnees"][0]), ("GET", operation.as_str()));
}
