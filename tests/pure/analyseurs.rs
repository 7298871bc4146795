//! Parsers are given anything: their seeds, changed in a thousand ways. `fuzz/` does the same for longer, with a nightly toolchain.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use traitant::analyseurs::ANALYSEURS;
use traitant::domain::annuaire::exemple;

/// Changed seeds, for each parser.
const CAS: u32 = 3_000;

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

fn files(path: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// The seeds of a parser: those of its folder, and what the project has already.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let mut all = files(&folder("seeds").join(name));
    match name {
        "ccam" => {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ccam-synthetique.nx");
            all.push(std::fs::read(file).unwrap().into_iter().take(6_000).collect());
        }
        "annuaire" => all.push(exemple::fichiers(20).0.into_bytes()),
        _ => {}
    }
    assert!(!all.is_empty(), "{name} has no seed");
    all
}

/// One change of some bytes.
#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..9),
        proptest::sample::select(vec![
            b"\\u0000".to_vec(),
            b"\xef\xbb\xbf".to_vec(),
            b"99999999999999999999".to_vec(),
            b"-1".to_vec(),
            b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[".to_vec(),
            b"\r\n".to_vec(),
            b";\"".to_vec(),
            "é\u{301}\u{202e}".as_bytes().to_vec(),
            b"2025-02-30".to_vec(),
            vec![0x9f, 0xbf, 0x5f, 0x7f, 0xff],
        ]),
    ];
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (any::<Index>(), 1..20_usize).prop_map(|(at, many)| Change::Remove(at, many)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, many)| Change::Repeat(at, many)),
        any::<Index>().prop_map(Change::Cut),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let length = bytes.len();
        let place = |at: &Index| at.index(length + 1);
        match change {
            Change::Set(at, byte) => {
                if let Some(old) = bytes.get_mut(place(at)) {
                    *old = *byte;
                }
            }
            Change::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.iter().copied());
            }
            Change::Remove(at, many) => {
                let at = place(at);
                bytes.drain(at..(at + many).min(length));
            }
            Change::Repeat(at, many) => {
                let at = place(at);
                let piece = bytes[at..(at + many).min(length)].to_vec();
                bytes.splice(at..at, piece);
            }
            Change::Cut(at) => bytes.truncate(place(at)),
        }
    }
    bytes
}

#[test]
fn no_parser_panics_whatever_it_is_given() {
    for (name, read) in ANALYSEURS {
        let seeds = seeds(name);
        for seed in &seeds {
            assert!(read(seed), "{name}");
        }
        // The same cases at every run: what fails is found again.
        let config = Config {
            cases: CAS,
            rng_seed: RngSeed::Fixed(20_261_129),
            failure_persistence: None,
            ..Config::default()
        };
        let cases = (any::<Index>(), proptest::collection::vec(change(), 1..6));
        TestRunner::new(config)
            .run(&cases, |(which, changes)| {
                prop_assert!(read(&changed(which.get(&seeds).clone(), &changes)));
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn every_parser_has_its_target_and_its_seeds() {
    let parsers: BTreeSet<String> = ANALYSEURS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let manifest: toml::Table =
        std::fs::read_to_string(folder("Cargo.toml")).unwrap().parse().unwrap();
    let targets: BTreeSet<String> = manifest["bin"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bin| bin["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(parsers, targets);
    for name in parsers {
        let target = std::fs::read_to_string(folder("fuzz_targets").join(format!("{name}.rs")));
        assert!(target.unwrap().contains(&format!("nomme(\"{name}\")")), "{name}");
        assert!(folder("seeds").join(&name).is_dir(), "{name}");
    }
}
