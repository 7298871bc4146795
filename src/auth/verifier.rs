//! From a bearer token to somebody, or to a refusal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::jwks::{KeySet, KeySource};
use super::jws::{Jws, JwsError, instant};
use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::clock::Clock;
use crate::domain::digest::Empreinte;
use crate::domain::droits::Portee;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::vocabulary::Vocabulaire;

/// Clocks of issuers may differ from ours by so much.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Longest life of a token, unless another is given.
const LIFETIME: TimeDelta = TimeDelta::hours(12);
/// Tokens already checked that are remembered until they end.
const REMEMBERED: usize = 10_000;
/// Types of a token of access; another type is made for something else.
const TYPES: [Option<&str>; 3] = [None, Some("jwt"), Some("at+jwt")];

/// Who calls, and what their token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appelant {
    /// Who.
    pub acteur: Acteur,
    /// Scopes.
    pub portees: BTreeSet<Portee>,
}

/// Why a token is refused. The caller is told little more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JetonRefuse {
    /// Not a token, or too long.
    #[error("malformed token")]
    Malforme,
    /// Signed by a key that is not the issuer's, or no longer.
    #[error("unknown key")]
    CleInconnue,
    /// The keys of the issuer cannot be had: nobody knows whether the token is right.
    #[error("the keys of the issuer are not known")]
    ClesIndisponibles,
    /// The header, the signature, the issuer or the audience is wrong.
    #[error("header, signature, issuer or audience is wrong")]
    Invalide,
    /// Over.
    #[error("expired")]
    Expire,
    /// Not yet.
    #[error("not valid yet")]
    PasEncoreValide,
    /// Valid for longer than any token may be.
    #[error("valid for too long")]
    TropDurable,
    /// The role, or who bears it, is unknown.
    #[error("unknown role or bearer")]
    PorteurInconnu,
}

impl From<JwsError> for JetonRefuse {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::TooLong | JwsError::Malformed => Self::Malforme,
            JwsError::Header | JwsError::Signature => Self::Invalide,
            JwsError::UnknownKey => Self::CleInconnue,
            JwsError::NoKeys => Self::ClesIndisponibles,
        }
    }
}

/// A token whose signature was checked.
#[derive(Debug, Clone)]
struct Checked {
    appelant: Appelant,
    from: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
}

/// Tokens whose signature was checked, by digest, with the keys of one set: another set makes all of
/// them unknown.
#[derive(Debug, Default)]
struct Memory {
    set: Option<Arc<KeySet>>,
    tokens: BTreeMap<Empreinte, Checked>,
}

impl Memory {
    /// What was checked with the keys of a set.
    fn under(&mut self, set: &Arc<KeySet>) -> &mut BTreeMap<Empreinte, Checked> {
        if !self.set.as_ref().is_some_and(|own| Arc::ptr_eq(own, set)) {
            *self = Self { set: Some(Arc::clone(set)), tokens: BTreeMap::new() };
        }
        &mut self.tokens
    }
}

/// Checks tokens.
#[derive(Debug)]
pub struct Verifier {
    issuer: String,
    audience: String,
    keys: KeySource,
    clock: Arc<dyn Clock>,
    lifetime: TimeDelta,
    memory: Mutex<Memory>,
}

impl Verifier {
    /// Accepts the tokens of one issuer, made for one audience.
    pub fn new(issuer: String, audience: String, keys: KeySource, clock: Arc<dyn Clock>) -> Self {
        let memory = Mutex::default();
        Self { issuer, audience, keys, clock, lifetime: LIFETIME, memory }
    }

    /// The same, for tokens that live so long at most.
    #[must_use]
    pub const fn with_lifetime(mut self, lifetime: TimeDelta) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// The keys of the issuer.
    pub const fn keys(&self) -> &KeySource {
        &self.keys
    }

    /// Whether the keys of the issuer are known: without them, nobody can be let in or refused.
    pub fn ready(&self) -> bool {
        self.keys.known().is_some()
    }

    /// Who bears a token.
    pub async fn verify(&self, token: &str) -> Result<Appelant, JetonRefuse> {
        let digest = Empreinte::of(token);
        let remembered =
            self.keys.known().and_then(|set| self.lock().under(&set).get(&digest).cloned());
        if let Some(checked) = remembered {
            return self.in_time(&checked).map(|()| checked.appelant);
        }
        let jws = Jws::read(token, &TYPES)?;
        // What costs nothing is looked at before the keys are asked for.
        self.made_here(&jws.claims)?;
        let (set, _) = jws.verify(&self.keys).await?;
        let checked = self.check(&jws.claims)?;
        let appelant = checked.appelant.clone();
        self.remember(&set, digest, checked);
        Ok(appelant)
    }

    /// Refuses the token of another issuer, or made for others.
    fn made_here(&self, claims: &Map<String, Value>) -> Result<(), JetonRefuse> {
        let ours = |value: &Value| value.as_str() == Some(&self.audience);
        let audience = match claims.get("aud") {
            Some(Value::Array(several)) => several.iter().any(ours),
            one => one.is_some_and(ours),
        };
        let issuer = text(claims, "iss") == Some(&self.issuer);
        if issuer && audience { Ok(()) } else { Err(JetonRefuse::Invalide) }
    }

    fn check(&self, claims: &Map<String, Value>) -> Result<Checked, JetonRefuse> {
        let date = |name| match claims.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => instant(value).map(Some).ok_or(JetonRefuse::Malforme),
        };
        let (from, issued) = (date("nbf")?, date("iat")?);
        let until = date("exp")?.ok_or(JetonRefuse::Malforme)?;
        let now = self.clock.now();
        // A token that says it will be issued later is not older for it.
        let born = issued.unwrap_or(now).min(now);
        let checked = Checked { appelant: bearer(claims)?, from, until };
        self.in_time(&checked)?;
        if until.signed_duration_since(born) > self.lifetime {
            return Err(JetonRefuse::TropDurable);
        }
        Ok(checked)
    }

    fn in_time(&self, checked: &Checked) -> Result<(), JetonRefuse> {
        let now = self.clock.now();
        if now.signed_duration_since(checked.until) >= LEEWAY {
            return Err(JetonRefuse::Expire);
        }
        if checked.from.is_some_and(|from| from.signed_duration_since(now) > LEEWAY) {
            return Err(JetonRefuse::PasEncoreValide);
        }
        Ok(())
    }

    fn remember(&self, set: &Arc<KeySet>, digest: Empreinte, checked: Checked) {
        let now = self.clock.now();
        let mut memory = self.lock();
        let tokens = memory.under(set);
        if tokens.len() >= REMEMBERED {
            tokens.retain(|_, checked| checked.until > now);
        }
        if tokens.len() < REMEMBERED {
            tokens.insert(digest, checked);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// Maps claims to a role of ours.
fn bearer(claims: &Map<String, Value>) -> Result<Appelant, JetonRefuse> {
    let unknown = JetonRefuse::PorteurInconnu;
    let claim = |name| text(claims, name).ok_or(unknown);
    let acteur = match claim("role")? {
        "medecin" => Acteur::Medecin(Rpps::parse(claim("rpps")?).map_err(|_why| unknown)?),
        "patient" => Acteur::Patient(claim("patient_id")?.parse().map_err(|_why| unknown)?),
        "caisse" => {
            let organisme = Organisme::parse(claim("organisme")?).map_err(|_why| unknown)?;
            Acteur::Caisse(Caisse::of(organisme))
        }
        _ => return Err(unknown),
    };
    let scopes = text(claims, "scope").unwrap_or_default().split_whitespace();
    Ok(Appelant { acteur, portees: scopes.filter_map(Portee::du_mot).collect() })
}
