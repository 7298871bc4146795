//! The real program under a mixed load, while it, its database and what ties them fail at random.
//!
//! Clients send creations, each under its key, to two instances of one database, and send again what was not answered, as their
//! contract says; one in ten that were not answered is given up. At instants drawn from a seed, after so many answers, something
//! fails. In the end every acknowledged write is there once, answered again as it was; what was given up is there once or not at
//! all; the rows of persons and the evaluations are what the facts say.
//!
//! `TRAITANT_PANNES` asks for more faults than the few of an ordinary run, `TRAITANT_PANNES_LOT` for longer lots, which make more
//! writes of as many requests, `TRAITANT_PANNES_PROGRAMME` for another build of the program, `TRAITANT_PANNES_GRAINE` for another
//! seed, `TRAITANT_PANNES_DISQUE` for a disk that really fills (docs/FIABILITE.md).

mod charge;
mod constat;
mod fautes;
mod grappes;
mod site;

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use self::charge::{Client, Ledger};
use self::fautes::Panne;
use self::site::Site;

/// Feuilles of a lot, in an ordinary run.
const LOT: u64 = 12;
/// Clients that write at the same time.
const CLIENTS: u64 = 6;
/// Answers between two faults, at most.
const BETWEEN: u64 = 60;

#[expect(clippy::disallowed_methods, reason = "a longer or another run is asked for from outside")]
fn said(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn setting(name: &str, usual: u64) -> u64 {
    said(name).map_or(usual, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_done_twice_whatever_fails() {
    let seed = setting("TRAITANT_PANNES_GRAINE", 1);
    // One of each kind, in an ordinary run.
    let faults = setting("TRAITANT_PANNES", u64::try_from(Panne::ALL.len()).unwrap());
    let mut random = StdRng::seed_from_u64(seed);
    let load = (seed, setting("TRAITANT_PANNES_LOT", LOT));
    let site = Arc::new(Site::open(said("TRAITANT_PANNES_DISQUE")).await);
    let ledger = Arc::new(Ledger::default());
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let client = Client::new(number, load, Arc::clone(&site), Arc::clone(&ledger));
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
    let disque = if site.grappes.disque.fills() {
        "disque : un système de fichiers plein"
    } else {
        "disque : RÉDUIT au journal, aucun système de fichiers n'a pu être monté"
    };
    let told = format!("graine {seed}, {faults} pannes {happened:?}, {disque}, {found:?}");
    println!("{told}");
    assert_eq!(found.lost, Vec::<String>::new(), "{told}");
    assert_eq!(found.twice, Vec::<String>::new(), "{told}");
    assert_eq!(found.half, Vec::<String>::new(), "{told}");
    assert_eq!(found.otherwise, Vec::<String>::new(), "{told}");
    assert_eq!(found.backwards, Vec::<String>::new(), "{told}");
    assert!(found.acknowledged > 0, "{told}");
    println!("au repos : {}", site.verify().await);
}
