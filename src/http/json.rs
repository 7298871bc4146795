//! JSON as it was sent: members in order, duplicates kept, strings borrowed.
//!
//! A general JSON value forgets that a member came twice; here a misspelt or repeated field must be
//! noticed, because the amount paid depends on it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    /// `null`.
    Nul,
    /// `true` or `false`.
    Booleen(bool),
    /// A whole number within 64 bits, also as `52.0` or `1e2`, which JSON Schema takes for integers.
    Entier(i64),
    /// Any other number: no field takes one.
    AutreNombre,
    /// A string.
    Texte(Cow<'a, str>),
    /// A parameter of an address: whoever reads it knows whether its text is a number, true or false.
    Parametre(Cow<'a, str>),
    /// An array.
    Liste(Vec<Json<'a>>),
    /// An object: members in order, duplicates kept.
    Objet(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a whole document.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Why bytes are not a document, in French: what `parse` said, in the words of its reader.
    pub(crate) fn cause(bytes: &[u8], error: &serde_json::Error) -> &'static str {
        let said = error.to_string();
        let known = [
            ("recursion limit", "il est imbriqué trop profondément"),
            (TOO_MANY, "un objet y a plus de 256 membres"),
            ("surrogate", "une chaîne y contient la moitié d'un caractère (\\uD800 à \\uDFFF)"),
            (
                "unexpected end of hex escape",
                "une chaîne y contient la moitié d'un caractère (\\uD800 à \\uDFFF)",
            ),
            ("invalid unicode code point", "une chaîne n'y est pas en UTF-8"),
            ("control character", "une chaîne y contient un caractère de contrôle"),
            ("trailing characters", "autre chose suit la fin du document"),
            ("trailing comma", "une virgule y est de trop"),
        ];
        let found = known.iter().find(|(text, _)| said.contains(text)).map(|(_, cause)| *cause);
        match bytes {
            [] => "il est vide",
            [0xef, 0xbb, 0xbf, ..] => "il commence par une marque d'ordre des octets (BOM)",
            _ if error.is_eof() => "il n'est pas terminé",
            _ => found.unwrap_or("la syntaxe n'est pas celle de JSON"),
        }
    }

    /// What the value is, in French.
    pub(crate) const fn nature(&self) -> &'static str {
        match self {
            Self::Nul => "null",
            Self::Booleen(_) => "un booléen",
            Self::Entier(_) => "un nombre entier",
            Self::AutreNombre => "un nombre à virgule ou trop grand",
            Self::Texte(_) | Self::Parametre(_) => "une chaîne",
            Self::Liste(_) => "une liste",
            Self::Objet(_) => "un objet",
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// Below, each whole number has its own binary form (IEEE 754).
const WHOLE_MAX: u64 = 1 << 53;

/// What the parser says of a document that no form of ours resembles.
const TOO_MANY: &str = "too many members";

/// Members that most objects of our forms do not exceed.
const MEMBRES: usize = 6;

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Nul)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Booleen(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Entier(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Json::AutreNombre, Json::Entier))
    }

    #[expect(
        clippy::disallowed_types,
        reason = "whole numbers are taken by their digits, others dropped"
    )]
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        // A whole number is written without fraction or exponent; beyond 2^53 its digits may not be those sent.
        let whole = value.to_string().parse().ok();
        let exact = whole.filter(|whole: &i64| whole.unsigned_abs() < WHOLE_MAX);
        Ok(exact.map_or(Json::AutreNombre, Json::Entier))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Texte(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Json::Texte(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::Liste(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Nom(name)) = map.next_key()? {
            // Room at once for the members of most forms.
            if members.is_empty() {
                members.reserve_exact(MEMBRES);
            }
            // A document with more members than any form of ours is not one of them.
            if members.len() >= 256 {
                return Err(A::Error::custom(TOO_MANY));
            }
            members.push((name, map.next_value()?));
        }
        Ok(Json::Objet(members))
    }
}

/// A member's name, borrowed when it holds no escape.
pub(super) struct Nom<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Nom<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyReader;
        impl<'de> Visitor<'de> for KeyReader {
            type Value = Nom<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Nom(Cow::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Nom(Cow::Owned(value.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyReader)
    }
}
