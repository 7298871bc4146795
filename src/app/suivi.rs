//! What a service does beside its requests, until it stops.

use tokio_util::sync::CancellationToken;

use super::WATCH;
use crate::sandbox::Bac;
use crate::services::{Core, cles, fil};

/// Keeps the clock of a sandbox where other processes put it.
pub(super) async fn follow(bac: Option<&Bac>) {
    let Some(bac) = bac else { return std::future::pending().await };
    loop {
        tokio::time::sleep(WATCH).await;
        if let Err(error) = bac.suivre().await {
            tracing::debug!(%error, "the clock of the sandbox could not be read");
        }
    }
}

/// Publishes what is told and hears what other instances publish, until told to stop: whoever waits for it is then
/// answered.
pub(super) async fn publish(core: Core, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => core.veille().close(),
        () = fil::keep_published(&core) => {}
        () = fil::keep_listening(&core) => {}
    }
}

/// Follows the version of the master key that is in use, until told to stop.
pub(super) async fn follow_key(core: Core, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = cles::suivre(&core) => {}
    }
}
