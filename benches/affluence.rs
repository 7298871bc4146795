//! What becomes of the service when ten times as many call as it can serve.
//!
//! `cargo bench --bench affluence` starts the release build on its own private PostgreSQL, in an empty directory, and has clients ask, half of
//! them for the médecin traitant of somebody by the card, half of them to store a feuille, each the next thing as soon as it has its
//! answer; one that is told to come back does so a tenth of a second later, twenty times too early. First as many as serve the service
//! best, then ten times and fifty times as many, then the first two again while lots come in. It prints what was accepted a second,
//! beside the best; the median and the 99th percentile of what was accepted and of what was refused; the memory of the service; and how long
//! after the crowd a lone reader waits as little as before it. `TRAITANT_BENCH_SECONDES` changes the length of each measure.

#![expect(
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "a measure that cannot go on stops, and says what it found"
)]

#[path = "support/caisse.rs"]
mod caisse;
#[path = "support/memoire.rs"]
mod memoire;
#[path = "support/requetes.rs"]
mod requetes;
mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use self::caisse::{Caisse, MARTIN, microseconds};
use self::memoire::memory;
use self::requetes::{carte, feuille, post, read_answer, seconds};
use self::support::{nir, token};

/// Clients with which the service does its best.
const MEILLEUR: usize = 16;
/// Persons who are asked about, and whose feuilles are stored.
const PERSONNES: usize = 2_000;
/// After how long somebody who was refused comes back.
const RETOUR: Duration = Duration::from_millis(100);
/// Feuilles of a lot.
const LOT: usize = 20_000;

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demande {
    Lire,
    Ecrire,
}

/// One answer: to what, whether it was accepted, after how long.
type Reponse = (Demande, bool, Duration);

/// Whom clients call, and how.
#[derive(Debug)]
struct Appels {
    host: String,
    token: String,
    /// Numbers of the feuilles to come.
    feuilles: AtomicUsize,
}

impl Appels {
    fn request(&self, demande: Demande, chance: usize) -> String {
        let (path, key, body) = match demande {
            Demande::Lire => {
                let body = carte(&nir(chance % PERSONNES));
                ("/v1/medecins-traitants/consultation", "sans-objet-00".to_owned(), body)
            }
            Demande::Ecrire => {
                let number = self.feuilles.fetch_add(1, Ordering::Relaxed);
                (
                    "/v1/feuilles-de-soins",
                    format!("charge-{number}"),
                    feuille(number, &nir(number % PERSONNES)),
                )
            }
        };
        post(&self.host, &self.token, path, &key, &body)
    }
}

/// Sends one request and reads its answer whole; gives its status.
async fn ask(stream: &mut TcpStream, text: &str, buffer: &mut Vec<u8>) -> u16 {
    stream.write_all(text.as_bytes()).await.unwrap();
    read_answer(stream, buffer).await;
    String::from_utf8_lossy(&buffer[9..12]).parse().unwrap()
}

/// One client, until the end.
async fn client(appels: Arc<Appels>, number: usize, until: Instant) -> Vec<Reponse> {
    let mut stream = TcpStream::connect(&appels.host).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let demande = if number.is_multiple_of(2) { Demande::Lire } else { Demande::Ecrire };
    let (mut replies, mut buffer) = (Vec::new(), Vec::with_capacity(16_384));
    let mut text = String::new();
    let mut refused = false;
    let mut turn = 0;
    while Instant::now() < until {
        if !refused {
            text = appels.request(demande, number * 7_919 + turn);
            turn += 1;
        }
        let began = Instant::now();
        let status = ask(&mut stream, &text, &mut buffer).await;
        refused = status == 503;
        replies.push((demande, !refused, began.elapsed()));
        if refused {
            let head = String::from_utf8_lossy(&buffer).to_lowercase();
            assert!(head.contains("\r\nretry-after: "), "{head}");
            tokio::time::sleep(RETOUR).await;
        } else {
            assert!(status == 200 || status == 201, "{}", String::from_utf8_lossy(&buffer));
        }
    }
    replies
}

/// What a kind of answers took: how many a second, the median and the 99th percentile in milliseconds.
fn told(replies: &[Reponse], seconds: u64, which: impl Fn(&Reponse) -> bool) -> String {
    let mut times: Vec<Duration> =
        replies.iter().filter(|reply| which(reply)).map(|reply| reply.2).collect();
    if times.is_empty() {
        return "none".to_owned();
    }
    let (median, p99) = microseconds(&mut times);
    let rate = times.len() as u64 / seconds;
    format!("{rate}/s, median {} ms, p99 {} ms", median / 1_000, p99 / 1_000)
}

/// So many clients, for so long; gives what was accepted a second.
async fn crowd(appels: &Arc<Appels>, clients: usize, seconds: u64, pid: u32, best: u64) -> u64 {
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut all = JoinSet::new();
    for number in 0..clients {
        all.spawn(client(Arc::clone(appels), number, until));
    }
    let replies: Vec<Reponse> = all.join_all().await.into_iter().flatten().collect();
    let accepted = replies.iter().filter(|reply| reply.1).count() as u64 / seconds;
    let mut line = format!("{clients} clients: {accepted} accepted a second");
    if let Some(percent) = (accepted * 100).checked_div(best) {
        write!(line, ", {percent} % of the best").unwrap();
    }
    println!("{line}");
    println!("  read:    {}", told(&replies, seconds, |one| one.1 && one.0 == Demande::Lire));
    println!("  written: {}", told(&replies, seconds, |one| one.1 && one.0 == Demande::Ecrire));
    println!("  refused: {}", told(&replies, seconds, |one| !one.1));
    let (now, highest) = memory(pid);
    println!("  memory of the service: {} MB, {} MB at most", now / 1024, highest / 1024);
    accepted
}

/// One reader alone, a hundred times; gives the median.
async fn alone(appels: &Appels, turn: usize) -> Duration {
    let mut stream = TcpStream::connect(&appels.host).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut times, mut buffer) = (Vec::new(), Vec::new());
    for number in 0..100 {
        let text = appels.request(Demande::Lire, turn + number);
        let began = Instant::now();
        assert_eq!(ask(&mut stream, &text, &mut buffer).await, 200);
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times[50]
}

/// Sends lots, of other persons than those whom the clients ask about, one behind the other until somebody says that it is enough; gives how many lines were answered.
async fn lots(caisse: Caisse, token: String, enough: Arc<AtomicBool>, mut next: usize) -> usize {
    let mut lines = 0;
    while !enough.load(Ordering::Relaxed) {
        let mut lot = String::with_capacity(LOT * 900);
        for number in next..next + LOT {
            writeln!(lot, "{}", feuille(number, &nir(PERSONNES + number % PERSONNES))).unwrap();
        }
        next += LOT;
        let sent = caisse.http.post(format!("{}/v1/feuilles-de-soins/lots", caisse.base));
        let sent = sent.header("content-type", "application/x-ndjson").bearer_auth(&token);
        let reply = sent.body(lot).send().await.unwrap();
        assert!(reply.status().is_success());
        let answers = reply.text().await.unwrap();
        assert!(!answers.contains("refusee"), "each line is a feuille of its own");
        lines += answers.lines().count();
    }
    lines
}

async fn measure(folder: &Path, seconds: u64) {
    let (mut child, base) = support::start(folder);
    let pid = child.id();
    let caisse = Caisse::new(folder, base.clone());
    for number in 0..2 * PERSONNES {
        caisse.register(number).await;
    }
    for number in 0..400 {
        caisse.declare(number, MARTIN, "2025-01-02").await;
    }
    let host = base.trim_start_matches("http://").to_owned();
    let doctor = token(folder, &["medecin", "--rpps", MARTIN]);
    let appels = Arc::new(Appels { host, token: doctor, feuilles: AtomicUsize::new(1) });
    crowd(&appels, MEILLEUR, 2, pid, 0).await;
    println!("-- as many as serve it best");
    let before = alone(&appels, 0).await;
    let best = crowd(&appels, MEILLEUR, seconds, pid, 0).await;
    println!("-- ten times, fifty times as many");
    for times in [10, 50] {
        crowd(&appels, MEILLEUR * times, seconds, pid, best).await;
        let began = Instant::now();
        let mut after = alone(&appels, times).await;
        while after > before * 2 && began.elapsed() < Duration::from_mins(1) {
            after = alone(&appels, times).await;
        }
        println!(
            "  alone: {} µs before, {} µs again within {} ms of the crowd's end",
            before.as_micros(),
            after.as_micros(),
            began.elapsed().as_millis()
        );
    }
    println!(
        "-- as many as serve it best, then ten times as many, while eight lots come in at once"
    );
    let enough = Arc::new(AtomicBool::new(false));
    let mut sending = JoinSet::new();
    let agent = token(folder, &["caisse", "--organisme", "010110000"]);
    let began = Instant::now();
    for lane in 0..8 {
        let first = 100_000_000 + lane * 100_000_000;
        sending.spawn(lots(caisse.clone(), agent.clone(), Arc::clone(&enough), first));
    }
    crowd(&appels, MEILLEUR, seconds, pid, best).await;
    crowd(&appels, MEILLEUR * 10, seconds, pid, best).await;
    enough.store(true, Ordering::Relaxed);
    let lines: usize = sending.join_all().await.into_iter().sum();
    let rate = lines as u128 * 1_000 / began.elapsed().as_millis();
    println!("  lots: {rate} lines a second, with those after the crowd");
    Command::new("kill").args(["-s", "TERM", &pid.to_string()]).status().unwrap();
    child.wait().unwrap();
}

fn folder() -> PathBuf {
    let path = std::env::temp_dir().join(format!("traitant-affluence-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn main() {
    let folder = folder();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure(&folder, seconds()));
    std::fs::remove_dir_all(&folder).ok();
}
