//! What cannot be run here is at least read: the compose file and the Dockerfile.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::files::{root, text};

fn compose() -> Value {
    let mut document: yaml_serde::Value =
        yaml_serde::from_str(&text("docker-compose.yml")).unwrap();
    document.apply_merge().unwrap();
    serde_json::to_value(document).unwrap()
}

#[test]
fn compose_builds_the_service_and_takes_the_official_database() {
    let compose = compose();
    let services = compose["services"].as_object().unwrap();
    let service = &services["traitant"];
    let build = service["build"].as_str().or(service["build"]["context"].as_str()).unwrap();
    assert!(root().join(build).join("Dockerfile").exists());
    let image = services["postgres"]["image"].as_str().unwrap();
    assert!(image.starts_with("postgres:"), "{image} is not the official image");
    for (name, service) in services {
        let once = service["restart"] == "no";
        assert!(once || service["healthcheck"]["test"].is_array(), "{name} has no health check");
    }
    assert!(!compose["volumes"].as_object().unwrap().is_empty());
    let data = services["postgres"]["volumes"][0].as_str().unwrap();
    let volume = data.split(':').next().unwrap();
    assert!(compose["volumes"].as_object().unwrap().contains_key(volume), "{volume}");
}

#[test]
fn compose_sets_only_settings_that_exist() {
    let compose = compose();
    let config =
        text("src/config.rs") + &text("src/config/base.rs") + &text("src/cli/variables.txt");
    let mut addresses = BTreeSet::new();
    for name in ["traitant", "migration", "bac-a-sable", "migration-bac-a-sable"] {
        let environment = compose["services"][name]["environment"].as_object().unwrap();
        addresses
            .insert((name.contains("migration"), environment["DATABASE_URL"].as_str().unwrap()));
        assert!(
            ["production", "bac-a-sable"].contains(&environment["TRAITANT_MODE"].as_str().unwrap())
        );
        for setting in environment.keys() {
            assert!(config.contains(setting.as_str()), "{name}: {setting} is not read");
        }
    }
    // The owner of the tables migrates; another role serves.
    assert_eq!(addresses.len(), 2, "{addresses:?}");
}

#[test]
fn compose_starts_with_real_settings_and_the_sandbox_only_when_it_is_named() {
    let compose = compose();
    for (name, service) in compose["services"].as_object().unwrap() {
        let sandbox = name.contains("bac-a-sable");
        assert_eq!(service["profiles"].is_array(), sandbox, "{name}");
        for limit in ["mem_limit", "pids_limit"] {
            assert!(!service[limit].is_null(), "{name} has no {limit}");
        }
    }
    let environment = &compose["services"]["traitant"]["environment"];
    assert_eq!(environment["TRAITANT_MODE"], "production");
    let volumes = |name: &str| compose["services"][name]["volumes"].to_string();
    assert!(volumes("postgres") != volumes("postgres-bac-a-sable"), "never one database for both");
}

#[test]
fn the_image_runs_as_nobody_in_particular_and_copies_files_that_exist() {
    let dockerfile = text("Dockerfile");
    let users: Vec<&str> =
        dockerfile.lines().filter_map(|line| line.strip_prefix("USER ")).collect();
    assert!(users.last().is_some_and(|user| !user.contains("root") && *user != "0"), "{users:?}");
    let ignored: BTreeSet<String> =
        text(".dockerignore").lines().map(|line| line.trim_matches('/').to_owned()).collect();
    for line in dockerfile.lines().filter(|line| line.starts_with("COPY ")) {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        if words.iter().any(|word| word.starts_with("--from")) {
            continue;
        }
        let (_target, sources) = words.split_last().unwrap();
        for source in sources {
            let source = source.trim_end_matches('/');
            assert!(root().join(source).exists(), "the Dockerfile copies {source}");
            assert!(!ignored.contains(source), "{source} is ignored by .dockerignore");
        }
    }
}

/// What is shipped inherits the profile of a first build, and must spare none of the packages which that one spares.
#[test]
fn what_is_shipped_is_optimised_everywhere() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let profiles = manifest["profile"].as_table().unwrap();
    let spared = profiles["release"]["package"].as_table().unwrap();
    let shipped = &profiles["livraison"];
    assert_eq!(shipped["opt-level"].as_integer(), Some(3));
    for package in spared.keys() {
        let level = shipped["package"].get(package).map(|own| own["opt-level"].as_integer());
        assert_eq!(level, Some(Some(3)), "{package} is spared in `livraison` too");
    }
    assert_eq!(profiles["bench"]["inherits"].as_str(), Some("livraison"));
}
