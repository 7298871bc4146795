//! The issuer of the sandbox: short-lived tokens signed by a key of the data directory.

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::json;

use super::{Claims, KeySet, KeySource};
use crate::domain::acteur::Acteur;
use crate::domain::clock::Clock;
use crate::domain::droits::Portee;
use crate::domain::ids::IdSource;
use crate::domain::vocabulary::Vocabulaire;

/// Issuer of the sandbox.
pub const DEV_ISSUER: &str = "traitant-bac-a-sable";
/// Audience of the sandbox.
pub const DEV_AUDIENCE: &str = "traitant";
/// The key of a data directory.
const KEY_FILE: &str = "emetteur.pk8";
const KID: &str = "bac-a-sable";

/// Why the sandbox cannot issue tokens.
#[derive(Debug, thiserror::Error)]
pub enum EmetteurError {
    /// The key could not be read or written.
    #[error("clé de l'émetteur de développement {chemin} : {source}")]
    File {
        /// Where.
        chemin: String,
        /// Why.
        source: std::io::Error,
    },
    /// The key is not one.
    #[error("clé de l'émetteur de développement illisible : {0}")]
    Key(String),
    /// The token could not be signed.
    #[error("signature du jeton : {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// Issues tokens of the sandbox.
pub struct Emetteur {
    key: EncodingKey,
    public: Vec<u8>,
}

impl std::fmt::Debug for Emetteur {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Emetteur(…)")
    }
}

impl Emetteur {
    /// The issuer of a data directory; its key is made the first time.
    pub fn in_dir(dir: &Path) -> Result<Self, EmetteurError> {
        let path = dir.join(KEY_FILE);
        let file_error =
            |source| EmetteurError::File { chemin: path.display().to_string(), source };
        if !path.exists() {
            let made = Self::generate()?;
            write_private(&path, || made).map_err(file_error)?;
        }
        // Somebody else may have made it at the same moment: the file decides.
        let document = std::fs::read(&path).map_err(file_error)?;
        Self::from_document(&document)
    }

    /// Whether a service ever made the key of a data directory.
    pub fn exists_in(dir: &Path) -> bool {
        dir.join(KEY_FILE).exists()
    }

    /// An issuer whose key lives in memory. For tests.
    pub fn ephemeral() -> Result<Self, EmetteurError> {
        Self::from_document(&Self::generate()?)
    }

    fn generate() -> Result<Vec<u8>, EmetteurError> {
        let pair =
            Ed25519KeyPair::generate().map_err(|error| EmetteurError::Key(error.to_string()))?;
        let document = pair.to_pkcs8().map_err(|error| EmetteurError::Key(error.to_string()))?;
        Ok(document.as_ref().to_vec())
    }

    fn from_document(document: &[u8]) -> Result<Self, EmetteurError> {
        let pair = Ed25519KeyPair::from_pkcs8(document)
            .map_err(|error| EmetteurError::Key(error.to_string()))?;
        Ok(Self {
            key: EncodingKey::from_ed_der(document),
            public: pair.public_key().as_ref().to_vec(),
        })
    }

    /// The public key, as a key set.
    pub fn keys(&self) -> Result<KeySource, EmetteurError> {
        let set = json!({ "keys": [{
            "kty": "OKP",
            "crv": "Ed25519",
            "x": URL_SAFE_NO_PAD.encode(&self.public),
            "kid": KID,
            "alg": "EdDSA",
            "use": "sig",
        }]});
        let set = KeySet::read(set.to_string().as_bytes());
        let set = set.map_err(|error| EmetteurError::Key(error.to_string()))?;
        Ok(KeySource::Fixed(Arc::new(set)))
    }

    /// A token for somebody, with everything that their role may do, valid for `seconds`.
    pub fn issue(
        &self,
        acteur: &Acteur,
        clock: &dyn Clock,
        ids: &IdSource,
        seconds: i64,
    ) -> Result<String, EmetteurError> {
        let now = clock.now().timestamp();
        self.sign(&Claims {
            iss: DEV_ISSUER.to_owned(),
            aud: DEV_AUDIENCE.to_owned(),
            sub: acteur.cle(),
            exp: now.saturating_add(seconds),
            nbf: Some(now),
            iat: Some(now),
            jti: Some(ids.uuid().to_string()),
            scope: scopes(acteur).iter().map(|scope| scope.mot()).collect::<Vec<_>>().join(" "),
            role: acteur.role().to_owned(),
            rpps: match acteur {
                Acteur::Medecin(rpps) => Some(rpps.to_string()),
                Acteur::Patient(_) | Acteur::Caisse(_) => None,
            },
            patient_id: match acteur {
                Acteur::Patient(id) => Some(id.to_string()),
                Acteur::Medecin(_) | Acteur::Caisse(_) => None,
            },
            organisme: match acteur {
                Acteur::Caisse(caisse) => Some(caisse.organisme().to_string()),
                Acteur::Medecin(_) | Acteur::Patient(_) => None,
            },
        })
    }

    /// Signs any claims. Tests use it to make tokens that must be refused.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, EmetteurError> {
        let header = Header { kid: Some(KID.to_owned()), ..Header::new(Algorithm::EdDSA) };
        Ok(jsonwebtoken::encode(&header, claims, &self.key)?)
    }
}

/// What a role may do in the sandbox.
fn scopes(acteur: &Acteur) -> Vec<Portee> {
    use Portee as P;
    match acteur {
        Acteur::Medecin(_) => vec![
            P::DeclarationsLire,
            P::DeclarationsEcrire,
            P::DeclarationsSigner,
            P::MedecinTraitantLire,
            P::FeuillesEvaluer,
            P::FeuillesLire,
        ],
        Acteur::Patient(_) => vec![
            P::DeclarationsLire,
            P::DeclarationsEcrire,
            P::DeclarationsSigner,
            P::MedecinTraitantLire,
            P::FeuillesLire,
            P::TracesLire,
        ],
        Acteur::Caisse(_) => vec![
            P::DeclarationsLire,
            P::DeclarationsEcrire,
            P::DeclarationsSigner,
            P::MedecinTraitantLire,
            P::FeuillesEvaluer,
            P::FeuillesLire,
            P::Administration,
        ],
    }
}

/// Makes a file that only its owner reads, unless it exists.
pub fn write_private(path: &Path, content: impl FnOnce() -> Vec<u8>) -> std::io::Result<()> {
    use std::io::Write;
    if path.exists() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    // Written apart, then linked: nobody ever reads half a key.
    let making = path.with_extension(format!("{}.en-cours", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&making)?;
    file.write_all(&content())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&making, path);
    std::fs::remove_file(&making)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
