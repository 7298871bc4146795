//! What reads bytes that come from callers, for whoever throws anything at it (`fuzz/`, `tests/pure/analyseurs.rs`). Each says whether
//! what must be true of what it read is.

use axum::body::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, stream};

use super::json::Json;
use super::lecture::{lire_document, lire_vite};
use super::pagination;
use super::v1::feuilles_de_soins::{FeuilleDemande, une_a_une};
use super::v1::reprises::analyser;
use crate::domain::digest::Empreinte;

/// A document, and why it is not one.
pub fn json(octets: &[u8]) -> bool {
    Json::parse(octets).map_or_else(|error| !Json::cause(octets, &error).is_empty(), |_read| true)
}

/// A feuille: what is read at once is right, and the other way reads it too.
pub fn feuille(octets: &[u8]) -> bool {
    let vite = lire_vite::<FeuilleDemande>(octets).is_some();
    let lentement = Json::parse(octets).ok().map(|json| lire_document::<FeuilleDemande>(&json));
    match lentement {
        Some(Ok(demande)) => {
            demande.into_domain(true).map_or_else(|wrong| !wrong.is_empty(), |_read| true)
        }
        Some(Err(wrong)) => !vite && !wrong.is_empty(),
        None => !vite,
    }
}

/// The lines of a lot, cut as they come in pieces: their numbers follow.
pub fn lot(octets: &[u8]) -> bool {
    let pieces: Vec<_> = octets
        .chunks(17)
        .map(|piece| Ok::<_, std::convert::Infallible>(Bytes::copy_from_slice(piece)))
        .collect();
    let lines = une_a_une(stream::iter(pieces)).collect::<Vec<_>>().now_or_never();
    let numbers: Vec<u64> = lines.into_iter().flatten().map(|(numero, _)| numero).collect();
    numbers.is_sorted()
}

/// A file to take over, of each kind.
pub fn reprise(octets: &[u8]) -> bool {
    analyser(octets);
    true
}

/// What a cursor holds: whatever is bound is read back, and nothing is read of what is not. A fuzzer that watches
/// comparisons finds the digest that binds: what begins with it is bound.
pub fn curseur(octets: &[u8]) -> bool {
    let lien = Empreinte::of("question");
    let text = String::from_utf8_lossy(octets);
    let bound = pagination::lier(&lien, &text);
    pagination::delier(&lien, &bound) == Some(&*text)
        && (octets.starts_with(lien.bytes()) || pagination::delier(&lien, octets).is_none())
}
