//! Whether two programs evaluate alike: a hundred thousand feuilles, and every word that is answered of each.
//!
//! `cargo bench --bench corpus` starts the release build on its own private PostgreSQL, loads a register of
//! invented people, sends a lot of `TRAITANT_BENCH_FEUILLES` feuilles that are always the same (100,000 unless said
//! otherwise), asks for complete answers, and says their digest; ids and instants, which are others each time,
//! are left out. `TRAITANT_BENCH_PROGRAMME` names the program of another commit, `TRAITANT_BENCH_REPONSES` a
//! file where the answers are written, to be compared line by line when two digests differ.

#![expect(
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::missing_const_for_fn,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a measure that cannot go on stops, and says what it found"
)]

#[path = "../lots/foule.rs"]
mod foule;
mod lignes;
#[path = "../support/rpps.rs"]
mod rpps;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;

use serde_json::Value;
use traitant::domain::digest::EmpreinteEnCours;

use self::support::{setting, start, token};

/// Persons who share the feuilles: enough of each that ceilings and earlier feuilles decide.
const PERSONNES: usize = 5_000;

fn main() {
    let feuilles = setting("TRAITANT_BENCH_FEUILLES", 100_000);
    let folder = std::env::temp_dir().join(format!("traitant-corpus-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (mut child, base) = start(&folder);
    foule::charger(&folder, &foule::coffre(&folder), PERSONNES);
    let token = token(&folder, &["caisse", "--organisme", "010110000"]);
    let mut lot = String::new();
    for number in 0..feuilles {
        lignes::feuille(number, PERSONNES, &mut lot);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answers = runtime.block_on(async {
        let path = format!("{base}/v1/feuilles-de-soins/lots?reponse=complete");
        let sent = reqwest::Client::new().post(path).bearer_auth(token);
        let sent = sent.header("content-type", "application/x-ndjson").body(lot);
        sent.send().await.unwrap().text().await.unwrap()
    });
    Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    std::fs::remove_dir_all(&folder).ok();
    say(&answers, feuilles);
}

/// The digest of the answers, and how much they differ among themselves.
fn say(answers: &str, feuilles: usize) {
    let mut digest = EmpreinteEnCours::default();
    let (mut kinds, mut decisions) = (BTreeMap::new(), BTreeMap::new());
    let file = std::env::var_os("TRAITANT_BENCH_REPONSES");
    let mut file = file.map(|path| std::io::BufWriter::new(std::fs::File::create(path).unwrap()));
    let mut count = 0;
    for line in answers.lines() {
        let mut answer: Value = serde_json::from_str(line).unwrap();
        let kind = answer["resultat"].as_str().unwrap().to_owned();
        *kinds.entry(kind).or_insert(0_usize) += 1;
        if let Some(decided) = answer["feuille"]["evaluations"][0]["code_determine"].as_str() {
            *decisions.entry(decided.to_owned()).or_insert(0_usize) += 1;
        }
        sans_ids(&mut answer);
        let text = answer.to_string();
        digest.update(text.as_bytes());
        digest.update(b"\n");
        if let Some(file) = &mut file {
            writeln!(file, "{text}").unwrap();
        }
        count += 1;
    }
    assert_eq!(count, feuilles, "each feuille has its answer");
    let digest = digest.finish();
    println!(
        "{count} answers: {kinds:?}\ncodes decided: {decisions:?}\nSHA-256 of the answers: {digest}"
    );
}

/// Leaves out what is another each time: ids, and instants that are those of the run.
fn sans_ids(value: &mut Value) {
    match value {
        Value::String(text) if is_id(text) || is_instant(text) => text.clear(),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::Array(all) => all.iter_mut().for_each(sans_ids),
        Value::Object(members) => members.values_mut().for_each(sans_ids),
    }
}

/// Thirty-two digits and four hyphens, alone or at the end of a name or a path.
fn is_id(text: &str) -> bool {
    let Some(start) = text.len().checked_sub(36) else { return false };
    text.is_char_boundary(start)
        && text[start..].bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_instant(text: &str) -> bool {
    text.len() > 19 && text.ends_with('Z') && text.as_bytes()[10] == b'T'
}
