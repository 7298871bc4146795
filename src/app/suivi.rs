//! What a service does beside its requests, until it stops.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::jobs;
use crate::sandbox::{Bac, SandboxError};
use crate::services::{Core, cles, fil};

/// Runs the jobs of the service until told to stop: those of a sandbox, at its time.
pub(super) async fn work(core: Core, bac: Option<Arc<Bac>>, stop: CancellationToken) {
    let due = || {
        let (core, bac) = (core.clone(), bac.clone());
        async move {
            Ok::<_, SandboxError>(match bac {
                Some(bac) => bac.run_due().await?,
                None => jobs::run_due(&core).await?,
            })
        }
    };
    jobs::run(due, stop).await;
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
