//! The database, and the key of what it holds encrypted.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;

use super::{Besoin, Variables};
use crate::services::Mode;
use crate::storage::{Coffre, Lien};

/// Connections that the private server has for the service, out of its hundred.
const PRIVATE_CONNECTIONS_MAX: u32 = 80;

/// Database settings.
#[derive(Debug)]
pub struct BaseConfig {
    /// An existing server; none: a private one.
    pub url: Option<SecretString>,
    /// Most connections.
    pub connexions: u32,
    /// Data directory, for the private server and the keys of the sandbox.
    pub donnees: Option<PathBuf>,
    /// Where the binaries of PostgreSQL are, when they are nowhere usual.
    pub pg_bin: Option<PathBuf>,
    /// Master key of what is encrypted, in one version or several; the sandbox makes its own.
    pub cle_maitre: Option<Trousseau>,
    /// The file that holds it instead.
    pub cle_fichier: Option<PathBuf>,
    /// The role that a migration prepares for the service.
    pub role: Option<RoleConfig>,
}

/// The role under which the service works.
#[derive(Debug)]
pub struct RoleConfig {
    /// Its name.
    pub nom: String,
    /// Its password, where PostgreSQL asks for one.
    pub mot_de_passe: Option<SecretString>,
}

/// The master key. Never printed.
#[derive(Clone)]
pub struct CleMaitre([u8; 32]);

impl CleMaitre {
    /// Reads 64 hexadecimal characters.
    pub fn parse(text: &str) -> Option<Self> {
        crate::domain::digest::Empreinte::parse(text.trim()).map(|bytes| Self(*bytes.bytes()))
    }

    /// A key made of these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the vault.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for CleMaitre {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CleMaitre(…)")
    }
}

/// The versions of the master key that are given: one, or several while it is being rotated.
#[derive(Debug, Clone)]
pub struct Trousseau {
    /// The highest: in use, or to be.
    pub derniere: (u8, CleMaitre),
    /// The others.
    pub anterieures: Vec<(u8, CleMaitre)>,
}

/// How a key is written.
const FORME: &str = "attendu 64 caractères hexadécimaux, ou plusieurs versions, chacune précédée de son numéro, de 1 à 255 (par exemple 1:… 2:…)";

impl Trousseau {
    /// Reads a key of 64 hexadecimal characters, or several that each have a number before them: `1:…`, `2:…`, apart by
    /// spaces, commas or ends of line. One without a number is the version 1.
    pub fn parse(text: &str) -> Option<Self> {
        let words = text.split(|between: char| between.is_whitespace() || between == ',');
        let mut versions = BTreeMap::new();
        for word in words.filter(|word| !word.is_empty()) {
            let (version, key) = word.split_once(':').unwrap_or(("1", word));
            let version: u8 = version.parse().ok().filter(|version| *version > 0)?;
            let first = versions.insert(version, CleMaitre::parse(key)?).is_none();
            first.then_some(())?;
        }
        let derniere = versions.pop_last()?;
        Some(Self { derniere, anterieures: versions.into_iter().collect() })
    }

    /// The vault of these keys.
    pub fn coffre(&self) -> Coffre {
        let (version, last) = &self.derniere;
        let others = self.anterieures.iter().map(|(version, key)| (*version, key.expose()));
        Coffre::of((*version, last.expose()), others)
    }
}

impl BaseConfig {
    pub(super) fn read(mode: Mode, variables: &mut Variables<'_>) -> Self {
        let url = variables.get("DATABASE_URL");
        let lien = url.as_deref().map(Lien::of);
        if lien == Some(None) {
            let why = "attendu postgres://utilisateur@hôte/base, ou par une socket postgres://utilisateur@localhost/base?host=/run/postgresql";
            variables.wrong("DATABASE_URL", why);
        }
        if url.as_deref().and_then(Lien::inconnu).is_some() {
            let why = format!(
                "un paramètre n'est pas connu ; attendus après « ? » : {}",
                Lien::PARAMETRES.join(", ")
            );
            variables.wrong("DATABASE_URL", why);
        }
        let connexions = variables.number("TRAITANT_CONNEXIONS", 2..=500, 16);
        if url.is_none() && connexions > PRIVATE_CONNECTIONS_MAX {
            variables.wrong(
                "TRAITANT_CONNEXIONS",
                format!("au plus {PRIVATE_CONNECTIONS_MAX} avec le PostgreSQL privé"),
            );
        }
        let cle_maitre = variables.get("TRAITANT_CLE_MAITRE").and_then(|text| {
            let keys = Trousseau::parse(&text);
            if keys.is_none() {
                variables.wrong("TRAITANT_CLE_MAITRE", FORME);
            }
            keys
        });
        let cle_fichier = variables.get("TRAITANT_CLE_MAITRE_FICHIER").map(PathBuf::from);
        if cle_fichier.is_some() && variables.get("TRAITANT_CLE_MAITRE").is_some() {
            variables.wrong("TRAITANT_CLE_MAITRE_FICHIER", "attendu sans TRAITANT_CLE_MAITRE");
        }
        if mode == Mode::Production {
            if url.is_none() {
                let why = "obligatoire en production (l'adresse de la base de données)";
                variables.wrong("DATABASE_URL", why);
            }
            let opened = variables.besoin != Besoin::Tables;
            if opened && cle_fichier.is_none() && variables.get("TRAITANT_CLE_MAITRE").is_none() {
                let why = "obligatoire en production (la clé de ce qui est chiffré), ici ou par TRAITANT_CLE_MAITRE_FICHIER";
                variables.wrong("TRAITANT_CLE_MAITRE", why);
            }
            if lien == Some(Some(Lien::EnClair)) {
                let why = "en production, attendu une liaison chiffrée (?sslmode=verify-full, verify-ca ou require) ou une socket locale";
                variables.wrong("DATABASE_URL", why);
            }
        }
        let mot_de_passe = variables.get("TRAITANT_ROLE_SERVICE_MOT_DE_PASSE");
        let role = variables.get("TRAITANT_ROLE_SERVICE");
        if role.is_none() && mot_de_passe.is_some() {
            variables.wrong("TRAITANT_ROLE_SERVICE", "attendu avec son mot de passe");
        }
        Self {
            url: url.map(SecretString::from),
            connexions,
            donnees: variables.get("TRAITANT_DONNEES").map(PathBuf::from),
            pg_bin: variables.get("TRAITANT_PG_BIN").map(PathBuf::from),
            cle_maitre,
            cle_fichier,
            role: role
                .map(|nom| RoleConfig { nom, mot_de_passe: mot_de_passe.map(SecretString::from) }),
        }
    }
}
