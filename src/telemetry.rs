//! Logs: JSON lines for machines, text for people at a terminal.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::config::JournalConfig;

/// Starts the logs of the process. A second call has no effect.
pub fn start(config: &JournalConfig) {
    let filter =
        EnvFilter::try_new(&config.filtre).unwrap_or_else(|_invalid| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    // Standard output is for answers; logs go beside it, in colour only on a terminal.
    let ansi = std::io::stderr().is_terminal();
    // A second subscriber is refused: tests start several applications in one process.
    let started = if config.json {
        registry
            .with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr))
            .try_init()
    } else {
        registry
            .with(fmt::layer().with_target(false).with_ansi(ansi).with_writer(std::io::stderr))
            .try_init()
    };
    if started.is_err() {
        tracing::debug!("logs were already started");
    }
}
