//! What reads the values that the database keeps packed, for whoever throws anything at it; says whether what was read is written the
//! same.

use super::patients::etat;
use super::{ccam, evaluations, feuilles_de_soins, reprises};

/// Everything that is packed: an evaluation, a feuille, an act of the CCAM, lines that wait, what the row of a person holds.
pub fn cbor(octets: &[u8]) -> bool {
    evaluations::analyser(octets);
    feuilles_de_soins::analyser(octets);
    ccam::analyser(octets);
    reprises::analyser(octets);
    let Some(read) = etat::decode(octets) else { return true };
    etat::decode(&etat::encode(Vec::new(), &read)) == Some(read)
}
