//! Key sets: fixed for the sandbox, fetched and kept fresh for production.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse, ThumbprintHash,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::domain::clock::Clock;
use crate::domain::digest::Empreinte;

/// Shortest time between two fetches, so that unknown key names cannot make us flood the issuer.
const PATIENCE: TimeDelta = TimeDelta::seconds(10);
/// Largest set.
const MAX_BYTES: usize = 1024 * 1024;
/// Most keys in a set.
const MAX_KEYS: usize = 100;

/// Why there is no set.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// It was not answered.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// Something else than a document was answered.
    #[error("answered with status {0}")]
    Status(u16),
    /// It is too large.
    #[error("longer than {MAX_BYTES} bytes, or more than {MAX_KEYS} keys")]
    TooLarge,
    /// It is no set of keys.
    #[error("not a set of keys: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The file of authorities holds none.
    #[error("TRAITANT_CA : aucun certificat d'autorité lisible")]
    NoAuthority,
}

/// A public key that may verify signatures.
#[derive(Debug)]
pub(super) struct Key {
    jwk: Jwk,
    pub(super) decoding: DecodingKey,
    /// Its thumbprint (RFC 7638).
    pub(super) empreinte: Empreinte,
}

impl Key {
    fn of(jwk: Jwk) -> Option<Self> {
        let common = &jwk.common;
        let signs = common.public_key_use.as_ref().is_none_or(|u| *u == PublicKeyUse::Signature)
            && common.key_operations.as_ref().is_none_or(|o| o.contains(&KeyOperations::Verify));
        if !signs {
            return None;
        }
        let decoding = DecodingKey::from_jwk(&jwk).ok()?;
        let thumbprint = jwk.thumbprint(ThumbprintHash::SHA256).ok()?;
        let bytes = URL_SAFE_NO_PAD.decode(thumbprint).ok()?.try_into().ok()?;
        Some(Self { jwk, decoding, empreinte: Empreinte::from_bytes(bytes) })
    }

    /// Whether it is made for an algorithm: by its type, and by the name that it may give.
    fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm as A;
        let kind = match (&self.jwk.algorithm, algorithm) {
            (AlgorithmParameters::EllipticCurve(key), A::ES256) => key.curve == EllipticCurve::P256,
            (AlgorithmParameters::EllipticCurve(key), A::ES384) => key.curve == EllipticCurve::P384,
            (AlgorithmParameters::OctetKeyPair(key), A::EdDSA) => {
                key.curve == EllipticCurve::Ed25519
            }
            (
                AlgorithmParameters::RSA(_),
                A::RS256 | A::RS384 | A::RS512 | A::PS256 | A::PS384 | A::PS512,
            ) => true,
            _ => false,
        };
        kind && self.jwk.common.key_algorithm.is_none_or(|named| named == algorithm.into())
    }
}

/// The keys of an issuer that may verify signatures; the others are as if it had not published them.
#[derive(Debug)]
pub struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads a JWK set (RFC 7517).
    pub fn read(document: &[u8]) -> Result<Self, KeySetError> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<Value>,
        }
        let Published { keys } = serde_json::from_slice(document)?;
        if keys.len() > MAX_KEYS {
            return Err(KeySetError::TooLarge);
        }
        let jwks = keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        Ok(Self(jwks.filter_map(Key::of).collect()))
    }

    /// The key of a name that is made for an algorithm; without a name, the only one that is.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let named = |key: &&Key| kid.is_none() || key.jwk.common.key_id.as_deref() == kid;
        let mut fit = self.0.iter().filter(|key| key.fits(algorithm)).filter(named);
        let first = fit.next()?;
        (kid.is_some() || fit.next().is_none()).then_some(first)
    }

    fn same(&self, other: &Self) -> bool {
        self.0.iter().map(|key| &key.jwk).eq(other.0.iter().map(|key| &key.jwk))
    }
}

/// Where keys come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// Known once and for all.
    Fixed(Arc<KeySet>),
    /// Fetched from the issuer.
    Remote(Arc<RemoteKeys>),
}

impl KeySource {
    /// The set, unless it is too old or was never had.
    pub(super) fn known(&self) -> Option<Arc<KeySet>> {
        match self {
            Self::Fixed(set) => Some(Arc::clone(set)),
            Self::Remote(remote) => remote.known(remote.how.age_max),
        }
    }

    /// The same, asked for if there is none.
    pub(super) async fn current(&self) -> Option<Arc<KeySet>> {
        match self.known() {
            None => self.renewed().await,
            known => known,
        }
    }

    /// The set, asked for again unless somebody just did.
    pub(super) async fn renewed(&self) -> Option<Arc<KeySet>> {
        if let Self::Remote(remote) = self {
            remote.refresh().await;
        }
        self.known()
    }

    /// Asks for the set at its age, for ever.
    pub async fn keep_fresh(&self) {
        let Self::Remote(remote) = self else { return std::future::pending().await };
        loop {
            remote.refresh().await;
            let fresh = remote.known(remote.how.age).is_some();
            let wait = if fresh { remote.how.age } else { remote.how.patience() };
            tokio::time::sleep(wait.to_std().unwrap_or_default()).await;
        }
    }
}

/// How sets are fetched, and how old they may be.
#[derive(Debug, Clone)]
pub struct Fetching {
    /// The clock by which they age.
    pub clock: Arc<dyn Clock>,
    /// Age at which a set is asked for again.
    pub age: TimeDelta,
    /// Age beyond which a set is no longer used.
    pub age_max: TimeDelta,
    /// Longest time for a set to arrive, whole.
    pub time_limit: Duration,
    /// Certificates of authorities, beside those of the system, in PEM.
    pub ca: Option<Vec<u8>>,
}

impl Fetching {
    /// The keys published at an address. Nothing is fetched yet.
    pub fn source(&self, url: &str) -> Result<KeySource, KeySetError> {
        let mut client = reqwest::Client::builder()
            .timeout(self.time_limit)
            .redirect(reqwest::redirect::Policy::none());
        if let Some(pem) = &self.ca {
            let authorities = reqwest::Certificate::from_pem_bundle(pem)?;
            if authorities.is_empty() {
                return Err(KeySetError::NoAuthority);
            }
            client = client.tls_certs_merge(authorities);
        }
        Ok(KeySource::Remote(Arc::new(RemoteKeys {
            url: url.to_owned(),
            client: client.build()?,
            how: self.clone(),
            known: RwLock::new(None),
            last_attempt: Mutex::new(None),
        })))
    }

    fn patience(&self) -> TimeDelta {
        PATIENCE.min(self.age)
    }

    /// How long ago something was; a clock that was put back does not make it last.
    fn since(&self, instant: DateTime<Utc>) -> TimeDelta {
        self.clock.now().signed_duration_since(instant).abs()
    }
}

/// A key set fetched from an address. The last good set is kept when a fetch fails, for a time.
#[derive(Debug)]
pub struct RemoteKeys {
    url: String,
    client: reqwest::Client,
    how: Fetching,
    known: RwLock<Option<(Arc<KeySet>, DateTime<Utc>)>>,
    last_attempt: Mutex<Option<DateTime<Utc>>>,
}

impl RemoteKeys {
    /// The set, if it is no older than that.
    fn known(&self, age: TimeDelta) -> Option<Arc<KeySet>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known
            .as_ref()
            .filter(|(_, fetched)| self.how.since(*fetched) <= age)
            .map(|(set, _)| Arc::clone(set))
    }

    async fn refresh(&self) {
        let mut last = self.last_attempt.lock().await;
        if last.is_some_and(|last| self.how.since(last) < self.how.patience()) {
            return;
        }
        let now = self.how.clock.now();
        *last = Some(now);
        match self.fetch().await {
            Ok(set) => {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                // The same keys are the same set: what they verified stays verified.
                let same = known.take().map(|(old, _)| old).filter(|old| old.same(&set));
                *known = Some((same.unwrap_or_else(|| Arc::new(set)), now));
            }
            Err(error) => tracing::warn!(%error, "a key set could not be fetched"),
        }
    }

    async fn fetch(&self) -> Result<KeySet, KeySetError> {
        let mut response = self.client.get(&self.url).send().await?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(KeySetError::Status(response.status().as_u16()));
        }
        let mut document = Vec::new();
        while let Some(piece) = response.chunk().await? {
            if document.len().saturating_add(piece.len()) > MAX_BYTES {
                return Err(KeySetError::TooLarge);
            }
            document.extend_from_slice(&piece);
        }
        KeySet::read(&document)
    }
}
