//! The bytes under which what a person adds to the counts is kept: cells of a fixed size, in their order.

use chrono::{Datelike, NaiveDate};

use crate::domain::statistiques::{
    Cellule, ClasseAge, CodeCaisse, Comptes, MESURES, Mesures, Nature, Part,
};
use crate::domain::vocabulary::Vocabulaire;

/// Bytes of the name of a cell: month (4), nature (1), caisse (4), age (1), codes (6).
const NOM: usize = 16;
/// Bytes of a cell that counts persons: its name and its count (4).
const CELLULE: usize = 20;
/// Bytes of a cell that has amounts: its name and each of its measures (8).
const ENTIERE: usize = NOM + 8 * MESURES;

/// The bytes of what a person adds: counts of persons, which have no amounts.
pub fn encode(comptes: &Comptes) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(comptes.nombre().saturating_mul(CELLULE));
    for (cellule, mesures) in comptes.iter() {
        bytes.extend(nom(cellule));
        let nombre = i32::try_from(mesures.get(Part::Nombre)).unwrap_or_default();
        bytes.extend(nombre.to_be_bytes());
    }
    bytes
}

/// What they say; nothing when they have another form.
pub fn decode(bytes: &[u8]) -> Option<Comptes> {
    let (cells, rest) = bytes.as_chunks::<CELLULE>();
    rest.is_empty().then_some(())?;
    let one = |bytes: &[u8; CELLULE]| {
        let (name, count) = bytes.split_first_chunk::<NOM>()?;
        let count = i32::from_be_bytes(count.try_into().ok()?);
        Some((cellule(name)?, Mesures::nombre(i64::from(count))))
    };
    cells.iter().map(one).collect()
}

/// The bytes of counts of anything, amounts included.
pub fn encode_entier(comptes: &Comptes) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(comptes.nombre().saturating_mul(ENTIERE));
    for (cellule, mesures) in comptes.iter() {
        bytes.extend(nom(cellule));
        mesures.0.iter().for_each(|measure| bytes.extend(measure.to_be_bytes()));
    }
    bytes
}

/// What these say; nothing when they have another form.
pub fn decode_entier(bytes: &[u8]) -> Option<Comptes> {
    let (cells, rest) = bytes.as_chunks::<ENTIERE>();
    rest.is_empty().then_some(())?;
    let one = |bytes: &[u8; ENTIERE]| {
        let (name, measures) = bytes.split_first_chunk::<NOM>()?;
        let mut all = [0; MESURES];
        for (own, bytes) in all.iter_mut().zip(measures.as_chunks::<8>().0) {
            *own = i64::from_be_bytes(*bytes);
        }
        Some((cellule(name)?, Mesures(all)))
    };
    cells.iter().map(one).collect()
}

fn nom(cellule: &Cellule) -> [u8; NOM] {
    let [m0, m1, m2, m3] = cellule.mois.num_days_from_ce().to_be_bytes();
    let [c0, c1, c2, c3] = cellule.caisse.nombre().to_be_bytes();
    let [[a0, a1], [b0, b1], [d0, d1]] = cellule.codes.map(i16::to_be_bytes);
    let (nature, age) = (cellule.nature.code(), cellule.age.code());
    [m0, m1, m2, m3, nature, c0, c1, c2, c3, age, a0, a1, b0, b1, d0, d1]
}

fn cellule(bytes: &[u8; NOM]) -> Option<Cellule> {
    let [m0, m1, m2, m3, nature, c0, c1, c2, c3, age, a0, a1, b0, b1, d0, d1] = *bytes;
    Some(Cellule {
        nature: Nature::du_code(nature)?,
        mois: NaiveDate::from_num_days_from_ce_opt(i32::from_be_bytes([m0, m1, m2, m3]))?,
        caisse: CodeCaisse::du_nombre(i32::from_be_bytes([c0, c1, c2, c3])),
        age: ClasseAge::du_code(age)?,
        codes: [[a0, a1], [b0, b1], [d0, d1]].map(i16::from_be_bytes),
    })
}
