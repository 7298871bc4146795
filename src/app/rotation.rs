//! Putting another version of the master key in use.

use anyhow::Context;
use secrecy::ExposeSecret;

use super::base::{connect, data_dir, horloge, running};
use super::confiance::master_key;
use crate::config::Config;
use crate::services::cles;
use crate::storage::migrations;

/// Writes again, as the owner of the tables, everything that the master key seals, under its highest version.
pub async fn tourner(config: &Config, vu: impl Fn(cles::Avance)) -> anyhow::Result<cles::Rotation> {
    let donnees = data_dir(config)?;
    let url = if let Some(url) = &config.base.url {
        url.expose_secret().to_owned()
    } else {
        let told = "aucun service ne tourne avec ces données : lancez-le d'abord";
        running(config).await?.context(told)?.proprietaire
    };
    let keys = master_key(config, &donnees)?;
    let clock = horloge(config).await?;
    let db = connect(&url, 2, keys.coffre()).await?;
    migrations::verify(&db).await?;
    let done = cles::tourner(&db, config.mode, || clock.now(), vu).await;
    db.close().await;
    Ok(done?)
}
