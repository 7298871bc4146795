//! Removing what is older than the periods that were set.

use std::sync::Arc;

use anyhow::Context;
use secrecy::ExposeSecret;

use super::base::{connect, data_dir, horloge, running};
use super::confiance::master_key;
use crate::ajouts;
use crate::config::Config;
use crate::domain::ids::IdSource;
use crate::services::Core;
use crate::services::purges::{self, Compte, Demande, PurgeError};
use crate::storage::migrations;

/// What came of a purge: what it removed, or why it stopped.
pub type Purge = Result<Vec<Compte>, PurgeError>;

/// Purges as the owner of the tables, while the service runs; without a visa, tries only.
pub async fn purger(
    config: &Config,
    visa: Option<&str>,
    vu: impl Fn(usize),
) -> anyhow::Result<Purge> {
    let donnees = data_dir(config)?;
    let url = if let Some(url) = &config.base.url {
        url.expose_secret().to_owned()
    } else {
        let told = "aucun service ne tourne avec ces données : lancez-le d'abord";
        running(config).await?.context(told)?.proprietaire
    };
    let law = Arc::new(ajouts::law(&config.loi)?);
    let keys = master_key(config, &donnees)?;
    let clock = horloge(config).await?;
    let db = connect(&url, 2, keys.coffre()).await?;
    migrations::verify(&db).await?;
    let ids = Arc::new(IdSource::from_system(Arc::clone(&clock)));
    let core = Core::new(db, clock, ids, law, config.mode);
    core.ready().await?;
    let demande = Demande { conservation: &config.conservation.classes, visa };
    let done = purges::purge(&core, &demande, vu).await;
    core.close().await;
    Ok(done)
}
