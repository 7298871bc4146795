//! What a single stored evaluation costs, beside the same SQL sent by `pgbench`.
//!
//! `cargo bench --bench feuille` starts the service on its own private PostgreSQL, in an empty directory,
//! loads a register, and measures the processor time of the service and of PostgreSQL for one
//! `POST /v1/feuilles-de-soins`: reading, deciding, storing, answering in full. The statements of such a
//! request are read from the log of PostgreSQL, with their parameters, and sent again by `pgbench`, each
//! time about another person and another feuille. The ratio of both is what to keep: it does not depend
//! on who else uses the machine. `TRAITANT_BENCH_FEUILLES` changes the number of requests.

#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
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
mod script;
#[path = "../support/mod.rs"]
mod support;

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use self::cpu::{Cpu, of_process};
use self::support::{client, psql, start, token};

/// Persons of the service; as many again are for `pgbench`.
const PERSONS: usize = 10_000;

/// A connection that sends one request after the other.
struct Sender {
    stream: TcpStream,
    head: String,
    answer: Vec<u8>,
}

impl Sender {
    fn new(host: &str, token: &str) -> Self {
        let stream = TcpStream::connect(host).unwrap();
        stream.set_nodelay(true).unwrap();
        let head = format!(
            "POST /v1/feuilles-de-soins HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\n"
        );
        Self { stream, head, answer: vec![0; 65_536] }
    }

    /// Stores a feuille; gives the answer.
    fn post(&mut self, number: usize) -> String {
        let mut body = String::new();
        foule::feuille(number, PERSONS, &mut body);
        let request = format!(
            "{}Idempotency-Key: mesure-{number:09}\r\nContent-Length: {}\r\n\r\n{body}",
            self.head,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).unwrap();
        let (mut length, mut wanted) = (0, usize::MAX);
        while length < wanted {
            length += self.stream.read(&mut self.answer[length..]).unwrap();
            let text = String::from_utf8_lossy(&self.answer[..length]);
            if let Some((head, _)) = text.split_once("\r\n\r\n") {
                let announced = head.to_lowercase();
                let announced = announced.split("content-length: ").nth(1).unwrap();
                let body: usize = announced.split("\r\n").next().unwrap().parse().unwrap();
                wanted = head.len() + 4 + body;
            }
        }
        let answer = String::from_utf8_lossy(&self.answer[..length]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        answer
    }
}

/// The script of `pgbench`: the request of a feuille, each time for another person.
fn script_of(folder: &Path, sender: &mut Sender, number: usize) -> String {
    script::log(folder, true);
    let answer = sender.post(number);
    script::log(folder, false);
    let member = |name: &str| {
        let after = answer.split_once(&format!("\"{name}\":\"")).unwrap().1;
        after.split('"').next().unwrap().to_owned()
    };
    let (feuille, patient) = (member("id"), member("patient_id"));
    let digest = psql(
        folder,
        &format!(
            "SELECT encode(empreinte, 'hex') FROM identifiant_patient WHERE patient_id = '{patient}'"
        ),
    );
    let event = psql(
        folder,
        &format!("SELECT evenement_id FROM evenement WHERE feuilles = ARRAY['{feuille}'::uuid]"),
    );
    let access = psql(
        folder,
        &format!(
            "SELECT acces_id FROM acces WHERE patient_id = '{patient}' ORDER BY acces_id DESC LIMIT 1"
        ),
    );
    let born = psql(
        folder,
        &format!("SELECT date_naissance FROM identite_patient WHERE patient_id = '{patient}'"),
    );
    let person = "('01950003-0000-7000-8000-' || lpad(to_hex(:p::integer), 12, '0'))";
    let changing = [
        (feuille, "md5(:n::text)"),
        (event, "md5('e' || :n::text)"),
        (access, "md5('a' || :n::text)"),
        (digest, "md5(:p::text)"),
        (patient, person),
        (format!("mesure-{number:09}"), "'mesure-' || :n::text"),
        (format!("1{number:09}"), "(1000000000 + :n::integer)::text"),
    ];
    // Persons of the same birth date as the one of the request.
    let place = foule::NAISSANCES.iter().position(|known| *known == born).unwrap();
    let head = format!(
        "\\set p {PERSONS} + {place} + 8 * random(0, {})\n\\set n random(1, 900000000)\n",
        PERSONS / 8 - 1
    );
    let statements = script::transaction(folder, "feuille_de_soins.insert */");
    println!("{} statements a request", statements.len());
    script::script(folder, &head, &statements, (&changing, person))
}

fn measure(folder: &Path, service: u32, host: &str, requests: usize) {
    let token = token(folder, &["caisse", "--organisme", "010110000"]);
    let mut sender = Sender::new(host, &token);
    // Plans, caches, partitions.
    (1..=500).for_each(|number| drop(sender.post(number)));
    let before = Cpu::now(service, folder);
    (1_000..1_000 + requests).for_each(|number| drop(sender.post(number)));
    let own = Cpu::now(service, folder).since(before);

    let script = script_of(folder, &mut sender, 999_000);
    let file = folder.join("feuille.sql");
    std::fs::write(&file, script).unwrap();
    let pgbench = |transactions: usize| {
        let output = client("pgbench", folder)
            .args([
                "-n",
                "-M",
                "prepared",
                "-c",
                "1",
                "-j",
                "1",
                "-t",
                &transactions.to_string(),
                "-f",
            ])
            .arg(&file)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success() && said.contains("failed transactions: 0"), "{said}");
    };
    pgbench(500);
    let (before, ended) = (Cpu::now(service, folder), children());
    pgbench(requests);
    let other = Cpu::now(service, folder).since(before);
    let sent = children() - ended;
    let each = |millis: u64| millis as usize * 1_000 / requests;
    println!(
        "a feuille stored and evaluated: service {} µs, PostgreSQL {} µs",
        each(own.service),
        each(own.postgres)
    );
    println!(
        "the same SQL by pgbench:        pgbench {} µs, PostgreSQL {} µs",
        each(sent),
        each(other.postgres)
    );
    let ratio = (own.service + own.postgres) * 100 / (sent + other.postgres).max(1);
    println!("ratio of processor time: {}.{:02}", ratio / 100, ratio % 100);
}

/// Processor time of the programs that this one started and that ended.
fn children() -> u64 {
    let own = std::process::id();
    of_process(own, true) - of_process(own, false)
}

/// Has everybody of a folder receive some feuilles, as people have in a year: their rows hold what the next one reads.
fn precedentes(folder: &Path, host: &str) {
    let token = token(folder, &["caisse", "--organisme", "010110000"]);
    let file = folder.join("lot.ndjson");
    let mut lot = BufWriter::new(File::create(&file).unwrap());
    let mut line = String::new();
    for number in 0..5 * 2 * PERSONS {
        line.clear();
        foule::feuille(100_000_000 + number, 2 * PERSONS, &mut line);
        lot.write_all(line.as_bytes()).unwrap();
    }
    lot.flush().unwrap();
    let answers = lot::send((host, "feuilles-de-soins"), &token, &file, |_| {});
    assert_eq!(answers.enregistrees, answers.lines());
    std::fs::remove_file(file).unwrap();
}

fn main() {
    let requests = support::setting("TRAITANT_BENCH_FEUILLES", 4_000);
    let folder = std::env::temp_dir().join(format!("traitant-feuille-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (mut child, base) = start(&folder);
    foule::charger(&folder, &foule::coffre(&folder), 2 * PERSONS);
    precedentes(&folder, base.trim_start_matches("http://"));
    psql(
        &folder,
        &format!(
            "SET session_replication_role = replica;
             UPDATE identifiant_patient SET empreinte = decode(md5(n::text), 'hex')
             FROM (SELECT patient_id, ('x' || right(patient_id::text, 12))::bit(48)::bigint AS n
                   FROM patient WHERE patient_id::text LIKE '01950003%') AS own
             WHERE identifiant_patient.patient_id = own.patient_id AND n >= {PERSONS};
             UPDATE patient SET etat_le = connu_le, etat_chiffre = other.etat_chiffre
             FROM (SELECT etat_chiffre FROM patient WHERE etat_le IS NOT NULL LIMIT 1) AS other
             WHERE patient.etat_le IS NULL AND patient_id::text LIKE '01950003%'"
        ),
    );
    psql(&folder, "VACUUM (ANALYZE)");
    measure(&folder, child.id(), base.trim_start_matches("http://"), requests);
    Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    std::fs::remove_dir_all(&folder).ok();
}
