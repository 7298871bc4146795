//! Machines that are not on time.

use serde_json::json;

use crate::service::token;
use crate::support::database::{KEY_HEX, TestDatabase};
use crate::support::process::{Folder, Service, run, said};

/// Thirty hours.
const FAR: i64 = 30 * 3_600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_wrong_neither_dates_nor_seals_anything() {
    let (database, folder) = (TestDatabase::bac_a_sable().await, Folder::new());
    let url = database.service_url().await;
    let clock = folder.path().join("horloge");
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("TRAITANT_MODE", "bac-a-sable"),
        ("TRAITANT_CLE_MAITRE", KEY_HEX),
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
        ("TRAITANT_ESSAI_HORLOGE", clock.to_str().unwrap()),
    ];
    let wrong_by = |seconds: i64| std::fs::write(&clock, seconds.to_string()).unwrap();
    let good = |command: &str| {
        let output = run(&settings, &[command]);
        assert!(output.status.success(), "{command}: {}", said(&output));
    };
    wrong_by(FAR);
    let service = Service::start(&settings);
    let martin = token(&folder, &["medecin"]);
    let consult = async || {
        let body = json!({
            "identifiant": { "type": "nir", "valeur": "158070100199152" }, "date_naissance": "1958-07-14",
        });
        let path = format!("{}/v1/medecins-traitants/consultation", service.address);
        let asked = reqwest::Client::new().post(path).bearer_auth(&martin).json(&body);
        assert_eq!(asked.send().await.unwrap().status(), 200);
    };
    // Whoever seals believes that it is tomorrow, whoever writes that it was yesterday.
    good("racine");
    consult().await;
    wrong_by(-FAR);
    consult().await;
    good("racine");
    let second = Service::start(&settings);
    assert!(second.end("TERM").success());
    wrong_by(0);
    consult().await;
    let pool = database.pool(1).await;
    let traced = "SELECT count(*) FROM acces
        WHERE survenu_le BETWEEN clock_timestamp() - interval '1 hour' AND clock_timestamp() + interval '1 second'";
    let traced: i64 = sqlx::query_scalar(traced).fetch_one(&pool).await.unwrap();
    let others =
        "SELECT count(*) FROM acces WHERE survenu_le > clock_timestamp() + interval '1 second'";
    let others: i64 = sqlx::query_scalar(others).fetch_one(&pool).await.unwrap();
    assert!(traced >= 3 && others == 0, "{traced} {others}");
    good("verifier");
}
