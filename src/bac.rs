//! `traitant bac-a-sable`: who is there, the clock, a new beginning.

use std::sync::Arc;

use traitant::app::{Registre, data_dir};
use traitant::auth::Emetteur;
use traitant::config::{Config, JetonsConfig};
use traitant::domain::clock::{Clock, SystemClock};
use traitant::domain::ids::IdSource;
use traitant::sandbox;
use traitant::services::Mode;

use crate::cli::ActionBac;
use crate::print;

/// Runs the command on the sandbox of the settings, which may be in use.
pub(crate) async fn run(
    config: &Config,
    action: Option<&ActionBac>,
    json: bool,
) -> anyhow::Result<()> {
    anyhow::ensure!(
        config.mode == Mode::BacASable,
        "il n'y a pas de bac à sable en production : rien n'a été lu ni écrit"
    );
    let registre = Registre::open(config).await?;
    let said = said(config, &registre, action, json).await;
    registre.close().await?;
    print(&said?)
}

async fn said(
    config: &Config,
    registre: &Registre,
    action: Option<&ActionBac>,
    json: bool,
) -> anyhow::Result<String> {
    let (place, machine) = (registre.place(), SystemClock);
    match action {
        Some(ActionBac::Avancer { jours }) => {
            let avance = registre.avancer(*jours).await?;
            let s = if avance > 1 { "s" } else { "" };
            Ok(format!("L'horloge du bac à sable a maintenant {avance} jour{s} d'avance.\n"))
        }
        Some(ActionBac::RemettreAZero) => {
            place.remettre_a_zero(machine.now()).await?;
            Ok("Le bac à sable est remis à zéro, son horloge est à l'heure.\n".to_owned())
        }
        None => {
            anyhow::ensure!(
                config.jetons == JetonsConfig::BacASable,
                "les jetons de ce bac à sable viennent d'un autre émetteur"
            );
            let emetteur = Emetteur::in_dir(&data_dir(config)?)?;
            let cree_le = place.marque().await?.cree_le;
            let clock: Arc<dyn Clock> = Arc::new(machine);
            let ids = IdSource::from_system(Arc::clone(&clock));
            let liste = sandbox::liste(cree_le, &emetteur, &machine, &ids)?;
            if !json {
                return Ok(sandbox::texte(&liste));
            }
            Ok(sandbox::json(&liste))
        }
    }
}
