//! Settings of tokens, and of the keys with which they are verified.

use std::path::PathBuf;

use super::Variables;
use crate::services::Mode;

/// Who issues tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JetonsConfig {
    /// The issuer of the sandbox.
    BacASable,
    /// Another one, and only that one.
    Emetteur {
        /// `iss`.
        emetteur: String,
        /// `aud`.
        audience: String,
        /// Where its keys are.
        jwks_url: String,
        /// Longest life of a token, in seconds.
        duree_max: u32,
    },
}

impl JetonsConfig {
    pub(super) fn read(mode: Mode, variables: &mut Variables<'_>) -> Self {
        let names = ["TRAITANT_EMETTEUR", "TRAITANT_AUDIENCE", "TRAITANT_JWKS_URL"];
        let given = names.map(|name| variables.get(name));
        if mode == Mode::BacASable && given.iter().all(Option::is_none) {
            return Self::BacASable;
        }
        for (name, value) in names.iter().zip(&given) {
            if value.is_none() {
                variables.wrong(name, "obligatoire dès qu'un émetteur de jetons est désigné");
            }
        }
        let [emetteur, audience, jwks_url] = given.map(Option::unwrap_or_default);
        verify_url(mode, "TRAITANT_JWKS_URL", &jwks_url, variables);
        if mode == Mode::Production && emetteur == crate::auth::DEV_ISSUER {
            variables
                .wrong("TRAITANT_EMETTEUR", "l'émetteur du bac à sable est refusé en production");
        }
        let duree_max = variables.number("TRAITANT_JETON_DUREE_MAX", 60..=604_800, 43_200);
        Self::Emetteur { emetteur, audience, jwks_url, duree_max }
    }
}

/// Refuses an address that anybody could answer for.
fn verify_url(mode: Mode, name: &str, url: &str, variables: &mut Variables<'_>) {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let here = |rest: &str| rest.is_empty() || rest.starts_with([':', '/']);
    let trusted = url.starts_with("https://")
        || mode == Mode::BacASable
            && local.iter().any(|start| url.strip_prefix(start).is_some_and(here));
    if !url.is_empty() && !trusted {
        variables.wrong(name, "attendu une adresse https");
    }
}

/// The keys of issuers, of tokens and of proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClesConfig {
    /// Age at which a set is asked for again, in seconds.
    pub age: u32,
    /// Age beyond which a set is no longer used, in seconds.
    pub age_max: u32,
    /// File of certificates of authorities, beside those of the system.
    pub ca: Option<PathBuf>,
}

impl ClesConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Self {
        let age = variables.number("TRAITANT_CLES_AGE", 1..=86_400, 600);
        let age_max = variables.number("TRAITANT_CLES_AGE_MAX", 1..=604_800, 3_600);
        if age_max < age {
            variables.wrong("TRAITANT_CLES_AGE_MAX", "attendu au moins TRAITANT_CLES_AGE");
        }
        Self { age, age_max, ca: variables.get("TRAITANT_CA").map(PathBuf::from) }
    }
}
