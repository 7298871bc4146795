//! `traitant cles`: which version of the master key is in use, and its rotation.

use traitant::app::{self, Registre};
use traitant::config::Config;
use traitant::services::cles::{self, Avance};
use traitant::telemetry;

use crate::cli::Cles;
use crate::compteur::barre;
use crate::evaluer::count;

/// Does what is asked about the master key.
pub(crate) async fn run(config: &Config, action: Cles) -> anyhow::Result<()> {
    telemetry::start(&config.journal);
    match action {
        Cles::Tourner => rotate(config).await,
        Cles::Etat => state(config).await,
    }
}

async fn rotate(config: &Config) -> anyhow::Result<()> {
    let bar = barre("pages");
    let done = app::tourner(config, |seen| match seen {
        Avance::Debut { pages } => {
            bar.reset();
            bar.set_length(pages);
        }
        Avance::Bloc { pages } => bar.inc(pages),
    })
    .await;
    bar.finish_and_clear();
    let done = done?;
    let mut said = format!(
        "Clé maître : version {} ; {} sous elle.\n",
        done.version,
        count(done.lignes, "ligne rechiffrée", "lignes rechiffrées")
    );
    if done.retirees > 0 {
        said.push_str(
            "Les versions d'avant n'ouvrent plus rien : retirez-les des réglages de chaque service.\n",
        );
    }
    crate::print(&said)
}

async fn state(config: &Config) -> anyhow::Result<()> {
    let registre = Registre::existing(config).await?;
    let versions = cles::versions(registre.core()).await;
    let used = i16::from(registre.core().version_cle());
    registre.close().await?;
    let mut said = String::new();
    for one in versions? {
        let state = match one.retiree_le {
            Some(day) => format!("retirée le {}", day.format("%d/%m/%Y à %H:%M UTC")),
            None if one.version == used => "sert".to_owned(),
            None => "à retirer : lancez « traitant cles tourner »".to_owned(),
        };
        let since = one.depuis.format("%d/%m/%Y");
        said.extend([format!("version {}, depuis le {since} : {state}\n", one.version)]);
    }
    crate::print(&said)
}
