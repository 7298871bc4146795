//! Each word of the contract that says that somebody is told: they read it in their feed.

use serde_json::json;

use super::{all, now, since};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, patient_id};
use crate::support::cessation::{operate, simple};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, organisme};

const MSA: &str = "029150000";

/// « le patient en est averti »: of a withdrawal by the doctor.
#[tokio::test]
async fn a_patient_is_told_that_the_doctor_withdraws() {
    let app = TestApp::new().await;
    let start = now(&app.patient("BERNARD")).await;
    let path = format!("/v1/patients/{}/declarations", patient_id("BERNARD"));
    let known = app.medecin(MARTIN).get(&path).await.expect(200)["donnees"][0].clone();
    let path = format!("/v1/declarations/{}/retrait", known["id"].as_str().unwrap());
    let version = known["version"].as_i64().unwrap();
    app.medecin(MARTIN).post_on(&path, version, json!({})).await.expect(200);
    let told = since(&app.patient("BERNARD"), &start).await;
    assert!(told.contains(&"declaration.retiree".to_owned()), "{told:?}");
}

/// « son ancienne caisse en est avertie »: of a person whom another one takes over.
#[tokio::test]
async fn a_former_caisse_is_told_of_who_was_taken_over() {
    let app = TestApp::new().await;
    let start = now(&app.caisse(AIN)).await;
    let of_msa = now(&app.caisse(MSA)).await;
    let body = json!({
        "identifiant": { "type": "nir", "valeur": "158070100199152" },
        "nom": "ESSAI-COLIN", "prenom": "BERNARD", "date_naissance": "1958-07-14",
        "organisme": organisme(MSA), "affilie_du": "2025-06-10",
    });
    app.caisse(MSA).post("/v1/mutations", body).await.expect(201);
    assert_eq!(since(&app.caisse(AIN), &start).await, ["patient.organisme_change"]);
    assert_eq!(since(&app.caisse(MSA), &of_msa).await, ["patient.organisme_change"]);
}

/// « une suspension prévient les patients ».
#[tokio::test]
async fn the_patients_of_a_suspended_doctor_are_told() {
    let app = TestApp::new().await;
    let (start, of_hugo) = (now(&app.patient("BERNARD")).await, now(&app.patient("HUGO")).await);
    let mut body = simple(MARTIN, "suspension", "2025-06-16");
    body["effet_au"] = json!("2025-08-01");
    operate(&app, body).await;
    app.run_jobs().await;
    assert_eq!(since(&app.patient("BERNARD"), &start).await, ["designation.medecin_suspendu"]);
    assert_eq!(since(&app.patient("HUGO"), &of_hugo).await, [""; 0]);
}

/// « chaque caisse concernée est prévenue »: of a national act, when a second agent has confirmed it.
#[tokio::test]
async fn each_caisse_that_a_national_act_concerns_is_told_of_it_alone() {
    let app = TestApp::new().await;
    let concerned = [AIN, MSA, "019740000", "012010000", "017510000"];
    let mut starts = Vec::new();
    for code in concerned.iter().chain(&[BOUCHES_DU_RHONE]) {
        starts.push(now(&app.caisse(code)).await);
    }
    let of_martin = now(&app.medecin(MARTIN)).await;
    let of_pons = now(&app.medecin(PONS)).await;
    let made = operate(&app, simple(MARTIN, "retraite", "2025-07-01")).await;
    for (code, start) in concerned.iter().zip(&starts) {
        let (told, _) = all(&app.caisse(code), "&nature=medecin", Some(start)).await;
        assert_eq!(told.len(), 1, "{code}: {told:?}");
        let link = format!("/v1/operations/{}", made["id"].as_str().unwrap());
        assert_eq!(
            (&told[0]["nature"], &told[0]["lien"]),
            (&json!("medecin.cessation"), &json!(link))
        );
        app.caisse(code).get(&link).await.expect(200);
    }
    assert_eq!(since(&app.caisse(BOUCHES_DU_RHONE), &starts[5]).await, [""; 0]);
    // The doctor is told too, of what is recorded of himself.
    let told = since(&app.medecin(MARTIN), &of_martin).await;
    assert_eq!(told, ["medecin.cessation"]);
    assert_eq!(since(&app.medecin(PONS), &of_pons).await, [""; 0]);
}
