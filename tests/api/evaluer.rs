//! `traitant evaluer`: the lot of the API as a command.

use std::io::Write;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::app::feuille;
use crate::support::process::{Folder, Service, program, run, said};

/// Sends lines to the standard input of the command.
fn evaluate(settings: &[(&str, &str)], arguments: &[&str], lot: &str) -> Output {
    let mut command = program(settings);
    command.arg("evaluer").args(arguments).stdin(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lot.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn answers(text: &[u8]) -> Vec<Value> {
    let text = String::from_utf8(text.to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_lot_is_evaluated_beside_the_service_and_without_it() {
    let folder = Folder::new();
    let settings = [("TRAITANT_DONNEES", folder.path().to_str().unwrap())];
    let mut lot: String = ["ALICE", "HUGO"]
        .map(|person| feuille(person, "1", "2025-03-10", json!("T")).to_string() + "\n")
        .concat();
    let caisse = ["--organisme", "011310000"];

    // The service runs: its database is used, and it goes on.
    let service = Service::start(&settings);
    let done = evaluate(&settings, &caisse, &lot);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let first = answers(&done.stdout);
    assert!(first.iter().all(|answer| answer["resultat"] == "enregistree"), "{first:?}");
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(told.contains("2 feuilles enregistrées, 0 déjà reçue, 0 ligne refusée."), "{told}");
    assert!(told.contains("Sur 60,00\u{a0}€ d'honoraires"), "{told}");
    assert!(!told.contains('\u{1b}'), "no bar where nobody looks");
    assert!(!told.contains("_sqlx_migrations"), "{told}");
    assert!(service.end("TERM").success());

    // It does not run: the same lot changes nothing, and a bad line is told and counted.
    lot.push_str("{}\n");
    let file = folder.path().join("lot.ndjson");
    std::fs::write(&file, &lot).unwrap();
    let written = folder.path().join("reponses.ndjson");
    let (file, written) = (file.to_str().unwrap(), written.to_str().unwrap());
    let arguments =
        ["evaluer", file, "--organisme", "011310000", "--sortie", written, "--complete"];
    let done = run(&settings, &arguments);
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    assert!(done.stdout.is_empty());
    assert!(!said(&done).contains("_sqlx_migrations"), "{}", said(&done));
    let again = answers(&std::fs::read(written).unwrap());
    assert_eq!(again[2]["resultat"], "refusee");
    for (one, other) in first.iter().zip(&again) {
        assert_eq!(other["resultat"], "deja_recue");
        assert_eq!(one["feuille_id"], other["feuille"]["id"]);
        assert!(other["feuille"]["evaluations"][0]["explication"].is_array());
    }
    assert!(said(&done).contains("0 feuille enregistrée, 2 déjà reçues, 1 ligne refusée."));
}

#[test]
fn who_sends_and_what_is_read_are_said_in_french_when_they_are_wrong() {
    let wrong = |arguments: &[&str], expected: &str| {
        let all: Vec<&str> = ["evaluer"].iter().chain(arguments).copied().collect();
        let done = run(&[], &all);
        assert!(!done.status.success());
        assert!(said(&done).contains(expected), "{arguments:?}: {}", said(&done));
    };
    wrong(&[], "il manque --organisme <ORGANISME>, ou --medecin <MEDECIN>");
    let purge = run(&[], &["purger"]);
    assert!(!purge.status.success());
    assert!(
        said(&purge).contains("il manque --simulation, ou --visa <REFERENCE>"),
        "{}",
        said(&purge)
    );
    wrong(&["--organisme", "12"], "--organisme : attendu");
    wrong(&["--organisme", "011310000", "--medecin", "99900001233"], "s'excluent");
    wrong(&["--medecin", "99900001234"], "--medecin : attendu");
    wrong(&["--medecin", "99900001233", "absent.ndjson"], "lecture de absent.ndjson");
    wrong(
        &["--medecin", "99900001233", "."],
        "lecture de . : c'est un dossier, attendu un fichier",
    );
}
