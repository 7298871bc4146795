//! What the build takes from others: from one registry, at exact versions, under licences that were agreed to. `deny.toml` says
//! which, for `cargo deny` as for these tests, which need nothing but what a build has already.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::files::{root, text};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn toml(path: &str) -> toml::Table {
    text(path).parse().unwrap()
}

fn words(list: &toml::Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// The packages of this platform, as Cargo describes them without a network.
fn packages() -> Vec<Value> {
    let told = Command::new("rustc").arg("-vV").output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            host,
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let whole: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    whole["packages"].as_array().unwrap().clone()
}

/// Whether an expression of SPDX is satisfied by some licences: `OR` is looser than `AND`, which is looser than `WITH`.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut place = 0;
    let found = any(&words, &mut place, allowed);
    assert_eq!(place, words.len(), "{expression}");
    found
}

fn any(words: &[&str], place: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut found = all(words, place, allowed);
    while words.get(*place) == Some(&"OR") {
        *place += 1;
        found |= all(words, place, allowed);
    }
    found
}

fn all(words: &[&str], place: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut found = one(words, place, allowed);
    while words.get(*place) == Some(&"AND") {
        *place += 1;
        found &= one(words, place, allowed);
    }
    found
}

fn one(words: &[&str], place: &mut usize, allowed: &BTreeSet<String>) -> bool {
    if words[*place] == "(" {
        *place += 1;
        let found = any(words, place, allowed);
        assert_eq!(words[*place], ")");
        *place += 1;
        return found;
    }
    let mut name = words[*place].to_owned();
    *place += 1;
    if words.get(*place) == Some(&"WITH") {
        name = format!("{name} WITH {}", words[*place + 1]);
        *place += 2;
    }
    allowed.contains(&name)
}

#[test]
fn expressions_of_licences_are_read_as_spdx_says() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "ISC".to_owned(), "A WITH e".to_owned()]);
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("MIT AND GPL-3.0 OR ISC", true),
        ("MIT AND (GPL-3.0 OR ISC)", true),
        ("MIT AND (GPL-3.0 OR BSD)", false),
        ("A WITH e", true),
        ("A", false),
    ] {
        assert_eq!(satisfied(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn every_library_has_a_licence_that_was_agreed_to() {
    let allowed = words(&toml("deny.toml")["licenses"]["allow"]);
    let packages = packages();
    assert!(packages.len() > 100, "{}", packages.len());
    for package in packages {
        let (name, licence) = (&package["name"], package["license"].as_str());
        let licence = licence.unwrap_or_else(|| panic!("{name} says no licence"));
        assert!(satisfied(licence, &allowed), "{name}: {licence}");
    }
}

#[test]
fn every_library_comes_from_the_registry_with_its_digest() {
    let lock = toml("Cargo.lock");
    let deny = toml("deny.toml");
    let banned = deny["bans"]["deny"].as_array().unwrap();
    let banned: BTreeSet<&str> = banned.iter().map(|one| one["name"].as_str().unwrap()).collect();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        assert!(!banned.contains(name), "{name} is banned by deny.toml");
        if name == "traitant" {
            continue;
        }
        assert_eq!(package["source"].as_str(), Some(REGISTRY), "{name}");
        assert_eq!(package["checksum"].as_str().map(str::len), Some(64), "{name}");
    }
    for section in ["dependencies", "dev-dependencies"] {
        for (name, asked) in toml("Cargo.toml")[section].as_table().unwrap() {
            let version = asked.as_str().or_else(|| asked["version"].as_str()).unwrap();
            assert!(version.starts_with('='), "{name} {version} is not an exact version");
        }
    }
}
