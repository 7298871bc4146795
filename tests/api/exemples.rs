//! The examples of the contract, sent as they are: today, and years later.

use serde_json::Value;

use crate::support::TestApp;
use crate::support::app::{MARTIN, patient_id};
use crate::support::contract::{document, resolved};
use crate::support::vie::AIN;

/// What is wrong with an example that only holds on some days.
const JOURS: [&str; 6] = [
    "date_future",
    "periode_vide",
    "hors_calendrier",
    "justification_requise",
    "trop_ancienne",
    "avant_aujourd_hui",
];

/// The example of a body that an operation takes.
fn example(operation: &'static Value) -> Option<&'static Value> {
    let body = &resolved(&operation["requestBody"])["content"]["application/json"]["schema"];
    body.get("$ref")?;
    Some(&resolved(body)["example"])
}

#[tokio::test]
async fn no_example_of_a_request_is_refused_for_its_days() {
    let mut refused = Vec::new();
    let mut sent = 0;
    for day in ["2025-06-16", "2026-11-30", "2028-02-29"] {
        let app = TestApp::new().await;
        app.on(day);
        for (path, item) in document()["paths"].as_object().unwrap() {
            let Some(body) = item.get("post").and_then(example) else { continue };
            let id = patient_id("BERNARD").to_string();
            let path = path.replace("/patients/{id}", &format!("/patients/{id}"));
            if path.contains('{') {
                continue;
            }
            for caller in [app.medecin(MARTIN), app.caisse(AIN), app.referentiel("agent-1")] {
                let reply = caller
                    .request("POST", &path, &[("idempotency-key", "exemple-1")], Some(body))
                    .await;
                sent += 1;
                if reply.status != 422 {
                    continue;
                }
                let problem = reply.expect(422);
                let all = problem["erreurs"].as_array().into_iter().flatten();
                let wrong: Vec<&Value> =
                    all.filter(|one| JOURS.contains(&one["code"].as_str().unwrap())).collect();
                if !wrong.is_empty() {
                    refused.push(format!("{day} {path}: {wrong:?}"));
                }
            }
        }
        // Whole, those that were refused for their days.
        let body = |name: &str| &document()["components"]["schemas"][name]["example"];
        let adressages = format!("/v1/patients/{}/adressages", patient_id("BERNARD"));
        let adressage =
            app.medecin(MARTIN).post(&adressages, body("AdressageDemande").clone()).await;
        if adressage.status != 201 {
            refused
                .push(format!("{day} {adressages}: {}", String::from_utf8_lossy(&adressage.body)));
        }
        let agent = app.referentiel("agent-2");
        let operation = agent.post("/v1/operations/apercu", body("OperationDemande").clone()).await;
        if operation.status != 200 {
            refused.push(format!("{day} operation: {}", String::from_utf8_lossy(&operation.body)));
        }
    }
    assert!(sent > 100, "{sent}");
    assert!(refused.is_empty(), "{refused:#?}");
}
