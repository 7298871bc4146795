//! What is answered.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// The resources that a refusal speaks of, by their addresses; alone, one is in `Location` too.
    pub fn resources(&self, status: u16) -> Vec<String> {
        let problem = self.expect(status);
        let all: Vec<String> = problem["ressources"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| {
                let (id, place) = (one["id"].as_str().unwrap(), one["adresse"].as_str().unwrap());
                assert!(place.ends_with(&format!("/{id}")), "{one}");
                assert!(problem["detail"].as_str().unwrap().contains(id), "{problem}");
                place.to_owned()
            })
            .collect();
        let location = self.headers.get("location").map(|value| value.to_str().unwrap());
        assert_eq!(location, (all.len() == 1).then(|| all[0].as_str()));
        all
    }

    /// The version that the tag of a reading tells, before the digest of these very bytes.
    pub fn version_lue(&self) -> &str {
        let etag = self.header("etag");
        let inside = etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"'));
        let (version, digest) = inside.and_then(|inside| inside.split_once('-')).unwrap();
        let whole = traitant::domain::digest::Empreinte::of(&self.body).to_string();
        assert_eq!(Some(digest), whole.get(..32), "the digest of the body");
        version
    }

    /// The body, of an answer that must have this status.
    pub fn expect(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status.as_u16(), status, "{text}");
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }

    /// The code of a problem that must have this status.
    pub fn problem(&self, status: u16) -> String {
        self.expect(status)["code"].as_str().unwrap().to_owned()
    }

    /// The wrong fields of a problem: pointer (or parameter) and code.
    pub fn wrong_fields(&self) -> Vec<(String, String)> {
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let place = |e: &Value| text(e.get("pointeur").unwrap_or(&e["parametre"]));
        let wrong = body["erreurs"].as_array().into_iter().flatten();
        wrong.map(|e| (place(e), text(&e["code"]))).collect()
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
