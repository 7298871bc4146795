//! How long a table of the statistics takes on a large register, and what keeping the counts costs beside a lot.
//!
//! `cargo bench --bench statistiques` starts the service on its own private PostgreSQL, in an empty directory, loads a register of
//! invented people (`TRAITANT_BENCH_PERSONNES`, 200,000 unless said otherwise) and sends one lot (`TRAITANT_BENCH_FEUILLES`,
//! 500,000), while nobody counts: the one row under whose lock the job counts is held. Then it lets go, and measures the processor
//! time that the job takes until nothing waits, apart for the feuilles of the lot and for the persons, who are counted once
//! each; then every table, with each of its breakdowns, over five years, by the role of statistics and by a caisse, beside the
//! barest answer of the same service. The ratios are what to keep: machines differ and are shared.

#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::missing_const_for_fn,
    clippy::print_stdout,
    reason = "a measure that cannot go on stops, and says what it found"
)]

#[path = "../support/cpu.rs"]
mod cpu;
#[path = "../lots/foule.rs"]
mod foule;
#[path = "../support/lot.rs"]
mod lot;
#[path = "../support/rpps.rs"]
mod rpps;
#[path = "../support/mod.rs"]
mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use self::cpu::Cpu;
use self::support::{psql, setting, start, token};

/// Times that each table is read.
const FOIS: usize = 20;

/// Somebody who holds the row that the job needs, until killed.
fn hold(folder: &Path) -> Child {
    let mut holder = support::client("psql", folder)
        .args(["-qAt", "-v", "ON_ERROR_STOP=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = holder.stdin.as_mut().unwrap();
    writeln!(input, "BEGIN; SELECT 1 FROM statistique_suivi FOR UPDATE;").unwrap();
    input.flush().unwrap();
    while psql(
        folder,
        "SELECT count(*) FROM pg_locks WHERE relation = 'statistique_suivi'::regclass AND mode = 'RowShareLock'",
    ) == "0"
    {
        std::thread::sleep(Duration::from_millis(50));
    }
    holder
}

/// Waits until nothing is left to be counted, and until the last place was.
fn counted(folder: &Path) {
    let waits = "SELECT EXISTS (SELECT FROM evenement_a_publier) OR EXISTS (SELECT FROM statistique_a_compter)
        OR EXISTS (SELECT FROM fil WHERE destinataire = 'statistiques'
                   AND position > (SELECT position FROM statistique_suivi))";
    while psql(folder, waits) == "t" {
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Lets the job count, and says what it took.
fn follow(folder: &Path, service: u32, mut holder: Child) -> Cpu {
    let before = Cpu::now(service, folder);
    drop(holder.stdin.take());
    holder.wait().unwrap();
    counted(folder);
    Cpu::now(service, folder).since(before)
}

fn write_lot(file: &Path, feuilles: usize, persons: usize) {
    let mut out = std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(file).unwrap());
    let mut line = String::new();
    for number in 0..feuilles {
        line.clear();
        foule::feuille(number, persons, &mut line);
        out.write_all(line.as_bytes()).unwrap();
    }
    out.flush().unwrap();
}

async fn read(http: &reqwest::Client, url: &str, token: Option<&str>) -> (Value, Duration) {
    let mut times = Vec::new();
    let mut said = Value::Null;
    for _ in 0..FOIS {
        let mut asked = http.get(url);
        if let Some(token) = token {
            asked = asked.bearer_auth(token);
        }
        let began = Instant::now();
        let answer = asked.send().await.unwrap();
        assert!(answer.status().is_success(), "{url}: {}", answer.status());
        let body = answer.bytes().await.unwrap();
        times.push(began.elapsed());
        said = serde_json::from_slice(&body).unwrap_or_default();
    }
    times.sort_unstable();
    (said, times[times.len() / 2])
}

/// Every table, with each breakdown; the slowest is told last.
async fn tables(base: &str, all: &str, caisse: &str) {
    let http = reqwest::Client::new();
    let (_, barest) = read(&http, &format!("{base}/v1/statistiques"), None).await;
    let (definitions, _) = read(&http, &format!("{base}/v1/statistiques"), None).await;
    println!("the barest answer, the definitions: {} µs", barest.as_micros());
    let mut slowest = Duration::ZERO;
    for table in definitions["tableaux"].as_array().unwrap() {
        let name = table["tableau"].as_str().unwrap();
        let axes =
            table["ventilations"].as_array().unwrap().iter().map(|axe| axe.as_str().unwrap());
        for axe in std::iter::once("").chain(axes) {
            let par = if axe.is_empty() { String::new() } else { format!("&par={axe}") };
            let url = format!("{base}/v1/statistiques/{name}?annees=5&jour=2025-03-31{par}");
            let (_, whole) = read(&http, &url, Some(all)).await;
            let (_, own) = read(&http, &url, Some(caisse)).await;
            slowest = slowest.max(whole).max(own);
            println!(
                "{name:<14} {axe:<11} {:>7} µs, {:>4} × the barest; a caisse {:>7} µs",
                whole.as_micros(),
                whole.as_micros() / barest.as_micros().max(1),
                own.as_micros()
            );
        }
    }
    println!("the slowest: {} µs", slowest.as_micros());
}

fn main() {
    let persons = setting("TRAITANT_BENCH_PERSONNES", 200_000);
    let feuilles = setting("TRAITANT_BENCH_FEUILLES", 500_000);
    let folder = std::env::temp_dir().join(format!("traitant-statistiques-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (mut child, base) = start(&folder);
    counted(&folder);
    let holder = hold(&folder);
    let began = Instant::now();
    foule::charger(&folder, &foule::coffre(&folder), persons);
    println!("a register of {persons} persons, loaded in {} s", began.elapsed().as_secs());
    let lot = folder.join("lot.ndjson");
    write_lot(&lot, feuilles, persons);
    let host = base.trim_start_matches("http://").to_owned();
    let caisse = token(&folder, &["caisse", "--organisme", "010110000"]);
    let before = Cpu::now(child.id(), &folder);
    let answers = lot::send((&host, "feuilles-de-soins"), &caisse, &lot, |_| {});
    let sent = Cpu::now(child.id(), &folder).since(before);
    println!(
        "a lot of {} feuilles: {} stored, {} refused",
        answers.lines(),
        answers.enregistrees,
        answers.refusees
    );
    let followed = follow(&folder, child.id(), holder);
    let each = |cpu: Cpu, many: usize| {
        ((cpu.service as usize) * 1_000 / many, (cpu.postgres as usize) * 1_000 / many)
    };
    let percent =
        |cpu: Cpu| (cpu.service + cpu.postgres) * 100 / (sent.service + sent.postgres).max(1);
    let ((service, postgres), (own, database)) = (each(sent, feuilles), each(followed, feuilles));
    println!("processor time a feuille: received, service {service} µs, PostgreSQL {postgres} µs");
    println!(
        "  counted by the job, service {own} µs, PostgreSQL {database} µs: {} % of the lot",
        percent(followed)
    );
    let holder = hold(&folder);
    psql(
        &folder,
        "INSERT INTO statistique_a_compter (patient_id) SELECT patient_id FROM patient ON CONFLICT DO NOTHING",
    );
    let followed = follow(&folder, child.id(), holder);
    let (own, database) = each(followed, persons);
    println!("each of {persons} persons counted, once: service {own} µs, PostgreSQL {database} µs");
    psql(&folder, "VACUUM (ANALYZE) statistique");
    let size = "SELECT count(*) || ' sums, ' || (SELECT count(*) FROM statistique_mouvement) || ' changes, '
        || (pg_total_relation_size('statistique') + pg_total_relation_size('statistique_mouvement')) / 1048576 || ' MB'
        FROM statistique";
    println!("kept: {}", psql(&folder, size));
    let reader = token(&folder, &["statistiques"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(tables(&base, &reader, &caisse));
    Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    if std::env::var_os("TRAITANT_BENCH_GARDER").is_none() {
        std::fs::remove_dir_all(&folder).ok();
    }
}
