//! Limiting the processing of a person's data (RGPD, art. 18): what goes on, what waits, and who is told.

use serde_json::json;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, cle, feuille, patient_id};
use crate::support::vie::{AIN, act, version};

#[tokio::test]
async fn a_limitation_leaves_the_person_their_care_and_their_rights_and_stops_the_rest() {
    let app = TestApp::new().await;
    let (caisse, martin, bernard) = (app.caisse(AIN), app.medecin(MARTIN), app.patient("BERNARD"));
    let id = patient_id("BERNARD").to_string();
    let path = |what: &str| format!("/v1/patients/{id}{what}");
    martin.get(&path("")).await.expect(200);
    let limited =
        act(&caisse, &id, "limitations", json!({ "motif": "exactitude_contestee" })).await;
    let limited = limited.expect(200);
    assert_eq!(limited["limitation"]["motif"], "exactitude_contestee");
    let actions = limited["actions"].as_array().unwrap();
    assert!(
        actions.contains(&json!("lever_limitation")) && !actions.contains(&json!("fusionner")),
        "{actions:?}"
    );

    // What waits: readings of those who do not answer for the file.
    for asked in ["", "/designations", "/declarations"] {
        assert_eq!(martin.get(&path(asked)).await.problem(409), "traitement_limite", "{asked}");
    }
    // What goes on: the card that the person holds out, their care, themselves, and their caisse, which verifies.
    app.medecin(PONS).post("/v1/medecins-traitants/consultation", cle("BERNARD")).await.expect(200);
    let care = feuille("BERNARD", "1", "2025-03-10", json!("T"));
    martin.post("/v1/feuilles-de-soins", care).await.expect(201);
    assert_eq!(bernard.get(&path("")).await.expect(200)["limitation"], limited["limitation"]);
    bernard.get(&path("/designations")).await.expect(200);
    let whole = bernard.get(&path("/dossier-complet")).await.expect(200);
    let kept =
        whole["rubriques"].as_array().unwrap().iter().find(|one| one["rubrique"] == "limitation");
    assert_eq!(kept.unwrap()["lignes"][0]["motif"], "exactitude_contestee");
    let right = json!({ "prenom": "BERNARD-ESSAI", "motif": "etat_civil" });
    act(&caisse, &id, "rectifications-d-identite", right).await.expect(200);
    let told = bernard.get("/v1/evenements?nature=patient.limite").await.expect(200);
    assert_eq!(told["donnees"].as_array().unwrap().len(), 1, "{told}");

    // Once only, and lifted once the person was told.
    let again = act(&caisse, &id, "limitations", json!({ "motif": "opposition" })).await;
    assert_eq!(again.problem(422), "champs_invalides");
    let tomorrow = json!({ "personne_informee_le": "2025-06-17" });
    let early = act(&caisse, &id, "limitations/levee", tomorrow).await;
    assert_eq!(early.problem(422), "champs_invalides");
    let today = || json!({ "personne_informee_le": "2025-06-16" });
    let lifted = act(&caisse, &id, "limitations/levee", today()).await.expect(200);
    assert!(lifted.get("limitation").is_none_or(serde_json::Value::is_null), "{lifted}");
    martin.get(&path("")).await.expect(200);
    let over = act(&caisse, &id, "limitations/levee", today()).await;
    assert_eq!(over.problem(409), "transition_interdite");
    assert!(version(&caisse, &id).await > 3);
}
