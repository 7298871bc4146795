//! The README and the page of the simulations keep their word: their commands are run, in order, by a
//! shell, against the real program, and what they say is answered is what is answered.

use std::process::Command;

use serde_json::Value;

use crate::support::process::{Folder, PROGRAM, Service};

/// A command of the README, and what it says the command answers.
struct Step {
    command: String,
    answer: Option<Value>,
}

fn steps(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in readme.split("```").skip(1).step_by(2) {
        let (language, body) = block.split_once('\n').unwrap();
        match language {
            "sh" => steps.push(Step { command: body.to_owned(), answer: None }),
            "json" => {
                let step = steps.last_mut().unwrap();
                assert!(step.answer.is_none(), "two answers for {}", step.command);
                step.answer = Some(serde_json::from_str(body).unwrap());
            }
            other => panic!("a block in {other:?}: is it a command or an answer?"),
        }
    }
    steps
}

/// Whether everything that is shown is in the answer, which may say more.
fn shows(answer: &Value, shown: &Value) -> bool {
    match (answer, shown) {
        (Value::Object(answer), Value::Object(shown)) => shown
            .iter()
            .all(|(name, value)| answer.get(name).is_some_and(|other| shows(other, value))),
        (Value::Array(answer), Value::Array(shown)) => {
            answer.len() == shown.len()
                && answer.iter().zip(shown).all(|(answer, shown)| shows(answer, shown))
        }
        _ => answer == shown,
    }
}

#[test]
fn every_command_of_the_readme_answers_what_the_readme_says() {
    let readme = include_str!("../../README.md");
    let steps = steps(readme);
    let (cargo, story): (Vec<Step>, Vec<Step>) =
        steps.into_iter().partition(|step| step.command.starts_with("cargo "));
    let cargo: Vec<&str> = cargo.iter().map(|step| step.command.trim()).collect();
    assert_eq!(cargo, ["cargo run --release", "cargo test"], "one command runs, one tests");
    assert!(story.iter().filter(|step| step.answer.is_some()).count() >= 6);

    run(&story);
}

#[test]
fn every_command_of_the_simulations_answers_what_their_page_says() {
    let story = steps(include_str!("../../docs/SIMULATIONS.md"));
    assert!(story.iter().filter(|step| step.answer.is_some()).count() >= 5);
    run(&story);
}

#[test]
fn every_command_of_a_family_at_the_surgery_answers_what_its_page_says() {
    let story = steps(include_str!("../../docs/FAMILLES.md"));
    assert!(story.iter().filter(|step| step.answer.is_some()).count() >= 3);
    run(&story);
}

#[test]
fn every_command_of_the_takeover_answers_what_its_page_says() {
    let story = steps(include_str!("../../docs/REPRISE.md"));
    assert!(story.iter().filter(|step| step.answer.is_some()).count() >= 3);
    run(&story);
}

#[test]
fn every_command_of_the_pages_for_each_reader_answers_what_they_say() {
    for page in [
        include_str!("../../docs/editeurs.md"),
        include_str!("../../docs/caisses.md"),
        include_str!("../../docs/testeurs.md"),
        include_str!("../../docs/patients.md"),
        include_str!("../../docs/exploitants.md"),
    ] {
        let story = steps(page);
        assert!(story.iter().filter(|step| step.answer.is_some()).count() >= 1, "{page}");
        run(&story);
    }
}

#[test]
fn every_command_of_the_exports_answers_what_its_page_says() {
    let story = steps(include_str!("../../docs/EXPORTS.md"));
    assert!(story.iter().filter(|step| step.answer.is_some()).count() >= 2);
    run(&story);
}

#[test]
fn every_command_of_the_letters_answers_what_its_page_says() {
    let story = steps(include_str!("../../docs/COURRIERS.md"));
    assert!(story.iter().filter(|step| step.answer.is_some()).count() >= 1);
    run(&story);
}

/// Runs the commands of a story in one shell, and compares what they answer with what is shown.
fn run(story: &[Step]) {
    let folder = Folder::new();
    let settings = [("TRAITANT_DONNEES", folder.path().to_str().unwrap())];
    let service = Service::start(&settings);
    let end_of_step = "=== end of a step ===";
    let said_apart = format!("\nprintf '\\n%s\\n' '{end_of_step}'\n");
    let script = story
        .iter()
        .map(|step| step.command.as_str())
        .collect::<Vec<_>>()
        .join(&said_apart)
        .replace("http://127.0.0.1:8080", &service.address)
        .replace("./target/release/traitant", PROGRAM);
    let output = Command::new("sh")
        .args(["-eu", "-c", &script])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs(settings)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<&str> = said.split(end_of_step).collect();
    for (step, answer) in story.iter().zip(answers) {
        let Some(shown) = &step.answer else { continue };
        let answer: Value = serde_json::from_str(answer).unwrap_or_else(|error| {
            panic!("{error}: {}\nanswered\n{answer}", step.command);
        });
        assert!(shows(&answer, shown), "{}\nanswered\n{answer:#}", step.command);
    }
}
