//! Evaluates again what lots stored, tried and applied: when nothing changes, and when every choice was found to take effect later.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cpu::Cpu;
use crate::support::psql;

/// How often the progress is asked for.
const REGARD: Duration = Duration::from_millis(20);

/// Who asks, and where.
#[derive(Debug, Clone, Copy)]
pub struct Caisse<'a> {
    pub host: &'a str,
    pub token: &'a str,
    pub folder: &'a Path,
    /// The process of the service.
    pub pid: u32,
}

impl Caisse<'_> {
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(self.host).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n{headers}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 ") || head.contains(" 202 "), "{answer}");
        serde_json::from_str(body).unwrap()
    }

    /// Follows the work from its first feuilles, whenever its job is taken, to a state; the rate is that of the feuilles after these.
    fn follow(&self, what: &str, path: &str, etat: &str) -> (Value, usize) {
        let shown = || self.ask("GET", path, "", "");
        let feuilles = |shown: &Value| shown["feuilles"].as_u64().unwrap() as usize;
        let first = until(shown, |shown| feuilles(shown) > 0 || shown["etat"] == etat);
        let (began, before) = (Instant::now(), Cpu::now(self.pid, self.folder));
        let last = until(shown, |shown| shown["etat"] == etat);
        let micros = began.elapsed().as_micros() as usize;
        let cpu = Cpu::now(self.pid, self.folder).since(before);
        let seen = feuilles(&last) - feuilles(&first);
        let each = |millis: u64| millis as usize * 1_000 / seen.max(1);
        let rate = seen * 1_000_000 / micros;
        println!(
            "{what}: {} feuilles, of which {} change",
            feuilles(&last),
            last["feuilles_changees"]
        );
        println!(
            "  {rate} feuilles/s; processor time a feuille: service {} µs, PostgreSQL {} µs",
            each(cpu.service),
            each(cpu.postgres)
        );
        (last, rate)
    }

    /// Tries a reevaluation of every feuille, applies it; feuilles a second of each.
    pub fn reevaluer(&self, what: &str) -> [usize; 2] {
        let body = json!({ "motif": "correction", "du": "2025-01-01", "au": "2025-12-31" });
        let nom = what.replace(' ', "-");
        let key = format!("Idempotency-Key: essai-{nom}\r\n");
        let asked = self.ask("POST", "/v1/reevaluations", &key, &body.to_string());
        let path = format!("/v1/reevaluations/{}", asked["id"].as_str().unwrap());
        let (shown, tried) = self.follow(&format!("{what}, tried"), &path, "essayee");
        let headers =
            format!("Idempotency-Key: application-{nom}\r\nIf-Match: \"{}\"\r\n", shown["version"]);
        self.ask("POST", &format!("{path}/application"), &headers, "");
        let (_, applied) = self.follow(&format!("{what}, applied"), &path, "appliquee");
        [tried, applied]
    }
}

/// Asks now and then, until what is asked is so.
fn until(shown: impl Fn() -> Value, so: impl Fn(&Value) -> bool) -> Value {
    loop {
        let shown = shown();
        if so(&shown) {
            return shown;
        }
        std::thread::sleep(REGARD);
    }
}

/// Every choice takes effect later than was believed, as no real life has it: the feuilles before that day that rested on one are decided
/// otherwise.
pub fn retarder_les_choix(folder: &Path) {
    psql(
        folder,
        "SET session_replication_role = replica;
         UPDATE designation SET effet = '[2025-02-15,)' WHERE effet = '[2020-03-01,)';
         UPDATE designation_medecin SET effet = '[2025-02-15,)' WHERE effet = '[2020-03-01,)';
         UPDATE patient SET connu_le = greatest(now(), connu_le + interval '1 microsecond')",
    );
    // And no other table: one that is vacuumed while it is empty is read whole by the plans that are made then.
    psql(folder, "VACUUM (ANALYZE) designation, designation_medecin, patient");
    psql(folder, "CHECKPOINT");
}
