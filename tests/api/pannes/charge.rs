//! Clients that keep to their contract: one key a write, the same one until it is answered.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::site::Site;
use crate::support::app::feuille;

/// Longest time that a client waits for an answer: more than the service itself takes to give one up.
const PATIENCE: Duration = Duration::from_secs(40);

/// Who is cared for.
const NOMS: [&str; 5] = ["ALICE", "BERNARD", "CHARLES", "DIANE", "HUGO"];

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One feuille.
    Feuille,
    /// Several, in a lot: the numbers that follow each other.
    Lot,
    /// A person, by a caisse.
    Patient,
}

/// A write, and what became of it.
#[derive(Debug, Clone)]
pub struct Write {
    pub kind: Kind,
    pub cle: String,
    pub corps: String,
    /// Numbers of its feuilles, or of its person.
    pub numeros: Vec<String>,
    /// What was answered, unless it was given up.
    pub answer: Option<Vec<u8>>,
}

/// All that was written.
#[derive(Debug)]
pub struct Ledger {
    pub writes: Mutex<Vec<Write>>,
    answered: watch::Sender<u64>,
    stopped: watch::Sender<bool>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            writes: Mutex::default(),
            answered: watch::Sender::new(0),
            stopped: watch::Sender::new(false),
        }
    }
}

impl Ledger {
    /// Waits until so many more writes are answered.
    pub async fn wait_for_more(&self, many: u64) {
        let until = *self.answered.borrow() + many;
        self.answered.subscribe().wait_for(|answered| *answered >= until).await.unwrap();
    }

    /// Ends the load: what is under way is still answered.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    fn keep(&self, write: Write) {
        self.writes.lock().unwrap().push(write);
        self.answered.send_modify(|answered| *answered += 1);
    }
}

/// One client.
pub struct Client {
    number: u64,
    made: u64,
    random: StdRng,
    site: Arc<Site>,
    ledger: Arc<Ledger>,
    http: reqwest::Client,
}

impl Client {
    pub fn new(number: u64, seed: u64, site: Arc<Site>, ledger: Arc<Ledger>) -> Self {
        let random = StdRng::seed_from_u64(seed.wrapping_mul(1_000).wrapping_add(number));
        let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        Self { number, made: 0, random, site, ledger, http }
    }

    /// Writes until the load ends.
    pub async fn write(mut self) {
        while !*self.ledger.stopped.borrow() {
            let write = self.next();
            let done = self.send(write).await;
            self.ledger.keep(done);
        }
    }

    fn next(&mut self) -> Write {
        self.made += 1;
        let (number, cle) = (
            self.number * 1_000_000 + self.made * 20,
            format!("panne-{}-{}", self.number, self.made),
        );
        let kind = match self.random.random_range(0..10) {
            0 => Kind::Lot,
            1 | 2 => Kind::Patient,
            _ => Kind::Feuille,
        };
        if kind == Kind::Patient {
            let numero = nir(number / 20);
            let corps = json!({
                "identifiant": { "type": "nir", "valeur": numero }, "nom": "ESSAI-PANNE", "prenom": "CAMILLE",
                "date_naissance": "1958-07-01",
                "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
                "affilie_du": "2012-09-01",
            });
            return Write {
                kind,
                cle,
                corps: corps.to_string(),
                numeros: vec![numero],
                answer: None,
            };
        }
        let many = if kind == Kind::Lot { 12 } else { 1 };
        let numeros: Vec<String> = (0..many).map(|more| (number + more).to_string()).collect();
        let lines: Vec<Value> = numeros
            .iter()
            .map(|numero| {
                let name = NOMS[self.random.random_range(0..NOMS.len())];
                let day = format!(
                    "2025-{:02}-{:02}",
                    self.random.random_range(1..=6),
                    self.random.random_range(1..=28)
                );
                feuille(name, numero, &day, json!("T"))
            })
            .collect();
        let corps = if kind == Kind::Lot {
            lines.iter().map(|line| line.to_string() + "\n").collect()
        } else {
            lines[0].to_string()
        };
        Write { kind, cle, corps, numeros, answer: None }
    }

    /// Sends until it is answered, or gives it up.
    async fn send(&mut self, mut write: Write) -> Write {
        loop {
            let instance = self.random.random_range(0..Site::INSTANCES);
            match self.site.ask(&self.http, instance, &write).await {
                Ok(answer) => {
                    write.answer = Some(answer);
                    return write;
                }
                // Whoever never sends again does not know what became of it.
                Err(_) if self.random.random_bool(0.1) => return write,
                Err(_) => self.site.is_up().await,
            }
        }
    }
}

/// The number of somebody new, key included, born in July 1958.
fn nir(person: u64) -> String {
    let (commune, order) = (person / 999 % 400, 1 + person % 999);
    let department = 1 + person / 399_600 % 19;
    let base =
        1_580_700_000_000 + department * 1_000_000 + (500 + commune) * 1_000 % 1_000_000 + order;
    format!("{base}{:02}", 97 - base % 97)
}
