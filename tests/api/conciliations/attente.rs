//! How long people wait: counts, nobody in particular.

use serde_json::json;

use super::{AUTRE, CAISSE, open};
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, patient_id};

#[tokio::test]
async fn a_caisse_counts_how_long_its_insured_wait_and_nobody_in_particular() {
    let app = TestApp::new().await;
    // Days of request and of end, for three persons, one after the other.
    for (prenom, from, to, outcome) in [
        ("ALICE", "2025-04-01", "2025-04-11", "abandon"),
        ("ALICE", "2025-04-20", "2025-04-24", "cloture"),
        ("HUGO", "2025-04-01", "2025-05-01", "medecin-trouve"),
        ("GABRIEL", "2025-05-01", "2025-05-31", "medecin-trouve"),
    ] {
        app.on(from);
        let file = open(&app, prenom).await;
        app.on(to);
        let body = if outcome == "medecin-trouve" { json!({ "rpps": PONS }) } else { json!({}) };
        app.caisse(CAISSE).post_on(&format!("{file}/{outcome}"), 1, body).await.expect(200);
    }
    app.on("2025-06-01");
    open(&app, "ALICE").await;
    open(&app, "BERNARD").await;
    app.on("2025-06-16");
    let caisse = app.caisse(CAISSE);
    let reply = caisse.get("/v1/conciliations/statistiques").await;
    let all = reply.expect(200);
    let waiting = |nombre: u64, mediane: Option<i64>, centile: Option<i64>| json!({ "nombre": nombre, "mediane_jours": mediane, "centile_90_jours": centile });
    assert_eq!(
        (&all["caisse"], &all["du"], &all["au"]),
        (&json!("01131"), &json!("2024-07-01"), &json!("2025-06-17"))
    );
    assert_eq!(all["ouvertes"], waiting(1, Some(15), Some(15)));
    // 4, 10, 30 and 30 days.
    assert_eq!(all["terminees"], waiting(4, Some(10), Some(30)));
    assert_eq!(
        all["par_issue"],
        json!([
            { "issue": "medecin_trouve", "attente": waiting(2, Some(30), Some(30)) },
            { "issue": "abandonnee", "attente": waiting(1, Some(10), Some(10)) },
            { "issue": "close", "attente": waiting(1, Some(4), Some(4)) },
        ])
    );
    assert_eq!(
        all["par_mois"],
        json!([
            { "mois": "2025-04-01", "attente": waiting(2, Some(4), Some(10)) },
            { "mois": "2025-05-01", "attente": waiting(2, Some(30), Some(30)) },
        ])
    );
    // No person: neither their ids nor their doctors.
    let text = String::from_utf8(reply.body).unwrap();
    for person in ["ALICE", "HUGO", "GABRIEL"] {
        assert!(!text.contains(&patient_id(person).to_string()));
    }
    assert!(!text.contains(PONS));
    let count = async |query: &str| {
        let path = format!("/v1/conciliations/statistiques?{query}");
        caisse.get(&path).await.expect(200)["terminees"]["nombre"].clone()
    };
    // The first day counts, the last one does not.
    assert_eq!(count("du=2025-04-24&au=2025-05-01").await, 1);
    assert_eq!(count("du=2025-04-25&au=2025-05-01").await, 0);
    assert_eq!(count("du=2025-04-25&au=2025-05-02").await, 1);
    let other = app.caisse(AUTRE).get("/v1/conciliations/statistiques").await.expect(200);
    assert_eq!(
        (&other["ouvertes"]["nombre"], &other["terminees"]),
        (&json!(1), &waiting(0, None, None))
    );
    let empty = caisse.get("/v1/conciliations/statistiques?du=2025-06-01&au=2025-06-01").await;
    assert_eq!(empty.problem(400), "parametre_invalide");
    for nobody in [app.patient("ALICE"), app.medecin(MARTIN)] {
        let refused = nobody.get("/v1/conciliations/statistiques").await;
        assert_eq!(refused.problem(403), "role_interdit");
    }
}
