//! A request as a page shows it, and as it is sent: one value, so that what is shown is what was asked.

use axum::body::Body;
use axum::http::{Method, Request};

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Requete {
    pub(super) methode: Method,
    /// Path and query.
    pub(super) chemin: String,
    pub(super) jeton: Option<String>,
    pub(super) en_tetes: Vec<(&'static str, String)>,
    pub(super) corps: Option<String>,
}

impl Requete {
    /// A reading by whoever has this token.
    pub(super) fn lecture(jeton: &str, chemin: impl Into<String>) -> Self {
        Self {
            methode: Method::GET,
            chemin: chemin.into(),
            jeton: Some(jeton.to_owned()),
            en_tetes: Vec::new(),
            corps: None,
        }
    }

    /// The same, that sends a JSON document.
    pub(super) fn envoie(self, corps: impl Into<String>) -> Self {
        Self { methode: Method::POST, corps: Some(corps.into()), ..self }
    }

    /// As a terminal takes it.
    pub(super) fn curl(&self, site: &str) -> String {
        let mut lines = vec![format!("curl -s {}", quoted(&format!("{site}{}", self.chemin)))];
        if !(self.methode == Method::GET || self.methode == Method::POST && self.corps.is_some()) {
            lines.push(format!("-X {}", self.methode));
        }
        if let Some(jeton) = &self.jeton {
            lines.push(format!("-H {}", quoted(&format!("Authorization: Bearer {jeton}"))));
        }
        for (name, value) in &self.en_tetes {
            lines.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
        }
        if let Some(corps) = &self.corps {
            lines.push("-H 'Content-Type: application/json'".to_owned());
            lines.push(format!("-d {}", quoted(corps)));
        }
        lines.join(" \\\n  ")
    }

    /// As the service takes it.
    pub(super) fn http(&self) -> Result<Request<Body>, axum::http::Error> {
        let mut request = Request::builder().method(&self.methode).uri(&self.chemin);
        if let Some(jeton) = &self.jeton {
            request = request.header("authorization", format!("Bearer {jeton}"));
        }
        for (name, value) in &self.en_tetes {
            request = request.header(*name, value);
        }
        if self.corps.is_some() {
            request = request.header("content-type", "application/json");
        }
        request.body(self.corps.clone().map_or_else(Body::empty, Body::from))
    }
}

/// A word of a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/".contains(c);
    if text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
