//! What is known where a request is made, and texts with holes that it fills.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

/// What is known, by name.
#[derive(Debug, Default)]
pub(super) struct Contexte(BTreeMap<&'static str, Value>);

/// A name in braces that nothing is known by.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inconnu(pub(super) String);

impl Contexte {
    pub(super) fn sait(&mut self, nom: &'static str, valeur: impl Into<Value>) {
        self.0.insert(nom, valeur.into());
    }

    pub(super) fn valeur(&self, nom: &str) -> Option<&Value> {
        self.0.get(nom)
    }

    /// As a text; empty when nothing is known.
    pub(super) fn mot(&self, nom: &str) -> String {
        self.0.get(nom).map(ecrit).unwrap_or_default()
    }

    /// A text without its holes.
    pub(super) fn texte(&self, modele: &str) -> Result<String, Inconnu> {
        self.rempli(modele, str::to_owned)
    }

    /// An address without its holes; one that is nothing but a hole is taken as it is.
    pub(super) fn adresse(&self, modele: &str) -> Result<String, Inconnu> {
        if modele.starts_with('{') {
            return self.texte(modele);
        }
        self.rempli(modele, encode)
    }

    fn rempli(&self, modele: &str, written: fn(&str) -> String) -> Result<String, Inconnu> {
        let mut text = String::new();
        let mut pieces = modele.split('{');
        text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            let known = self.0.get(name).filter(|value| !value.is_null());
            let known = known.ok_or_else(|| Inconnu(name.to_owned()))?;
            text.push_str(&written(&ecrit(known)));
            text.push_str(rest);
        }
        Ok(text)
    }

    /// A body without its holes: one that is a whole text becomes what is known, with its type; a member that nobody filled is
    /// left out.
    pub(super) fn corps(&self, modele: &str) -> Result<Value, Inconnu> {
        let read = serde_json::from_str(modele).map_err(|_wrong| Inconnu(modele.to_owned()))?;
        self.complete(read)
    }

    fn complete(&self, modele: Value) -> Result<Value, Inconnu> {
        match modele {
            Value::String(text) => {
                let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                let Some(name) = name.filter(|name| !name.contains('{')) else {
                    return self.texte(&text).map(Value::String);
                };
                self.0.get(name).cloned().ok_or_else(|| Inconnu(name.to_owned()))
            }
            Value::Array(items) => {
                let items = items.into_iter().map(|item| self.complete(item));
                items.collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            Value::Object(members) => {
                let members = members
                    .into_iter()
                    .map(|(name, value)| Ok((name, self.complete(value)?)))
                    .filter(|member| !matches!(member, Ok((_, Value::Null))));
                members.collect::<Result<_, _>>().map(Value::Object)
            }
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Ok(plain),
        }
    }
}

fn ecrit(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// A text as a part of an address.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut made, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            made.push(char::from(byte));
        } else {
            let done = write!(made, "%{byte:02X}");
            debug_assert!(done.is_ok(), "a text is written");
        }
        made
    })
}
