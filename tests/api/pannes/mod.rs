//! The real program under a mixed load, while it, its database and what ties them fail at random.
//!
//! Clients send creations, each under its key, to two instances of one database, and send again what was not answered, as their
//! contract says; one in ten that were not answered is given up. At instants drawn from a seed, after so many answers, something
//! fails. In the end every acknowledged write is there once, answered again as it was; what was given up is there once or not at
//! all; the rows of persons and the evaluations are what the facts say.
//!
//! `TRAITANT_PANNES` asks for more faults than the few of an ordinary run, `TRAITANT_PANNES_GRAINE` for another seed
//! (docs/FIABILITE.md).

mod charge;
mod site;

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use self::charge::{Client, Ledger};
use self::site::{Panne, Site};

/// Faults of an ordinary run.
const FAULTS: u64 = 8;
/// Clients that write at the same time.
const CLIENTS: u64 = 6;
/// Answers between two faults, at most.
const BETWEEN: u64 = 60;

#[expect(clippy::disallowed_methods, reason = "a longer or another run is asked for from outside")]
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_done_twice_whatever_fails() {
    let seed = setting("TRAITANT_PANNES_GRAINE", 1);
    let faults = setting("TRAITANT_PANNES", FAULTS);
    let mut random = StdRng::seed_from_u64(seed);
    let site = Arc::new(Site::open().await);
    let ledger = Arc::new(Ledger::default());
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let client = Client::new(number, seed, Arc::clone(&site), Arc::clone(&ledger));
            tokio::spawn(client.write())
        })
        .collect();
    let mut happened = std::collections::BTreeMap::<Panne, u64>::new();
    for number in 0..faults {
        ledger.wait_for_more(random.random_range(1..=BETWEEN)).await;
        // Each kind once, then any of them.
        let drawn = random.random_range(0..Panne::ALL.len());
        let turn = usize::try_from(number).unwrap();
        let panne = *Panne::ALL.get(turn).unwrap_or(&Panne::ALL[drawn]);
        site.fail(panne, &mut random).await;
        *happened.entry(panne).or_default() += 1;
    }
    ledger.wait_for_more(BETWEEN).await;
    ledger.stop();
    for client in clients {
        client.await.unwrap();
    }
    let found = site.compare(&ledger).await;
    let told = format!("graine {seed}, {faults} pannes {happened:?}, {found:?}");
    println!("{told}");
    assert_eq!(found.lost, Vec::<String>::new(), "{told}");
    assert_eq!(found.twice, Vec::<String>::new(), "{told}");
    assert_eq!(found.half, Vec::<String>::new(), "{told}");
    assert_eq!(found.otherwise, Vec::<String>::new(), "{told}");
    assert!(found.acknowledged > 0, "{told}");
    site.verify().await;
}
