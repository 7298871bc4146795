//! The manual, what completes commands, and examples: made from the command line, so that they say what it takes.

use std::collections::BTreeSet;
use std::process::Command;

use crate::support::process::{Folder, run, said};

/// The commands, as the help lists them.
fn commands() -> BTreeSet<String> {
    let help = said(&run(&[], &["--help"]));
    let listed = help.split("Commandes:\n").nth(1).or(help.split("Commandes :\n").nth(1)).unwrap();
    let lines = listed.lines().take_while(|line| line.starts_with("  "));
    lines.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

#[test]
fn every_command_has_its_page_of_the_manual() {
    let folder = Folder::new();
    let path = folder.path().join("man1");
    let written = run(&[], &["manuel", path.to_str().unwrap()]);
    assert!(written.status.success(), "{}", said(&written));
    for command in commands() {
        let page = std::fs::read_to_string(path.join(format!("traitant-{command}.1"))).unwrap();
        assert!(page.contains(".SH NOM") && !page.contains(".SH NAME"), "{page}");
    }
    let first = said(&run(&[], &["manuel"]));
    assert!(first.contains(".TH TRAITANT 1") && first.contains("TRAITANT_MODE"), "{first}");
    assert!(path.join("traitant-cles-tourner.1").exists());
}

#[test]
fn commands_are_completed_in_each_interpreter() {
    for (shell, mark) in
        [("bash", "complete -F"), ("zsh", "#compdef traitant"), ("fish", "complete -c traitant")]
    {
        let script = said(&run(&[], &["completion", shell]));
        assert!(script.contains(mark), "{shell}: {script}");
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
    }
    let folder = Folder::new();
    let path = folder.path().join("completion.bash");
    std::fs::write(&path, said(&run(&[], &["completion", "bash"]))).unwrap();
    // What bash itself says of it.
    let read = Command::new("bash").arg("-n").arg(&path).status();
    assert!(read.map_or(true, |status| status.success()));
    assert_eq!(run(&[], &["completion", "cmd"]).status.code(), Some(2));
}

#[test]
fn examples_of_the_help_are_commands_that_exist() {
    let commands = commands();
    let mut seen = 0;
    for command in ["evaluer", "rejouer", "verifier", "racine", "migrer", "reprise", "diagnostic"] {
        let help = said(&run(&[], &[command, "--help"]));
        let (_, examples) =
            help.split_once("Exemple").unwrap_or_else(|| panic!("{command}: {help}"));
        for line in examples.lines().filter(|line| line.contains("traitant ")) {
            let after = line.split("traitant ").last().unwrap();
            let named = after.split_whitespace().next().unwrap();
            assert!(commands.contains(named), "{line}");
            seen += 1;
        }
    }
    assert!(seen >= 8, "{seen}");
}
