//! The two times of a person, as FHIR gives them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{read, refused, resources, said};
use crate::support::TestApp;
use crate::support::app::{PONS, patient_id};
use crate::support::vie::{AIN, act};

#[tokio::test]
async fn the_versions_of_a_person_are_what_the_register_held_and_since_when() {
    let app = TestApp::new().await;
    let id = patient_id("BERNARD").to_string();
    let caisse = app.caisse(AIN);
    let body = json!({ "effet_du": "2025-06-01",  "voie": "1 rue des Essais", "code_postal": "01000", "localite": "BOURG"  });
    act(&caisse, &id, "changements-d-adresse", body).await.expect(200);
    app.advance(TimeDelta::hours(1));
    let body = json!({ "effet_du": "2025-06-10",  "voie": "2 rue des Essais", "code_postal": "01000", "localite": "BOURG"  });
    act(&caisse, &id, "changements-d-adresse", body).await.expect(200);
    let bernard = app.patient("BERNARD");
    let history = read(&bernard, &format!("Patient/{id}/_history")).await;
    assert_eq!((&history["type"], &history["total"]), (&json!("history"), &json!(3)));
    let all = resources(&history);
    let versions: Vec<&Value> = all.iter().map(|one| &one["meta"]["versionId"]).collect();
    assert_eq!(versions, ["3", "2", "1"]);
    assert_eq!(all[0]["meta"]["lastUpdated"], "2025-06-16T11:00:00.000Z");
    assert_eq!(all[1]["meta"]["lastUpdated"], "2025-06-16T10:00:00.000Z");
    let lines = |one: &Value| {
        let all = one["address"].as_array().cloned().unwrap_or_default();
        all.iter().map(|one| one["line"][0].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(lines(all[0]), ["1 rue des Essais", "2 rue des Essais"]);
    assert_eq!(lines(all[1]), ["1 rue des Essais"]);
    assert_eq!((lines(all[2]), &all[2]["name"][0]["family"]), (Vec::new(), &json!("ESSAI-COLIN")));
    assert!(
        all.iter().all(|one| one["generalPractitioner"].is_null()),
        "theirs is the history of the designations"
    );
    assert_eq!(read(&bernard, &format!("Patient/{id}/_history/2")).await, *all[1]);
    let absent = format!("Patient/{id}/_history/4");
    assert_eq!(refused(&bernard, &absent, 404).await, said("introuvable", "not-found"));
    let stranger = app.medecin(PONS);
    assert_eq!(
        refused(&stranger, &format!("Patient/{id}/_history"), 404).await,
        said("introuvable", "not-found")
    );
    let reads = bernard.get("/v1/moi/acces").await.expect(200);
    let all = reads["donnees"].as_array().unwrap().iter();
    let traced = all.filter(|one| one["operation"] == "patient.lire").count();
    assert!(traced >= 2, "{reads}");
}
