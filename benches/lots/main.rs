//! How fast a lot is received, stored and evaluated, and what it takes.
//!
//! `cargo bench --bench lots` starts the release build on its own private PostgreSQL, in an empty
//! directory, loads a register of invented people (`TRAITANT_BENCH_PERSONNES`, 100,000 unless said
//! otherwise) and sends one lot (`TRAITANT_BENCH_FEUILLES`, twice as many feuilles), then another of the same
//! people, then that one again. The first one also makes what the rows of the people hold from then on. It prints feuilles a second; the processor time of the service, of PostgreSQL and of the
//! client for one feuille, which does not depend on who else uses the machine; the memory of the service
//! at the beginning and at the end; bytes on disk for each feuille, indexes included. Then it evaluates all of it again, tried and applied:
//! when nothing changes, and when every choice takes effect later than was believed. The reference of
//! known cost is `COPY` of the same rows into a table of the same shape, on the same server.

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
mod foule;
#[path = "../support/lot.rs"]
mod lot;
#[path = "../support/memoire.rs"]
mod memoire;
mod reexamen;
#[path = "../support/rpps.rs"]
mod rpps;
#[path = "../support/mod.rs"]
mod support;

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use self::cpu::Cpu;
use self::lot::send;
use self::memoire::memory;
use self::reexamen::{Caisse, retarder_les_choix};
use self::support::{psql, setting, start, token};

/// What there is on disk, by table, whichever it is: bytes of heap and of indexes.
fn sizes(folder: &Path) -> Vec<(String, u64)> {
    let text = psql(
        folder,
        "SELECT coalesce(p.relname, c.relname) || ' ' || sum(pg_total_relation_size(c.oid))
         FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
         LEFT JOIN pg_class p ON p.oid = i.inhparent
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
         GROUP BY coalesce(p.relname, c.relname) ORDER BY 1",
    );
    text.lines()
        .map(|line| {
            let (name, bytes) = line.split_once(' ').unwrap();
            (name.to_owned(), bytes.parse().unwrap())
        })
        .collect()
}

fn grown(before: &[(String, u64)], after: &[(String, u64)], feuilles: usize) {
    let mut all = 0;
    for ((name, was), (_, is)) in before.iter().zip(after) {
        let bytes = is.saturating_sub(*was) as usize / feuilles;
        all += bytes;
        if bytes > 0 {
            println!("  {name:<24} {bytes:>5} bytes a feuille");
        }
    }
    println!("  {:<24} {all:>5} bytes a feuille", "everything");
}

/// Sends the lot and says how it went.
fn measure(what: &str, place: (&Path, u32), host: &str, token: &str, lot: &Path) -> usize {
    let (folder, pid) = place;
    let (idle, _) = memory(pid);
    let mut early = 0;
    let (began, before) = (Instant::now(), Cpu::now(pid, folder));
    let answers = send((host, "feuilles-de-soins"), token, lot, |answers| {
        if early == 0 && answers.lines() > 20_000 {
            early = memory(pid).0;
        }
    });
    let millis = began.elapsed().as_millis() as usize;
    let cpu = Cpu::now(pid, folder).since(before);
    let lines = answers.lines();
    let each = |millis: u64| millis as usize * 1_000_000 / lines / 1_000;
    let own = cpu.service + cpu.postgres + cpu.client;
    println!(
        "{what:<12} {lines} lines: {} stored, {} already received, {} refused",
        answers.enregistrees, answers.deja_recues, answers.refusees
    );
    println!(
        "  {} feuilles/s in {} s; {} bytes an answer",
        lines * 1_000 / millis,
        millis / 1_000,
        answers.bytes / lines
    );
    println!(
        "  processor time a feuille: service {} µs, PostgreSQL {} µs, client {} µs; of two cores alone: {} feuilles/s",
        each(cpu.service),
        each(cpu.postgres),
        each(cpu.client),
        lines * 2_000 / own.max(1) as usize
    );
    println!(
        "  the rest of the machine used {} % of two cores meanwhile",
        cpu.machine.saturating_sub(own) as usize * 50 / millis
    );
    let (end, highest) = memory(pid);
    println!(
        "  memory of the service: {} MB before, {} MB after 20,000 lines, {} MB at the end, {} MB at most",
        idle / 1024,
        early / 1024,
        end / 1024,
        highest / 1024
    );
    lines * 1_000 / millis
}

/// Rows a second that COPY stores in a table of the same shape.
fn copy(folder: &Path) -> usize {
    let file = folder.join("s/reference");
    let name = file.display();
    psql(
        folder,
        &format!(
            "CREATE TABLE reference (LIKE feuille_de_soins INCLUDING ALL);
             COPY (SELECT * FROM feuille_de_soins ORDER BY enregistre_le, feuille_id) TO '{name}' (FORMAT binary);"
        ),
    );
    let began = Instant::now();
    psql(folder, &format!("COPY reference FROM '{name}' (FORMAT binary)"));
    let millis = began.elapsed().as_millis() as usize;
    let rows: usize = psql(folder, "SELECT count(*) FROM reference").parse().unwrap();
    std::fs::remove_file(&file).ok();
    rows * 1_000 / millis.max(1)
}

fn write_lot(file: &Path, first: usize, (feuilles, persons): (usize, usize)) {
    let mut out = std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(file).unwrap());
    let mut line = String::new();
    for number in first..first + feuilles {
        line.clear();
        foule::feuille(number, persons, &mut line);
        out.write_all(line.as_bytes()).unwrap();
    }
    out.flush().unwrap();
    let bytes = std::fs::metadata(file).unwrap().len() as usize;
    println!("a lot of {feuilles} feuilles, {} bytes each", bytes / feuilles);
}

fn main() {
    let persons = setting("TRAITANT_BENCH_PERSONNES", 100_000);
    let feuilles = setting("TRAITANT_BENCH_FEUILLES", 2 * persons);
    let folder = std::env::temp_dir().join(format!("traitant-lots-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (mut child, base) = start(&folder);
    let began = Instant::now();
    foule::charger(&folder, &foule::coffre(&folder), persons);
    println!("a register of {persons} persons, loaded in {} s", began.elapsed().as_secs());
    let lot = folder.join("lot.ndjson");
    write_lot(&lot, 0, (feuilles, persons));
    let host = base.trim_start_matches("http://").to_owned();
    let token = token(&folder, &["caisse", "--organisme", "010110000"]);
    let place = (folder.as_path(), child.id());
    let before = sizes(&folder);
    let first = measure("the first", place, &host, &token, &lot);
    let after = sizes(&folder);
    grown(&before, &after, feuilles);
    write_lot(&lot, feuilles, (feuilles, persons));
    let rate = measure("the next one", place, &host, &token, &lot);
    let then = sizes(&folder);
    grown(&after, &then, feuilles);
    measure("once more", place, &host, &token, &lot);
    println!("disk after it came twice:");
    grown(&then, &sizes(&folder), feuilles);
    let caisse = Caisse { host: &host, token: &token, folder: &folder, pid: child.id() };
    let same = caisse.reevaluer("nothing changes");
    retarder_les_choix(&folder);
    let others = caisse.reevaluer("choices of later");
    for (what, [tried, applied]) in [("nothing changes", same), ("choices of later", others)] {
        println!(
            "reevaluation, {what}: tried at {} % of the pace of the next lot, applied at {} %",
            tried * 100 / rate,
            applied * 100 / rate
        );
    }
    let reference = copy(&folder);
    println!(
        "the first lot: {} % of COPY of the same rows, the next one: {} % ({reference}/s)",
        first * 100 / reference.max(1),
        rate * 100 / reference.max(1)
    );
    Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    if std::env::var_os("TRAITANT_BENCH_GARDER").is_none() {
        std::fs::remove_dir_all(&folder).ok();
    }
}
