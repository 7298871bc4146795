//! `traitant diagnostic`: what is wrong, and what to do.

use std::process::ExitCode;

use traitant::app;
use traitant::config::{Besoin, Config};

/// Exit code when a service could not answer.
const MAUVAIS: u8 = 3;

/// Looks, says, and gives the exit code.
pub(crate) async fn run(json: bool) -> anyhow::Result<ExitCode> {
    let found = app::diagnostiquer(Config::from_env(Besoin::Service)).await;
    crate::print(&if json { found.json() } else { found.texte() })?;
    Ok(if app::est_bon(&found) { ExitCode::SUCCESS } else { ExitCode::from(MAUVAIS) })
}
