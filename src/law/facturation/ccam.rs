//! The tariff of an act of the CCAM, when it is known.

use super::facture::Facture;
use super::tarifs::metropole;
use crate::domain::feuille_de_soins::Acte;

/// Association of two acts under which an act keeps the whole of its tariff.
const TARIF_ENTIER: u8 = 1;

/// Whether the base of a line is none of the tariffs that its performer may apply. Modifiers, associations, quantities
/// and overseas coefficients change a tariff: with any of them nothing is compared.
pub(super) fn tarif_contredit(facture: &Facture<'_>, ligne: &Acte) -> bool {
    let Some(known) = facture.faits.registre.ccam(ligne.numero_ligne) else { return false };
    let plain = ligne.quantite == 1
        && ligne.coefficient_centiemes.is_none()
        && ligne.ccam.as_ref().is_none_or(|detail| {
            detail.modificateurs.is_empty()
                && detail.association.is_none_or(|code| code == TARIF_ENTIER)
        });
    plain
        && ligne.est_rembourse()
        && metropole(facture)
        && !known.tarifs.is_empty()
        && ligne.base.is_some_and(|base| !known.tarifs.contains(&base))
}
