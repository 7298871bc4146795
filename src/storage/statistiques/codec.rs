//! The bytes under which what a person adds to the counts is kept: cells of a fixed size, in their order.

use chrono::{Datelike, NaiveDate};

use crate::domain::statistiques::{Cellule, ClasseAge, CodeCaisse, Comptes, Mesures, Nature, Part};
use crate::domain::vocabulary::Vocabulaire;

/// Bytes of a cell: month (4), nature (1), caisse (4), age (1), codes (6), count (4).
const CELLULE: usize = 20;

/// The bytes of what a person adds: counts of persons, which have no amounts.
pub fn encode(comptes: &Comptes) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(comptes.nombre().saturating_mul(CELLULE));
    for (cellule, mesures) in comptes.iter() {
        bytes.extend(cellule.mois.num_days_from_ce().to_be_bytes());
        bytes.push(cellule.nature.code());
        bytes.extend(cellule.caisse.nombre().to_be_bytes());
        bytes.push(cellule.age.code());
        cellule.codes.iter().for_each(|code| bytes.extend(code.to_be_bytes()));
        let nombre = i32::try_from(mesures.get(Part::Nombre)).unwrap_or_default();
        bytes.extend(nombre.to_be_bytes());
    }
    bytes
}

/// What they say; nothing when they have another form.
pub fn decode(bytes: &[u8]) -> Option<Comptes> {
    let (cells, rest) = bytes.as_chunks::<CELLULE>();
    rest.is_empty().then_some(())?;
    cells.iter().map(cell).collect()
}

fn cell(bytes: &[u8; CELLULE]) -> Option<(Cellule, Mesures)> {
    let [m0, m1, m2, m3, nature, c0, c1, c2, c3, age, a0, a1, b0, b1, d0, d1, n0, n1, n2, n3] =
        *bytes;
    let cellule = Cellule {
        nature: Nature::du_code(nature)?,
        mois: NaiveDate::from_num_days_from_ce_opt(i32::from_be_bytes([m0, m1, m2, m3]))?,
        caisse: CodeCaisse::du_nombre(i32::from_be_bytes([c0, c1, c2, c3])),
        age: ClasseAge::du_code(age)?,
        codes: [[a0, a1], [b0, b1], [d0, d1]].map(i16::from_be_bytes),
    };
    Some((cellule, Mesures::nombre(i64::from(i32::from_be_bytes([n0, n1, n2, n3])))))
}
