//! Whose a billing number is, where somebody else used it first.

use serde_json::{Value, json};

use super::{BLANC, DE_MARTIN, FEUILLES, facturee};
use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille};
use crate::support::vie::AIN;

/// Somebody who bills under the number of another doctor, whom he does not say to replace, takes no number from that doctor.
#[tokio::test]
async fn a_feuille_under_another_s_number_does_not_take_the_place_of_his_own() {
    let app = TestApp::new().await;
    let (blanc, martin) = (app.medecin(BLANC), app.medecin(MARTIN));
    let others = facturee(("BERNARD", "751", "2025-03-10"), (BLANC, DE_MARTIN, "01"), Value::Null);
    let other = blanc.post(FEUILLES, others.clone()).await.expect(201);
    let own = || feuille("BERNARD", "751", "2025-03-10", "T");
    let kept = martin.post(FEUILLES, own()).await.expect(201);
    assert_eq!(
        (&kept["numero_facture"], &kept["executant"]["rpps"]),
        (&json!("751"), &json!(MARTIN))
    );
    // Each of them is one feuille, however often it comes, alone or in a lot, and whoever sends it.
    for (caller, sheet, known) in [(&blanc, others, &other), (&martin, own(), &kept)] {
        let again = caller.post(FEUILLES, sheet.clone()).await;
        assert_eq!(again.problem(409), "feuille_existante");
        assert_eq!(again.expect(409)["ressources"][0]["id"], known["id"]);
        let line = format!("{sheet}\n");
        let lot = app.caisse(AIN).send_ndjson("/v1/feuilles-de-soins/lots", &line).await;
        let answer = String::from_utf8(lot.body.clone()).unwrap();
        assert!(answer.contains(known["id"].as_str().unwrap()), "{answer}");
        assert!(answer.contains("deja_recue"), "{answer}");
    }
    // Both at once, in one lot.
    let others = facturee(("BERNARD", "752", "2025-03-10"), (BLANC, DE_MARTIN, "01"), Value::Null);
    let pair = format!("{others}\n{}\n", feuille("BERNARD", "752", "2025-03-10", "T"));
    for word in ["enregistree", "deja_recue"] {
        let lot = app.caisse(AIN).send_ndjson("/v1/feuilles-de-soins/lots", &pair).await;
        let answer = String::from_utf8(lot.body).unwrap();
        assert_eq!(answer.matches(word).count(), 2, "{answer}");
    }
    // Under the number of the doctor whom he says to replace, the invoice is one of that doctor's.
    let mut locum = facturee(("BERNARD", "753", "2025-03-10"), (BLANC, DE_MARTIN, "01"), "R");
    locum["executant"]["remplacant_de"] = json!({ "rpps": MARTIN });
    blanc.post(FEUILLES, locum).await.expect(201);
    let taken = martin.post(FEUILLES, feuille("BERNARD", "753", "2025-03-10", "T")).await;
    assert_eq!(taken.problem(409), "feuille_existante");
    // It is not his to read: nothing says where it is.
    assert!(taken.expect(409).get("ressources").is_none());
}
