//! What the documents name exists.

use std::collections::BTreeSet;

use crate::files::{below, root, text};

fn documents() -> Vec<String> {
    let mut found = below("docs", ".md");
    found.extend(["README.md".to_owned(), "migrations/README.md".to_owned()]);
    found
}

/// The texts between single backquotes, outside blocks of code.
fn quoted(document: &str) -> Vec<String> {
    let mut outside = String::new();
    for (index, part) in document.split("```").enumerate() {
        if index % 2 == 0 {
            outside.push_str(part);
        }
    }
    outside.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn links_lead_somewhere() {
    for path in documents() {
        let folder = root().join(&path).parent().unwrap().to_owned();
        for link in text(&path).split("](").skip(1) {
            let target = link.split(')').next().unwrap();
            if target.starts_with("http") || target.starts_with('#') {
                continue;
            }
            let file = target.split('#').next().unwrap();
            assert!(folder.join(file).exists(), "{path} leads to {target}, which does not exist");
        }
    }
}

#[test]
fn files_that_documents_name_exist() {
    let folders =
        ["src/", "tests/", "docs/", "migrations/", "benches/", ".ci/", ".config/", ".sqlx/"];
    for path in documents() {
        for name in quoted(&text(&path)) {
            let plain = !name.contains(['…', '*', '<', ' ', '{', '$']);
            if plain && folders.iter().any(|folder| name.starts_with(folder)) {
                let file = name.split("::").next().unwrap().trim_end_matches('/');
                assert!(root().join(file).exists(), "{path} names {name}, which does not exist");
            }
        }
    }
}

/// The glossary is a table: French term, meaning, name in the code, source.
#[test]
fn the_glossary_names_what_the_code_names() {
    let sources: String = below("src", ".rs")
        .iter()
        .chain(&below("migrations", ".sql"))
        .map(|path| text(path))
        .collect();
    let words: BTreeSet<&str> = sources.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let glossary = text("docs/GLOSSAIRE.md");
    let rows: Vec<&str> = glossary
        .lines()
        .filter(|line| {
            line.starts_with('|') && !line.starts_with("|---") && !line.contains("| Terme")
        })
        .collect();
    assert!(rows.len() > 30, "the glossary has {} terms", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [_term, _meaning, code, _source] = cells[..] else { panic!("not four cells: {row}") };
        let names = quoted(code);
        assert!(!names.is_empty(), "no name in the code: {row}");
        for name in names {
            let last = name.rsplit("::").next().unwrap();
            assert!(words.contains(last), "the code has no `{name}`: {row}");
        }
    }
}

#[test]
fn every_setting_is_documented_and_the_page_invents_none() {
    let setting = |source: &str| -> BTreeSet<String> {
        source
            .replace("{n}", "1")
            .split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_')
            .filter(|word| word.starts_with("TRAITANT_") || *word == "DATABASE_URL")
            .map(str::to_owned)
            .collect()
    };
    let config = below("src/config", ".rs").iter().map(|path| text(path)).collect::<String>()
        + text("src/config.rs").split("#[cfg(test)]").next().unwrap();
    assert_eq!(setting(&text("docs/EXPLOITATION.md")), setting(&config));
}
