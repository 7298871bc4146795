//! Sends what the feed tells to those who subscribed: signed as Standard Webhooks says, to addresses of the Internet
//! only, and again later and later when it does not arrive.

mod facteur;

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

pub use self::facteur::{Facteur, signature};
use crate::services::abonnements::{self, ENSEMBLE};
use crate::services::{Core, ServiceError};

/// How long an idle sender waits before it looks again: the shortest delay of a message that is sent again.
const IDLE: Duration = Duration::from_secs(5);
/// Messages on their way at once.
const AT_ONCE: usize = 8;

/// Sends until told to stop. Messages on their way are waited for: their time is bounded.
pub async fn run(core: Core, facteur: Facteur, stop: CancellationToken) {
    if core.hotes().est_vide() {
        return;
    }
    while !stop.is_cancelled() {
        if let Err(error) = deliver_due(&core, &facteur).await {
            tracing::warn!(%error, "messages could not be sent");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(IDLE) => {}
        }
    }
}

/// Sends everything that is due; gives how many were tried.
pub async fn deliver_due(core: &Core, facteur: &Facteur) -> Result<usize, ServiceError> {
    let mut tried: usize = 0;
    loop {
        let due = abonnements::take(core).await?;
        let full = i64::try_from(due.len()).is_ok_and(|count| count >= ENSEMBLE);
        tried = tried.saturating_add(due.len());
        let now = core.clock().now();
        let mut sent = stream::iter(due)
            .map(|envoi| async move {
                let outcome = facteur.send(core, &envoi, now).await;
                (envoi, outcome)
            })
            .buffer_unordered(AT_ONCE);
        while let Some((envoi, outcome)) = sent.next().await {
            if let Err(refus) = &outcome {
                let (abonnement, raison) = (envoi.abonnement, refus.raison.as_str());
                tracing::info!(%abonnement, raison, "a message did not arrive");
            }
            abonnements::settle(core, &envoi, outcome.as_ref().map(|()| ())).await?;
        }
        if !full {
            return Ok(tried);
        }
    }
}
