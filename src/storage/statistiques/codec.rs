//! The bytes under which counts are kept: cells of a fixed size, in their order. What a person adds are counts alone; what is
//! counted of feuilles has its amounts too.

use chrono::{DateTime, Datelike, NaiveDate};

use super::Mouvements;
use crate::domain::statistiques::{
    Cellule, ClasseAge, CodeCaisse, Comptes, Confrontes, MESURES, Mesures, Nature, Part,
};
use crate::domain::vocabulary::Vocabulaire;

/// Where something is counted: month (4), nature (1), caisse (4), age (1), codes (6).
const LIEU: usize = 16;
/// Bytes of a cell of persons: a count (4) follows.
const CELLULE: usize = LIEU + 4;
/// Bytes of a measure.
const MESURE: usize = 8;
/// Bytes of a cell of feuilles: every measure follows.
const ENTIERE: usize = LIEU + MESURES * MESURE;
/// Bytes of the number of cells of a part.
const NOMBRE: usize = 4;

/// The bytes of what a person adds: counts of persons, which have no amounts.
pub fn encode(comptes: &Comptes) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(comptes.nombre().saturating_mul(CELLULE));
    for (cellule, mesures) in comptes.iter() {
        push(&mut bytes, cellule);
        let nombre = i32::try_from(mesures.get(Part::Nombre)).unwrap_or_default();
        bytes.extend(nombre.to_be_bytes());
    }
    bytes
}

/// What they say; nothing when they have another form.
pub fn decode(bytes: &[u8]) -> Option<Comptes> {
    let (cells, rest) = bytes.as_chunks::<CELLULE>();
    rest.is_empty().then_some(())?;
    cells
        .iter()
        .map(|cell| {
            let (lieu, nombre) = cell.split_first_chunk::<LIEU>()?;
            let nombre = i32::from_be_bytes(nombre.try_into().ok()?);
            Some((place(lieu)?, Mesures::nombre(i64::from(nombre))))
        })
        .collect()
}

/// The bytes of counts of anything, amounts included.
pub fn encode_entier(comptes: &Comptes) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(comptes.nombre().saturating_mul(ENTIERE));
    for (cellule, mesures) in comptes.iter() {
        push(&mut bytes, cellule);
        mesures.0.iter().for_each(|one| bytes.extend(one.to_be_bytes()));
    }
    bytes
}

/// What these say; nothing when they have another form.
pub fn decode_entier(bytes: &[u8]) -> Option<Comptes> {
    let (cells, rest) = bytes.as_chunks::<ENTIERE>();
    rest.is_empty().then_some(())?;
    let one = |cell: &[u8; ENTIERE]| {
        let (lieu, measures) = cell.split_first_chunk::<LIEU>()?;
        let mut mesures = Mesures::default();
        for (own, bytes) in mesures.0.iter_mut().zip(measures.as_chunks::<MESURE>().0) {
            *own = i64::from_be_bytes(*bytes);
        }
        Some((place(lieu)?, mesures))
    };
    cells.iter().map(one).collect()
}

/// The bytes of counts under two laws: each part with the number of its cells before it.
pub fn encode_confrontes(confrontes: &Confrontes) -> Vec<u8> {
    let mut bytes = Vec::new();
    for comptes in confrontes.parts() {
        push_part(&mut bytes, comptes);
    }
    bytes
}

/// What they say; nothing when they have another form. No byte at all is no count.
pub fn decode_confrontes(bytes: &[u8]) -> Option<Confrontes> {
    if bytes.is_empty() {
        return Some(Confrontes::default());
    }
    let (inchanges, rest) = part(bytes)?;
    let (avant, rest) = part(rest)?;
    let (apres, rest) = part(rest)?;
    rest.is_empty().then_some(Confrontes { inchanges, avant, apres })
}

/// The bytes of changes: each part with its instant, in microseconds, and the number of its cells before it.
pub fn encode_mouvements(mouvements: &Mouvements) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (instant, comptes) in mouvements {
        bytes.extend(instant.timestamp_micros().to_be_bytes());
        push_part(&mut bytes, comptes);
    }
    bytes
}

/// What these say; nothing when they have another form.
pub fn decode_mouvements(bytes: &[u8]) -> Option<Mouvements> {
    let (mut rest, mut found) = (bytes, Mouvements::new());
    while let Some((instant, after)) = rest.split_first_chunk::<8>() {
        let instant = DateTime::from_timestamp_micros(i64::from_be_bytes(*instant))?;
        let (comptes, after) = part(after)?;
        found.insert(instant, comptes);
        rest = after;
    }
    rest.is_empty().then_some(found)
}

/// Counts with the number of their cells before them: what [`part`] reads.
fn push_part(bytes: &mut Vec<u8>, comptes: &Comptes) {
    bytes.extend(u32::try_from(comptes.nombre()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(encode_entier(comptes));
}

fn part(bytes: &[u8]) -> Option<(Comptes, &[u8])> {
    let (nombre, rest) = bytes.split_first_chunk::<NOMBRE>()?;
    let nombre = usize::try_from(u32::from_be_bytes(*nombre)).ok()?;
    let (own, rest) = rest.split_at_checked(nombre.checked_mul(ENTIERE)?)?;
    Some((decode_entier(own)?, rest))
}

fn push(bytes: &mut Vec<u8>, cellule: &Cellule) {
    bytes.extend(cellule.mois.num_days_from_ce().to_be_bytes());
    bytes.push(cellule.nature.code());
    bytes.extend(cellule.caisse.nombre().to_be_bytes());
    bytes.push(cellule.age.code());
    cellule.codes.iter().for_each(|code| bytes.extend(code.to_be_bytes()));
}

fn place(bytes: &[u8; LIEU]) -> Option<Cellule> {
    let [m0, m1, m2, m3, nature, c0, c1, c2, c3, age, a0, a1, b0, b1, d0, d1] = *bytes;
    Some(Cellule {
        nature: Nature::du_code(nature)?,
        mois: NaiveDate::from_num_days_from_ce_opt(i32::from_be_bytes([m0, m1, m2, m3]))?,
        caisse: CodeCaisse::du_nombre(i32::from_be_bytes([c0, c1, c2, c3])),
        age: ClasseAge::du_code(age)?,
        codes: [[a0, a1], [b0, b1], [d0, d1]].map(i16::from_be_bytes),
    })
}
