//! Two instances of the program on one server, and what is asked of them.

use std::path::PathBuf;
use std::sync::Mutex;

use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::watch;
use traitant::domain::digest::Empreinte;

use super::charge::{Kind, Write};
use super::grappes::Grappes;
use crate::service::token;
use crate::support::database::KEY_HEX;
use crate::support::process::{Folder, Service, run, said};

/// The place where it happens.
pub struct Site {
    pub(super) grappes: Grappes,
    folder: Folder,
    pub(super) services: Mutex<Vec<Option<Service>>>,
    pub(super) addresses: Mutex<Vec<String>>,
    /// Whether nothing fails at the moment.
    pub(super) up: watch::Sender<bool>,
    pub(super) asking: watch::Sender<usize>,
    /// Requests that were not answered for good.
    pub(super) refused: watch::Sender<u64>,
    martin: String,
    caisse: String,
    /// Persons of the sandbox.
    pub(super) people: i64,
}

impl Site {
    pub const INSTANCES: usize = 2;

    pub async fn open(disque: Option<String>) -> Self {
        let opening = tokio::task::spawn_blocking(move || Grappes::open(disque.as_deref()));
        let grappes = opening.await.unwrap();
        let folder = Folder::new();
        let settings = settings(&grappes, &folder, 0);
        let migrated = run(&pairs(&settings), &["migrer"]);
        assert!(migrated.status.success(), "{}", said(&migrated));
        let site = Self {
            people: 0,
            martin: String::new(),
            caisse: String::new(),
            grappes,
            services: Mutex::new((0..Self::INSTANCES).map(|_| None).collect()),
            addresses: Mutex::new(vec![String::new(); Self::INSTANCES]),
            folder,
            up: watch::Sender::new(true),
            asking: watch::Sender::new(0),
            refused: watch::Sender::new(0),
        };
        for instance in 0..Self::INSTANCES {
            site.start(instance);
        }
        let pool = PgPool::connect(&site.grappes.url("traitant")).await.unwrap();
        let people =
            sqlx::query_scalar("SELECT count(*) FROM patient").fetch_one(&pool).await.unwrap();
        pool.close().await;
        // The first start makes the keys of the tokens.
        let long = ["--duree", "43200"];
        let martin = token(&site.folder, &[&["medecin"][..], &long].concat());
        let caisse = token(&site.folder, &[&["caisse"][..], &long].concat());
        Self { martin, caisse, people, ..site }
    }

    /// Waits until nothing fails.
    pub async fn is_up(&self) {
        self.up.subscribe().wait_for(|up| *up).await.unwrap();
    }

    /// Asks once; gives the digest of the answer. What is not an answer for good is an error.
    pub async fn ask(
        &self,
        http: &reqwest::Client,
        instance: usize,
        (write, corps): (&Write, &str),
    ) -> Result<Empreinte, String> {
        let address = self.addresses.lock().unwrap()[instance].clone();
        let (path, token, kind) = match write.kind {
            Kind::Feuille => ("/v1/feuilles-de-soins", &self.martin, "application/json"),
            Kind::Lot => ("/v1/feuilles-de-soins/lots", &self.martin, "application/x-ndjson"),
            Kind::Patient => ("/v1/patients", &self.caisse, "application/json"),
        };
        let asked = http
            .post(format!("{address}{path}"))
            .bearer_auth(token)
            .header("content-type", kind)
            .header("idempotency-key", write.cle())
            .body(corps.to_owned());
        self.asking.send_modify(|asking| *asking += 1);
        let answer = async {
            let answer = asked.send().await.map_err(|error| error.to_string())?;
            let status = answer.status().as_u16();
            let body = answer.bytes().await.map_err(|error| error.to_string())?.to_vec();
            Ok::<_, String>((status, body))
        }
        .await;
        self.asking.send_modify(|asking| *asking -= 1);
        let answer = answer.and_then(|(status, body)| read(write, status, &body));
        if answer.is_err() {
            self.refused.send_modify(|refused| *refused += 1);
        }
        answer
    }

    /// Starts an instance.
    pub(super) fn start(&self, instance: usize) {
        let settings = settings(&self.grappes, &self.folder, instance);
        let service = Service::start(&pairs(&settings));
        self.addresses.lock().unwrap()[instance].clone_from(&service.address);
        self.services.lock().unwrap()[instance] = Some(service);
    }

    /// Puts the clock of one instance so many seconds before or after those of the others.
    pub(super) fn turn_clock(&self, instance: usize, seconds: i64) {
        let made = self.folder.path().join("horloge-en-cours");
        std::fs::write(&made, seconds.to_string()).unwrap();
        std::fs::rename(made, clock(&self.folder, instance)).unwrap();
    }

    /// Statements, one after the other, on one connection.
    pub(super) async fn sql(&self, statements: &'static str) {
        let mut connection = PgConnection::connect(&self.grappes.url("traitant")).await.unwrap();
        for statement in statements.split(';') {
            sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }

    /// Runs a command of the program on the register, with the clock of an instance; what it says when it fails.
    pub(super) fn command(&self, instance: usize, command: &str) -> Result<(), String> {
        let settings = settings(&self.grappes, &self.folder, instance);
        let output = run(&pairs(&settings), &[command]);
        if output.status.success() { Ok(()) } else { Err(said(&output)) }
    }
}

/// The digest of an answer for good.
fn read(write: &Write, status: u16, body: &[u8]) -> Result<Empreinte, String> {
    let text = String::from_utf8_lossy(body);
    match (status, write.kind) {
        (200, Kind::Lot) => {
            let lines: Vec<serde_json::Value> =
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let (refused, done): (Vec<_>, Vec<_>) =
                lines.iter().partition(|line| line["resultat"] == "refusee");
            if done.len() == write.len() {
                return Ok(Empreinte::of(""));
            }
            // A line may only be refused for what may be tried again.
            for line in refused {
                assert_eq!(line["probleme"]["status"], 503, "{line}");
            }
            Err(format!("{} lines of a lot", done.len()))
        }
        (200 | 201, _) => Ok(Empreinte::of(body)),
        (503, _) => Err("503".to_owned()),
        (409, _) if text.contains("cle_idempotence_en_cours") => Err("409".to_owned()),
        _ => panic!("{status} {text}"),
    }
}

/// The file that says how wrong the clock of an instance is.
fn clock(folder: &Folder, instance: usize) -> PathBuf {
    folder.path().join(format!("horloge-{instance}"))
}

fn settings(grappes: &Grappes, folder: &Folder, instance: usize) -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    vec![
        ("DATABASE_URL", grappes.url("traitant")),
        ("TRAITANT_MODE", text("bac-a-sable")),
        ("TRAITANT_CLE_MAITRE", text(KEY_HEX)),
        ("TRAITANT_DONNEES", text(folder.path().to_str().unwrap())),
        ("TRAITANT_ADRESSE", text("127.0.0.1:0")),
        ("TRAITANT_JOURNAL", text("off")),
        ("TRAITANT_DEBIT_PORTEUR", text("0")),
        ("TRAITANT_ESSAI_HORLOGE", text(clock(folder, instance).to_str().unwrap())),
    ]
}

/// Settings, as a command takes them.
fn pairs<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
