//! Clients that keep to their contract: one key a write, the same one until it is answered.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::sync::watch;
use traitant::domain::digest::Empreinte;

use super::site::Site;
use crate::support::app::feuille;

/// Longest time that a client waits for an answer: more than the service itself takes to give one up.
const PATIENCE: Duration = Duration::from_secs(40);

/// Who is cared for, beside those whom the client registered.
const NOMS: [&str; 5] = ["ALICE", "BERNARD", "CHARLES", "DIANE", "HUGO"];

/// Numbers of feuilles between two writes: the longest lot.
pub const LONGEST: u64 = 500;
/// Writes that one client has numbers for.
const WRITES: u64 = 200_000;

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

/// For whom a feuille is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Personne {
    /// Somebody of the sandbox.
    Connue(usize),
    /// Whom this write of the client registered.
    Nouvelle(u64),
}

/// A feuille.
#[derive(Debug, Clone, Copy)]
struct Ligne {
    personne: Personne,
    mois: u32,
    jour: u32,
}

/// A write, and what became of it. What is sent is made from it each time: a million of them are kept.
#[derive(Debug, Clone)]
pub struct Write {
    pub kind: Kind,
    pub client: u64,
    /// Which one of its client.
    number: u64,
    lignes: Vec<Ligne>,
    /// Digest of what was answered, unless it was given up.
    pub answer: Option<Empreinte>,
}

impl Write {
    /// Its key.
    pub fn cle(&self) -> String {
        format!("panne-{}-{}", self.client, self.number)
    }

    /// How many writes it is.
    pub fn len(&self) -> usize {
        self.lignes.len().max(1)
    }

    /// Numbers of its feuilles.
    pub fn numeros(&self) -> impl Iterator<Item = u64> {
        let first = (self.client * WRITES + self.number) * LONGEST;
        (first..).take(self.lignes.len())
    }

    /// What is sent.
    pub fn corps(&self) -> String {
        if self.kind == Kind::Patient {
            return json!({
                "identifiant": { "type": "nir", "valeur": nir(self.client, self.number) },
                "nom": "ESSAI-PANNE", "prenom": "CAMILLE", "date_naissance": "1958-07-01",
                "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
                "affilie_du": "2012-09-01",
            })
            .to_string();
        }
        let lines: Vec<String> = self
            .numeros()
            .zip(&self.lignes)
            .map(|(numero, ligne)| self.feuille(numero, *ligne).to_string())
            .collect();
        if self.kind == Kind::Lot { lines.join("\n") + "\n" } else { lines.concat() }
    }

    fn feuille(&self, numero: u64, ligne: Ligne) -> Value {
        let day = format!("2025-{:02}-{:02}", ligne.mois, ligne.jour);
        let numero = numero.to_string();
        match ligne.personne {
            Personne::Connue(place) => feuille(NOMS[place], &numero, &day, json!("T")),
            Personne::Nouvelle(number) => {
                let own = json!({ "type": "nir", "valeur": nir(self.client, number) });
                let mut feuille = feuille("ALICE", &numero, &day, json!("T"));
                feuille["beneficiaire"] = json!({
                    "identifiant_individuel": own, "identifiant_ouvrant_droit": own, "qualite": "0",
                    "date_naissance": "1958-07-01",
                    "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
                });
                feuille
            }
        }
    }
}

/// All that was written, in the order of each client.
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
    client: u64,
    made: u64,
    /// Feuilles of a lot.
    lot: usize,
    /// Persons whom it registered, by the number of that write.
    personnes: Vec<u64>,
    random: StdRng,
    site: Arc<Site>,
    ledger: Arc<Ledger>,
    http: reqwest::Client,
}

impl Client {
    pub fn new(client: u64, (seed, lot): (u64, u64), site: Arc<Site>, ledger: Arc<Ledger>) -> Self {
        assert!((1..=LONGEST).contains(&lot), "a lot has at most {LONGEST} feuilles");
        let random = StdRng::seed_from_u64(seed.wrapping_mul(1_000).wrapping_add(client));
        let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let lot = usize::try_from(lot).unwrap();
        Self { client, made: 0, lot, personnes: Vec::new(), random, site, ledger, http }
    }

    /// Writes until the load ends.
    pub async fn write(mut self) {
        while !*self.ledger.stopped.borrow() {
            let write = self.next();
            let done = self.send(write).await;
            if done.kind == Kind::Patient && done.answer.is_some() {
                self.personnes.push(done.number);
            }
            self.ledger.keep(done);
        }
    }

    fn next(&mut self) -> Write {
        self.made += 1;
        assert!(self.made < WRITES, "no number is left");
        let (kind, many) = match self.random.random_range(0..10) {
            0 => (Kind::Lot, self.lot),
            1 | 2 => (Kind::Patient, 0),
            _ => (Kind::Feuille, 1),
        };
        let lignes = (0..many).map(|_line| self.ligne()).collect();
        Write { kind, client: self.client, number: self.made, lignes, answer: None }
    }

    fn ligne(&mut self) -> Ligne {
        let drawn = self.random.random_range(0..NOMS.len() + self.personnes.len());
        let personne = match drawn.checked_sub(NOMS.len()) {
            Some(own) => Personne::Nouvelle(self.personnes[own]),
            None => Personne::Connue(drawn),
        };
        let (mois, jour) = (self.random.random_range(1..=6), self.random.random_range(1..=28));
        Ligne { personne, mois, jour }
    }

    /// Sends until it is answered, or gives it up.
    async fn send(&mut self, mut write: Write) -> Write {
        let corps = write.corps();
        loop {
            let instance = self.random.random_range(0..Site::INSTANCES);
            match self.site.ask(&self.http, instance, (&write, &corps)).await {
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
fn nir(client: u64, number: u64) -> String {
    let person = client * WRITES + number;
    let (commune, order) = (person / 999 % 400, 1 + person % 999);
    let department = 1 + person / 399_600 % 19;
    let base =
        1_580_700_000_000 + department * 1_000_000 + (500 + commune) * 1_000 % 1_000_000 + order;
    format!("{base}{:02}", 97 - base % 97)
}
