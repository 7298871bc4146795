//! The codes of refused fields: those that the sources give are those that the contract lists.

use std::collections::BTreeSet;

use super::files;

/// Codes of identifiers that no request holds.
const OF_NO_REQUEST: [&str; 5] =
    ["oid_absent", "oid_format", "prefixe_absent", "prefixe_incoherent", "prefixe_inconnu"];

/// The sources that refuse fields, without their unit tests.
fn sources() -> Vec<String> {
    let rooms = ["src/domain", "src/services", "src/http"];
    let files = rooms.iter().flat_map(|room| files::below(room, ".rs"));
    let own = |path: &String| path != "src/http/problem.rs";
    let text = |path: String| files::text(&path).split("#[cfg(test)]").next().unwrap().to_owned();
    files.filter(own).map(text).collect()
}

/// The codes of the list, in its order.
fn listed() -> Vec<String> {
    let text = files::text("src/http/champs.txt");
    text.lines().map(|line| line.split_once(' ').unwrap().0.to_owned()).collect()
}

fn is_a_code(literal: &str) -> bool {
    literal.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !literal.is_empty()
}

/// The literals that follow the pointer of a field, or the name of an identifier's refusal.
fn given(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let parts: Vec<&str> = source.split('"').collect();
    for window in parts.windows(3) {
        let [before, between, code] = window else { continue };
        let after_a_pointer = before.starts_with('/')
            && [",", ".to_owned(),", "),", ".into(),"].contains(&between.trim());
        let of_an_identifier = ["Invalide::new(", "Invalide { code:", "code:"]
            .iter()
            .any(|call| between.trim().ends_with(call));
        if (after_a_pointer || of_an_identifier) && is_a_code(code) {
            found.insert((*code).to_owned());
        }
    }
    found
}

#[test]
fn every_code_that_the_sources_give_to_a_field_is_listed() {
    let listed = listed();
    let given: BTreeSet<String> = sources().iter().flat_map(|source| given(source)).collect();
    assert!(given.len() > 60, "{given:?}");
    let missing: Vec<&String> = given
        .iter()
        .filter(|code| !listed.contains(code) && !OF_NO_REQUEST.contains(&code.as_str()))
        .collect();
    assert!(missing.is_empty(), "src/http/champs.txt does not list {missing:?}");
}

#[test]
fn every_listed_code_is_given_by_some_source_and_stands_in_order() {
    let sources = sources().concat();
    let listed = listed();
    for code in &listed {
        assert!(sources.contains(&format!("\"{code}\"")), "nothing gives {code}");
    }
    assert!(listed.is_sorted(), "{listed:?}");
}
