//! Whether the register stays as quick when it grows.
//!
//! `cargo bench --bench registre` starts the service on its own private PostgreSQL, in an empty
//! directory, registers some people, and measures the registration of a complete declaration and the
//! reading of the médecin traitant in force, with ten thousand designations in the register, then
//! with two million. The ratio between both is what to keep. `TRAITANT_BENCH_DESIGNATIONS` changes
//! the second number.
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

mod support;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use self::support::{Caisse, MARTIN, PONS, microseconds, nir, start};

/// Declarations, and readings, of each measure.
const MEASURED: usize = 600;
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
        EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM %I t, generate_series(%s, %s) i WHERE t.patient_id = %L',
            one.table_name, names, expressions, one.table_name, FROM_NUMBER, TO_NUMBER, template);
    END LOOP;
END $$;
";

fn psql(folder: &Path, statements: &str) -> String {
    let output = Command::new("psql")
        .args(["-qAt", "-v", "ON_ERROR_STOP=1", "-U", "traitant", "-d", "traitant", "-h"])
        .arg(folder.join("s"))
        .args(["-c", statements])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Fills the register up to a number of designations.
fn grow(folder: &Path, from: usize, to: usize) {
    let began = Instant::now();
    let statements =
        CROWD.replace("FROM_NUMBER", &from.to_string()).replace("TO_NUMBER", &to.to_string());
    psql(folder, &statements);
    psql(folder, "VACUUM ANALYZE");
    let count = psql(folder, "SELECT count(*) FROM designation WHERE remplace_le IS NULL");
    println!("{count} designations (made in {} s)", began.elapsed().as_secs());
}

/// Median and 99th percentile of registrations and readings, in microseconds.
async fn measure(caisse: &Caisse, first: usize) -> [u128; 4] {
    let mut written = Vec::new();
    for number in first..first + MEASURED {
        written.push(caisse.declare(number, MARTIN, "2025-01-02").await);
    }
    let mut read: Vec<Duration> = Vec::new();
    for turn in 0..MEASURED {
        // The same spread over the people of the measure, whatever its place.
        let number = first + turn * 7 % MEASURED;
        let body = json!({
            "identifiant": { "type": "nir", "valeur": nir(number) }, "date_naissance": "1958-07-14",
        });
        let began = Instant::now();
        let path = "/v1/medecins-traitants/consultation";
        let found = caisse.post(path, "sans-objet-00", None, &body).await;
        read.push(began.elapsed());
        assert_eq!(found["declare"], true);
    }
    let ((a, b), (c, d)) = (microseconds(&mut written), microseconds(&mut read));
    [a, b, c, d]
}

fn say(what: &str, few: u128, many: u128) {
    println!("{what:<34} {few:>7} µs, then {many:>7} µs: {} %", many * 100 / few.max(1));
}

async fn run(folder: &Path, base: String, many: usize) {
    let caisse = Caisse::new(folder, base);
    for number in 0..=3 * MEASURED {
        caisse.register(number).await;
    }
    // The person who is copied is the last to have declared.
    caisse.declare(3 * MEASURED, PONS, "2024-05-02").await;
    grow(folder, 1, FEW);
    // A first measure that nobody keeps: connections, caches.
    measure(&caisse, 0).await;
    let few = measure(&caisse, MEASURED).await;
    // The person who is copied must be the last again.
    caisse.declare(3 * MEASURED, MARTIN, "2025-03-02").await;
    grow(folder, FEW + 1, many);
    let after = measure(&caisse, 2 * MEASURED).await;
    say("registration, median", few[0], after[0]);
    say("registration, 99th percentile", few[1], after[1]);
    say("médecin traitant in force, median", few[2], after[2]);
    say("médecin traitant in force, 99th", few[3], after[3]);
}

fn main() {
    let many = std::env::var("TRAITANT_BENCH_DESIGNATIONS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2_000_000);
    let folder = std::env::temp_dir().join(format!("traitant-registre-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut child, base) = start(&folder);
    runtime.block_on(run(&folder, base, many));
    Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    std::fs::remove_dir_all(&folder).ok();
}
