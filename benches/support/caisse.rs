//! A caisse that registers and declares, for measures of the register.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{nir, token};

/// Doctors of the sandbox.
pub const MARTIN: &str = "99900001233";
/// The other one.
pub const PONS: &str = "99900007016";

/// A caisse that calls the service.
#[derive(Debug, Clone)]
pub struct Caisse {
    /// What sends.
    pub http: reqwest::Client,
    /// Address of the service.
    pub base: String,
    token: String,
}

impl Caisse {
    pub fn new(folder: &Path, base: String) -> Self {
        let token = token(folder, &["caisse", "--organisme", "010110000"]);
        Self { http: reqwest::Client::new(), base, token }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Value {
        let reply = request.bearer_auth(&self.token).send().await.unwrap();
        let status = reply.status();
        let body: Value = reply.json().await.unwrap();
        assert!(status.is_success(), "{body}");
        body
    }

    pub async fn post(
        &self,
        path: &str,
        key: &str,
        version: Option<&Value>,
        body: &Value,
    ) -> Value {
        let mut request = self.http.post(format!("{}{path}", self.base)).json(body);
        request = request.header("idempotency-key", key);
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        self.send(request).await
    }

    pub async fn register(&self, number: usize) {
        let body = json!({
            "identifiant": { "type": "nir", "valeur": nir(number) },
            "date_naissance": "1958-07-14", "nom": "ESSAI-CHARGE", "prenom": "PERSONNE",
            "organisme": { "regime": "01", "caisse": "011", "centre": "0000" },
            "affilie_du": "2000-01-01",
        });
        self.post("/v1/patients", &format!("personne-{number:06}"), None, &body).await;
    }

    /// Declares a doctor on paper; gives how long the declaration itself took.
    pub async fn declare(&self, number: usize, rpps: &str, day: &str) -> Duration {
        let choix = self.signed(number, rpps, day).await;
        self.lodge(number, rpps, &choix).await
    }

    /// A choice that both parties signed on paper.
    pub async fn signed(&self, number: usize, rpps: &str, day: &str) -> Value {
        let mut choix = json!({
            "patient": { "identifiant": { "type": "nir", "valeur": nir(number) },
                         "date_naissance": "1958-07-14" },
            "medecins": [{ "rpps": rpps }],
        });
        let key = format!("apercu-{rpps}-{number:06}");
        let shown = self.post("/v1/declarations/apercu", &key, None, &choix).await;
        let paper = |role: &str| {
            json!({ "role": role, "moyen": "papier_original_vu", "signe_le": day,
                    "contenu_sha256": shown["contenu_sha256"],
                    "preuve": { "temoin": "agent-1", "reference_archive": "BOITE-1" } })
        };
        choix["signatures"] = json!([paper("assure"), paper("medecin")]);
        choix
    }

    /// Lodges a choice; gives how long that took.
    pub async fn lodge(&self, number: usize, rpps: &str, choix: &Value) -> Duration {
        let key = format!("choix-{rpps}-{number:06}");
        let began = Instant::now();
        self.post("/v1/declarations", &key, None, choix).await;
        began.elapsed()
    }
}

/// Median and 99th percentile, in microseconds.
pub fn microseconds(times: &mut [Duration]) -> (u128, u128) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_micros();
    (at(50), at(99))
}
