//! Tokens, which prove who calls, and proofs, which say that a signature was taken.
//!
//! The service is a resource server: it checks what others issue (issuer, audience, times, signature
//! against a rotating key set) and never sees a password. The sandbox has issuers of its own, which
//! production does not start.

mod claims;
mod emetteur;
mod jwks;
mod jws;
mod preuves;
mod proxy;
mod verifier;

pub use self::claims::{Appelant, ClaimNames, Porteur, RoleNames};
pub use self::emetteur::{
    DEV_AUDIENCE, DEV_ISSUER, DEV_PROOF_ISSUER, Emetteur, EmetteurError, Prouveur, write_private,
};
pub use self::jwks::{Fetching, KeySet, KeySetError, KeySource, RemoteKeys};
pub use self::preuves::{EmetteurPreuves, Preuves};
pub use self::proxy::{Network, Proxy, certificate_digest};
pub use self::verifier::{JetonRefuse, TokenRules, Verifier};

use serde::Serialize;

/// A token, a proof or a set of keys, from anybody.
pub fn analyser(octets: &[u8]) -> bool {
    jws::Jws::read(&String::from_utf8_lossy(octets), &[None, Some("jwt")]).ok();
    KeySet::read(octets).ok();
    true
}

/// The claims of a token of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// Subject, as the issuer names it.
    pub sub: String,
    /// End, in seconds since 1970.
    pub exp: i64,
    /// Beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// When it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Identifier of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// `medecin`, `patient` or `caisse`.
    pub role: String,
    /// RPPS, for a doctor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpps: Option<String>,
    /// Internal id, for a patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_id: Option<String>,
    /// Régime, caisse and centre, for a caisse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisme: Option<String>,
}
