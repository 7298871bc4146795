//! How long a caisse needs to take over what it had before: its doctors, its affiliates, their choices.
//!
//! `cargo bench --bench reprises` starts the release build on its own private PostgreSQL, in an empty directory, writes
//! the files of an invented caisse (`TRAITANT_BENCH_PERSONNES`, a million unless said otherwise, nine in ten of whom
//! had chosen one of a thousand doctors) and takes them over as an operator does, with `traitant reprise --executer`: each
//! line is tried without consequence, then applied. The reference of known cost is `COPY` of the rows that this left, into
//! tables of the same shape, on the same server. It prints lines a second, the highest memory of the program and the
//! whole time beside the one of `COPY`.

#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "a measure that cannot go on stops, and says what it found"
)]

#[path = "support/rpps.rs"]
mod rpps;
mod support;

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use self::rpps::rpps;
use self::support::{nir, program, psql, start, token};

const ORGANISME: &str = "010110000";
const MEDECINS: usize = 1_000;

fn persons() -> usize {
    support::setting("TRAITANT_BENCH_PERSONNES", 1_000_000)
}

/// Writes a file of the caisse, a line a number.
fn file(folder: &Path, name: &str, count: usize, line: impl Fn(usize) -> String) -> PathBuf {
    let path = folder.join(name);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path).unwrap());
    for number in 0..count {
        writeln!(out, "{}", line(number)).unwrap();
    }
    out.flush().unwrap();
    path
}

fn medecin(number: usize) -> String {
    format!(
        r#"{{"rpps":"{}","nom":"ESSAI-CHARGE","prenom":"MEDECIN","specialite":"01","exercice":{{"du":"2000-01-01","mode":"liberal","principal":true,"convention":"secteur_1","lieu":{{"nature":"cabinet","nom":"Cabinet {number}","commune":"01004","adresse":"1 rue Neuve"}}}}}}"#,
        rpps(number)
    )
}

fn affilie(number: usize) -> String {
    format!(
        r#"{{"identifiant":{{"type":"nir","valeur":"{}"}},"date_naissance":"1958-07-14","nom":"ESSAI-CHARGE","prenom":"PERSONNE","organisme":{{"regime":"01","caisse":"011","centre":"0000"}},"affilie_du":"2000-01-01"}}"#,
        nir(number)
    )
}

/// The choice of nine persons in ten.
fn choix(number: usize) -> String {
    let person = number * 10 / 9;
    format!(
        r#"{{"identifiant":{{"type":"nir","valeur":"{}"}},"date_naissance":"1958-07-14","medecins":["{}"],"effet_du":"2015-03-01","signe_le":"2015-02-27","origine":"scan","reference":"archive {number}"}}"#,
        nir(person),
        rpps(person % MEDECINS)
    )
}

/// Takes a file over as an operator does; gives how long it took, and says it.
fn reprise(folder: &Path, nature: &str, count: usize, file: &Path) -> Duration {
    let began = Instant::now();
    let output = Command::new(program())
        .args(["reprise", "--organisme", ORGANISME, "--nature", nature, "--executer"])
        .arg(file)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TRAITANT_DONNEES", folder)
        .env("TRAITANT_JOURNAL", "warn")
        .output()
        .unwrap();
    let took = began.elapsed();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let millis = (took.as_millis() as usize).max(1);
    println!(
        "{nature:<9} {count:>8} lines in {} s: {} a second",
        millis / 1_000,
        count * 1_000 / millis
    );
    took
}

/// The last choice of the file is in force: what was loaded can be asked.
fn verify(folder: &Path, base: &str, number: usize) {
    let (host, person) = (base.trim_start_matches("http://"), number * 10 / 9);
    let body = format!(
        r#"{{"identifiant":{{"type":"nir","valeur":"{}"}},"date_naissance":"1958-07-14"}}"#,
        nir(person)
    );
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST /v1/medecins-traitants/consultation HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Authorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        token(folder, &["caisse", "--organisme", ORGANISME]),
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(&rpps(person % MEDECINS)), "{answer}");
}

/// The tables that hold rows, and how many.
fn filled(folder: &Path) -> Vec<(String, usize)> {
    let text = psql(
        folder,
        "SELECT c.relname || ' ' || (xpath('/row/n/text()',
             query_to_xml('SELECT count(*) AS n FROM ' || quote_ident(c.relname), false, true, '')))[1]::text
         FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1",
    );
    let row = |line: &str| {
        let (name, count) = line.split_once(' ').unwrap();
        (name.to_owned(), count.parse().unwrap())
    };
    text.lines().map(row).collect()
}

/// How long `COPY` takes for all rows of the tables that grew, into tables of the same shape.
fn copy(folder: &Path, before: &[(String, usize)], after: &[(String, usize)]) -> (Duration, usize) {
    let (mut took, mut rows) = (Duration::ZERO, 0);
    for (name, count) in after {
        let was = before.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count);
        if *count <= was {
            continue;
        }
        let path = folder.join("s/reference");
        let at = path.display();
        psql(
            folder,
            &format!(
                "CREATE TABLE reference (LIKE {name} INCLUDING ALL);
                 COPY (SELECT * FROM {name}) TO '{at}' (FORMAT binary);"
            ),
        );
        let began = Instant::now();
        psql(folder, &format!("COPY reference FROM '{at}' (FORMAT binary)"));
        took += began.elapsed();
        rows += count;
        psql(folder, "DROP TABLE reference");
        std::fs::remove_file(&path).ok();
    }
    (took, rows)
}

fn main() {
    let persons = persons();
    let chosen = persons / 10 * 9;
    let folder = std::env::temp_dir().join(format!("traitant-reprises-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (mut child, base) = start(&folder);
    let before = filled(&folder);
    let size =
        || psql(&folder, "SELECT pg_database_size(current_database())").parse::<usize>().unwrap();
    let (empty, mut took) = (size(), Duration::ZERO);
    for (nature, count, line) in [
        ("medecins", MEDECINS, medecin as fn(usize) -> String),
        ("affilies", persons, affilie),
        ("choix", chosen, choix),
    ] {
        let path = file(&folder, &format!("{nature}.ndjson"), count, line);
        took += reprise(&folder, nature, count, &path);
        std::fs::remove_file(&path).ok();
    }
    verify(&folder, &base, chosen - 1);
    let grown = size() - empty;
    let (reference, rows) = copy(&folder, &before, &filled(&folder));
    println!(
        "{persons} persons and {chosen} choices in {} s; COPY of the {rows} rows that they are: {} s; {}.{} × that",
        took.as_secs(),
        reference.as_secs(),
        took.as_millis() / reference.as_millis().max(1),
        took.as_millis() * 10 / reference.as_millis().max(1) % 10
    );
    println!("{} bytes a person on disk, indexes included", grown / persons.max(1));
    Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    std::fs::remove_dir_all(&folder).ok();
}
