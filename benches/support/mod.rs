//! What measures of the running service share: a service in an empty directory, its tokens, its database
//! and the people of a load.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;

/// The program that is measured: that of another commit when `TRAITANT_BENCH_PROGRAMME` names it, otherwise the one that Cargo built for
/// this run.
pub fn program() -> OsString {
    std::env::var_os("TRAITANT_BENCH_PROGRAMME")
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_traitant").into())
}

/// What a setting of the measure says, or what it is unless said otherwise.
pub fn setting<T: FromStr>(name: &str, usual: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Starts the service on a free port; gives its address.
pub fn start(folder: &Path) -> (Child, String) {
    let mut child = Command::new(program())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TRAITANT_DONNEES", folder)
        .env("TRAITANT_DEBIT_PORTEUR", "0")
        .env("TRAITANT_DEBIT_ADRESSE", "0")
        .env("TRAITANT_ADRESSE", "127.0.0.1:0")
        .env("TRAITANT_JOURNAL", "warn")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines
        .find_map(|line| line.unwrap().split_once("écoute sur ").map(|(_, after)| after.to_owned()))
        .expect("the service did not start");
    let base = line.split_whitespace().next().unwrap().to_owned();
    (child, base)
}

/// A token of the service of a folder.
pub fn token(folder: &Path, bearer: &[&str]) -> String {
    let output = Command::new(program())
        .arg("jeton")
        .args(bearer)
        .args(["--duree", "7200"])
        .env_clear()
        .env("TRAITANT_DONNEES", folder)
        .env("TRAITANT_DEBIT_PORTEUR", "0")
        .env("TRAITANT_DEBIT_ADRESSE", "0")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The NIR of one of the people of a load, key included: 999 a commune, 400 communes a département.
pub fn nir(person: usize) -> String {
    let (commune, order) = (person / 999, 1 + person % 999);
    let place = (commune / 400) * 1_000_000 + (500 + commune % 400) * 1_000;
    let base = 1_580_701_000_000 + place + order;
    format!("{base}{:02}", 97 - base % 97)
}

/// A program of PostgreSQL, on the database of a folder.
pub fn client(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["-U", "traitant", "-d", "traitant", "-h"]).arg(folder.join("s"));
    command
}

/// Runs statements; gives what they answer.
pub fn psql(folder: &Path, statements: &str) -> String {
    let output = client("psql", folder)
        .args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", statements])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
