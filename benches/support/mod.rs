//! What measures of the running service share: a service in an empty directory, and a caisse that calls
//! it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The program that Cargo built for this run.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_traitant");
/// Doctors of the sandbox.
pub const MARTIN: &str = "99900001233";
/// The other one.
pub const PONS: &str = "99900007016";

/// Starts the service on a free port; gives its address.
pub fn start(folder: &Path) -> (Child, String) {
    let mut child = Command::new(PROGRAM)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TRAITANT_DONNEES", folder)
        .env("TRAITANT_ADRESSE", "127.0.0.1:0")
        .env("TRAITANT_JOURNAL", "warn")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines
        .find_map(|line| line.unwrap().split_once("écoute sur ").map(|(_, after)| after.to_owned()))
        .expect("the service did not start");
    let base = line.split_whitespace().next().unwrap().to_owned();
    (child, base)
}

/// A token of the service of a folder.
pub fn token(folder: &Path, bearer: &[&str]) -> String {
    let output = Command::new(PROGRAM)
        .arg("jeton")
        .args(bearer)
        .args(["--duree", "7200"])
        .env_clear()
        .env("TRAITANT_DONNEES", folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

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
        let mut choix = json!({
            "patient": { "identifiant": { "type": "nir", "valeur": nir(number) },
                         "date_naissance": "1958-07-14" },
            "medecins": [{ "rpps": rpps }],
        });
        let key = format!("choix-{rpps}-{number:06}");
        let shown = self.post("/v1/declarations/apercu", &key, None, &choix).await;
        let paper = |role: &str| {
            json!({ "role": role, "moyen": "papier_original_vu", "signe_le": day,
                    "contenu_sha256": shown["contenu_sha256"],
                    "preuve": { "temoin": "agent-1", "reference_archive": "BOITE-1" } })
        };
        choix["signatures"] = json!([paper("assure"), paper("medecin")]);
        let began = Instant::now();
        self.post("/v1/declarations", &key, None, &choix).await;
        began.elapsed()
    }
}

/// The NIR of one of the people of the load, key included.
pub fn nir(person: usize) -> String {
    let base = 1_580_701_000_000 + (500 + person / 999) * 1_000 + 1 + person % 999;
    format!("{base}{:02}", 97 - base % 97)
}

pub fn microseconds(times: &mut [Duration]) -> (u128, u128) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_micros();
    (at(50), at(99))
}
