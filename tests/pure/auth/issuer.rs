//! An issuer of tokens: keys, signatures of anything, and the address where the keys are.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use traitant::auth::{Fetching, KeySet, KeySource, Verifier};
use traitant::domain::clock::{Clock, FixedClock};

/// When tests happen, unless they move the clock.
pub const NOW: i64 = 1_750_068_000;
pub const ISSUER: &str = "https://jetons.exemple.invalid";
pub const AUDIENCE: &str = "traitant";

pub fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(chrono::DateTime::from_timestamp(NOW, 0).unwrap()))
}

/// A key that signs.
pub struct Key {
    pub kid: String,
    private: EncodingKey,
    public: Vec<u8>,
}

impl Key {
    pub fn new(kid: &str) -> Self {
        Self::of(kid, &Ed25519KeyPair::generate().unwrap())
    }

    pub fn from_seed(kid: &str, seed: &[u8]) -> Self {
        Self::of(kid, &Ed25519KeyPair::from_seed_unchecked(seed).unwrap())
    }

    fn of(kid: &str, pair: &Ed25519KeyPair) -> Self {
        let private = EncodingKey::from_ed_der(pair.to_pkcs8().unwrap().as_ref());
        Self { kid: kid.to_owned(), private, public: pair.public_key().as_ref().to_vec() }
    }

    /// Its public half, as a member of a set.
    pub fn jwk(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(&self.public);
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid })
    }

    /// Signs any header and any payload.
    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signed = crypto::sign(message.as_bytes(), &self.private, Algorithm::EdDSA).unwrap();
        format!("{message}.{signed}")
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({ "alg": "EdDSA", "kid": self.kid }), claims)
    }
}

/// A set of keys.
pub fn set(keys: &[&Key]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>() })
}

/// A set that does not move.
pub fn fixed(set: &Value) -> KeySource {
    KeySource::Fixed(Arc::new(KeySet::read(set.to_string().as_bytes()).unwrap()))
}

pub fn verifier(keys: KeySource, clock: &Arc<FixedClock>) -> Verifier {
    let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(clock);
    Verifier::new(ISSUER.to_owned(), AUDIENCE.to_owned(), keys, clock)
}

/// What a doctor's token says.
pub fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "0192f0c4", "iat": NOW, "exp": NOW + 3600,
        "role": "medecin", "rpps": "99900001233", "scope": "declarations.lire",
    })
}

/// The same, with some claims changed; `null` takes one away.
pub fn claims_with(changes: &Value) -> Value {
    let mut all = claims();
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    all.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    all
}

/// What the address of the keys answers.
#[derive(Clone)]
pub enum Answer {
    /// A set.
    Keys(Value),
    /// Exactly that.
    Raw(String),
    /// A set that never ends.
    Endless,
    /// Half a set, and then nothing.
    Stalled,
    /// Nothing: the connection is closed.
    Closed,
}

/// The address of the keys.
pub struct Address {
    pub url: String,
    answer: Arc<Mutex<Answer>>,
    fetches: Arc<AtomicU32>,
}

impl Address {
    pub async fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/cles", listener.local_addr().unwrap());
        let (answer, fetches) = (Arc::new(Mutex::new(answer)), Arc::new(AtomicU32::new(0)));
        let (said, counted) = (Arc::clone(&answer), Arc::clone(&fetches));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let said = said.lock().unwrap().clone();
                tokio::spawn(reply(stream, said));
            }
        });
        Self { url, answer, fetches }
    }

    pub fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// How often somebody asked.
    pub fn fetches(&self) -> u32 {
        self.fetches.load(Ordering::Relaxed)
    }

    /// Its keys, fetched by this clock: fresh for ten minutes, good for an hour.
    pub fn source(&self, clock: &Arc<FixedClock>) -> KeySource {
        let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(clock);
        let (age, age_max) = (TimeDelta::minutes(10), TimeDelta::hours(1));
        let fetching =
            Fetching { clock, age, age_max, time_limit: Duration::from_millis(500), ca: None };
        fetching.source(&self.url).unwrap()
    }
}

async fn reply(mut stream: TcpStream, answer: Answer) {
    let ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
    let mut asked = [0; 4096];
    if !matches!(stream.read(&mut asked).await, Ok(1..)) {
        return;
    }
    let text = match answer {
        Answer::Keys(set) => format!("{ok}\r\n{set}"),
        Answer::Raw(text) => text,
        Answer::Closed => return,
        Answer::Endless => {
            let piece = " ".repeat(64 * 1024);
            let mut text = format!("{ok}\r\n");
            while stream.write_all(text.as_bytes()).await.is_ok() {
                text.clone_from(&piece);
            }
            return;
        }
        Answer::Stalled => {
            let text = format!("{ok}Content-Length: 1000\r\n\r\n{{\"keys\":[");
            stream.write_all(text.as_bytes()).await.ok();
            std::future::pending().await
        }
    };
    stream.write_all(text.as_bytes()).await.ok();
}
