//! The law that anybody may read.

use serde_json::Value;

use crate::support::TestApp;

fn named<'a>(list: &'a Value, code: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|item| item["code"] == code).unwrap()
}

#[tokio::test]
async fn the_law_of_a_day_is_public_dated_and_sourced() {
    let app = TestApp::new().await;
    let law = app.anonymous().get("/v1/loi?le=2024-05-14").await.expect(200);
    let amount = named(&law["parametres"], "PF_MONTANT");
    assert_eq!(amount["valeur"], 100);
    assert_eq!((&amount["du"], &amount["au"]), (&"2005-01-01".into(), &"2024-05-14".into()));
    assert!(!amount["fondement"].as_array().unwrap().is_empty());
    let rule = named(&law["regles"], "PAR-010");
    assert!(rule["fondement"][0]["citation"].as_str().unwrap().contains("L162-5-3"));
    let after = app.anonymous().get("/v1/loi?le=2024-05-15").await.expect(200);
    assert_eq!(named(&after["parametres"], "PF_MONTANT")["valeur"], 200);
    assert_eq!(law["regles_version"], after["regles_version"]);
    let today = app.anonymous().get("/v1/loi").await.expect(200);
    assert_eq!(named(&today["parametres"], "PF_MONTANT")["en_clair"], "2,00\u{a0}€");
    let early = app.anonymous().get("/v1/loi?le=2005-12-31").await;
    assert_eq!(early.problem(422), "hors_couverture");
}

#[tokio::test]
async fn two_days_are_compared_value_by_value() {
    let app = TestApp::new().await;
    let path = "/v1/loi/comparaison?du=2024-05-14&au=2024-05-15";
    let changes = app.anonymous().get(path).await.expect(200);
    let changed = changes["parametres"].as_array().unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["avant"]["valeur"], 100);
    assert_eq!(changed[0]["apres"]["valeur"], 200);
    let same = app.anonymous().get("/v1/loi/comparaison?du=2025-06-15&au=2025-06-16").await;
    assert_eq!(same.expect(200)["parametres"].as_array().unwrap().len(), 0);
    let missing = app.anonymous().get("/v1/loi/comparaison?du=2025-06-15").await;
    assert_eq!(missing.status, 400);
}
