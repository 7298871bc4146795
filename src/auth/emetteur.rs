//! The issuers of the sandbox, each with a key of the data directory: short-lived tokens, and proofs of
//! signature.

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::json;

use super::preuves::{EmetteurPreuves, TYPE};
use super::{Claims, KeySet, KeySource};
use crate::domain::acteur::Acteur;
use crate::domain::clock::Clock;
use crate::domain::declaration::{MoyenSignature, SignatureAnnoncee};
use crate::domain::droits::Portee;
use crate::domain::ids::IdSource;
use crate::domain::vocabulary::Vocabulaire;

/// Issuer of the sandbox.
pub const DEV_ISSUER: &str = "traitant-bac-a-sable";
/// Audience of the sandbox.
pub const DEV_AUDIENCE: &str = "traitant";
/// Issuer of the proofs of the sandbox.
pub const DEV_PROOF_ISSUER: &str = "traitant-bac-a-sable-preuves";
/// The keys of a data directory, and their names.
const TOKENS: (&str, &str) = ("emetteur.pk8", "bac-a-sable");
const PROOFS: (&str, &str) = ("preuves.pk8", "bac-a-sable-preuves");

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
    kid: &'static str,
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
        Self::open(dir, TOKENS)
    }

    fn open(dir: &Path, (file, kid): (&str, &'static str)) -> Result<Self, EmetteurError> {
        let path = dir.join(file);
        let file_error =
            |source| EmetteurError::File { chemin: path.display().to_string(), source };
        if !path.exists() {
            let made = Self::generate()?;
            write_private(&path, || made).map_err(file_error)?;
        }
        // Somebody else may have made it at the same moment: the file decides.
        let document = std::fs::read(&path).map_err(file_error)?;
        Self::from_document(kid, &document)
    }

    /// Whether a service ever made the keys of a data directory.
    pub fn exists_in(dir: &Path) -> bool {
        dir.join(TOKENS.0).exists()
    }

    /// An issuer whose key lives in memory. For tests.
    pub fn ephemeral() -> Result<Self, EmetteurError> {
        Self::from_document(TOKENS.1, &Self::generate()?)
    }

    fn generate() -> Result<Vec<u8>, EmetteurError> {
        let pair =
            Ed25519KeyPair::generate().map_err(|error| EmetteurError::Key(error.to_string()))?;
        let document = pair.to_pkcs8().map_err(|error| EmetteurError::Key(error.to_string()))?;
        Ok(document.as_ref().to_vec())
    }

    fn from_document(kid: &'static str, document: &[u8]) -> Result<Self, EmetteurError> {
        let pair = Ed25519KeyPair::from_pkcs8(document)
            .map_err(|error| EmetteurError::Key(error.to_string()))?;
        Ok(Self {
            kid,
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
            "kid": self.kid,
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
        self.issue_as(acteur, &acteur.cle(), clock, ids, seconds)
    }

    /// The same, for this subject among those who act so.
    pub fn issue_as(
        &self,
        acteur: &Acteur,
        sub: &str,
        clock: &dyn Clock,
        ids: &IdSource,
        seconds: i64,
    ) -> Result<String, EmetteurError> {
        let now = clock.now().timestamp();
        let (mut rpps, mut patient_id, mut organisme) = (None, None, None);
        match acteur {
            Acteur::Medecin(own) => rpps = Some(own.to_string()),
            Acteur::Patient(own) => patient_id = Some(own.to_string()),
            Acteur::Caisse(own) => organisme = Some(own.organisme().to_string()),
            Acteur::Referentiel | Acteur::Statistiques => {}
        }
        self.sign(&Claims {
            iss: DEV_ISSUER.to_owned(),
            aud: DEV_AUDIENCE.to_owned(),
            sub: sub.to_owned(),
            exp: now.saturating_add(seconds),
            nbf: Some(now),
            iat: Some(now),
            jti: Some(ids.uuid().to_string()),
            scope: scopes(acteur).iter().map(|scope| scope.mot()).collect::<Vec<_>>().join(" "),
            role: acteur.role().mot().to_owned(),
            rpps,
            patient_id,
            organisme,
        })
    }

    /// Signs any claims. Tests use it to make tokens that must be refused.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, EmetteurError> {
        self.sign_as("JWT", claims)
    }

    fn sign_as(&self, typ: &str, claims: &impl Serialize) -> Result<String, EmetteurError> {
        let (typ, kid) = (Some(typ.to_owned()), Some(self.kid.to_owned()));
        let header = Header { typ, kid, ..Header::new(Algorithm::EdDSA) };
        Ok(jsonwebtoken::encode(&header, claims, &self.key)?)
    }
}

/// Proves signatures in the sandbox, where everybody may make any.
#[derive(Debug)]
pub struct Prouveur(Emetteur);

impl Prouveur {
    /// That of a data directory; its key is made the first time.
    pub fn in_dir(dir: &Path) -> Result<Self, EmetteurError> {
        Emetteur::open(dir, PROOFS).map(Self)
    }

    /// One whose key lives in memory. For tests.
    pub fn ephemeral() -> Result<Self, EmetteurError> {
        Emetteur::from_document(PROOFS.1, &Emetteur::generate()?).map(Self)
    }

    /// What the service must know to believe it, by any means.
    pub fn emetteur(&self) -> Result<EmetteurPreuves, EmetteurError> {
        Ok(EmetteurPreuves {
            emetteur: DEV_PROOF_ISSUER.to_owned(),
            keys: self.0.keys()?,
            moyens: MoyenSignature::ELECTRONIQUES.into(),
        })
    }

    /// Proves a signature, taken now unless it is announced when, on a support of this pseudonym.
    pub fn prove(
        &self,
        annoncee: &SignatureAnnoncee,
        support: &str,
        clock: &dyn Clock,
        ids: &IdSource,
    ) -> Result<String, EmetteurError> {
        let mut claims = json!({
            "iss": DEV_PROOF_ISSUER,
            "iat": annoncee.signe_a.unwrap_or_else(|| clock.now()).timestamp(),
            "jti": ids.uuid().to_string(),
            "contenu_sha256": annoncee.contenu_sha256,
            "moyen": annoncee.moyen,
            "role": annoncee.role,
            "support": support,
        });
        let (name, who) = match annoncee.rpps {
            Some(rpps) => ("rpps", rpps.to_string()),
            None => ("sub", format!("porteur-de-{support}")),
        };
        if let Some(claims) = claims.as_object_mut() {
            claims.insert(name.to_owned(), who.into());
        }
        self.sign(&claims)
    }

    /// Signs any claims. Tests use it to make proofs that must be refused.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, EmetteurError> {
        self.0.sign_as(TYPE, claims)
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
            P::Audit,
            P::StatistiquesLire,
        ],
        Acteur::Referentiel => vec![P::Administration],
        Acteur::Statistiques => vec![P::StatistiquesLire],
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
