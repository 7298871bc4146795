//! Waiting for what is published: nobody looks again and again, whoever waits is woken when something is for them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, Semaphore, broadcast, watch};
use tokio::time::{Instant, timeout_at};

use super::recentes::Recentes;
use crate::domain::fil::Destinataire;

/// Readers that wait at once on one instance.
const PLACES: usize = 512;
/// Publications that a slow waiter may not have looked at.
const RETARD: usize = 256;

/// Whom a publication told: their marks; all of them when it is not known.
pub(super) type Reperes = Option<BTreeSet<u32>>;

/// What the publications and the readers of one instance share.
#[derive(Debug)]
pub struct Veille {
    publiees: broadcast::Sender<Arc<Reperes>>,
    places: Semaphore,
    fermee: watch::Sender<bool>,
    /// A transaction that may have told something was committed.
    pub(super) reveil: Notify,
    /// One publication at a time on one instance: those that wait for it find it done.
    pub(super) une_seule: Mutex<()>,
    /// What lots received here knew of their feuilles.
    pub(in crate::services) recentes: Recentes,
}

impl Default for Veille {
    fn default() -> Self {
        Self {
            publiees: broadcast::Sender::new(RETARD),
            places: Semaphore::new(PLACES),
            fermee: watch::Sender::new(false),
            reveil: Notify::new(),
            une_seule: Mutex::default(),
            recentes: Recentes::default(),
        }
    }
}

/// Somebody who waits from now on: what is published before they wait is not missed.
#[derive(Debug)]
pub(super) struct Attente<'a> {
    veille: &'a Veille,
    publiees: broadcast::Receiver<Arc<Reperes>>,
    fermee: watch::Receiver<bool>,
    jusqu_a: Instant,
}

impl Veille {
    /// Something may have been told.
    pub(in crate::services) fn awake(&self) {
        self.reveil.notify_one();
    }

    /// Wakes those for whom something was published.
    pub(super) fn publish(&self, reperes: Reperes) {
        // Nobody may be waiting.
        self.publiees.send(Arc::new(reperes)).unwrap_or_default();
    }

    /// How many readers wait on this instance.
    pub fn waiting(&self) -> usize {
        PLACES.saturating_sub(self.places.available_permits())
    }

    /// Ends every wait: the service stops.
    pub fn close(&self) {
        self.fermee.send_replace(true);
    }

    /// Begins to listen.
    pub(super) fn attend(&self, duration: Duration) -> Attente<'_> {
        let (publiees, fermee) = (self.publiees.subscribe(), self.fermee.subscribe());
        let now = Instant::now();
        let jusqu_a = now.checked_add(duration).unwrap_or(now);
        Attente { veille: self, publiees, fermee, jusqu_a }
    }
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fin {
    /// There may be something.
    Reveil,
    /// Its time is over, or the service stops.
    Terme,
    /// Too many wait already.
    Complet,
}

impl Attente<'_> {
    /// Waits for something that is told to one of these.
    pub(super) async fn wait(&mut self, cles: &[Destinataire]) -> Fin {
        let own: BTreeSet<u32> = cles.iter().map(Destinataire::repere).collect();
        let Ok(_place) = self.veille.places.try_acquire() else { return Fin::Complet };
        let (publiees, fermee) = (&mut self.publiees, &mut self.fermee);
        let waiting = async {
            loop {
                tokio::select! {
                    told = publiees.recv() => match told.as_deref() {
                        Ok(Some(told)) if told.is_disjoint(&own) => {}
                        // One that came late looks.
                        Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => break Fin::Reveil,
                        Err(broadcast::error::RecvError::Closed) => break Fin::Terme,
                    },
                    _ = fermee.wait_for(|closed| *closed) => break Fin::Terme,
                }
            }
        };
        timeout_at(self.jusqu_a, waiting).await.unwrap_or(Fin::Terme)
    }
}
