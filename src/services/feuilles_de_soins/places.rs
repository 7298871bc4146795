//! What lots may take of one instance.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::lots::VOIES;
use crate::services::Core;

/// Batches that are treated at once on one instance, whatever the number of lots: what they hold in memory is bounded.
const FOURNEES: usize = 8;

/// Batches of which the answers are here, whatever the number of lots: those that are made and those that wait for a reader. A reader who takes
/// nothing for half a minute is hung up on, and leaves its own.
const REPONSES: usize = 16;

/// What lots may take of one instance, however many come at once: the next ones go slower, and take nothing from others.
#[derive(Debug)]
pub(in crate::services) struct PlacesDeLots {
    fournees: Arc<Semaphore>,
    reponses: Arc<Semaphore>,
    voies: Semaphore,
    /// The one batch, and the one lane, that go on while somebody waits for an answer.
    seules: (Arc<Semaphore>, Semaphore),
    /// Requests that are being answered, each of which somebody waits for: readings and writings.
    presents: [Arc<AtomicUsize>; 2],
}

impl PlacesDeLots {
    /// A quarter of so many connections to the database is theirs, and what one lot needs at least.
    pub(in crate::services) fn of(connexions: u32) -> Self {
        let quarter = usize::try_from(connexions / 4).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            fournees: Arc::new(Semaphore::new(FOURNEES)),
            reponses: Arc::new(Semaphore::new(REPONSES)),
            voies: Semaphore::new(quarter.max(VOIES)),
            seules: (Arc::new(Semaphore::new(1)), Semaphore::new(1)),
            presents: Default::default(),
        }
    }

    /// Where requests that somebody waits for are counted.
    pub(in crate::services) const fn presents(&self) -> &[Arc<AtomicUsize>; 2] {
        &self.presents
    }

    /// Whether somebody waits for an answer.
    fn is_pressed(&self) -> bool {
        self.presents.iter().any(|here| here.load(Ordering::Relaxed) > 0)
    }

    /// Whether a batch is being treated.
    pub(in crate::services) fn are_under_way(&self) -> bool {
        self.fournees.available_permits() < FOURNEES
    }

    /// A place for a batch.
    async fn fournee(&self) -> PlaceDeFournee {
        let one_of = async |places: &Arc<Semaphore>| Arc::clone(places).acquire_owned().await.ok();
        let reponse = one_of(&self.reponses).await;
        let own = one_of(&self.fournees).await;
        let seule = if self.is_pressed() { one_of(&self.seules.0).await } else { None };
        PlaceDeFournee { reponse, travail: [own, seule] }
    }

    /// A place for what one lane does in the database: a surgery that asks meanwhile finds lots one lane wide.
    pub(super) async fn voie(&self) -> [Option<SemaphorePermit<'_>>; 2] {
        let own = self.voies.acquire().await.ok();
        let seule = if self.is_pressed() { self.seules.1.acquire().await.ok() } else { None };
        [own, seule]
    }
}

/// The place of a batch, left when it is dropped.
#[derive(Debug)]
pub struct PlaceDeFournee {
    reponse: Option<OwnedSemaphorePermit>,
    travail: [Option<OwnedSemaphorePermit>; 2],
}

impl PlaceDeFournee {
    /// Nothing is left to do but to give the answers, which have their place until they are taken.
    pub fn finie(self) -> Option<OwnedSemaphorePermit> {
        drop(self.travail);
        self.reponse
    }
}

/// A place for the next batch of a lot, taken in the order of its batches: one that has its place waits for none behind it.
pub async fn place_de_fournee(core: &Core) -> PlaceDeFournee {
    core.lots().fournee().await
}

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::*;

    /// What is taken is waited for by the next one who takes it.
    async fn is_one_at_a_time<F: Future>(take: impl Fn() -> F) {
        let only = take().await;
        let mut next = Box::pin(take());
        assert!(poll!(&mut next).is_pending(), "a second one beside whoever waits");
        drop(only);
        assert!(poll!(&mut next).is_ready());
    }

    #[tokio::test]
    async fn lots_are_one_lane_and_one_batch_wide_while_somebody_waits_for_an_answer() {
        let places = PlacesDeLots::of(16);
        assert!(!places.are_under_way());
        let batch = places.fournee().await;
        assert!(places.are_under_way());
        drop(batch.finie());
        assert!(!places.are_under_way());
        let before = [places.voie().await, places.voie().await];
        for kind in places.presents() {
            kind.fetch_add(1, Ordering::Relaxed);
            is_one_at_a_time(|| places.voie()).await;
            is_one_at_a_time(|| places.fournee()).await;
            kind.fetch_sub(1, Ordering::Relaxed);
        }
        drop(before);
        let all = [places.voie().await, places.voie().await, places.voie().await];
        assert_eq!(all.iter().filter(|place| place.iter().all(Option::is_some)).count(), 0);
    }
}
