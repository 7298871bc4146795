//! Random lives against a reference that is too simple to be wrong. After each step the register must
//! say the same, in force on any day, as known now and as known at the end of any step before.

mod actes;
mod ensemble;
mod medecins;
mod monde;
mod personnes;
mod reference;
mod regards;
mod suiveur;

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;

use tokio::task::JoinSet;

use self::monde::World;

/// Lives of a run when nothing else is said: more than ten thousand steps. `TRAITANT_MODELE_VIES` asks for
/// more or fewer.
const LIVES: u64 = 112;
/// Steps of one life of the register.
const STEPS: usize = 90;
/// Lives that go on at the same time, each in a database of its own.
const LANES: usize = 2;
/// Seeds that failed once, one a line: a life that fails adds its own, and every run begins with them.
const KEPT: &str = include_str!("graines.txt");

/// The seeds of a run: those that failed once, then `TRAITANT_MODELE_VIES` others from
/// `TRAITANT_MODELE_GRAINE` on.
#[expect(clippy::disallowed_methods, reason = "a longer or another run is asked for from outside")]
fn seeds() -> Vec<u64> {
    let number = |name, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let first = number("TRAITANT_MODELE_GRAINE", 1);
    let kept = KEPT.lines().map(|line| line.parse().unwrap());
    kept.chain(first..first + number("TRAITANT_MODELE_VIES", LIVES)).collect()
}

/// Lives one register, and tells which kinds of steps happened.
async fn live(seed: u64) -> BTreeSet<&'static str> {
    let mut world = World::new(seed).await;
    for _ in 0..STEPS {
        world.step().await;
        world.verify_states().await;
        world.compare().await;
        world.watch().await;
        world.follow().await;
        world.open_inboxes().await;
    }
    world.read_feed().await;
    world.done
}

/// Keeps the seed of a life that failed.
fn keep(seed: u64) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/modele/graines.txt");
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    writeln!(file, "{seed}").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_lives_are_those_of_the_reference_now_and_as_they_were_known() {
    let mut waiting = seeds().into_iter();
    let mut lanes = JoinSet::new();
    let mut done = BTreeSet::new();
    loop {
        while lanes.len() < LANES
            && let Some(seed) = waiting.next()
        {
            lanes.spawn(async move { (seed, tokio::spawn(live(seed)).await) });
        }
        let Some(ended) = lanes.join_next().await else { break };
        match ended.unwrap() {
            (_, Ok(mut happened)) => done.append(&mut happened),
            (seed, Err(failure)) => {
                if !KEPT.lines().any(|line| line == seed.to_string()) {
                    keep(seed);
                }
                std::panic::resume_unwind(failure.into_panic());
            }
        }
    }
    for (what, _) in monde::STEPS {
        assert!(done.contains(what), "{what} never happened");
    }
}
