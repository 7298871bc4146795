//! Who may import whom. The table below is the map of `docs/ARCHITECTURE.md`, enforced.

use std::collections::BTreeSet;
use std::process::Command;

use crate::files::{below, root, text};

/// A room, the rooms it may look into, and the libraries it may use beside `std`.
struct Room {
    name: &'static str,
    rooms: &'static [&'static str],
    libraries: &'static [&'static str],
}

const EVERY_ROOM: &[&str] = &[
    "app",
    "auth",
    "config",
    "domain",
    "http",
    "jobs",
    "law",
    "papiers",
    "postgres",
    "sandbox",
    "services",
    "storage",
    "telemetry",
    "webhooks",
];

const ROOMS: &[Room] = &[
    Room {
        name: "domain",
        rooms: &["domain"],
        libraries: &[
            "arrayvec",
            "chrono",
            "chrono_tz",
            "rand",
            "serde",
            "serde_json",
            "sha2",
            "strsim",
            "thiserror",
            "unicode_normalization",
            "uuid",
        ],
    },
    Room {
        name: "law",
        rooms: &["law", "domain"],
        libraries: &["chrono", "serde", "serde_json", "smallvec", "thiserror", "toml"],
    },
    Room {
        name: "storage",
        rooms: &["storage", "domain"],
        libraries: &[
            "aws_lc_rs",
            "base64",
            "chacha20poly1305",
            "chrono",
            "hmac",
            "minicbor",
            "rand",
            "serde",
            "serde_json",
            "sha2",
            "sqlx",
            "thiserror",
            "tokio",
            "tracing",
            "uuid",
        ],
    },
    Room {
        name: "services",
        rooms: &["services", "domain", "law", "papiers", "storage"],
        libraries: &[
            "chrono",
            "flate2",
            "futures_util",
            "serde_json",
            "smallvec",
            "thiserror",
            "tokio",
            "tracing",
            "uuid",
        ],
    },
    Room {
        name: "papiers",
        rooms: &["papiers", "domain"],
        libraries: &["chrono", "krilla", "qrcode", "serde", "serde_json", "thiserror"],
    },
    Room {
        name: "auth",
        rooms: &["auth", "domain"],
        libraries: &[
            "aws_lc_rs",
            "base64",
            "chrono",
            "jsonwebtoken",
            "reqwest",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
            "tracing",
        ],
    },
    Room {
        name: "http",
        rooms: &["http", "auth", "papiers", "services", "domain"],
        libraries: &[
            "async_compression",
            "axum",
            "base64",
            "chrono",
            "csv",
            "encoding_rs",
            "form_urlencoded",
            "futures_util",
            "governor",
            "http_body",
            "prometheus_client",
            "serde",
            "serde_json",
            "svg",
            "thiserror",
            "tokio",
            "tokio_util",
            "tower",
            "tower_http",
            "tracing",
            "utoipa",
            "utoipa_axum",
            "utoipa_swagger_ui",
            "uuid",
        ],
    },
    Room {
        name: "jobs",
        rooms: &["jobs", "services"],
        libraries: &["chrono", "tokio", "tokio_util", "tracing"],
    },
    Room {
        name: "webhooks",
        rooms: &["webhooks", "services", "domain"],
        libraries: &[
            "aws_lc_rs",
            "base64",
            "chrono",
            "futures_util",
            "reqwest",
            "serde_json",
            "tokio",
            "tokio_util",
            "tracing",
        ],
    },
    Room {
        name: "sandbox",
        rooms: &["sandbox", "http", "jobs", "auth", "services", "storage", "law", "domain"],
        libraries: &["chrono", "serde_json", "thiserror", "tokio", "tracing", "uuid"],
    },
    Room { name: "postgres", rooms: &["postgres", "domain", "config"], libraries: &["thiserror"] },
];

/// Libraries that the shell (`main`, `cli`, `app`, `serve`, `config`, `telemetry`) may use.
const SHELL: &[&str] = &[
    "anyhow",
    "axum",
    "chrono",
    "clap",
    "clap_complete",
    "clap_mangen",
    "futures_util",
    "hyper",
    "hyper_util",
    "indicatif",
    "rand",
    "reqwest",
    "secrecy",
    "serde_json",
    "strsim",
    "thiserror",
    "tokio",
    "tokio_io_timeout",
    "tokio_util",
    "tower",
    "tracing",
    "tracing_subscriber",
    "traitant",
];

/// The source of a file up to its unit tests, without its comments.
fn code(path: &str) -> String {
    let source = text(path);
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    source
        .lines()
        .map(|line| line.split_once("//").map_or(line, |(before, _)| before))
        .fold(String::new(), |kept, line| kept + line + "\n")
}

/// Every library that `Cargo.toml` names.
fn libraries() -> BTreeSet<String> {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    ["dependencies", "dev-dependencies"]
        .iter()
        .flat_map(|section| manifest[*section].as_table().unwrap().keys())
        .map(|name| name.replace('-', "_"))
        .collect()
}

/// Whether a source names a path that starts with `name`, and not a longer word.
fn names(source: &str, name: &str) -> bool {
    let path = format!("{name}::");
    source.match_indices(&path).any(|(at, _)| {
        let before = source[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// The room of a file: `src/http/mod.rs` and `src/http.rs` are in `http`.
fn room_of(path: &str) -> &str {
    path.trim_start_matches("src/").trim_end_matches(".rs").split('/').next().unwrap()
}

#[test]
fn every_room_imports_only_what_the_map_allows() {
    let libraries = libraries();
    let mut wrong = Vec::new();
    for path in below("src", ".rs") {
        let source = code(&path);
        let room = ROOMS.iter().find(|room| room.name == room_of(&path));
        let (rooms, allowed) =
            room.map_or((EVERY_ROOM, SHELL), |room| (room.rooms, room.libraries));
        for other in EVERY_ROOM {
            let way = format!("crate::{other}");
            let found = source.match_indices(&way).any(|(at, _)| {
                let after = source[at + way.len()..].chars().next();
                !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
            });
            if found && !rooms.contains(other) {
                wrong.push(format!("{path} looks into {other}"));
            }
        }
        for library in &libraries {
            if names(&source, library) && !allowed.contains(&library.as_str()) {
                wrong.push(format!("{path} uses {library}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_map_describes_rooms_that_exist_and_nothing_is_allowed_in_vain() {
    let mut idle = Vec::new();
    for room in ROOMS {
        assert!(root().join("src").join(room.name).is_dir(), "{} is no folder", room.name);
        let sources: Vec<String> =
            below(&format!("src/{}", room.name), ".rs").iter().map(|path| code(path)).collect();
        for library in room.libraries {
            if !sources.iter().any(|source| names(source, library)) {
                idle.push(format!("{}: {library}", room.name));
            }
        }
        for other in room.rooms.iter().filter(|other| **other != room.name) {
            if !sources.iter().any(|source| source.contains(&format!("crate::{other}"))) {
                idle.push(format!("{}: crate::{other}", room.name));
            }
        }
    }
    assert!(idle.is_empty(), "allowed but unused: {}", idle.join(", "));
}

#[test]
fn only_one_file_reads_the_environment_and_only_clock_reads_the_time() {
    for path in below("src", ".rs") {
        let source = code(&path);
        if path != "src/config.rs" {
            assert!(!names(&source, "std::env"), "{path} reads the environment");
        }
        if path != "src/domain/clock.rs" {
            for clock in ["Utc::now", "SystemTime::now", "Local::now"] {
                assert!(!source.contains(clock), "{path} reads the clock");
            }
        }
    }
}

#[test]
fn statements_ask_the_database_for_neither_time_nor_chance() {
    let sources = below("src/storage", ".rs").into_iter().map(|path| (code(&path), path));
    let migrations = below("migrations", ".sql").into_iter().map(|path| (text(&path), path));
    for (source, path) in sources.chain(migrations) {
        // `Instant` is a stopwatch: it gives durations, never a date.
        let statement = source.to_lowercase().replace("instant::now()", "");
        for banned in ["now()", "current_timestamp", "current_date", "gen_random_uuid", "random()"]
        {
            assert!(!statement.contains(banned), "{path} contains {banned}");
        }
    }
}

#[test]
fn every_statement_begins_with_its_name() {
    for path in below("src/storage", ".rs") {
        let source = code(&path);
        let calls = source.replace("sqlx::query::", "").matches("sqlx::query").count();
        let named = source.matches("/* ").count();
        assert!(named >= calls, "{path}: {calls} statements, {named} names");
    }
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let long: Vec<String> = ["src", "tests", "benches"]
        .iter()
        .flat_map(|folder| below(folder, ".rs"))
        .map(|path| (text(&path).lines().count(), path))
        .filter(|(lines, _)| *lines > 400)
        .map(|(lines, path)| format!("{path}: {lines}"))
        .collect();
    assert!(long.is_empty(), "split these files: {}", long.join(", "));
}

/// `cargo fmt` follows the lines that declare modules, and a macro declares the rules.
#[test]
fn rules_are_formatted_like_everything_else() {
    let rules = below("src/law/rules", ".rs");
    let check = Command::new("rustfmt").arg("--check").args(rules).current_dir(root()).output();
    // Without rustfmt nothing is said here: the test is for those who write.
    let said = check.map_or_else(|_absent| Vec::new(), |done| done.stdout);
    assert!(said.is_empty(), "rustfmt src/law/rules/*.rs\n{}", String::from_utf8_lossy(&said));
}

#[test]
fn every_migration_goes_up_and_down_under_a_name_that_starts_with_a_verb() {
    const VERBS: [&str; 6] = ["create", "add", "alter", "drop", "rename", "fill"];
    let ups = below("migrations", ".up.sql");
    assert_eq!(ups.len(), below("migrations", ".down.sql").len());
    for up in ups {
        assert!(root().join(up.replace(".up.sql", ".down.sql")).exists(), "{up} has no way back");
        let (number, name) = up.trim_start_matches("migrations/").split_once('_').unwrap();
        assert!(number.len() == 14 && number.bytes().all(|b| b.is_ascii_digit()), "{up}");
        assert!(VERBS.contains(&name.split('_').next().unwrap()), "{up} starts with no verb");
        assert!(text(&up).starts_with("--"), "{up} does not say why it exists");
    }
}

/// The document of the API names a shape after its struct: two structs of one name would describe
/// one and the same shape, whatever their folders.
#[test]
fn shapes_of_the_api_have_names_of_their_own() {
    let mut seen = BTreeSet::new();
    for path in below("src/http", ".rs") {
        let source = code(&path);
        let derived = source.split("ToSchema)]").skip(1);
        let derived = derived.filter_map(|part| Some(part.split_once("struct ")?.1));
        // Those that `lecture!` and `vue!` declare stand one step to the right.
        let lines = source.lines().filter_map(|line| line.strip_prefix("    "));
        let declared = lines.filter(|line| line.starts_with("struct ") || line.starts_with("pub"));
        let declared = declared.filter_map(|line| Some(line.split_once("struct ")?.1));
        for after in derived.chain(declared) {
            let name: String = after.chars().take_while(|c| c.is_alphanumeric()).collect();
            let new = name.is_empty() || seen.insert(name.clone());
            assert!(new, "{path}: another shape is called {name}");
        }
    }
    assert!(seen.len() > 150, "{seen:?}");
}
