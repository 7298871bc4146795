//! Compact JWS (RFC 7515), as tokens and proofs are: read, then verified with a key of their issuer.

use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, crypto};
use serde_json::{Map, Value};

use super::jwks::{KeySet, KeySource};
use crate::domain::digest::Empreinte;

/// Longer ones are refused unread.
const MAX_LENGTH: usize = 8 * 1024;

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

/// Why a JWS is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JwsError {
    TooLong,
    Malformed,
    /// Its algorithm, its type, or something that it says must be understood.
    Header,
    UnknownKey,
    /// The keys of its issuer cannot be had.
    NoKeys,
    Signature,
}

/// What a compact JWS says. Nobody has proved yet that its issuer said it.
pub(super) struct Jws<'a> {
    /// Its payload.
    pub(super) claims: Map<String, Value>,
    algorithm: Algorithm,
    kid: Option<String>,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Jws<'a> {
    /// Reads a JWS of one of these types, in lower case; `None` is a JWS without a type.
    pub(super) fn read(text: &'a str, types: &[Option<&str>]) -> Result<Self, JwsError> {
        if text.len() > MAX_LENGTH {
            return Err(JwsError::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(JwsError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(JwsError::Malformed)?;
        let (header, claims) = (object(header)?, object(claims)?);
        let word = |name| match header.get(name) {
            None => Ok(None),
            Some(Value::String(word)) => Ok(Some(word.as_str())),
            Some(_) => Err(JwsError::Header),
        };
        let typ = word("typ")?.map(str::to_ascii_lowercase);
        let typ = typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
        let algorithm = word("alg")?.and_then(|name| Algorithm::from_str(name).ok());
        let algorithm = algorithm.filter(|known| ALGORITHMS.contains(known));
        // Nothing that `crit` could name is understood here (RFC 7515, 4.1.11).
        if !types.contains(&typ) || header.contains_key("crit") {
            return Err(JwsError::Header);
        }
        let algorithm = algorithm.ok_or(JwsError::Header)?;
        let kid = word("kid")?.map(str::to_owned);
        Ok(Self { claims, algorithm, kid, signed, signature })
    }

    /// Verifies the signature; gives the set of keys, and the digest of the one that signed.
    pub(super) async fn verify(
        &self,
        keys: &KeySource,
    ) -> Result<(Arc<KeySet>, Empreinte), JwsError> {
        let kid = self.kid.as_deref();
        let mut set = keys.current().await.ok_or(JwsError::NoKeys)?;
        if set.find(kid, self.algorithm).is_none() {
            // A key that its issuer may have begun to use since.
            set = keys.renewed().await.ok_or(JwsError::NoKeys)?;
        }
        let key = set.find(kid, self.algorithm).ok_or(JwsError::UnknownKey)?;
        let message = self.signed.as_bytes();
        let verified = crypto::verify(self.signature, message, &key.decoding, self.algorithm);
        let digest = key.empreinte;
        if matches!(verified, Ok(true)) { Ok((set, digest)) } else { Err(JwsError::Signature) }
    }
}

fn object(part: &str) -> Result<Map<String, Value>, JwsError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_why| JwsError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_why| JwsError::Malformed)
}

/// The instant of a `NumericDate` (RFC 7519, 2): seconds since 1970, fractions allowed.
pub(super) fn instant(value: &Value) -> Option<DateTime<Utc>> {
    let Value::Number(number) = value else { return None };
    let text = number.to_string();
    let (seconds, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let micros: u32 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    DateTime::from_timestamp(seconds.parse().ok()?, micros.checked_mul(1_000)?)
}
