//! The Debian package, read where it cannot be installed: what it puts where, the unit that keeps the service in, its settings.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::files::{root, text};

/// What `.ci/paquet` makes before the package is built.
const MADE: &str = "target/paquet/";

fn metadata() -> toml::Table {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let package = manifest["package"].as_table().unwrap();
    package["metadata"]["deb"].as_table().unwrap().clone()
}

/// The settings of a unit, by section and name, in their order.
fn unit() -> BTreeMap<(String, String), Vec<String>> {
    let (mut all, mut section): (BTreeMap<_, Vec<String>>, String) =
        (BTreeMap::new(), String::new());
    for line in text("debian/traitant.service").lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.clone_into(&mut section);
            continue;
        }
        let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("no setting: {line}"));
        all.entry((section.clone(), name.to_owned())).or_default().push(value.to_owned());
    }
    all
}

/// The settings that the program reads, as its help lists them: an entry is one or more names, and what they are.
fn variables() -> Vec<(Vec<String>, Vec<String>)> {
    let mut entries: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    let mut goes_on = false;
    for line in text("src/cli/variables.txt").lines().skip(1).filter(|line| !line.is_empty()) {
        let names: Vec<String> = line
            .split_whitespace()
            .take_while(|word| {
                word.contains('_')
                    && word
                        .trim_end_matches(',')
                        .chars()
                        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            })
            .map(|word| word.trim_end_matches(',').to_owned())
            .collect();
        let begins = !names.is_empty() && !goes_on && !line.starts_with("    ");
        if begins {
            entries.push((Vec::new(), Vec::new()));
        }
        let entry = entries.last_mut().unwrap();
        if begins || goes_on {
            entry.0.extend(names.iter().cloned());
        }
        goes_on = (begins || goes_on) && line.trim_end().ends_with(',') && !names.is_empty();
        entry.1.push(line.trim_start_matches("  ").to_owned());
    }
    entries
}

/// The example of a configuration: every setting of the program, none of which is set.
fn example() -> String {
    let mut whole = String::from(
        "# Réglages du service, lus par traitant.service (man traitant). Une ligne sans # règle une variable.\n\
         # L'unité règle déjà TRAITANT_MODE, TRAITANT_DONNEES et TRAITANT_CLE_MAITRE_FICHIER : la clé maître est dans\n\
         # /etc/traitant/cle-maitre, que seul root lit. « traitant migrer » prépare la base, sous son propriétaire.\n",
    );
    for (names, said) in variables() {
        whole.push('\n');
        for line in said {
            writeln!(whole, "# {line}").unwrap();
        }
        for name in names {
            writeln!(whole, "#{name}=").unwrap();
        }
    }
    whole
}

#[test]
fn the_example_of_a_configuration_is_what_the_help_says() {
    let made = example();
    if made != text("debian/traitant.env") {
        let now = concat!(env!("CARGO_TARGET_TMPDIR"), "/traitant.env");
        std::fs::write(now, made).unwrap();
        panic!("keep {now} as debian/traitant.env");
    }
    let set: BTreeSet<&str> =
        made.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert!(set.is_empty(), "{set:?}");
    assert!(variables().len() > 40);
}

#[test]
fn the_package_holds_files_that_exist_or_that_its_script_makes() {
    let metadata = metadata();
    let script = text(".ci/paquet");
    let mut placed = BTreeSet::new();
    for asset in metadata["assets"].as_array().unwrap() {
        let asset: Vec<&str> =
            asset.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        let [source, place, mode] = asset[..] else { panic!("{asset:?}") };
        assert!(["644", "755"].contains(&mode), "{source}: {mode}");
        assert!(place.starts_with("usr/") || place.starts_with("etc/traitant/"), "{place}");
        placed.insert(place);
        if source.starts_with("target/release/") {
            continue;
        }
        if let Some(made) = source.strip_prefix(MADE) {
            let folder = made.split('/').next().unwrap();
            assert!(
                script.contains(&format!("{MADE}{folder}")),
                "{source} is not made by .ci/paquet"
            );
        } else {
            assert!(root().join(source).exists(), "{source} does not exist");
        }
    }
    for place in [
        "usr/bin/",
        "etc/traitant/",
        "usr/share/man/man1/",
        "usr/share/bash-completion/completions/",
    ] {
        assert!(placed.iter().any(|one| one.starts_with(place)), "nothing in {place}");
    }
    let kept = metadata["conf-files"].as_array().unwrap();
    assert!(kept.iter().any(|one| one.as_str() == Some("/etc/traitant/traitant.env")));
    let units = metadata["systemd-units"].as_table().unwrap();
    assert_eq!(
        (units["enable"].as_bool(), units["start"].as_bool()),
        (Some(false), Some(false)),
        "nothing starts unset"
    );
}

#[test]
fn the_unit_keeps_the_service_in_and_sets_only_what_the_program_reads() {
    let unit = unit();
    let one = |name: &str| {
        let found = unit.get(&("Service".to_owned(), name.to_owned()));
        found.unwrap_or_else(|| panic!("{name} is not set")).join(" ")
    };
    for (name, value) in [
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("ProtectKernelTunables", "yes"),
        ("ProtectKernelModules", "yes"),
        ("ProtectKernelLogs", "yes"),
        ("ProtectControlGroups", "yes"),
        ("RestrictNamespaces", "yes"),
        ("RestrictSUIDSGID", "yes"),
        ("LockPersonality", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("DynamicUser", "yes"),
        ("CapabilityBoundingSet", ""),
        ("StateDirectory", "traitant"),
        ("UMask", "0077"),
        ("Restart", "on-failure"),
        ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"),
    ] {
        assert_eq!(one(name), value, "{name}");
    }
    assert!(one("SystemCallFilter").starts_with("@system-service"));
    let known: BTreeSet<String> = variables().into_iter().flat_map(|(names, _)| names).collect();
    for setting in &unit[&("Service".to_owned(), "Environment".to_owned())] {
        let (name, _) = setting.split_once('=').unwrap();
        assert!(known.contains(name), "{name} is not read");
    }
    // What it starts, and the file of its settings, are where the package puts them.
    let metadata = metadata();
    let places: Vec<String> = metadata["assets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|asset| {
            let name = asset[0].as_str().unwrap().rsplit('/').next().unwrap();
            let place = asset[1].as_str().unwrap();
            if place.ends_with('/') { format!("/{place}{name}") } else { format!("/{place}") }
        })
        .collect();
    let command = one("ExecStart");
    let program = command.split_whitespace().next().unwrap();
    for path in [program, &one("EnvironmentFile")] {
        assert!(
            places.iter().any(|place| place == path),
            "{path} is not in the package: {places:?}"
        );
    }
    assert_eq!(command.split_whitespace().nth(1), Some("servir"));
}
