//! The quick way through a right document: read as it comes, without its tree. Whatever is wrong stops it without a
//! word, and the document is then read again by whoever says what is wrong, and where.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Lire;
use crate::http::json::Nom;

/// What is said of a value that the other way is to read.
pub(crate) fn lentement<E: Error>() -> E {
    E::custom("to be read again")
}

/// Reads a whole document.
pub(crate) fn lire_vite<T: Lire>(texte: &[u8]) -> Option<T> {
    let mut reader = serde_json::Deserializer::from_slice(texte);
    let read = T::vite(&mut reader).ok()?;
    reader.end().ok().map(|()| read)
}

/// The name of the next member.
pub(crate) fn nom<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
    Ok(map.next_key()?.map(|Nom(name)| name))
}

/// Reads the member that follows its name; one that came before is wrong.
pub(crate) fn membre<'de, T: Lire, A: MapAccess<'de>>(
    map: &mut A,
    place: &mut Option<T>,
) -> Result<(), A::Error> {
    if place.is_some() {
        return Err(lentement());
    }
    *place = Some(map.next_value_seed(Graine(PhantomData))?);
    Ok(())
}

/// What was read of a member, or what it is worth when it is absent.
pub(crate) fn ou_absent<T: Lire, E: Error>(read: Option<T>) -> Result<T, E> {
    read.or_else(T::absent_vite).ok_or_else(lentement)
}

/// Reads a value or `null`.
pub(super) fn option<'de, T: Lire, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    struct VisiteurFacultatif<T>(PhantomData<T>);

    impl<'de, T: Lire> Visitor<'de> for VisiteurFacultatif<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a value or null")
        }

        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, own: D) -> Result<Self::Value, D::Error> {
            T::vite(own).map(Some)
        }
    }

    deserializer.deserialize_option(VisiteurFacultatif(PhantomData))
}

/// Reads a list between two lengths.
pub(super) fn liste<'de, T: Lire, D: Deserializer<'de>>(
    deserializer: D,
    (min, max): (usize, usize),
) -> Result<Vec<T>, D::Error> {
    struct VisiteurDeListe<T>(PhantomData<T>, usize, usize);

    impl<'de, T: Lire> Visitor<'de> for VisiteurDeListe<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut read = Vec::new();
            while let Some(one) = seq.next_element_seed(Graine(PhantomData))? {
                if read.len() >= self.2 {
                    return Err(lentement());
                }
                read.push(one);
            }
            if read.len() < self.1 { Err(lentement()) } else { Ok(read) }
        }
    }

    deserializer.deserialize_seq(VisiteurDeListe(PhantomData, min, max))
}

/// How a type is read where its reader comes later.
struct Graine<T>(PhantomData<T>);

impl<'de, T: Lire> DeserializeSeed<'de> for Graine<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::vite(deserializer)
    }
}
