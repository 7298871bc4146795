//! Claims follow the current evaluation and the life of the person; recoveries stay with their feuille.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::support::database::TestDatabase;
use crate::support::vie::{AUTRE_NIR, merge, paper_choice, second_record};

/// Evaluates the feuilles of Alice again, and applies what changes.
async fn evaluate_again(app: &TestApp) {
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let body = json!({ "motif": "fait_tardif", "patient_id": alice(), "du": "2025-01-01" });
    let asked = caisse.post("/v1/reevaluations", body).await;
    asked.expect(202);
    app.run_jobs().await;
    let path = format!("{}/application", asked.header("location"));
    caisse.act_on(&path, 2).await.expect(202);
    app.run_jobs().await;
}

#[tokio::test]
async fn a_late_choice_ends_a_claim_and_what_was_received_is_to_be_given_back() {
    let app = TestApp::new().await;
    let sheet = send(&app, advanced("ALICE", "1", "2025-03-11")).await;
    let untouched = send(&app, advanced("ALICE", "2", "2025-03-12")).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let paid = recover(&caisse, &sheet, sum("majoration", 700)).await;
    paid.expect(201);
    let mut body = sum("majoration", 360);
    body["mode"] = json!("remise");
    recover(&caisse, &sheet, body).await.expect(201);
    recover(&caisse, &sheet, sum("participation_forfaitaire", 50)).await.expect(201);
    app.advance(TimeDelta::seconds(1));
    paper_choice(&app, BOUCHES_DU_RHONE, &alice(), MARTIN, "2025-03-10").await;
    evaluate_again(&app).await;

    // The remission was paid by nobody: only the payment is given back. Nothing was recovered of the
    // majoration of the other feuille: it is no longer a claim.
    let page = list(&caisse, &alice(), "").await;
    assert_eq!(
        lines(&page),
        [
            (1, "majoration", [0, 700, 0, 700]),
            (1, "participation_forfaitaire", [200, 50, 150, 0]),
            (1, "participation_forfaitaire", [200, 0, 200, 0]),
        ]
    );
    assert_eq!(page["donnees"][2]["feuille_id"], untouched.as_str());
    assert_eq!((cents(&page["total"], "restant"), cents(&page["total"], "a_rendre")), (350, 700));
    assert_eq!(lines(&list(&caisse, &alice(), "solde=a_rendre").await).len(), 1);
    assert_eq!(lines(&list(&caisse, &alice(), "solde=restant").await).len(), 2);
    let beyond = recover(&caisse, &sheet, sum("majoration", 1)).await;
    let field = ("/montant_centimes".to_owned(), "au_dela_du_restant".to_owned());
    assert_eq!(beyond.wrong_fields(), [field]);
    // A recovery is no cause of a change of the evaluation: nothing is left to evaluate again.
    let body = json!({ "motif": "fait_tardif", "patient_id": alice(), "du": "2025-01-01" });
    let asked = caisse.post("/v1/reevaluations", body).await;
    app.run_jobs().await;
    let again = caisse.get(asked.header("location")).await.expect(200);
    assert_eq!(again["feuilles_changees"], 0);

    // The caisse gives back, and says so.
    let given = cancel(&caisse, paid.header("location"), 1, "somme_rendue").await.expect(200);
    assert_eq!(
        (cents(&given["creance"], "recouvre"), cents(&given["creance"], "a_rendre")),
        (0, 0)
    );
    assert_eq!(cents(&list(&caisse, &alice(), "").await["total"], "a_rendre"), 0);
}

#[tokio::test]
async fn recoveries_follow_a_feuille_through_a_merge_and_back() {
    let app = TestApp::new().await;
    let other = second_record(&app, BOUCHES_DU_RHONE, AUTRE_NIR, "1972-08-09").await;
    let mut sheet = advanced("ALICE", "1", "2025-06-12");
    for number in ["identifiant_individuel", "identifiant_ouvrant_droit"] {
        sheet["beneficiaire"][number]["valeur"] = json!(AUTRE_NIR);
    }
    let sheet = send(&app, sheet).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    recover(&caisse, &sheet, sum("majoration", 100)).await.expect(201);
    let merged = merge(&caisse, &alice(), &other).await;
    merged.expect(201);
    assert_eq!(caisse.get(&path(&other, "")).await.problem(410), "patient_fusionne");
    assert_eq!(lines(&list(&app.patient("ALICE"), &alice(), "").await)[0].2, [1060, 100, 960, 0]);
    recover(&caisse, &sheet, sum("majoration", 200)).await.expect(201);
    assert_eq!(lines(&list(&caisse, &alice(), "").await)[0].2, [1060, 300, 760, 0]);
    let undo = format!("{}/annulation", merged.header("location"));
    caisse.post_on(&undo, 2, json!({ "motif": "collision" })).await.expect(200);
    assert_eq!(lines(&list(&caisse, &alice(), "").await), []);
    assert_eq!(lines(&list(&caisse, &other, "").await)[0].2, [1060, 300, 760, 0]);
}

#[tokio::test]
async fn recoveries_follow_a_feuille_through_a_split() {
    let app = TestApp::new().await;
    let hugo = patient_id("HUGO").to_string();
    let sheet = send(&app, advanced("HUGO", "1", "2025-06-12")).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let made = recover(&caisse, &sheet, sum("majoration", 100)).await;
    made.expect(201);
    let body = json!({
        "patient": {
            "identifiant": { "type": "nir", "valeur": AUTRE_NIR },
            "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
            "organisme": organisme(BOUCHES_DU_RHONE), "affilie_du": "2012-09-01",
        },
        "declarations": [], "feuilles": [sheet], "motif": "collision",
    });
    let split = act(&caisse, &hugo, "scissions", body).await.expect(201);
    let new = split["nouveau"]["patient_id"].as_str().unwrap();
    assert_eq!(lines(&list(&app.patient("HUGO"), &hugo, "").await), []);
    assert_eq!(app.patient("HUGO").get(made.header("location")).await.problem(404), "introuvable");
    recover(&caisse, &sheet, sum("majoration", 200)).await.expect(201);
    assert_eq!(lines(&list(&caisse, new, "").await)[0].2, [1060, 300, 760, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_at_once_never_recover_more_than_what_remains() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let sheet = Arc::new(send(&app, advanced("ALICE", "1", "2025-06-16")).await);
    let recovering: Vec<_> = (0..40)
        .map(|_| {
            let (app, sheet) = (Arc::clone(&app), Arc::clone(&sheet));
            tokio::spawn(async move {
                let caisse = app.caisse(BOUCHES_DU_RHONE);
                recover(&caisse, &sheet, sum("majoration", 100)).await.status.as_u16()
            })
        })
        .collect();
    let mut statuses: BTreeMap<u16, u32> = BTreeMap::new();
    for done in recovering {
        *statuses.entry(done.await.unwrap()).or_default() += 1;
    }
    // Ten times one euro of 10.60 €.
    assert_eq!(statuses, BTreeMap::from([(201, 10), (422, 30)]));
    let page = list(&app.caisse(BOUCHES_DU_RHONE), &alice(), "").await;
    assert_eq!(lines(&page)[0].2, [1060, 1000, 60, 0]);
    // One of them is taken back by many callers at once, and once.
    let id = page["donnees"][0]["recouvrements"][0]["id"].as_str().unwrap();
    let recovery = Arc::new(format!("/v1/feuilles-de-soins/{sheet}/recouvrements/{id}"));
    let cancelling: Vec<_> = (0..16)
        .map(|_| {
            let (app, recovery) = (Arc::clone(&app), Arc::clone(&recovery));
            tokio::spawn(async move {
                let caisse = app.caisse(BOUCHES_DU_RHONE);
                cancel(&caisse, &recovery, 1, "reclamation").await.status.as_u16()
            })
        })
        .collect();
    let mut statuses: BTreeMap<u16, u32> = BTreeMap::new();
    for done in cancelling {
        *statuses.entry(done.await.unwrap()).or_default() += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(200, 1), (412, 15)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_recovery_asked_many_times_is_recorded_once() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let sheet = send(&app, advanced("ALICE", "1", "2025-06-16")).await;
    let path = Arc::new(format!("/v1/feuilles-de-soins/{sheet}/recouvrements"));
    let sending: Vec<_> = (0..12)
        .map(|_| {
            let (app, path) = (Arc::clone(&app), Arc::clone(&path));
            tokio::spawn(async move {
                let (caisse, body) = (app.caisse(BOUCHES_DU_RHONE), sum("majoration", 100));
                let headers = [("idempotency-key", "une-seule-cle")];
                caisse.request("POST", &path, &headers, Some(&body)).await.expect(201)
            })
        })
        .collect();
    let mut answers = Vec::new();
    for sent in sending {
        answers.push(sent.await.unwrap());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    assert_eq!(cents(&list(&caisse, &alice(), "").await["total"], "recouvre"), 100);
    let key = [("idempotency-key", "une-seule-cle")];
    let other = caisse.request("POST", &path, &key, Some(&sum("majoration", 101))).await;
    assert_eq!(other.problem(422), "cle_idempotence_reutilisee");
    let bare = caisse.request("POST", &path, &[], Some(&sum("majoration", 100))).await;
    assert_eq!(bare.problem(400), "cle_idempotence_absente");
}

/// A recovery and a new evaluation wait for each other: whichever comes first, the balance holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_recovery_and_a_new_evaluation_at_once_leave_a_balance_that_holds() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let sheet = send(&app, advanced("ALICE", "1", "2025-03-11")).await;
    app.advance(TimeDelta::seconds(1));
    paper_choice(&app, BOUCHES_DU_RHONE, &alice(), MARTIN, "2025-03-10").await;
    let other = Arc::clone(&app);
    let recovering = tokio::spawn(async move {
        let caisse = other.caisse(BOUCHES_DU_RHONE);
        recover(&caisse, &sheet, sum("majoration", 1060)).await.status.as_u16()
    });
    evaluate_again(&app).await;
    let status = recovering.await.unwrap();
    let page = list(&app.caisse(BOUCHES_DU_RHONE), &alice(), "").await;
    let excess = if status == 201 { 1060 } else { 0 };
    assert!([201, 422].contains(&status), "{status}");
    assert_eq!(cents(&page["total"], "a_rendre"), excess);
}
