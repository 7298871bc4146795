//! Statements name the person: what lets a database spread over machines answer each of them on one.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::files::{below, text};

/// Tables that are the same wherever a person's rows live, and those of the service itself (`tests/api/schema.rs` has both lists,
/// checked against the schema).
const SANS_PERSONNE: [&str; 16] = [
    "operation_medecin",
    "operation_caisse",
    "operation_patient",
    "abonnement",
    "envoi",
    "essai",
    "tache",
    "reception",
    "reevaluation",
    "reprise_ligne",
    "sceau",
    "fil",
    "medecin",
    "exercice",
    "lieu",
    "unnest",
];

/// Statements about rows of persons that do not name the person, each with why. None is asked while somebody waits for an answer
/// about one person, but the first two, of which [docs/PASSAGE_A_L_ECHELLE.md] says what becomes of them.
const AUTREMENT: [(&str, &str); 26] = [
    ("patient.settle_all", "rows that were locked a moment ago, by where they are"),
    ("evaluation.last", "feuilles that were received before, by their ids and days"),
    ("evaluation.kept_bytes", "a replay reads everything of a slice of time"),
    ("feuille_de_soins.days", "the first and last day of everything"),
    ("reevaluation_feuille.count", "how many lines a list has"),
    ("identifiant_patient.digest", "under which key a number is found, while the key is replaced"),
    ("rotation.numbers", "the key is replaced, page by page"),
    ("rotation.rows_of_numbers", "the key is replaced, page by page"),
    ("rotation.write_numbers", "the key is replaced, page by page"),
    ("statistique.waits", "whether something was told that is not counted yet"),
    ("simulation_reforme.feuilles", "a reform reads the feuilles of whole months, page by page"),
    ("mesures.retards", "the oldest event that waits for its place in the feed"),
    (
        "fil.executees",
        "what came together, of several persons, by its place in the feed and its performers",
    ),
    ("envoi.take", "messages of everybody, by their place in the feed"),
    ("envoi.given_up", "messages of a subscription"),
    ("envoi.replay", "messages of a subscription"),
    ("purge.begin_after", "a purge goes through everything of a slice of time"),
    ("purge.evaluations", "a purge goes through everything of a slice of time"),
    ("purge.remove_attributions", "a purge goes through everything of a slice of time"),
    ("purge.remove_changes", "a purge goes through everything of a slice of time"),
    ("purge.remove_contradictions", "a purge goes through everything of a slice of time"),
    ("purge.remove_evaluations", "a purge goes through everything of a slice of time"),
    ("purge.remove_events", "a purge goes through everything of a slice of time"),
    ("purge.remove_feuilles", "a purge goes through everything of a slice of time"),
    ("purge.remove_opinions", "a purge goes through everything of a slice of time"),
    ("purge.remove_recoveries", "a purge goes through everything of a slice of time"),
];

/// The names after which SQL says a table.
fn tables(statement: &str) -> BTreeSet<&str> {
    let words: Vec<&str> =
        statement.split([' ', '\n', '(', ')', ',']).filter(|w| !w.is_empty()).collect();
    let after = |pair: &[&'_ str]| matches!(pair[0], "FROM" | "JOIN" | "INTO" | "UPDATE");
    words.windows(2).filter(|pair| after(pair)).map(|pair| pair[1]).collect()
}

#[test]
fn a_statement_about_rows_of_persons_names_the_person() {
    let schema: String = below("migrations", ".up.sql").iter().map(|path| text(path)).collect();
    let of_persons: BTreeSet<&str> = schema
        .split("CREATE TABLE ")
        .skip(1)
        .filter_map(|table| {
            let (name, rest) = table.split_once(" (")?;
            let columns = rest.split_once("\n)")?.0;
            columns.contains("patient_id uuid").then_some(name)
        })
        .filter(|name| !SANS_PERSONNE.contains(name))
        .collect();
    assert!(of_persons.len() > 20, "{of_persons:?}");
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in below(".sqlx", ".json") {
        let kept: Value = serde_json::from_str(&text(&path)).unwrap();
        let statement = kept["query"].as_str().unwrap();
        let name = statement.split("/* ").nth(1).unwrap().split(" */").next().unwrap();
        let about = tables(statement).iter().any(|table| of_persons.contains(table));
        if !about || statement.contains("patient_id") {
            continue;
        }
        seen.insert(name.to_owned());
        if !AUTREMENT.iter().any(|(known, _)| *known == name) {
            wrong.push(name.to_owned());
        }
    }
    assert!(wrong.is_empty(), "these name nobody: {wrong:?}");
    for (name, why) in AUTREMENT {
        assert!(seen.contains(name), "{name} ({why}) names somebody now: off the list");
    }
}
