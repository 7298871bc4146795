//! Why there is no letter: the reason that holds, for each way in which one is refused.

use serde_json::{Value, json};

use super::TEXTE;
use crate::conjointes::{cabinet, choix as joint, enter};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, Reply, patient_id, signature};
use crate::support::cessation::{operate, simple, undo};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, paper_choice};

async fn letter(app: &TestApp, caisse: &str, prenom: &str, nature: &str) -> Reply {
    let path = format!("/v1/patients/{}/courriers/{nature}", patient_id(prenom));
    app.caisse(caisse).request("GET", &path, &TEXTE, None).await
}

/// Why there is none.
async fn refused(app: &TestApp, caisse: &str, prenom: &str, nature: &str) -> String {
    let reply = letter(app, caisse, prenom, nature).await;
    assert_eq!(reply.problem(409), "transition_interdite");
    reply.expect(409)["detail"].as_str().unwrap().to_owned()
}

/// One of two doctors leaves a joint designation of Alice.
async fn leave(app: &TestApp, made: &Value, rpps: &str, jour: &str, motif: &str) -> Value {
    let id = made["designation"]["id"].as_str().unwrap();
    let body = json!({
        "patient_id": patient_id("ALICE").to_string(), "rpps": rpps, "jour": jour, "motif": motif,
    });
    let path = format!("/v1/designations/{id}/departs");
    app.caisse(BOUCHES_DU_RHONE).post_on(&path, 1, body).await.expect(200)
}

#[tokio::test]
async fn a_choice_whose_doctor_left_and_whom_nobody_followed_is_over() {
    let app = TestApp::new().await;
    let alice = patient_id("ALICE").to_string();
    let none = refused(&app, BOUCHES_DU_RHONE, "ALICE", "choix_en_son_nom").await;
    assert!(none.contains("aucun événement n'appelle ce courrier"), "{none}");
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-06-10").await;
    assert_eq!(letter(&app, BOUCHES_DU_RHONE, "ALICE", "choix_en_son_nom").await.status, 200);
    operate(&app, simple(MARTIN, "retraite", "2025-06-15")).await;
    app.run_jobs().await;
    let over = refused(&app, BOUCHES_DU_RHONE, "ALICE", "choix_en_son_nom").await;
    assert!(over.contains("ce choix a pris fin, et aucun autre ne l'a suivi"), "{over}");
    // What she then signs herself is told to nobody.
    let mut body = joint(&[PONS]);
    let pons = app.medecin(PONS);
    let digest = pons.digest_of(&body).await;
    body["signatures"] =
        json!([signature("medecin", "cps", &digest), signature("assure", "carte_vitale", &digest)]);
    pons.post("/v1/declarations", body).await.expect(201);
    let own = refused(&app, BOUCHES_DU_RHONE, "ALICE", "choix_en_son_nom").await;
    assert!(own.contains("la personne, ou qui la représente, l'a fait ou signé"), "{own}");
}

#[tokio::test]
async fn the_departure_of_one_of_two_is_written_or_refused_for_what_happened_to_it() {
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    let made = enter(&app, joint(&[&one, &two]), &[&one, &two], "2025-06-01").await.expect(201);
    leave(&app, &made, &two, "2025-07-01", "medecin").await;
    let told = letter(&app, BOUCHES_DU_RHONE, "ALICE", "depart_medecin").await;
    let text = String::from_utf8(told.body.clone()).unwrap();
    assert_eq!(told.status, 200, "{text}");
    assert!(text.contains("Rien ne change"), "{text}");
    // Before the day, the patient chooses the other one alone: the departure announced never comes.
    enter(&app, joint(&[&one]), &[&one], "2025-06-12").await.expect(201);
    let chosen = refused(&app, BOUCHES_DU_RHONE, "ALICE", "depart_medecin").await;
    assert!(chosen.contains("la personne a un médecin traitant par un autre choix"), "{chosen}");
    assert!(!chosen.contains("annulé"), "{chosen}");
}

#[tokio::test]
async fn what_the_patient_decided_what_was_undone_and_what_another_choice_followed_are_told_apart()
{
    let app = TestApp::new().await;
    let [one, two, _] = cabinet(&app).await;
    let made = enter(&app, joint(&[&one, &two]), &[&one, &two], "2025-06-01").await.expect(201);
    leave(&app, &made, &two, "2025-06-10", "patient").await;
    let own = refused(&app, BOUCHES_DU_RHONE, "ALICE", "depart_medecin").await;
    assert!(own.contains("la personne, ou qui la représente, l'a fait ou signé"), "{own}");

    let retired = operate(&app, simple(MARTIN, "retraite", "2025-06-15")).await;
    app.run_jobs().await;
    let bernard = patient_id("BERNARD").to_string();
    assert_eq!(letter(&app, AIN, "BERNARD", "depart_medecin").await.status, 200);
    paper_choice(&app, AIN, &bernard, PONS, "2025-06-16").await;
    let chosen = refused(&app, AIN, "BERNARD", "depart_medecin").await;
    assert!(chosen.contains("la personne a un médecin traitant par un autre choix"), "{chosen}");
    undo(&app, &retired).await.expect(202);
    app.run_jobs().await;
    let undone = refused(&app, "012010000", "LISA", "depart_medecin").await;
    assert!(undone.contains("annulé ou corrigé depuis"), "{undone}");
    let body = json!({ "jour": "2025-06-16", "source": "etat_civil" });
    act(&app.caisse("012010000"), &patient_id("LISA").to_string(), "deces", body).await.expect(200);
    let dead = refused(&app, "012010000", "LISA", "depart_medecin").await;
    assert!(dead.contains("la personne est décédée"), "{dead}");
}
