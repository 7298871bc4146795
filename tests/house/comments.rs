//! What is said of the code, in the code. Whatever the contract shows is described, field by field: a test
//! of the API asks for it. Elsewhere a field, or a word of a list, that its name says goes without.

use crate::files::{below, text};

const ITEMS: [&str; 8] = ["fn", "struct", "enum", "trait", "mod", "type", "static", "const"];

/// The name of the item that a line makes public, when it does.
fn public_item(line: &str) -> Option<&str> {
    let mut words = line.trim_start().strip_prefix("pub ")?.split([' ', '(', '<', ':', ';', '{']);
    let kind = words.find(|word| !matches!(*word, "async" | "unsafe"))?;
    let name = words.next()?;
    // A constant function is a function.
    let name = if kind == "const" && name == "fn" { words.next()? } else { name };
    ITEMS.contains(&kind).then_some(name)
}

/// Whether the lines before an item, its attributes put aside, end with a comment.
fn is_told(before: &[&str]) -> bool {
    let mut above = before.iter().rev().map(|line| line.trim());
    while let Some(line) = above.next() {
        if line == ")]" {
            // An attribute of several lines.
            above.find(|line| line.starts_with("#["));
        } else if !line.starts_with("#[") {
            // A macro passes on the comments of those who use it.
            return line.starts_with("///") || line.starts_with("$(#[");
        }
    }
    false
}

#[test]
fn every_file_and_every_public_item_says_what_it_is() {
    let mut silent = Vec::new();
    for path in below("src", ".rs") {
        let source = text(&path);
        if !source.starts_with("//!") && !path.ends_with("/tests.rs") {
            silent.push(path.clone());
        }
        let lines: Vec<&str> = source.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            // A module says it at the top of its own file.
            let own_file = line.trim_start().starts_with("pub mod ");
            if let Some(name) = public_item(line).filter(|_| !own_file)
                && !is_told(&lines[..index])
            {
                silent.push(format!("{path}:{}: {name}", index + 1));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}
