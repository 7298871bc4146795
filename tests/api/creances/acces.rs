//! Who reads claims, and who recovers them.

use traitant::auth::Claims;

use super::*;
use crate::access::claims;

/// Every address of one recovery: read, recover, take back.
async fn statuses(caller: &Caller<'_>, sheet: &str, recovery: &str) -> [u16; 4] {
    let listed = caller.get(&path(&alice(), "")).await.status.as_u16();
    let read = caller.get(recovery).await.status.as_u16();
    let made = recover(caller, sheet, sum("majoration", 1)).await.status.as_u16();
    let undone = cancel(caller, recovery, 1, "reclamation").await.status.as_u16();
    [listed, read, made, undone]
}

#[tokio::test]
async fn the_patient_and_the_caisse_read_and_the_caisse_alone_recovers() {
    let app = TestApp::new().await;
    let sheet = send(&app, advanced("ALICE", "1", "2025-06-16")).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let made = recover(&caisse, &sheet, sum("majoration", 100)).await;
    made.expect(201);
    let recovery = made.header("location").to_owned();
    assert_eq!(statuses(&app.patient("ALICE"), &sheet, &recovery).await, [200, 200, 403, 403]);
    // Another patient, another caisse: it does not exist. No doctor, even the one who was paid.
    assert_eq!(statuses(&app.patient("BERNARD"), &sheet, &recovery).await, [404, 404, 403, 403]);
    assert_eq!(statuses(&app.caisse(AIN), &sheet, &recovery).await, [404, 404, 404, 404]);
    for doctor in [MARTIN, PONS] {
        let doctor = app.medecin(doctor);
        assert_eq!(statuses(&doctor, &sheet, &recovery).await, [403, 403, 403, 403]);
        assert_eq!(doctor.get(&path(&alice(), "")).await.problem(403), "role_interdit");
    }
    // A scope is not enough: recovering is the work of a caisse.
    let doctor = claims("administration");
    let patient = Claims {
        role: "patient".to_owned(),
        rpps: None,
        patient_id: Some(alice()),
        ..claims("administration")
    };
    for claims in [doctor, patient] {
        let bearer = app.bearer(app.emetteur.sign(&claims).unwrap());
        let refused = recover(&bearer, &sheet, sum("majoration", 1)).await;
        assert_eq!(refused.problem(403), "role_interdit");
        let refused = cancel(&bearer, &recovery, 1, "reclamation").await;
        assert_eq!(refused.problem(403), "role_interdit");
    }
    assert_eq!(statuses(&caisse, &sheet, &recovery).await, [200, 200, 201, 200]);
    // Nor is a recovery one of another feuille.
    let other = send(&app, advanced("ALICE", "2", "2025-06-16")).await;
    let elsewhere = recovery.replace(&sheet, &other);
    assert_eq!(caisse.get(&elsewhere).await.problem(404), "introuvable");
    assert_eq!(cancel(&caisse, &elsewhere, 1, "reclamation").await.problem(404), "introuvable");
    let nowhere = recover(&caisse, NOWHERE, sum("majoration", 1)).await;
    assert_eq!(nowhere.problem(404), "introuvable");
    // The patient reads who read, and who recovered.
    let traces = app.patient("ALICE").get("/v1/moi/acces?limite=100").await.expect(200).to_string();
    for operation in
        ["creance.lister", "recouvrement.lire", "recouvrement.enregistrer", "recouvrement.annuler"]
    {
        assert!(traces.contains(operation), "{operation}: {traces}");
    }
}

/// A holder of parental authority reads for a child under 16 what the child could read, claims and
/// feuilles too; from the sixteenth birthday on they are the young person's own.
#[tokio::test]
async fn a_parent_reads_claims_and_feuilles_until_the_child_is_sixteen() {
    let app = TestApp::new().await;
    let sheet = send(&app, advanced("GABRIEL", "1", "2025-06-16")).await;
    let gabriel = patient_id("GABRIEL").to_string();
    let read = async |day: &str, expected: u16| {
        app.on(day);
        let parent = app.patient("ALICE");
        for path in [
            format!("/v1/patients/{gabriel}/creances"),
            format!("/v1/patients/{gabriel}/feuilles-de-soins"),
            format!("/v1/feuilles-de-soins/{sheet}"),
        ] {
            assert_eq!(parent.get(&path).await.status, expected, "{path} on {day}");
        }
    };
    // A child owes nothing.
    assert_eq!(lines(&list(&app.patient("ALICE"), &gabriel, "").await), []);
    read("2031-06-19", 200).await;
    read("2031-06-20", 404).await;
    let recovery = format!("/v1/feuilles-de-soins/{sheet}/recouvrements/{NOWHERE}");
    assert_eq!(app.patient("ALICE").get(&recovery).await.problem(404), "introuvable");
}

#[tokio::test]
async fn a_caisse_that_the_patient_left_reads_its_time_and_recovers_nothing() {
    let app = TestApp::new().await;
    let old = send(&app, advanced("ALICE", "1", "2025-03-11")).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let made = recover(&caisse, &old, sum("majoration", 100)).await;
    made.expect(201);
    let recovery = made.header("location").to_owned();
    let away = json!({ "organisme": organisme(AIN), "effet_du": "2025-06-01" });
    act(&caisse, &alice(), "changements-d-organisme", away).await.expect(200);
    let new = send(&app, advanced("ALICE", "2", "2025-06-16")).await;
    let page = list(&caisse, &alice(), "").await;
    assert_eq!(lines(&page).len(), 2);
    assert_eq!(cents(&page["total"], "restant"), 1160);
    assert_eq!(page["donnees"][0]["actions"], json!([]));
    assert_eq!(caisse.get(&recovery).await.expect(200)["recouvrement"]["actions"], json!([]));
    let refused = recover(&caisse, &old, sum("majoration", 100)).await;
    assert_eq!(refused.problem(403), "role_interdit");
    assert_eq!(cancel(&caisse, &recovery, 1, "reclamation").await.problem(403), "role_interdit");
    let refused = recover(&caisse, &new, sum("majoration", 100)).await;
    assert_eq!(refused.problem(404), "introuvable");
    // The caisse of today has everything, what the other one recovered included.
    let ain = app.caisse(AIN);
    assert_eq!(cents(&list(&ain, &alice(), "").await["total"], "restant"), 2420);
    for sheet in [&old, &new] {
        let made = recover(&ain, sheet, sum("majoration", 960)).await.expect(201);
        assert_eq!(made["recouvrement"]["auteur"], "01011");
    }
    cancel(&ain, &recovery, 1, "erreur_de_saisie").await.expect(200);
    assert_eq!(cents(&list(&ain, &alice(), "").await["total"], "recouvre"), 1920);
    // What the caisse of before reads does not name the one where the patient went.
    let page = list(&caisse, &alice(), "").await;
    assert_eq!(cents(&page["total"], "recouvre"), 960);
    assert!(!page.to_string().contains("01011"), "{page:#}");
    let read = caisse.get(&recovery).await.expect(200);
    assert_eq!(read["recouvrement"]["auteur"], "01131");
    assert_eq!(read["recouvrement"]["annulation"]["auteur"], Value::Null);
    let page = list(&app.patient("ALICE"), &alice(), "").await;
    assert!(page.to_string().contains("01011"), "the patient knows");
}
