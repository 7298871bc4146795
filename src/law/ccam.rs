//! What is done with an act of the CCAM by whether it is known.

use super::parameters::Parametre;
use super::valeurs::{ParametreInconnu, Valeurs};
use crate::domain::evaluation::FaitsConnus;
use crate::domain::feuille_de_soins::{Acte, Nomenclature};
use crate::domain::money::Centimes;

/// Whether a line bills an act of the CCAM of which nothing is known: no CCAM was loaded, or the one that was does not
/// have it that day.
pub(super) fn est_inconnu(ligne: &Acte, faits: &FaitsConnus) -> bool {
    ligne.code.nomenclature() == Nomenclature::Ccam
        && faits.registre.ccam(ligne.numero_ligne).is_none()
}

/// The highest base of a line, when it has one: nobody verified the code nor the tariff. It holds for the line, whatever
/// its quantity.
pub(super) fn plafond(
    ligne: &Acte,
    faits: &FaitsConnus,
    valeurs: &Valeurs<'_>,
) -> Result<Option<Centimes>, ParametreInconnu> {
    let unknown = est_inconnu(ligne, faits);
    unknown.then(|| valeurs.centimes(Parametre::CcamInconnuePlafond)).transpose()
}
