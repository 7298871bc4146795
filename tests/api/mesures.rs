//! What is measured, and that what watches it names nothing else.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::service::token;
use crate::support::process::{Folder, Service};

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
