//! Loads the running service and says what it bears.
//!
//! `cargo bench --bench service` starts the release build on its own private PostgreSQL, in an empty
//! directory, and measures: start-up, cold and warm; requests a second, latency and processor time of a
//! simulation, of a complete declaration, of a reading of the médecin traitant in force, each time of
//! another person, of a feuille stored and evaluated; memory.
//!
//! The client shares the machine with the service and with PostgreSQL, and machines are shared and
//! noisy: each measure is followed, in the same run, by a reference of known cost, and the ratio is
//! what to keep. A simulation is compared with the barest answer of the same service; a reading with
//! the bare query made by `pgbench`; a stored feuille with a durable one-row insert made by
//! `pgbench`, on the same server and with as many connections. `TRAITANT_BENCH_SECONDES` changes the
//! length of each measure.

#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a measure that cannot go on stops, and says what it found"
)]

#[path = "support/caisse.rs"]
mod caisse;
#[path = "support/cpu.rs"]
mod cpu;
#[path = "support/lot.rs"]
mod lot;
#[path = "support/memoire.rs"]
mod memoire;
#[path = "support/requetes.rs"]
mod requetes;
mod support;

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use self::caisse::{Caisse, MARTIN, PONS, microseconds};
use self::cpu::Cpu;
use self::memoire::memory;
use self::requetes::{carte, feuille, post, read_answer, seconds};
use self::support::{client, nir, psql, token};

const CONNECTIONS: usize = 16;
/// Declarations, by as many persons, one after the other.
const DECLARATIONS: usize = 600;
/// Simulations of a lot.
const SIMULATIONS: usize = 50_000;
/// Persons whose feuilles are stored: enough that two rarely meet.
const PEOPLE: usize = 2_000;

struct Service {
    child: Child,
    folder: PathBuf,
    host: String,
    started_in: Duration,
}

impl Service {
    fn start(folder: &Path) -> Self {
        let began = Instant::now();
        let (child, base) = support::start(folder);
        let host = base.trim_start_matches("http://").to_owned();
        Self { child, folder: folder.to_owned(), host, started_in: began.elapsed() }
    }

    /// Processor time up to now.
    fn cpu(&self) -> Cpu {
        Cpu::now(self.child.id(), &self.folder)
    }

    /// Resident memory in kilobytes: now, and at its highest.
    fn memory(&self) -> (u64, u64) {
        memory(self.child.id())
    }

    fn stop(mut self) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap();
        self.child.wait().unwrap();
    }
}

/// What a measure found.
struct Measure {
    per_second: u64,
    /// In microseconds, like the 99th percentile.
    median: u128,
    p99: u128,
    /// Processor time of one request, in microseconds: of the service, then of PostgreSQL.
    cost: (u64, u64),
}

impl Measure {
    fn of(mut times: Vec<Duration>, elapsed: Duration, spent: Cpu) -> Self {
        let (median, p99) = microseconds(&mut times);
        let count = times.len() as u64;
        Self {
            per_second: count * 1_000 / elapsed.as_millis() as u64,
            median,
            p99,
            cost: (spent.service * 1_000 / count, spent.postgres * 1_000 / count),
        }
    }
}

/// Sends requests on each connection, one after the other, for a while. Every answer must succeed.
async fn load(
    service: &Service,
    seconds: u64,
    request: impl Fn(usize, usize) -> String + Sync,
) -> Measure {
    let (host, before) = (service.host.as_str(), service.cpu());
    let until = Instant::now() + Duration::from_secs(seconds);
    let workers = (0..CONNECTIONS).map(|worker| {
        let request = &request;
        async move {
            let mut stream = TcpStream::connect(host).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut times, mut buffer) = (Vec::new(), Vec::with_capacity(65_536));
            for turn in 0.. {
                if Instant::now() > until {
                    break;
                }
                let text = request(worker, turn);
                let began = Instant::now();
                stream.write_all(text.as_bytes()).await.unwrap();
                read_answer(&mut stream, &mut buffer).await;
                times.push(began.elapsed());
                let head = String::from_utf8_lossy(&buffer);
                assert!(head.starts_with("HTTP/1.1 20"), "{head}");
            }
            times
        }
    });
    let began = Instant::now();
    let times: Vec<Duration> = futures(workers).await.into_iter().flatten().collect();
    Measure::of(times, began.elapsed(), service.cpu().since(before))
}

/// Waits for all, on one task: the client takes as little of the machine as it can.
async fn futures<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut pinned: Vec<_> = all.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (future, output) in &mut pinned {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    pinned.into_iter().filter_map(|(_, output)| output).collect()
}

fn get(host: &str, token: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n")
}

/// Transactions a second of a `pgbench` script on the same server; none without `pgbench`.
fn pgbench(folder: &Path, seconds: u64, script: &str) -> Option<u64> {
    let file = folder.join("pgbench.sql");
    std::fs::write(&file, script).unwrap();
    let output = client("pgbench", folder)
        .args(["-n", "-M", "prepared", "-j", "1"])
        .args(["-c", &CONNECTIONS.to_string(), "-T", &seconds.to_string()])
        .arg("-f")
        .arg(&file)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    let tps = text.split("tps = ").nth(1)?.split('.').next()?.parse().ok();
    assert!(tps.is_some(), "{text}");
    tps
}

fn report(what: &str, measure: &Measure, reference: &str, other: Option<u64>) {
    let ratio = other.map_or_else(
        || format!("{reference}: not measured"),
        |other| {
            let percent = measure.per_second * 100 / other.max(1);
            format!("{percent} % of {reference} ({other}/s)")
        },
    );
    let (service, postgres) = measure.cost;
    println!(
        "{what:<34} {:>6}/s  median {:>6} µs  p99 {:>6} µs  service {service} + PostgreSQL {postgres} µs  {ratio}",
        measure.per_second, measure.median, measure.p99
    );
}

const SIMULATION: &str = r#"{"date_soins":"2025-06-16","patient":{"age":45,"complementaire":"amc"},
"medecin_traitant":"aucun","executant":{"specialite":"01","convention":"secteur_1"},
"actes":[{"code":"G","honoraires_centimes":3000,"base_remboursement_centimes":3000}]}"#;

fn folder() -> PathBuf {
    let path = std::env::temp_dir().join(format!("traitant-bench-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

async fn measure(folder: &Path, seconds: u64) {
    let cold = Service::start(folder);
    println!("cold start (new directory)         {:>6} ms", cold.started_in.as_millis());
    cold.stop();
    let service = Service::start(folder);
    println!("warm start                         {:>6} ms", service.started_in.as_millis());
    let (idle, _) = service.memory();
    let (host, token) = (service.host.clone(), token(folder, &["medecin", "--rpps", MARTIN]));
    let bare = load(&service, seconds, |_, _| get(&host, &token, "/etat/vivant")).await;
    let simulation = load(&service, seconds, |_, _| {
        post(&host, &token, "/v1/simulations", "sans-objet-00", SIMULATION)
    })
    .await;
    report("simulation", &simulation, "the barest answer", Some(bare.per_second));
    by_lot(&service, &token, simulation.per_second);

    let caisse = Caisse::new(folder, format!("http://{host}"));
    for number in 0..PEOPLE {
        caisse.register(number).await;
    }
    let declared = declare(&caisse, &service).await;
    psql(
        folder,
        "CREATE TABLE IF NOT EXISTS reference_de_mesure (id bigserial PRIMARY KEY, texte text)",
    );
    let insert = "INSERT INTO reference_de_mesure (texte) VALUES (repeat('x', 200));";
    report("complete declaration, one by one", &declared, "", None);

    let select = format!(
        "\\set n random(1, {DECLARATIONS})
         SELECT d.effet, m.rpps FROM designation d JOIN designation_medecin dm USING (patient_id, designation_id)
         JOIN medecin m USING (medecin_id) WHERE d.patient_id = (SELECT patient_id FROM reference_de_personne WHERE n = :n)
         AND d.remplace_le IS NULL;"
    );
    psql(
        folder,
        "CREATE TABLE reference_de_personne AS
         SELECT row_number() OVER (ORDER BY patient_id) AS n, patient_id FROM designation WHERE remplace_le IS NULL;
         CREATE UNIQUE INDEX ON reference_de_personne (n)",
    );
    let bare_query = pgbench(folder, seconds, &select);
    let by_card = load(&service, seconds, |worker, turn| {
        let number = (worker * 37 + turn) % DECLARATIONS;
        let body = carte(&nir(number));
        post(&host, &token, "/v1/medecins-traitants/consultation", "sans-objet-00", &body)
    })
    .await;
    report("médecin traitant, by the card", &by_card, "the bare query", bare_query);
    let persons = psql(
        folder,
        "SELECT patient_id FROM designation_medecin JOIN medecin USING (medecin_id)
                                WHERE rpps = '99900001233' AND remplace_le IS NULL",
    );
    let persons: Vec<&str> = persons.lines().collect();
    let by_id = load(&service, seconds, |worker, turn| {
        let person = persons[(worker * 37 + turn) % persons.len()];
        get(&host, &token, &format!("/v1/patients/{person}/medecin-traitant"))
    })
    .await;
    report("médecin traitant, by its doctor", &by_id, "the bare query", bare_query);

    let stored = load(&service, seconds, |worker, turn| {
        let number = worker * 10_000_000 + turn + 1;
        post(
            &host,
            &token,
            "/v1/feuilles-de-soins",
            &format!("charge-{number}"),
            &feuille(number, &nir(number % PEOPLE)),
        )
    })
    .await;
    report(
        "feuille stored and evaluated",
        &stored,
        "a one-row insert",
        pgbench(folder, seconds, insert),
    );
    let (now, highest) = service.memory();
    println!(
        "resident memory of the service     {idle:>6} kB idle, {now} kB now, {highest} kB at most"
    );
    service.stop();
}

/// Simulations by lots, as many at once as there are cores, beside those that are asked one by one.
fn by_lot(service: &Service, token: &str, one_by_one: u64) {
    let file = service.folder.join("simulations.ndjson");
    let line = format!("{}\n", SIMULATION.replace('\n', ""));
    std::fs::write(&file, format!("{{\"reforme\":[]}}\n{}", line.repeat(SIMULATIONS))).unwrap();
    let place = (service.host.as_str(), "simulations");
    for lots in [1, 2] {
        let (before, began) = (service.cpu(), Instant::now());
        let done: usize = std::thread::scope(|scope| {
            let sent: Vec<_> = (0..lots)
                .map(|_| scope.spawn(|| lot::send(place, token, &file, |_| {}).lines()))
                .collect();
            sent.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(done, lots * SIMULATIONS);
        let rate = done as u64 * 1_000 / began.elapsed().as_millis() as u64;
        let each = service.cpu().since(before).service * 1_000 / done as u64;
        println!(
            "simulations, {lots} lots at once         {rate:>6}/s  service {each} µs  {} % of those one by one",
            rate * 100 / one_by_one.max(1)
        );
    }
}

/// Has the first of these people choose their doctor, each by a complete declaration, one after the other.
async fn declare(caisse: &Caisse, service: &Service) -> Measure {
    // Plans and caches.
    for number in DECLARATIONS..DECLARATIONS + 100 {
        caisse.declare(number, PONS, "2024-05-02").await;
    }
    let mut signed = Vec::with_capacity(DECLARATIONS);
    for number in 0..DECLARATIONS {
        signed.push(caisse.signed(number, MARTIN, "2025-01-02").await);
    }
    let (before, began) = (service.cpu(), Instant::now());
    let mut times = Vec::with_capacity(DECLARATIONS);
    for (number, choix) in signed.iter().enumerate() {
        times.push(caisse.lodge(number, MARTIN, choix).await);
    }
    Measure::of(times, began.elapsed(), service.cpu().since(before))
}

fn main() {
    let folder = folder();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    println!(
        "{CONNECTIONS} connections, {} s each, client and PostgreSQL on the same machine",
        seconds()
    );
    runtime.block_on(measure(&folder, seconds()));
    std::fs::remove_dir_all(&folder).ok();
}
