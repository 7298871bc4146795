//! Files in the columns and the codes of the national system of health data.

use serde_json::{Value, json};

use super::{EXPORTS, content, made, rows};
use crate::support::TestApp;
use crate::support::app::{MARTIN, feuille};
use crate::support::vie::BOUCHES_DU_RHONE;

/// Caisse of Lisa.
const CORSE_DU_SUD: &str = "012010000";

#[tokio::test]
async fn the_table_of_the_snds_has_its_columns_and_nothing_that_nobody_knows() {
    let app = TestApp::new().await;
    let body = json!({ "nature": "designations", "format": "ndjson", "colonnes": "snds" });
    let export = made(&app, BOUCHES_DU_RHONE, body).await;
    let rows = rows(&app.caisse(BOUCHES_DU_RHONE), &export).await;
    let shown = |row: &Value| {
        [
            "BEN_NIR_PSA",
            "BEN_RNG_GEM",
            "MTT_DEB_DTE",
            "MTT_FIN_DTE",
            "MTT_MTF_COD",
            "MTT_ORI_COD",
            "MTT_PFS_NUM",
        ]
        .map(|name| row[name].clone())
    };
    let found: Vec<_> = rows.iter().map(shown).collect();
    // Hugo left Martin for Pons on 15 November 2023, on paper.
    assert_eq!(
        found,
        [
            json!([null, 1, "2017-06-01", "2023-11-14", "FIS", "M", "991999905"]),
            json!([null, 1, "2023-11-15", null, null, "M", "991999954"]),
        ]
        .map(|row| std::array::from_fn(|place| row[place].clone()))
    );
    let refused = json!({ "nature": "mouvements", "format": "csv", "colonnes": "snds" });
    let refused = app.caisse(BOUCHES_DU_RHONE).post(EXPORTS, refused).await;
    assert_eq!(refused.wrong_fields(), [("/colonnes".to_owned(), "valeur_interdite".to_owned())]);
}

/// A consultation of another general practitioner than Lisa's, outside the parcours.
fn dehors(numero: &str, jour: &str, cents: i64) -> Value {
    let mut body = feuille("LISA", numero, jour, "S2");
    body["executant"] = json!({
        "rpps": "99900004039", "numero_facturation": { "type": "num_am", "valeur": "991999939" },
        "specialite": "22", "convention": "secteur_1", "code_convention": "1",
    });
    body["actes"][0]["honoraires_centimes"] = json!(cents);
    body["actes"][0]["base_remboursement_centimes"] = json!(cents);
    body
}

#[tokio::test]
async fn rates_and_majorations_are_said_in_the_codes_of_the_snds() {
    let app = TestApp::new().await;
    let doctor = app.medecin("99900004039");
    // Published: 30 € repaid 8.40 € in 2025, where the majoration is at its ceiling of 10.60 €; 22 € repaid 5.60 € in 2009.
    let capped =
        doctor.post("/v1/feuilles-de-soins", dehors("1", "2025-03-28", 3000)).await.expect(201);
    assert_eq!(capped["evaluations"][0]["totaux"]["rembourse_amo_centimes"], 840);
    let mut old = dehors("2", "2009-06-15", 2200);
    old["actes"][0]["code"] = json!("C");
    let old = doctor.post("/v1/feuilles-de-soins", old).await.expect(201);
    assert_eq!(old["evaluations"][0]["totaux"]["rembourse_amo_centimes"], 560);
    let mut third = dehors("3", "2025-04-28", 3000);
    third["paiement"] = json!({ "tiers_payant_amo": true });
    doctor.post("/v1/feuilles-de-soins", third).await.expect(201);
    let inside = feuille("LISA", "4", "2025-05-05", "T");
    app.medecin(MARTIN).post("/v1/feuilles-de-soins", inside).await.expect(201);
    // Care of a day that is not asked for.
    doctor.post("/v1/feuilles-de-soins", dehors("5", "2025-06-01", 3000)).await.expect(201);

    let body = json!({ "nature": "evaluations", "format": "ndjson", "colonnes": "snds",
                       "soins_du": "2009-01-01", "soins_au": "2025-05-31" });
    let export = made(&app, CORSE_DU_SUD, body).await;
    let caisse = app.caisse(CORSE_DU_SUD);
    let mut found: Vec<Vec<String>> = rows(&caisse, &export)
        .await
        .iter()
        .map(|row| {
            [
                "EXE_SOI_DTD",
                "PRS_PDS_QTP",
                "PRS_PDS_QCP",
                "RGO_THE_TAU",
                "RGO_REM_TAU",
                "RGO_MIN_TAU",
                "RGO_FTA_COD",
                "RGO_MOD_MNT",
                "BSE_REM_BSE",
                "BSE_REM_MNT",
                "PRS_PAI_MNT",
            ]
            .map(|name| row[name].to_string().trim_matches('"').to_owned())
            .to_vec()
        })
        .collect();
    found.sort();
    let expected = [
        "2009-06-15 null 23 70.0 30.0 30.0 1 8.8 22.0 6.6 22.0",
        "2025-03-28 null 23 70.0 30.0 30.0 2 10.6 30.0 10.4 30.0",
        "2025-04-28 null 23 70.0 30.0 30.0 4 10.6 30.0 10.4 30.0",
        "2025-05-05 1 1 70.0 70.0 null 0 0.0 30.0 21.0 30.0",
    ];
    assert_eq!(found.iter().map(|row| row.join(" ")).collect::<Vec<_>>(), expected);

    let body = json!({ "nature": "evaluations", "format": "csv",
                       "soins_du": "2025-03-28", "soins_au": "2025-03-28" });
    let export = made(&app, CORSE_DU_SUD, body).await;
    let csv = content(&caisse, &export).await;
    let row = csv.lines().nth(1).unwrap();
    assert!(row.contains(";7000;3000;3000;2100;900;1060;200;840;"), "{row}");
    assert_eq!(export["lignes"], 1);
}
