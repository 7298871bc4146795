//! The main job, end to end.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille};

fn cents(evaluation: &Value, name: &str) -> i64 {
    evaluation["totaux"][format!("{name}_centimes")].as_i64().unwrap()
}

#[tokio::test]
async fn declaring_a_medecin_traitant_changes_what_a_consultation_pays_back() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);

    let before =
        martin.post("/v1/feuilles-de-soins", feuille("ALICE", "1", "2025-06-16", json!("S2")));
    let before = before.await.expect(201);
    let outside = &before["evaluations"][0];
    assert_eq!(outside["appartenance"], "hors_parcours");
    assert_eq!(outside["code_determine"], "S");
    assert_eq!(cents(outside, "rembourse_amo"), 840);
    assert_eq!(cents(outside, "majoration"), 1060);

    let declaration = martin.declare("ALICE", MARTIN).await.expect(201);
    assert_eq!(declaration["etat"], "active");
    assert_eq!(declaration["designation"]["effet_du"], "2025-06-16");

    app.advance(chrono::TimeDelta::days(1));
    let martin = app.medecin(MARTIN);
    let after =
        martin.post("/v1/feuilles-de-soins", feuille("ALICE", "2", "2025-06-17", json!("T")));
    let after = after.await.expect(201);
    let inside = &after["evaluations"][0];
    assert_eq!(inside["appartenance"], "dans_parcours");
    assert_eq!(cents(inside, "rembourse_amo"), 1900);
    assert_eq!(cents(inside, "majoration"), 0);
    assert_eq!(inside["declaration_retenue"]["declaration_id"], declaration["id"]);
    assert!(inside["explication"][0].as_str().unwrap().contains("votre médecin traitant"));

    let id = after["id"].as_str().unwrap();
    let read = martin.get(&format!("/v1/feuilles-de-soins/{id}")).await.expect(200);
    assert_eq!(read, after, "what is read back is what was answered");
}
