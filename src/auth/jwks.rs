//! Key sets: fixed for the sandbox, fetched and refreshed for production.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use tokio::sync::Mutex;

/// How long a fetched set is used before it is fetched again.
const FRESH: Duration = Duration::from_mins(10);
/// Shortest time between two fetches, so that unknown key names cannot make us flood the issuer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where keys come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// Known once and for all.
    Fixed(Arc<JwkSet>),
    /// Fetched from the issuer.
    Remote(Arc<RemoteKeys>),
}

impl KeySource {
    /// The key of a name; the only key of the set when the token names none.
    pub async fn find(&self, kid: Option<&str>) -> Option<Jwk> {
        match self {
            Self::Fixed(set) => in_set(set, kid),
            Self::Remote(remote) => remote.find(kid).await,
        }
    }
}

fn in_set(set: &JwkSet, kid: Option<&str>) -> Option<Jwk> {
    match (kid, &set.keys[..]) {
        (Some(kid), _) => set.find(kid).cloned(),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}

/// A key set fetched from an address. The last good set is kept when a fetch fails.
#[derive(Debug)]
pub struct RemoteKeys {
    url: String,
    client: reqwest::Client,
    known: RwLock<Option<(Arc<JwkSet>, Instant)>>,
    last_attempt: Mutex<Option<Instant>>,
}

impl RemoteKeys {
    /// Keys of an address. Nothing is fetched yet.
    pub fn new(url: String) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { url, client, known: RwLock::new(None), last_attempt: Mutex::new(None) })
    }

    async fn find(&self, kid: Option<&str>) -> Option<Jwk> {
        let (key, fresh) = self.known_key(kid);
        if key.is_some() && fresh {
            return key;
        }
        // Unknown name or old set: fetch, unless somebody just did.
        self.refresh().await;
        self.known_key(kid).0.or(key)
    }

    fn known_key(&self, kid: Option<&str>) -> (Option<Jwk>, bool) {
        let known = self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        known
            .as_ref()
            .map_or((None, false), |(set, fetched)| (in_set(set, kid), fetched.elapsed() < FRESH))
    }

    async fn refresh(&self) {
        let mut last = self.last_attempt.lock().await;
        if last.is_some_and(|last| last.elapsed() < PATIENCE) {
            return;
        }
        *last = Some(Instant::now());
        match self.fetch().await {
            Ok(set) => {
                let mut known =
                    self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
                *known = Some((Arc::new(set), Instant::now()));
            }
            Err(error) => tracing::warn!(%error, "the issuer's key set could not be fetched"),
        }
    }

    async fn fetch(&self) -> Result<JwkSet, reqwest::Error> {
        self.client.get(&self.url).send().await?.error_for_status()?.json().await
    }
}
