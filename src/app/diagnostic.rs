//! `traitant diagnostic`: the settings, what they lead to, and the database.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::base::{connect, data_dir, horloge, running};
use super::causes::reason;
use super::confiance::{fetching, master_key, verifier};
use crate::ajouts;
use crate::config::{Config, InvalidConfig, JetonsConfig};
use crate::domain::clock::{Clock, SystemClock};
use crate::services::Mode;
use crate::services::diagnostic::{self, Constat, Diagnostic, Gravite};
use crate::storage::{Lien, StorageError, sante};

/// Longest wait for what answers at once or not at all.
const REPONSE: Duration = Duration::from_secs(5);
/// How often something is looked at meanwhile.
const REGARD: Duration = Duration::from_millis(100);

/// Looks at everything that a service needs, changes nothing, and says what is wrong.
pub async fn diagnostiquer(config: Result<Config, InvalidConfig>) -> Diagnostic {
    let config = match config {
        Ok(config) => config,
        Err(InvalidConfig(wrong)) => {
            let todo = "corriger ce réglage ; la liste est dans « traitant --help » et docs/EXPLOITATION.md";
            let each = wrong.into_iter().map(|one| Constat::mauvais("reglages", one, todo));
            return Diagnostic(each.collect());
        }
    };
    let mode = match config.mode {
        Mode::Production => "production",
        Mode::BacASable => "bac à sable",
    };
    let mut found = vec![Constat::bon("reglages", format!("lus, mode {mode}"))];
    found.push(listening(&config).await);
    found.push(law(&config).await);
    found.push(issuer(&config).await);
    found.extend(database(&config).await);
    Diagnostic(found)
}

async fn listening(config: &Config) -> Constat {
    let opening = tokio::net::TcpStream::connect(config.adresse);
    match tokio::time::timeout(REPONSE, opening).await {
        Ok(Ok(_open)) => Constat::bon("service", format!("écoute sur {}", config.adresse)),
        _ => Constat::attention(
            "service",
            format!("personne n'écoute sur {}", config.adresse),
            "démarrer « traitant servir », ou vérifier TRAITANT_ADRESSE",
        ),
    }
}

async fn law(config: &Config) -> Constat {
    let today = horloge(config).await.unwrap_or_else(|_unread| Arc::new(SystemClock)).today();
    match ajouts::law(&config.loi) {
        Ok(law) => match law.verifiee_jusqu_au() {
            Some(last) if last < today => Constat::attention(
                "loi",
                format!("des valeurs ne sont vérifiées que jusqu'au {}", last.format("%d/%m/%Y")),
                "« traitant loi echeances » les liste, docs/LOI.md dit comment les vérifier",
            ),
            _ => Constat::bon("loi", "vérifiée pour aujourd'hui"),
        },
        Err(error) => Constat::mauvais(
            "loi",
            reason(&error),
            "corriger les fichiers de TRAITANT_LOI ; « traitant loi verifier » les lit",
        ),
    }
}

async fn issuer(config: &Config) -> Constat {
    let JetonsConfig::Emetteur { jwks_url, .. } = &config.jetons else {
        return Constat::bon("emetteur", "celui du bac à sable");
    };
    let todo = "vérifier TRAITANT_JWKS_URL, le réseau et l'autorité qui certifie cette adresse (TRAITANT_CA)";
    let made = async {
        let fetching = fetching(&config.cles, Arc::new(SystemClock))?;
        verifier(&config.jetons, &data_dir(config)?, &fetching)
    };
    let verifier = match made.await {
        Ok(verifier) => verifier,
        Err(error) => return Constat::mauvais("emetteur", reason(&error), todo),
    };
    let ready = async {
        while !verifier.ready() {
            tokio::time::sleep(REGARD).await;
        }
    };
    let known = tokio::select! {
        () = ready => true,
        () = verifier.keys().keep_fresh() => verifier.ready(),
        () = tokio::time::sleep(REPONSE) => false,
    };
    if known {
        return Constat::bon("emetteur", format!("ses clés sont lues à {jwks_url}"));
    }
    Constat::mauvais("emetteur", format!("aucune clé n'est lue à {jwks_url}"), todo)
}

async fn database(config: &Config) -> Vec<Constat> {
    let (url, lien) = if let Some(url) = &config.base.url {
        let url = url.expose_secret().to_owned();
        let lien = Lien::of(&url);
        (url, lien)
    } else {
        let Some(adresses) = running(config).await.ok().flatten() else {
            let said =
                "le PostgreSQL privé ne tourne pas : aucun service n'est démarré avec ces données";
            let todo = "démarrer « traitant », ou indiquer TRAITANT_DONNEES ou DATABASE_URL";
            return vec![Constat::attention("base", said, todo)];
        };
        (adresses.service, Some(Lien::Local))
    };
    let keys = match data_dir(config).and_then(|donnees| master_key(config, &donnees)) {
        Ok(keys) => keys,
        Err(error) => {
            let todo = "rendre ce fichier lisible par le service, avec la clé de cette base";
            return vec![Constat::mauvais("cle", reason(&error), todo)];
        }
    };
    let db = match connect(&url, 2, keys.coffre()).await {
        Ok(db) => db,
        Err(error) => {
            let todo = "vérifier que PostgreSQL tourne, puis l'adresse, le rôle et le mot de passe de DATABASE_URL";
            return vec![Constat::mauvais("base", reason(&error), todo)];
        }
    };
    let mut found = vec![Constat::bon("base", "répond")];
    let encrypted =
        async { sante::chiffree(&mut *db.read("diagnostic.liaison").await?).await }.await;
    found.push(link(lien, encrypted));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    found.extend(diagnostic::base(&db, config.mode, || clock.now()).await);
    db.close().await;
    found
}

/// Whether somebody on the way could read what goes to the database.
fn link(lien: Option<Lien>, chiffree: Result<bool, StorageError>) -> Constat {
    match (lien, chiffree) {
        (Some(Lien::Local), _) => Constat::bon("liaison", "une socket de cette machine"),
        (_, Ok(true)) => Constat::bon("liaison", "chiffrée (TLS)"),
        _ => Constat::attention(
            "liaison",
            "la liaison avec la base n'est pas chiffrée",
            "ajouter « ?sslmode=verify-full » à DATABASE_URL ; en production, elle est refusée sans",
        ),
    }
}

/// Whether a service could answer.
pub fn est_bon(diagnostic: &Diagnostic) -> bool {
    diagnostic.gravite() < Gravite::Mauvais
}
