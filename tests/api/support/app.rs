//! The application under test: the real router, law and database, a clock that tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use traitant::auth::{Emetteur, Prouveur};
use traitant::domain::acteur::{Acteur, Caisse};
use traitant::domain::clock::{Clock, FixedClock};
use traitant::domain::identifiers::{Organisme, Rpps};
use traitant::domain::ids::{IdSource, PatientId};
use traitant::jobs;
use traitant::law::Law;
use traitant::sandbox;
use traitant::services::{Core, Mode};
use traitant::storage::Db;

use super::auth::{Lecteur, sandbox_verifier};
use super::contract;
use super::database::TestDatabase;
use super::fhir;
use super::logs;
pub use super::reply::Reply;

/// When tests happen, unless they move the clock: noon in Paris on 16 June 2025.
pub const NOW: &str = "2025-06-16T10:00:00Z";

/// The general practitioner of the sandbox, and another one.
pub const MARTIN: &str = "99900001233";
pub const PONS: &str = "99900007016";
pub const CARDIOLOGUE: &str = "99900002017";

pub struct TestApp {
    pub database: Arc<TestDatabase>,
    pub clock: Arc<FixedClock>,
    pub ids: Arc<IdSource>,
    pub core: Core,
    pub emetteur: Arc<Emetteur>,
    pub prouveur: Arc<Prouveur>,
    pub router: Router,
    keys: Arc<AtomicU32>,
}

impl TestApp {
    /// An application over the sandbox people.
    pub async fn new() -> Self {
        Self::over(TestDatabase::with_people().await, 8).await
    }

    /// An application over a database, with so many connections.
    pub async fn over(database: TestDatabase, connections: u32) -> Self {
        Self::under(Arc::new(database), connections, Law::embedded().unwrap(), 42).await
    }

    /// An application under some law, with identifiers of its own.
    pub async fn under(database: Arc<TestDatabase>, connections: u32, law: Law, seed: u64) -> Self {
        let db = database.db(connections).await;
        Self::with_db(database, db, law, seed)
    }

    /// An application over a database of which it has these keys.
    pub fn with_db(database: Arc<TestDatabase>, db: Db, law: Law, seed: u64) -> Self {
        logs::capture();
        let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
        let as_clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(&clock);
        let ids = Arc::new(IdSource::seeded(Arc::clone(&as_clock), seed));
        let law = Arc::new(law);
        let emetteur = Arc::new(Emetteur::ephemeral().unwrap());
        let verifier = sandbox_verifier(&emetteur, &as_clock);
        let core = Core::new(db, as_clock, Arc::clone(&ids), law, Mode::BacASable);
        let prouveur = Arc::new(Prouveur::ephemeral().unwrap());
        let router = Router::new();
        // Two applications over one database do not share their keys.
        let keys = Arc::new(AtomicU32::new(u32::try_from(seed).unwrap() * 1_000));
        Self { database, clock, ids, core, emetteur, prouveur, router, keys }
            .with_verifier(verifier)
    }

    /// A doctor.
    pub fn medecin(&self, rpps: &str) -> Caller<'_> {
        self.caller(&Acteur::Medecin(Rpps::parse(rpps).unwrap()))
    }

    /// A patient of the sandbox, by first name.
    pub fn patient(&self, prenom: &str) -> Caller<'_> {
        self.caller(&Acteur::Patient(patient_id(prenom)))
    }

    /// A caisse.
    pub fn caisse(&self, organisme: &str) -> Caller<'_> {
        self.caller(&Acteur::Caisse(Caisse::of(Organisme::parse(organisme).unwrap())))
    }

    /// An agent of the national register of doctors.
    pub fn referentiel(&self, sub: &str) -> Caller<'_> {
        let acteur = Acteur::Referentiel;
        self.bearer(self.emetteur.issue_as(&acteur, sub, &*self.clock, &self.ids, 3600).unwrap())
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Caller<'_> {
        Caller { app: self, token: None, lecteur: None }
    }

    /// Whoever bears this token.
    pub fn bearer(&self, token: String) -> Caller<'_> {
        Caller { app: self, token: Some(token), lecteur: Some(Lecteur::default()) }
    }

    /// Somebody, with this token.
    pub fn porteur(&self, acteur: &Acteur, token: String) -> Caller<'_> {
        Caller { lecteur: Some(Lecteur::of(acteur)), ..self.bearer(token) }
    }

    fn caller(&self, acteur: &Acteur) -> Caller<'_> {
        self.porteur(acteur, self.emetteur.issue(acteur, &*self.clock, &self.ids, 3600).unwrap())
    }

    /// A key that no other creation of this test uses.
    pub fn key(&self) -> String {
        format!("cle-de-test-{:06}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// Moves the clock.
    pub fn advance(&self, delta: TimeDelta) {
        self.clock.advance(delta);
    }

    /// Puts the clock at noon in Paris on a day.
    pub fn on(&self, day: &str) {
        self.clock.set(format!("{day}T10:00:00Z").parse().unwrap());
    }

    /// The present instant, as an address writes it.
    pub fn clock(&self) -> String {
        self.clock.now().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
    }

    /// Runs the jobs that are due.
    pub async fn run_jobs(&self) -> usize {
        jobs::run_due(&self.core).await.unwrap()
    }

    /// Sends a request as it is; its answer remains to be read.
    pub async fn open(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a request as it is.
    pub async fn send(&self, mut request: Request<Body>) -> Reply {
        // Addresses of the façade of FHIR are those by which it is reached.
        if request.uri().path().starts_with("/fhir") {
            request.headers_mut().insert("host", HeaderValue::from_static(fhir::HOST));
        }
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let response = self.open(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        let content_type = headers
            .get("content-type")
            .map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
        for name in contract::PROTECTIONS {
            assert!(headers.contains_key(name), "{method} {path} {status}: {name}");
        }
        contract::check(&method, &path, status.as_u16(), &content_type, &body);
        fhir::check(&path, &content_type, &body);
        contract::check_headers(&method, &path, status.as_u16(), &headers);
        Reply { status, headers, body }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let logged = logs::take();
        if let Some(number) = logs::number_of_a_person(&logged) {
            panic!("the logs hold what looks like a number of a person: {number}");
        }
        for name in ["ESSAI-", "ALICE", "Bearer "] {
            assert!(!logged.contains(name), "the logs hold {name}");
        }
    }
}

/// The id of a sandbox patient.
pub fn patient_id(prenom: &str) -> PatientId {
    sandbox::patient_id(prenom).unwrap_or_else(|| panic!("nobody is called {prenom}"))
}

/// Somebody who calls.
pub struct Caller<'a> {
    app: &'a TestApp,
    token: Option<String>,
    /// What adds the proofs of the signatures that it transmits.
    lecteur: Option<Lecteur>,
}

impl Caller<'_> {
    /// The same, who transmits signatures as they are.
    pub fn sans_preuves(self) -> Self {
        Self { lecteur: None, ..self }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Reply {
        self.request("GET", path, &[], None).await
    }

    /// Sends a body, under a new idempotency key.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        let key = self.app.key();
        self.request("POST", path, &[("idempotency-key", &key)], Some(&body)).await
    }

    /// Sends a body about a version, under a new idempotency key.
    pub async fn post_on(&self, path: &str, version: i64, body: Value) -> Reply {
        let (key, etag) = (self.app.key(), format!("\"{version}\""));
        let headers = [("idempotency-key", key.as_str()), ("if-match", &etag)];
        self.request("POST", path, &headers, Some(&body)).await
    }

    /// Acts on a version, without a body, under a new idempotency key.
    pub async fn act_on(&self, path: &str, version: i64) -> Reply {
        let (key, etag) = (self.app.key(), format!("\"{version}\""));
        let headers = [("idempotency-key", key.as_str()), ("if-match", &etag)];
        self.request("POST", path, &headers, None).await
    }

    /// Sends a file of lines, under a new idempotency key.
    pub async fn send_ndjson(&self, path: &str, lines: &str) -> Reply {
        self.send_ndjson_under(path, lines, &self.app.key()).await
    }

    /// Sends a file of lines, under a key.
    pub async fn send_ndjson_under(&self, path: &str, lines: &str, key: &str) -> Reply {
        let mut request = Request::builder()
            .method("POST")
            .uri(path)
            .header("content-type", "application/x-ndjson")
            .header("idempotency-key", key);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.app.send(request.body(Body::from(lines.to_owned())).unwrap()).await
    }

    /// Sends a file of some type, compressed.
    pub async fn send_compressed(&self, path: &str, content: &str, file: &[u8]) -> Reply {
        let headers = [("content-type", content), ("content-encoding", "gzip")];
        self.send_bytes(path, &headers, file).await
    }

    /// Sends a file of some type.
    pub async fn send_file(&self, path: &str, content: &str, file: &[u8]) -> Reply {
        self.send_bytes(path, &[("content-type", content)], file).await
    }

    async fn send_bytes(&self, path: &str, headers: &[(&str, &str)], file: &[u8]) -> Reply {
        let mut request = Request::builder().method("POST").uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.app.send(request.body(Body::from(file.to_vec())).unwrap()).await
    }

    /// Sends anything.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let proved = match (&self.lecteur, body) {
            (Some(lecteur), Some(body)) if path.starts_with("/v1/declarations") => {
                Some(lecteur.prove(self.app, body))
            }
            _ => None,
        };
        let body = proved.as_ref().or(body);
        let content = match body {
            Some(value) => {
                request = request.header("content-type", "application/json");
                Body::from(value.to_string())
            }
            None => Body::empty(),
        };
        let reply = self.app.send(request.body(content).unwrap()).await;
        if let (Some(value), true) = (body, reply.status.is_success()) {
            contract::check_request(method, path, value);
        }
        reply
    }

    /// The content that the parties of a choice sign: its digest.
    pub async fn digest_of(&self, choix: &Value) -> String {
        let reply = self.post("/v1/declarations/apercu", choix.clone()).await;
        reply.expect(200)["contenu_sha256"].as_str().unwrap().to_owned()
    }

    /// Declares a choice with both signatures at once, as a doctor's software does.
    pub async fn declare(&self, prenom: &str, rpps: &str) -> Reply {
        let mut choix = choix(prenom, rpps);
        let digest = self.digest_of(&choix).await;
        choix["signatures"] = json!([
            signature("assure", "carte_vitale", &digest),
            signature("medecin", "cps", &digest),
        ]);
        self.post("/v1/declarations", choix).await
    }
}

/// A choice of a doctor by a sandbox patient, designated as on the Vitale card.
pub fn choix(prenom: &str, rpps: &str) -> Value {
    json!({ "patient": cle(prenom), "medecins": [{ "rpps": rpps }] })
}

/// A sandbox patient, as on the Vitale card.
pub fn cle(prenom: &str) -> Value {
    let person = sandbox::PATIENTS.iter().find(|person| person.prenom == prenom).unwrap();
    json!({
        "identifiant": { "type": person.nature, "valeur": person.numero },
        "date_naissance": person.date_naissance,
    })
}

/// A signature of a content.
pub fn signature(role: &str, moyen: &str, digest: &str) -> Value {
    json!({ "role": role, "moyen": moyen, "contenu_sha256": digest })
}

/// A paper signature of a content.
pub fn paper(role: &str, day: &str, digest: &str) -> Value {
    json!({
        "role": role,
        "moyen": "papier_original_vu",
        "signe_le": day,
        "contenu_sha256": digest,
        "preuve": { "temoin": "agent-12", "reference_archive": "BOITE-7/42" },
    })
}

/// A consultation of a general practitioner, billed by Martin for a sandbox patient.
pub fn feuille(prenom: &str, numero: &str, jour: &str, indicateur: impl Into<Value>) -> Value {
    let person = sandbox::PATIENTS.iter().find(|person| person.prenom == prenom).unwrap();
    let own = json!({ "type": person.nature, "valeur": person.numero });
    let insured = match person.ouvrant_droit {
        Some(parent) => json!({ "type": "nir", "valeur": parent }),
        None => own.clone(),
    };
    let (regime, rest) = person.organisme.split_at(2);
    let (caisse, centre) = rest.split_at(3);
    json!({
        "numero_facture": numero,
        "support": "electronique",
        "mode_securisation": "securise",
        "date_etablissement": jour,
        "beneficiaire": {
            "identifiant_individuel": own,
            "identifiant_ouvrant_droit": insured,
            "qualite": if person.ouvrant_droit.is_some() { "6" } else { "0" },
            "date_naissance": person.date_naissance,
            "organisme": { "regime": regime, "caisse": caisse, "centre": centre },
        },
        "executant": {
            "rpps": MARTIN,
            "numero_facturation": { "type": "num_am", "valeur": "991999905" },
            "specialite": "01",
            "convention": "secteur_1",
        },
        "parcours": { "indicateur": indicateur.into() },
        "assurance": { "nature": "maladie" },
        "actes": [{
            "numero_ligne": 1,
            "date_execution": jour,
            "nomenclature": "ngap",
            "code": "G",
            "honoraires_centimes": 3000,
            "base_remboursement_centimes": 3000,
        }],
    })
}
