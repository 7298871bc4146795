//! Where the façade is for whoever calls it: the addresses of an answer are absolute, as those of FHIR are.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::http::uri::Authority;

use super::BASE;
use crate::http::AppState;

/// The address of the façade, and the one that was asked for.
#[derive(Debug)]
pub(super) struct Ici {
    base: String,
    propre: String,
}

impl FromRequestParts<AppState> for Ici {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let known = state.origine_fhir.as_deref().map(str::to_owned);
        let origine = known.unwrap_or_else(|| named(parts));
        let asked = parts.uri.path_and_query().map_or(BASE, |asked| asked.as_str());
        Ok(Self { base: format!("{origine}{BASE}"), propre: format!("{origine}{asked}") })
    }
}

impl Ici {
    /// The address of the façade.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// What was asked for.
    pub(super) fn propre(&self) -> &str {
        &self.propre
    }

    /// The address of what is under the façade.
    pub(super) fn sous(&self, chemin: &str) -> String {
        format!("{}/{chemin}", self.base)
    }
}

/// How the request names this service, which speaks HTTP: nothing for a request that does not, and addresses then begin with a slash.
fn named(parts: &Parts) -> String {
    let host = || parts.headers.get(header::HOST)?.to_str().ok()?.parse::<Authority>().ok();
    let authority = parts.uri.authority().cloned().or_else(host);
    let plain = authority.filter(|one| !one.as_str().contains('@'));
    plain.map_or_else(String::new, |one| format!("http://{one}"))
}
