//! What is measured, and that what watches it names nothing else.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::services::mesures::comptees;

use crate::service::token;
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, choix, feuille, signature};
use crate::support::process::{Folder, Service};
use crate::support::vie::BOUCHES_DU_RHONE;

const DASHBOARD: &str = include_str!("../../docs/supervision/grafana.json");
const ALERTS: &str = include_str!("../../docs/supervision/alertes.yaml");
const PAGE: &str = include_str!("../../docs/EXPLOITATION.md");

async fn read(address: &str) -> String {
    reqwest::get(address).await.unwrap().text().await.unwrap()
}

/// Names of ours in an expression.
fn names(expression: &str) -> impl Iterator<Item = &str> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("traitant_"))
}

#[tokio::test]
async fn measures_count_what_was_answered_and_name_nobody() {
    let folder = Folder::new();
    let settings = [
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
        ("TRAITANT_MESURES", "127.0.0.1:0"),
    ];
    let service = Service::start(&settings);
    let metrics = service.welcome.lines().find_map(|line| line.strip_prefix("Mesures : ")).unwrap();
    let martin = token(&folder, &["medecin"]);
    let path = format!("{}/v1/medecins-traitants/consultation", service.address);
    for day in ["1958-07-14", "1958-07-15"] {
        let body = serde_json::json!({
            "identifiant": { "type": "nir", "valeur": "158070100199152" }, "date_naissance": day,
        });
        let asked = reqwest::Client::new().post(&path).bearer_auth(&martin).json(&body);
        asked.send().await.unwrap();
    }
    reqwest::get(format!("{}/v1/moi", service.address)).await.unwrap();
    let text = read(metrics).await;
    let route = "route=\"/v1/medecins-traitants/consultation\"";
    for (status, code) in [("200", "-"), ("404", "introuvable")] {
        let line = format!(
            "traitant_http_requests_total{{method=\"POST\",{route},status=\"{status}\",code=\"{code}\"}} 1"
        );
        assert!(text.contains(&line), "{line}\n{text}");
    }
    assert!(
        text.contains(&format!("traitant_http_request_duration_seconds_count{{{route}}} 2")),
        "{text}"
    );
    assert!(text.contains("code=\"jeton_absent\"") && text.ends_with("# EOF\n"), "{text}");
    for somebody in ["158070100199152", "1958", "99900001233", "BERNARD"] {
        assert!(!text.contains(somebody), "{somebody}: {text}");
    }
    // They are not told to callers.
    let own = reqwest::get(format!("{}/metrics", service.address)).await.unwrap();
    assert_eq!(own.status(), 404);

    // What the dashboard and the alerts ask for is measured.
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let targets = dashboard["panels"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap());
    let asked = targets.map(|target| target["expr"].as_str().unwrap().to_owned());
    let rules: Value = yaml_serde::from_str(ALERTS).unwrap();
    let rules = rules["groups"][0]["rules"].as_array().unwrap();
    let expressions: Vec<String> =
        asked.chain(rules.iter().map(|rule| rule["expr"].as_str().unwrap().to_owned())).collect();
    // Jobs are told while there are some.
    let told = |name: &str| {
        let family =
            name.trim_end_matches("_total").trim_end_matches("_bucket").trim_end_matches("_info");
        text.contains(&format!("# TYPE {family} "))
    };
    let unknown: BTreeSet<&str> = expressions
        .iter()
        .flat_map(|expression| names(expression))
        .filter(|name| !told(name))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}\n{text}");
    // Each alert has its page.
    for rule in rules {
        let name = rule["alert"].as_str().unwrap();
        assert!(PAGE.contains(&format!("### {name}\n")), "{name} has no page");
        let page = format!("docs/EXPLOITATION.md#{}", name.to_lowercase());
        assert_eq!(rule["annotations"]["page"], page.as_str());
    }
}

/// What the program has counted: an event by its kind and detail.
fn events(app: &TestApp, kind: &str, detail: Option<&str>) -> u64 {
    let all = comptees(&app.core).evenements;
    let found = all.into_iter().find(|((own, of), _)| *own == kind && of.as_deref() == detail);
    found.map_or(0, |(_, count)| count)
}

#[tokio::test]
async fn what_is_written_is_counted_once_by_kind_reason_and_proof_and_what_is_refused_is_not() {
    let app = TestApp::new().await;
    assert_eq!(comptees(&app.core).evaluations.len(), 0);
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    assert_eq!(events(&app, "declaration.prise_effet", None), 1);
    assert_eq!(events(&app, "declaration.deposee", Some("verifiee")), 1);
    app.advance(TimeDelta::days(1));
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    assert_eq!(events(&app, "declaration.remplacee", Some("remplacement")), 1);
    assert_eq!(events(&app, "declaration.prise_effet", None), 2);
    // Refused: its signatures are of another content.
    let mut wrong = choix("BERNARD", PONS);
    wrong["signatures"] = json!([signature("medecin", "cps", &"a".repeat(64))]);
    app.medecin(PONS).post("/v1/declarations", wrong).await.problem(409);
    assert_eq!(events(&app, "declaration.deposee", Some("verifiee")), 2);

    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let sent = feuille("ALICE", "000000001", "2025-06-17", "T");
    let stored = caisse.post("/v1/feuilles-de-soins", sent.clone()).await.expect(201);
    // The same again changes nothing.
    assert_eq!(caisse.post("/v1/feuilles-de-soins", sent).await.problem(409), "feuille_existante");
    let all = comptees(&app.core).evaluations;
    assert_eq!(all.values().sum::<u64>(), 1, "{all:?}");
    let told = stored.to_string();
    assert!(all.keys().all(|code| told.contains(&format!("\"{code}\""))), "{all:?} {told}");
}
