//! Two instances of the program on one server, what fails in them, and what is found afterwards.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rand::RngExt;
use rand::rngs::StdRng;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::watch;

use super::charge::{Kind, Ledger, Write};
use crate::service::token;
use crate::support::database::KEY_HEX;
use crate::support::process::{Folder, Service, run, said};
use crate::support::server::Alone;

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panne {
    /// An instance is killed, and started again.
    ServiceKilled,
    /// An instance is asked to stop, and started again.
    ServiceStopped,
    /// PostgreSQL and all its sessions are killed: it recovers from its journal.
    DatabaseKilled,
    /// PostgreSQL is stopped in the middle of everything, and started again.
    DatabaseStopped,
    /// Every session of PostgreSQL is cut, in the middle of its transaction.
    SessionsCut,
    /// PostgreSQL stands still until everybody waits for it, then goes on.
    DatabasePaused,
    /// Commits take long.
    CommitsDelayed,
    /// No session may write any more for a while.
    ReadOnly,
}

impl Panne {
    pub const ALL: [Self; 8] = [
        Self::ServiceKilled,
        Self::ServiceStopped,
        Self::DatabaseKilled,
        Self::DatabaseStopped,
        Self::SessionsCut,
        Self::DatabasePaused,
        Self::CommitsDelayed,
        Self::ReadOnly,
    ];
}

/// What was compared.
#[derive(Debug, Default)]
pub struct Found {
    pub acknowledged: usize,
    pub given_up: usize,
    /// Acknowledged, and not there.
    pub lost: Vec<String>,
    /// There more than once.
    pub twice: Vec<String>,
    /// There without what belongs to it.
    pub half: Vec<String>,
    /// Answered otherwise when asked again under the same key.
    pub otherwise: Vec<String>,
}

/// The place where it happens.
pub struct Site {
    server: Alone,
    folder: Folder,
    services: Mutex<Vec<Option<Service>>>,
    addresses: Mutex<Vec<String>>,
    /// Whether nothing fails at the moment.
    up: watch::Sender<bool>,
    asking: watch::Sender<usize>,
    martin: String,
    caisse: String,
    /// Persons of the sandbox.
    people: i64,
}

impl Site {
    pub const INSTANCES: usize = 2;

    pub async fn open() -> Self {
        let server = tokio::task::spawn_blocking(Alone::durable).await.unwrap();
        let folder = Folder::new();
        let settings = settings(&server, &folder);
        let settings = pairs(&settings);
        let migrated = run(&settings, &["migrer"]);
        assert!(migrated.status.success(), "{}", said(&migrated));
        let services: Vec<_> =
            (0..Self::INSTANCES).map(|_| Some(Service::start(&settings))).collect();
        let addresses = services.iter().flatten().map(|service| service.address.clone()).collect();
        let long = ["--duree", "43200"];
        let pool = PgPool::connect(&server.url("traitant")).await.unwrap();
        let people =
            sqlx::query_scalar("SELECT count(*) FROM patient").fetch_one(&pool).await.unwrap();
        pool.close().await;
        Self {
            people,
            martin: token(&folder, &[&["medecin"][..], &long].concat()),
            caisse: token(&folder, &[&["caisse"][..], &long].concat()),
            server,
            services: Mutex::new(services),
            addresses: Mutex::new(addresses),
            folder,
            up: watch::Sender::new(true),
            asking: watch::Sender::new(0),
        }
    }

    /// Waits until nothing fails.
    pub async fn is_up(&self) {
        self.up.subscribe().wait_for(|up| *up).await.unwrap();
    }

    /// Asks once. What is not an answer for good is an error.
    pub async fn ask(
        &self,
        http: &reqwest::Client,
        instance: usize,
        write: &Write,
    ) -> Result<Vec<u8>, String> {
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
            .header("idempotency-key", &write.cle)
            .body(write.corps.clone());
        self.asking.send_modify(|asking| *asking += 1);
        let answer = async {
            let answer = asked.send().await.map_err(|error| error.to_string())?;
            let status = answer.status().as_u16();
            let body = answer.bytes().await.map_err(|error| error.to_string())?.to_vec();
            Ok::<_, String>((status, body))
        }
        .await;
        self.asking.send_modify(|asking| *asking -= 1);
        let (status, body) = answer?;
        let text = String::from_utf8_lossy(&body).into_owned();
        match (status, write.kind) {
            (200, Kind::Lot) => {
                let lines: Vec<serde_json::Value> =
                    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                let good = |line: &&serde_json::Value| line["resultat"] != "refusee";
                let done = lines.iter().filter(good).count();
                if done == write.numeros.len() {
                    return Ok(Vec::new());
                }
                // A line may only be refused for what may be tried again.
                for line in lines.iter().filter(|line| line["resultat"] == "refusee") {
                    assert_eq!(line["probleme"]["status"], 503, "{line}");
                }
                Err(format!("{done} lines of a lot"))
            }
            (200 | 201, _) => Ok(body),
            (503, _) => Err("503".to_owned()),
            (409, _) if text.contains("cle_idempotence_en_cours") => Err("409".to_owned()),
            _ => panic!("{status} {text}"),
        }
    }

    fn start(&self, instance: usize) {
        let settings = settings(&self.server, &self.folder);
        let settings = pairs(&settings);
        let service = Service::start(&settings);
        self.addresses.lock().unwrap()[instance].clone_from(&service.address);
        self.services.lock().unwrap()[instance] = Some(service);
    }

    /// Statements, one after the other, on one connection.
    async fn sql(&self, statements: &'static str) {
        let mut connection = PgConnection::connect(&self.server.url("traitant")).await.unwrap();
        for statement in statements.split(';') {
            sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }

    /// One thing fails, and is mended.
    pub async fn fail(self: &Arc<Self>, panne: Panne, random: &mut StdRng) {
        self.up.send_replace(false);
        let instance = random.random_range(0..Self::INSTANCES);
        match panne {
            Panne::ServiceKilled | Panne::ServiceStopped => {
                let signal = if panne == Panne::ServiceKilled { "KILL" } else { "TERM" };
                let service = self.services.lock().unwrap()[instance].take().unwrap();
                let site = Arc::clone(self);
                tokio::task::spawn_blocking(move || {
                    service.end(signal);
                    site.start(instance);
                })
                .await
                .unwrap();
            }
            Panne::DatabaseKilled | Panne::DatabaseStopped => {
                let site = Arc::clone(self);
                tokio::task::spawn_blocking(move || {
                    if panne == Panne::DatabaseKilled {
                        site.server.kill();
                    } else {
                        site.server.stop();
                    }
                    site.server.start_again();
                })
                .await
                .unwrap();
            }
            Panne::SessionsCut => {
                self.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = 'traitant' AND pid <> pg_backend_pid()",
                )
                .await;
            }
            Panne::DatabasePaused => {
                self.server.signal_all("STOP");
                // Who was told of an error asks again, and waits.
                self.up.send_replace(true);
                // Until every client waits: who is not answered does not ask again.
                let clients = usize::try_from(super::CLIENTS).unwrap();
                self.asking.subscribe().wait_for(|asking| *asking >= clients).await.unwrap();
                self.server.signal_all("CONT");
            }
            Panne::CommitsDelayed => {
                self.sql("ALTER SYSTEM SET commit_siblings = 0; ALTER SYSTEM SET commit_delay = 50000; SELECT pg_reload_conf()").await;
                self.up.send_replace(true);
                let mut asking = self.asking.subscribe();
                // A few answers that come late.
                for _ in 0..40 {
                    asking.changed().await.unwrap();
                }
                self.sql("ALTER SYSTEM RESET commit_delay; SELECT pg_reload_conf()").await;
            }
            Panne::ReadOnly => {
                self.sql(
                    "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf()",
                )
                .await;
                self.up.send_replace(true);
                let mut asking = self.asking.subscribe();
                for _ in 0..4 {
                    asking.changed().await.unwrap();
                }
                self.sql("SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf()").await;
            }
        }
        self.up.send_replace(true);
    }

    /// Looks for each write in the register, then asks again for each that was acknowledged.
    pub async fn compare(&self, ledger: &Ledger) -> Found {
        let pool = PgPool::connect(&self.server.url("traitant")).await.unwrap();
        // A number is stored after a 1, which keeps its zeros.
        let stored: Vec<(String, i64)> = sqlx::query_as(
            "SELECT substr(f.numero_facture::text, 2), count(*) FROM feuille_de_soins f GROUP BY 1",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        let stored: BTreeMap<String, i64> = stored.into_iter().collect();
        let told: i64 =
            sqlx::query_scalar("SELECT count(*) FROM journal WHERE nature = 'feuille.evaluee'")
                .fetch_one(&pool)
                .await
                .unwrap();
        let persons: i64 =
            sqlx::query_scalar("SELECT count(*) FROM patient").fetch_one(&pool).await.unwrap();
        let numbers: i64 = sqlx::query_scalar("SELECT count(*) FROM identifiant_patient")
            .fetch_one(&pool)
            .await
            .unwrap();
        let writes = ledger.writes.lock().unwrap().clone();
        let mut found = Found::default();
        let http = reqwest::Client::new();
        let mut patients = (0, 0);
        for write in &writes {
            let known = write.answer.is_some();
            *if known { &mut found.acknowledged } else { &mut found.given_up } += 1;
            if write.kind == Kind::Patient {
                *if known { &mut patients.0 } else { &mut patients.1 } += 1;
            } else {
                for numero in &write.numeros {
                    match stored.get(numero).copied().unwrap_or(0) {
                        0 if known => found.lost.push(numero.clone()),
                        0 | 1 => {}
                        _ => found.twice.push(numero.clone()),
                    }
                }
            }
            let Some(answer) = &write.answer else { continue };
            if self.ask(&http, 0, write).await.as_ref() != Ok(answer) {
                found.otherwise.push(write.cle.clone());
            }
        }
        let feuilles: i64 = stored.values().sum();
        if told != feuilles {
            found.half.push(format!("{feuilles} feuilles, {told} of them told"));
        }
        let made = persons - self.people;
        if !(patients.0..=patients.0 + patients.1).contains(&made) {
            found.half.push(format!("{made} persons, {patients:?} expected"));
        }
        if numbers < persons {
            found.half.push(format!("{persons} persons, {numbers} numbers"));
        }
        pool.close().await;
        found
    }

    /// What the program itself verifies.
    pub async fn verify(&self) {
        let settings = settings(&self.server, &self.folder);
        let settings = pairs(&settings);
        for command in ["verifier", "rejouer"] {
            let output = run(&settings, &[command]);
            assert!(output.status.success(), "{command}: {}", said(&output));
        }
        let addresses = self.addresses.lock().unwrap().clone();
        for address in addresses {
            let ready = reqwest::get(format!("{address}/etat/pret")).await.unwrap();
            assert_eq!(ready.status(), 200);
        }
    }
}

fn settings(server: &Alone, folder: &Folder) -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    vec![
        ("DATABASE_URL", server.url("traitant")),
        ("TRAITANT_MODE", text("bac-a-sable")),
        ("TRAITANT_CLE_MAITRE", text(KEY_HEX)),
        ("TRAITANT_DONNEES", text(folder.path().to_str().unwrap())),
        ("TRAITANT_ADRESSE", text("127.0.0.1:0")),
        ("TRAITANT_JOURNAL", text("off")),
        ("TRAITANT_DEBIT_PORTEUR", text("0")),
    ]
}

/// Settings, as a command takes them.
fn pairs<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
