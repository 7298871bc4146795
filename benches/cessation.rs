//! Closes the designations of a doctor with 3,000 patients, and says what others feel meanwhile.
//!
//! `cargo bench --bench cessation` starts the service on its own private PostgreSQL, in an empty
//! directory, registers the patients and their paper declarations, then measures: the job of a
//! retirement, from its first patient to its last; its undoing; and the time to declare another
//! doctor, before and during the job, for patients of the very doctor whom it concerns.
//!
//! Machines are shared and noisy: the job is compared, in the same run, with as many durable one-row
//! inserts made by `pgbench` on the same server, one after the other; declarations during the job
//! with declarations before it. The ratios are what to keep. `TRAITANT_BENCH_PATIENTS` changes the
//! number of patients.

#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measure that cannot go on stops, and says what it found"
)]

#[path = "support/caisse.rs"]
mod caisse;
mod support;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use self::caisse::{Caisse, MARTIN, PONS, microseconds};
use self::support::{client, psql, start};

/// Declarations measured before the job.
const BEFORE: usize = 200;
const WORKERS: usize = 8;

async fn get(caisse: &Caisse, path: &str) -> Value {
    caisse.send(caisse.http.get(format!("{}{path}", caisse.base))).await
}

/// Waits until an operation has this state; gives when it was seen to have it.
async fn wait(caisse: &Caisse, path: &str, state: &str) -> Instant {
    loop {
        if get(caisse, path).await["etat"] == state {
            return Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Seconds that `pgbench` takes for durable one-row inserts, one after the other.
fn reference(folder: &Path, count: usize) -> Option<Duration> {
    let file = folder.join("pgbench.sql");
    let text = "INSERT INTO reference_de_mesure (texte) VALUES (repeat('x', 200));";
    std::fs::write(&file, text).unwrap();
    let table =
        "CREATE TABLE IF NOT EXISTS reference_de_mesure (id bigserial PRIMARY KEY, texte text)";
    psql(folder, table);
    let began = Instant::now();
    let done = client("pgbench", folder)
        .args(["-n", "-M", "prepared", "-c", "1", "-t", &count.to_string(), "-f"])
        .arg(&file)
        .output()
        .ok()?;
    done.status.success().then(|| began.elapsed())
}

async fn load(caisse: &Caisse, patients: usize) {
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let caisse = caisse.clone();
        workers.spawn(async move {
            for number in (worker..patients + BEFORE).step_by(WORKERS) {
                caisse.register(number).await;
                if number < patients {
                    caisse.declare(number, PONS, "2024-05-02").await;
                }
            }
        });
    }
    workers.join_all().await;
}

async fn measure(folder: &Path, base: String, patients: usize) {
    let caisse = Caisse::new(folder, base);
    load(&caisse, patients).await;
    let mut before = Vec::new();
    for number in patients..patients + BEFORE {
        before.push(caisse.declare(number, MARTIN, "2025-01-02").await);
    }
    let retirement = json!({
        "rpps": PONS, "nature": "retraite", "effet_du": "2025-07-01", "justification": "mesure",
    });
    let began = Instant::now();
    let counted = caisse.post("/v1/operations/apercu", "apercu-0", None, &retirement).await;
    println!("dry run: {} patients in {} ms", counted["concernes"], began.elapsed().as_millis());
    let made = caisse.post("/v1/operations", "retraite-0", None, &retirement).await;
    let path = format!("/v1/operations/{}", made["id"].as_str().unwrap());
    let first = wait(&caisse, &path, "en_cours").await;
    // Patients of this doctor go on choosing another one, from the last to be served.
    let other = caisse.clone();
    let choosing = tokio::spawn(async move {
        let mut times = Vec::new();
        for number in (0..patients).rev().take(BEFORE) {
            times.push(other.declare(number, MARTIN, "2025-01-02").await);
        }
        (times, Instant::now())
    });
    let job = wait(&caisse, &path, "terminee").await.duration_since(first);
    let (mut during, _) = choosing.await.unwrap();
    let done = get(&caisse, &path).await;
    println!("done: {}", done["compte"]);
    report(folder, "closing", patients, job);
    let ((median, p99), (usual, usual_p99)) =
        (microseconds(&mut during), microseconds(&mut before));
    println!(
        "declaration during the job: median {median} µs, p99 {p99} µs; {} % and {} % of those before it",
        median * 100 / usual.max(1),
        p99 * 100 / usual_p99.max(1)
    );
    let cancel = format!("{path}/annulation");
    caisse.post(&cancel, "annulation-0", Some(&done["version"]), &json!({})).await;
    let waiting = Instant::now();
    let undone = wait(&caisse, &path, "annulee").await.duration_since(waiting);
    report(folder, "undoing, with up to 5 s of waiting for a runner,", patients, undone);
}

fn report(folder: &Path, what: &str, patients: usize, took: Duration) {
    let ratio = reference(folder, patients).map_or_else(
        || "no pgbench to compare with".to_owned(),
        |inserts| {
            let percent = took.as_millis() * 100 / inserts.as_millis().max(1);
            format!("{percent} % of as many one-row inserts ({} ms)", inserts.as_millis())
        },
    );
    println!("{what} {patients} patients: {} ms, {ratio}", took.as_millis());
}

fn main() {
    let patients = support::setting("TRAITANT_BENCH_PATIENTS", 3_000);
    let folder = std::env::temp_dir().join(format!("traitant-cessation-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut child, base) = start(&folder);
    runtime.block_on(measure(&folder, base, patients));
    Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    std::fs::remove_dir_all(&folder).ok();
}
