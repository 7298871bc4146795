//! From a bearer token to somebody, or to a refusal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jsonwebtoken::jwk::KeyAlgorithm;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use super::{Claims, KeySource};
use crate::domain::acteur::{Acteur, Auteur, Caisse, Sujet};
use crate::domain::clock::Clock;
use crate::domain::digest::Empreinte;
use crate::domain::droits::Portee;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::vocabulary::Vocabulaire;

/// Clocks of issuers may differ from ours by so many seconds.
const LEEWAY: i64 = 30;
/// Tokens longer than this are refused unread.
const MAX_LENGTH: usize = 8 * 1024;
/// Tokens already checked that are remembered until they end.
const REMEMBERED: usize = 10_000;

/// Signatures that an issuer may use. No shared secret, and no "none".
const ALGORITHMS: [Algorithm; 8] = [
    Algorithm::EdDSA,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
];

/// Who calls, and what their token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appelant {
    /// Who.
    pub auteur: Auteur,
    /// Scopes.
    pub portees: BTreeSet<Portee>,
}

/// Why a token is refused. The caller is told no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JetonRefuse {
    /// Not a token, or too long.
    #[error("malformed token")]
    Malforme,
    /// Signed by a key that is not the issuer's.
    #[error("unknown key")]
    CleInconnue,
    /// The signature, the issuer or the audience is wrong.
    #[error("signature, issuer or audience is wrong")]
    Invalide,
    /// Over.
    #[error("expired")]
    Expire,
    /// Not yet.
    #[error("not valid yet")]
    PasEncoreValide,
    /// The role, or who bears it, is unknown.
    #[error("unknown role or bearer")]
    PorteurInconnu,
}

/// Checks tokens.
#[derive(Debug)]
pub struct Verifier {
    issuer: String,
    audience: String,
    keys: KeySource,
    clock: Arc<dyn Clock>,
    /// Tokens whose signature was checked, by digest: who, from when, until when.
    checked: Mutex<BTreeMap<Empreinte, (Appelant, i64, i64)>>,
}

impl Verifier {
    /// Accepts the tokens of one issuer, made for one audience.
    pub fn new(issuer: String, audience: String, keys: KeySource, clock: Arc<dyn Clock>) -> Self {
        Self { issuer, audience, keys, clock, checked: Mutex::new(BTreeMap::new()) }
    }

    /// Who bears a token.
    pub async fn verify(&self, token: &str) -> Result<Appelant, JetonRefuse> {
        if token.len() > MAX_LENGTH {
            return Err(JetonRefuse::Malforme);
        }
        let digest = Empreinte::of(token);
        let remembered = self.lock().get(&digest).cloned();
        if let Some((appelant, from, until)) = remembered {
            return self.in_time(from, until).map(|()| appelant);
        }
        let claims = self.check_signature(token).await?;
        let (from, until) = (claims.nbf.unwrap_or(i64::MIN), claims.exp);
        self.in_time(from, until)?;
        let appelant = bearer(&claims)?;
        self.remember(digest, (appelant.clone(), from, until));
        Ok(appelant)
    }

    async fn check_signature(&self, token: &str) -> Result<Claims, JetonRefuse> {
        let header = jsonwebtoken::decode_header(token).map_err(|_why| JetonRefuse::Malforme)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(JetonRefuse::Invalide);
        }
        let jwk = self.keys.find(header.kid.as_deref()).await.ok_or(JetonRefuse::CleInconnue)?;
        // A key made for one algorithm is not used with another.
        let declared = jwk.common.key_algorithm;
        if declared.is_some_and(|declared| !same_algorithm(declared, header.alg)) {
            return Err(JetonRefuse::Invalide);
        }
        let key = DecodingKey::from_jwk(&jwk).map_err(|_why| JetonRefuse::CleInconnue)?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        // Times are compared with the injected clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let data = jsonwebtoken::decode::<Claims>(token, &key, &validation)
            .map_err(|_why| JetonRefuse::Invalide)?;
        Ok(data.claims)
    }

    fn in_time(&self, from: i64, until: i64) -> Result<(), JetonRefuse> {
        let now = self.clock.now().timestamp();
        if now >= until.saturating_add(LEEWAY) {
            return Err(JetonRefuse::Expire);
        }
        if now < from.saturating_sub(LEEWAY) {
            return Err(JetonRefuse::PasEncoreValide);
        }
        Ok(())
    }

    fn remember(&self, digest: Empreinte, entry: (Appelant, i64, i64)) {
        let now = self.clock.now().timestamp();
        let mut checked = self.lock();
        if checked.len() >= REMEMBERED {
            checked.retain(|_, (_, _, until)| *until > now);
        }
        if checked.len() < REMEMBERED {
            checked.insert(digest, entry);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Empreinte, (Appelant, i64, i64)>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn same_algorithm(declared: KeyAlgorithm, used: Algorithm) -> bool {
    declared.to_string() == format!("{used:?}")
}

/// Maps claims to a role of ours.
fn bearer(claims: &Claims) -> Result<Appelant, JetonRefuse> {
    let unknown = JetonRefuse::PorteurInconnu;
    let acteur = match (claims.role.as_str(), &claims.rpps, &claims.patient_id, &claims.organisme) {
        ("medecin", Some(rpps), _, _) => {
            Acteur::Medecin(Rpps::parse(rpps).map_err(|_why| unknown)?)
        }
        ("patient", _, Some(id), _) => Acteur::Patient(id.parse().map_err(|_why| unknown)?),
        ("caisse", _, _, Some(organisme)) => {
            Acteur::Caisse(Caisse::of(Organisme::parse(organisme).map_err(|_why| unknown)?))
        }
        _ => return Err(unknown),
    };
    let portees = claims.scope.split_whitespace().filter_map(Portee::du_mot).collect();
    let sujet = Sujet::parse(&claims.sub).ok_or(unknown)?;
    Ok(Appelant { auteur: Auteur { acteur, organisation: None, sujet }, portees })
}
