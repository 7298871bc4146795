//! Random lives against a reference that is too simple to be wrong. After each step the register must
//! say the same, in force on any day, as known now and as known at the end of any step before.

mod actes;
mod ensemble;
mod medecins;
mod monde;
mod personnes;
mod reference;

use std::collections::BTreeSet;

use self::monde::World;

/// Lives of a run when nothing else is said; their seeds count from 1. `TRAITANT_MODELE_VIES=112` makes ten
/// thousand steps of them, in about half an hour.
const LIVES: u64 = 5;
/// Seeds that failed once stay here.
const SEEDS: [u64; 0] = [];
/// Steps of one life of the register.
const STEPS: usize = 90;

#[expect(clippy::disallowed_methods, reason = "a longer run is asked for from outside")]
fn lives() -> u64 {
    std::env::var("TRAITANT_MODELE_VIES").map_or(LIVES, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_lives_are_those_of_the_reference_now_and_as_they_were_known() {
    let mut done = BTreeSet::new();
    for seed in SEEDS.into_iter().chain(1..=lives()) {
        let mut world = World::new(seed).await;
        for _ in 0..STEPS {
            world.step().await;
            world.compare().await;
        }
        done.append(&mut world.done);
    }
    for (what, _) in monde::STEPS {
        assert!(done.contains(what), "{what} never happened");
    }
}
