//! What is found after the faults.

use std::collections::BTreeMap;

use sqlx::PgPool;
use sqlx::types::Uuid;
use sqlx::types::chrono::{DateTime, Utc};

use super::charge::{Kind, Ledger};
use super::site::Site;
use crate::support::process::Service;

/// Connections that an instance may have: those of its pool, and the one that listens.
const CONNECTIONS: i64 = 17;

/// Most memory of an instance at rest, in kilobytes.
const MEMORY: u64 = 400_000;

/// What was compared.
#[derive(Debug, Default)]
pub struct Found {
    /// Requests that were acknowledged, and what they wrote: a lot writes its feuilles.
    pub acknowledged: usize,
    pub written: usize,
    pub given_up: usize,
    /// Acknowledged, and not there.
    pub lost: Vec<String>,
    /// There more than once.
    pub twice: Vec<String>,
    /// There without what belongs to it.
    pub half: Vec<String>,
    /// Answered otherwise when asked again under the same key.
    pub otherwise: Vec<String>,
    /// Known before what was known before it.
    pub backwards: Vec<String>,
}

/// Where a feuille is, and since when it is known.
type Places = BTreeMap<u64, Vec<(Uuid, DateTime<Utc>)>>;

impl Site {
    /// Looks for each write in the register, then asks again for each that was acknowledged.
    pub async fn compare(&self, ledger: &Ledger) -> Found {
        let pool = PgPool::connect(&self.grappes.url("traitant")).await.unwrap();
        // A number is stored after a 1, which keeps its zeros.
        let stored: Vec<(String, Uuid, DateTime<Utc>)> = sqlx::query_as(
            "SELECT substr(numero_facture::text, 2), patient_id, enregistre_le FROM feuille_de_soins",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        let mut places = Places::new();
        for (numero, patient, instant) in stored {
            places.entry(numero.parse().unwrap()).or_default().push((patient, instant));
        }
        let mut found = Found::default();
        self.count(&pool, (ledger, &places), &mut found).await;
        verify_knowledge(&pool, (ledger, &places), &mut found).await;
        pool.close().await;
        let writes = ledger.writes.lock().unwrap().clone();
        let http = reqwest::Client::new();
        for write in &writes {
            if let Some(answer) = write.answer
                && self.ask(&http, 0, (write, &write.corps())).await.as_ref() != Ok(&answer)
            {
                found.otherwise.push(write.cle());
            }
        }
        found
    }

    /// Everything that was acknowledged is there, once, and whole.
    async fn count(&self, pool: &PgPool, (ledger, places): (&Ledger, &Places), found: &mut Found) {
        let number = async |question: &'static str| -> i64 {
            sqlx::query_scalar(question).fetch_one(pool).await.unwrap()
        };
        let told = number("SELECT count(*) FROM journal WHERE nature = 'feuille.evaluee'").await;
        let persons = number("SELECT count(*) FROM patient").await;
        let numbers = number("SELECT count(*) FROM identifiant_patient").await;
        let mut patients = (0, 0);
        for write in ledger.writes.lock().unwrap().iter() {
            let known = write.answer.is_some();
            if known {
                found.acknowledged += 1;
                found.written += write.len();
            } else {
                found.given_up += 1;
            }
            if write.kind == Kind::Patient {
                *if known { &mut patients.0 } else { &mut patients.1 } += 1;
            }
            for numero in write.numeros() {
                match places.get(&numero).map_or(0, Vec::len) {
                    0 if known => found.lost.push(numero.to_string()),
                    0 | 1 => {}
                    _ => found.twice.push(numero.to_string()),
                }
            }
        }
        let feuilles = i64::try_from(places.values().map(Vec::len).sum::<usize>()).unwrap();
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
    }

    /// What the program itself verifies, and what it needs once nobody asks.
    pub async fn verify(&self) -> String {
        for command in ["verifier", "rejouer"] {
            self.command(0, command).unwrap_or_else(|said| panic!("{command}: {said}"));
        }
        let addresses = self.addresses.lock().unwrap().clone();
        for address in addresses {
            let ready = reqwest::get(format!("{address}/etat/pret")).await.unwrap();
            assert_eq!(ready.status(), 200);
        }
        let pool = PgPool::connect(&self.grappes.url("traitant")).await.unwrap();
        // Jobs end, and nothing is left in the middle of anything.
        let busy = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = 'traitant' AND pid <> pg_backend_pid() AND state <> 'idle'";
        while sqlx::query_scalar::<_, i64>(busy).fetch_one(&pool).await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
        let sessions = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = 'traitant' AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        let sessions: i64 = sqlx::query_scalar(sessions).fetch_one(&pool).await.unwrap();
        assert!(sessions <= CONNECTIONS * i64::try_from(Self::INSTANCES).unwrap(), "{sessions}");
        pool.close().await;
        let services = self.services.lock().unwrap();
        let memory: Vec<u64> = services.iter().flatten().map(Service::memory).collect();
        assert!(memory.iter().all(|kilobytes| *kilobytes <= MEMORY), "{memory:?}");
        format!("{sessions} sessions, {memory:?} Ko")
    }
}

/// About one person, what is known later has a later instant, whatever the clocks of the instances say: in the order of what is
/// told, and in that of the acknowledgements of one client.
async fn verify_knowledge(pool: &PgPool, (ledger, places): (&Ledger, &Places), found: &mut Found) {
    let told = "SELECT sequence FROM (
            SELECT sequence, enregistre_le, lag(enregistre_le) OVER (PARTITION BY patient_id ORDER BY sequence) AS avant
            FROM evenement WHERE patient_id IS NOT NULL) AS e
        WHERE enregistre_le < avant";
    let told: Vec<i64> = sqlx::query_scalar(told).fetch_all(pool).await.unwrap();
    found.backwards.extend(told.iter().map(|sequence| format!("event {sequence}")));
    let late = "SELECT p.patient_id FROM patient p JOIN LATERAL (
            SELECT max(enregistre_le) AS dernier, count(*) AS n, count(DISTINCT enregistre_le) AS instants
            FROM feuille_de_soins f WHERE f.patient_id = p.patient_id) AS f ON f.dernier > p.connu_le OR f.n <> f.instants";
    let late: Vec<Uuid> = sqlx::query_scalar(late).fetch_all(pool).await.unwrap();
    found.backwards.extend(late.iter().map(|patient| format!("person {patient}")));
    let mut last = BTreeMap::<(u64, Uuid), DateTime<Utc>>::new();
    for write in ledger.writes.lock().unwrap().iter().filter(|write| write.answer.is_some()) {
        let mut now = BTreeMap::<(u64, Uuid), DateTime<Utc>>::new();
        for (patient, instant) in write.numeros().filter_map(|numero| places.get(&numero)).flatten()
        {
            let of = (write.client, *patient);
            if last.get(&of).is_some_and(|before| before >= instant) {
                found.backwards.push(write.cle());
            }
            let latest = now.entry(of).or_insert(*instant);
            *latest = (*latest).max(*instant);
        }
        last.extend(now);
    }
}
