//! Logs: JSON lines for machines, text for people at a terminal.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::config::JournalConfig;

/// Starts the logs of the process. A second call has no effect.
pub fn start(config: &JournalConfig) {
    let filter =
        EnvFilter::try_new(&config.filtre).unwrap_or_else(|_invalid| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    // A second subscriber is refused: tests start several applications in one process.
    let started = if config.json {
        registry.with(fmt::layer().json().flatten_event(true)).try_init()
    } else {
        registry.with(fmt::layer().with_target(false)).try_init()
    };
    if started.is_err() {
        tracing::debug!("logs were already started");
    }
}
