//! From a bearer token to somebody, or to a refusal.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::claims::{Appelant, ClaimNames, Porteur};
use super::jwks::{KeySet, KeySource};
use super::jws::{Jws, JwsError, instant};
use super::proxy::{Proxy, certificate_digest};
use crate::domain::acteur::Acteur;
use crate::domain::clock::Clock;
use crate::domain::digest::Empreinte;

/// Clocks of issuers may differ from ours by so much.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Tokens already checked that are remembered until they end.
const REMEMBERED: usize = 10_000;
/// Types of a token of access; another type is made for something else.
const TYPES: [Option<&str>; 3] = [None, Some("jwt"), Some("at+jwt")];

/// What is asked of the tokens of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRules {
    /// Where their claims are.
    pub claims: ClaimNames,
    /// How long they live at most.
    pub lifetime: TimeDelta,
    /// Who says which certificate a caller showed; nobody: a token bound to one is refused.
    pub proxy: Option<Proxy>,
}

impl Default for TokenRules {
    fn default() -> Self {
        let claims = ClaimNames::default();
        Self { claims, lifetime: TimeDelta::hours(12), proxy: None }
    }
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
    /// The subject, the role, or who bears it, is unknown.
    #[error("unknown subject, role or bearer")]
    PorteurInconnu,
    /// Bound to a certificate that the caller does not show.
    #[error("bound to a certificate that is not shown")]
    Certificat,
    /// Bound to a key, of which this service verifies no proof.
    #[error("bound to a key")]
    LieAUneCle,
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
    /// The certificate to which it is bound.
    certificat: Option<Empreinte>,
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
    rules: TokenRules,
    memory: Mutex<Memory>,
}

impl Verifier {
    /// Accepts the tokens of one issuer, made for one audience.
    pub fn new(issuer: String, audience: String, keys: KeySource, clock: Arc<dyn Clock>) -> Self {
        let (rules, memory) = (TokenRules::default(), Mutex::default());
        Self { issuer, audience, keys, clock, rules, memory }
    }

    /// The same, under other rules.
    #[must_use]
    pub fn with_rules(mut self, rules: TokenRules) -> Self {
        self.rules = rules;
        self
    }

    /// Who says which certificate a caller showed.
    pub const fn proxy(&self) -> Option<&Proxy> {
        self.rules.proxy.as_ref()
    }

    /// The keys of the issuer.
    pub const fn keys(&self) -> &KeySource {
        &self.keys
    }

    /// Whether the keys of the issuer are known: without them, nobody can be let in or refused.
    pub fn ready(&self) -> bool {
        self.keys.known().is_some()
    }

    /// Who bears a token, and shows a certificate.
    pub async fn verify(
        &self,
        token: &str,
        certificat: Option<Empreinte>,
    ) -> Result<Appelant, JetonRefuse> {
        let digest = Empreinte::of(token);
        let remembered =
            self.keys.known().and_then(|set| self.lock().under(&set).get(&digest).cloned());
        if let Some(checked) = remembered {
            return self.admit(&checked, certificat).map(|()| checked.appelant);
        }
        let jws = Jws::read(token, &TYPES)?;
        // What costs nothing is looked at before the keys are asked for.
        self.made_here(&jws.claims)?;
        let (set, _) = jws.verify(&self.keys).await?;
        let checked = self.check(&jws.claims)?;
        self.admit(&checked, certificat)?;
        let appelant = checked.appelant.clone();
        self.remember(&set, digest, checked);
        Ok(appelant)
    }

    /// Remembers whom the register found to be the bearer of a token.
    pub fn found(&self, token: &str, acteur: Acteur) {
        if let Some(checked) = self.lock().tokens.get_mut(&Empreinte::of(token)) {
            checked.appelant.porteur = Porteur::Acteur(acteur);
        }
    }

    /// Refuses the token of another issuer, or made for others.
    fn made_here(&self, claims: &Map<String, Value>) -> Result<(), JetonRefuse> {
        let ours = |value: &Value| value.as_str() == Some(&self.audience);
        let audience = match claims.get("aud") {
            Some(Value::Array(several)) => several.iter().any(ours),
            one => one.is_some_and(ours),
        };
        let issuer = claims.get("iss").and_then(Value::as_str) == Some(&self.issuer);
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
        if until.signed_duration_since(born) > self.rules.lifetime {
            return Err(JetonRefuse::TropDurable);
        }
        let appelant = self.rules.claims.appelant(claims).ok_or(JetonRefuse::PorteurInconnu)?;
        Ok(Checked { appelant, from, until, certificat: bound_to(claims)? })
    }

    /// Refuses a token that was checked, at another time than its own or without its certificate.
    fn admit(&self, checked: &Checked, shown: Option<Empreinte>) -> Result<(), JetonRefuse> {
        let now = self.clock.now();
        if now.signed_duration_since(checked.until) >= LEEWAY {
            return Err(JetonRefuse::Expire);
        }
        if checked.from.is_some_and(|from| from.signed_duration_since(now) > LEEWAY) {
            return Err(JetonRefuse::PasEncoreValide);
        }
        if checked.certificat.is_some_and(|bound| shown != Some(bound)) {
            return Err(JetonRefuse::Certificat);
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

/// The certificate to which a token is bound (RFC 8705), if it is bound to anything.
fn bound_to(claims: &Map<String, Value>) -> Result<Option<Empreinte>, JetonRefuse> {
    let Some(cnf) = claims.get("cnf") else { return Ok(None) };
    let members = cnf.as_object().ok_or(JetonRefuse::Malforme)?;
    let certificat = members.get("x5t#S256").and_then(Value::as_str).and_then(certificate_digest);
    // Whatever else it is bound to would have to be proved too.
    if members.len() == 1 && certificat.is_some() {
        Ok(certificat)
    } else {
        Err(JetonRefuse::LieAUneCle)
    }
}
