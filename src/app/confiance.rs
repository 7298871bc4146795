//! Whose word is taken: the issuers of tokens and of proofs, and where their keys are; and the key of what is sealed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::TimeDelta;

use crate::auth::{
    DEV_AUDIENCE, DEV_ISSUER, Emetteur, EmetteurPreuves, Fetching, KeySource, Preuves, Prouveur,
    Verifier,
};
use crate::config::{ClesConfig, Config, JetonsConfig, PreuvesConfig, Trousseau};
use crate::domain::clock::Clock;
use crate::services::Mode;

/// Longest wait for the keys of an issuer.
const KEYS_TIME: Duration = Duration::from_secs(5);

/// How the keys of issuers are fetched.
pub(super) fn fetching(cles: &ClesConfig, clock: Arc<dyn Clock>) -> anyhow::Result<Fetching> {
    let read = |path: &PathBuf| {
        std::fs::read(path).with_context(|| format!("TRAITANT_CA : lecture de {}", path.display()))
    };
    Ok(Fetching {
        clock,
        age: TimeDelta::seconds(cles.age.into()),
        age_max: TimeDelta::seconds(cles.age_max.into()),
        time_limit: KEYS_TIME,
        ca: cles.ca.as_ref().map(read).transpose()?,
    })
}

fn source(fetching: &Fetching, url: &str) -> anyhow::Result<KeySource> {
    fetching.source(url).with_context(|| format!("clés de {url}"))
}

pub(super) fn verifier(
    config: &JetonsConfig,
    donnees: &Path,
    fetching: &Fetching,
) -> anyhow::Result<Verifier> {
    let clock = Arc::clone(&fetching.clock);
    Ok(match config {
        JetonsConfig::BacASable => {
            let keys = Emetteur::in_dir(donnees)?.keys()?;
            Verifier::new(DEV_ISSUER.to_owned(), DEV_AUDIENCE.to_owned(), keys, clock)
        }
        JetonsConfig::Personne => anyhow::bail!("aucun émetteur de jetons n'est désigné"),
        JetonsConfig::Emetteur { emetteur, audience, jwks_url, regles } => {
            let keys = source(fetching, jwks_url)?;
            Verifier::new(emetteur.clone(), audience.clone(), keys, clock)
                .with_rules(regles.as_ref().clone())
        }
    })
}

pub(super) fn proofs(
    config: &PreuvesConfig,
    donnees: &Path,
    fetching: &Fetching,
) -> anyhow::Result<Preuves> {
    let mut emetteurs = Vec::new();
    if config.bac_a_sable {
        emetteurs.push(Prouveur::in_dir(donnees)?.emetteur()?);
    }
    for known in &config.emetteurs {
        emetteurs.push(EmetteurPreuves {
            emetteur: known.emetteur.clone(),
            keys: source(fetching, &known.jwks_url)?,
            moyens: known.moyens.clone(),
        });
    }
    Ok(Preuves::new(emetteurs, config.declarees.clone()))
}

/// The master key, in one version or several: from the settings or the file that they name, or, in a sandbox, made once in the
/// data directory.
pub(super) fn master_key(config: &Config, donnees: &Path) -> anyhow::Result<Trousseau> {
    if let Some(keys) = &config.base.cle_maitre {
        return Ok(keys.clone());
    }
    if let Some(path) = &config.base.cle_fichier {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("TRAITANT_CLE_MAITRE_FICHIER : lecture de {}", path.display())
        })?;
        return Trousseau::parse(&text).with_context(|| {
            format!(
                "TRAITANT_CLE_MAITRE_FICHIER : {} ne contient ni 64 caractères hexadécimaux, ni plusieurs versions (1:…, 2:…), \
                 une par ligne",
                path.display()
            )
        });
    }
    anyhow::ensure!(config.mode == Mode::BacASable, "TRAITANT_CLE_MAITRE est obligatoire");
    let path = donnees.join("cle-maitre");
    crate::auth::write_private(&path, || {
        let key: [u8; 32] = rand::random();
        crate::domain::digest::Empreinte::from_bytes(key).to_string().into_bytes()
    })
    .with_context(|| format!("écriture de {}", path.display()))?;
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("lecture de {}", path.display()))?;
    Trousseau::parse(&text).with_context(|| format!("{} n'est pas une clé", path.display()))
}
