//! The published price of a letter, for whoever has no statement to read it from.

use chrono::NaiveDate;

use super::table::{Secteur, table};
use crate::domain::feuille_de_soins::{CodeActe, Nomenclature};
use crate::domain::identifiers::Specialite;
use crate::domain::money::Centimes;

/// The price of a letter for a doctor of a specialty, on a day, for a patient of an age: that of the rows which fewest
/// specialties share. `libre` asks for that of sector 2 without a contract. Nothing when the sources know none.
pub fn tarif_publie(
    code: &str,
    specialite: Specialite,
    age: u8,
    jour: NaiveDate,
    libre: bool,
) -> Option<Centimes> {
    let code = CodeActe::parse(Nomenclature::Ngap, code).ok()?;
    let own = if libre { Secteur::Libre } else { Secteur::Opposable };
    let rows = table().lettre(&code).iter().filter(|row| {
        (row.secteur == own || row.secteur == Secteur::Tous)
            && row.en_vigueur(jour)
            && row.est_pour(specialite)
            && row.est_de_l_age(age)
    });
    rows.min_by_key(|row| row.etendue()).and_then(|row| row.centimes)
}
