//! Whether the register stays as quick when it grows.
//!
//! `cargo bench --bench registre` starts two services, each on its own private PostgreSQL in an empty
//! directory: one with ten thousand designations, one with two million. It registers complete
//! declarations and reads the médecin traitant in force, in turn with one and with the other, so that
//! whatever else the machine does weighs on both. The ratio is what to keep.
//! `TRAITANT_BENCH_DESIGNATIONS` changes the second number.
//!
//! The crowd is made by copying, inside the database, everything that one registered person has:
//! same rows, same indexes, other identifiers. Nobody reads these people.

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

use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::json;

use self::caisse::{Caisse, MARTIN, PONS, microseconds};
use self::support::{nir, psql, start};

/// Declarations, and readings, with each register.
const MEASURED: usize = 1_500;
/// Those of the beginning, that nobody keeps: connections, caches.
const WARMING: usize = 200;
const FEW: usize = 10_000;

/// Copies of everything that the first person has, from one number to another.
const CROWD: &str = "
SET session_replication_role = replica;
DO $$
DECLARE
    template uuid := (SELECT patient_id FROM designation WHERE declaration_id = (
        SELECT declaration_id FROM declaration ORDER BY enregistre_le DESC LIMIT 1));
    one record;
    expressions text;
    names text;
BEGIN
    FOR one IN SELECT c.table_name FROM information_schema.columns c
        JOIN pg_class k ON k.relname = c.table_name AND k.relkind = 'r'
        WHERE c.table_schema = 'public' AND c.column_name = 'patient_id'
          AND c.table_name NOT IN ('evenement', 'acces')
    LOOP
        SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position),
               string_agg(CASE
                   WHEN column_name IN ('medecin_id', 'lieu_id') THEN 't.' || quote_ident(column_name)
                   WHEN data_type = 'uuid' THEN 'md5(t.' || quote_ident(column_name) || '::text || i)::uuid'
                   WHEN column_name = 'empreinte' THEN 'decode(md5(i::text), ''hex'')'
                   ELSE 't.' || quote_ident(column_name) END, ', ' ORDER BY ordinal_position)
        INTO names, expressions
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = one.table_name AND is_generated = 'NEVER';
        EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM %I t, generate_series(1, CROWD) i WHERE t.patient_id = %L',
            one.table_name, names, expressions, one.table_name, template);
    END LOOP;
END $$;
";

/// A service, its register and its caisse.
struct Register {
    folder: PathBuf,
    child: Child,
    caisse: Caisse,
    written: Vec<Duration>,
    read: Vec<Duration>,
}

impl Register {
    /// Starts a service in an empty directory, with the people of the measure and a crowd.
    async fn new(name: &str, designations: usize) -> Self {
        let folder = std::env::temp_dir().join(format!("traitant-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (child, base) = start(&folder);
        let caisse = Caisse::new(&folder, base);
        for number in 0..=MEASURED {
            caisse.register(number).await;
        }
        // The person who is copied is the last, and the only one, to have declared.
        caisse.declare(MEASURED, PONS, "2024-05-02").await;
        let began = Instant::now();
        psql(&folder, &CROWD.replace("CROWD", &designations.to_string()));
        psql(&folder, "VACUUM ANALYZE");
        psql(&folder, "CHECKPOINT");
        let count = psql(&folder, "SELECT count(*) FROM designation WHERE remplace_le IS NULL");
        println!("{count} designations (made in {} s)", began.elapsed().as_secs());
        Self { folder, child, caisse, written: Vec::new(), read: Vec::new() }
    }

    async fn register(&mut self, number: usize) {
        self.written.push(self.caisse.declare(number, MARTIN, "2025-01-02").await);
    }

    async fn read(&mut self, number: usize) {
        let body = json!({
            "identifiant": { "type": "nir", "valeur": nir(number) }, "date_naissance": "1958-07-14",
        });
        let began = Instant::now();
        let path = "/v1/medecins-traitants/consultation";
        let found = self.caisse.post(path, "sans-objet-00", None, &body).await;
        self.read.push(began.elapsed());
        assert_eq!(found["declare"], true);
    }

    fn stop(mut self) {
        Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

fn say(what: &str, few: &mut Vec<Duration>, many: &mut Vec<Duration>) {
    few.drain(..WARMING);
    many.drain(..WARMING);
    let (few, many) = (microseconds(few), microseconds(many));
    for (of, few, many) in [("median", few.0, many.0), ("99th percentile", few.1, many.1)] {
        let ratio = many * 100 / few.max(1);
        println!("{what}, {of:<16} {few:>7} µs and {many:>7} µs: {ratio} %");
    }
}

async fn run(many: usize) {
    let mut small = Register::new("peu", FEW).await;
    let mut large = Register::new("beaucoup", many).await;
    for number in 0..MEASURED {
        small.register(number).await;
        large.register(number).await;
    }
    for turn in 0..MEASURED {
        // Spread over the people of the measure.
        let number = turn * 7 % MEASURED;
        small.read(number).await;
        large.read(number).await;
    }
    say("registration", &mut small.written, &mut large.written);
    say("médecin traitant in force", &mut small.read, &mut large.read);
    small.stop();
    large.stop();
}

fn main() {
    let many = support::setting("TRAITANT_BENCH_DESIGNATIONS", 2_000_000);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(many));
}
