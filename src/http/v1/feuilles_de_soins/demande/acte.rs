//! The lines of acts.

use std::fmt::Arguments;

use chrono::NaiveDate;

use crate::domain::feuille_de_soins::{
    Acte, DetailCcam, Exoneration, Nomenclature, QualificatifDepense,
};
use crate::domain::money::Centimes;
use crate::http::lecture::{Entier, Liste, Texte, lecture};
use crate::http::v1::feuilles_de_soins::ecrit::SerieEcrite;
use crate::http::verification::{Verification, code_acte};

/// One character each.
type ModificateursDemande = Liste<Texte<1, 1>, 1, 4>;

lecture! {
    /// Ligne d'acte.
    pub(crate) struct ActeDemande {
        /// Numéro de la ligne, unique dans la feuille.
        numero_ligne: Entier<1, 9999>,
        /// Date des soins, au lieu des soins.
        date_execution: NaiveDate,
        /// Acte en série : la date de prescription choisit la loi et le médecin traitant.
        serie: Option<SerieEcrite>,
        /// Nomenclature.
        nomenclature: Nomenclature,
        /// Lettre clé de la NGAP ou code de la CCAM.
        code: Texte<1, 7>,
        /// Coefficient, par exemple 1.00 ; entre 0.01 et 9999.99.
        coefficient: Option<Texte<1, 7>>,
        /// Nombre d'actes, 1 par défaut.
        quantite: Option<Entier<1, 99>>,
        /// Précisions de la CCAM, pour ses actes seulement.
        ccam: Option<CcamDemande>,
        /// Honoraires facturés.
        honoraires_centimes: Centimes,
        /// Base de remboursement.
        base_remboursement_centimes: Centimes,
        /// Qualificatif de dépense.
        qualificatif_depense: Option<QualificatifDepense>,
        /// Dépassement : honoraires moins base.
        depassement_centimes: Option<Centimes>,
        /// Exonération de cet acte.
        exoneration_acte: Option<Exoneration>,
    }

    /// Précisions de la CCAM.
    pub(crate) struct CcamDemande {
        /// Code d'activité.
        activite: Entier<1, 5>,
        /// Code de phase.
        phase: Entier<0, 5>,
        /// Modificateurs, quatre au plus.
        modificateurs: Option<ModificateursDemande>,
        /// Code d'association.
        association: Option<Entier<1, 5>>,
    }
}

/// The lines, whose numbers must differ.
pub(super) fn lignes(demandes: Vec<ActeDemande>, check: &mut Verification) -> Option<Vec<Acte>> {
    let mut actes: Vec<Acte> = Vec::with_capacity(demandes.len());
    let mut complete = true;
    for (index, demande) in demandes.into_iter().enumerate() {
        let pointeur = format_args!("/actes/{index}");
        match demande.into_domain(pointeur, check) {
            Some(acte) => {
                if actes.iter().any(|known| known.numero_ligne == acte.numero_ligne) {
                    check.complain(
                        format!("{pointeur}/numero_ligne"),
                        "valeur_en_double",
                        "attendu : un numéro par ligne",
                    );
                }
                actes.push(acte);
            }
            None => complete = false,
        }
    }
    complete.then_some(actes)
}

impl ActeDemande {
    fn into_domain(self, pointeur: Arguments<'_>, check: &mut Verification) -> Option<Acte> {
        let code = code_acte(self.nomenclature, &self.code.0, pointeur, check);
        let (honoraires, base) = (self.honoraires_centimes, self.base_remboursement_centimes);
        let expected = honoraires.minus_or_zero(base);
        if self.depassement_centimes.is_some_and(|written| written != expected) {
            check.complain(
                format!("{pointeur}/depassement_centimes"),
                "montant_incoherent",
                "attendu : les honoraires moins la base de remboursement",
            );
        }
        let coefficient = self.coefficient.map(|text| hundredths(&text.0));
        if coefficient == Some(None) {
            check.complain(
                format!("{pointeur}/coefficient"),
                "format_invalide",
                "attendu : un nombre décimal, par exemple 1.00",
            );
        }
        Some(Acte {
            numero_ligne: u16::try_from(self.numero_ligne.0).ok()?,
            date_execution: self.date_execution,
            date_prescription_serie: self.serie.map(|serie| serie.date_prescription),
            code: code?,
            coefficient_centiemes: coefficient.flatten(),
            quantite: self.quantite.map_or(Some(1), |quantite| u16::try_from(quantite.0).ok())?,
            ccam: self.ccam.map(CcamDemande::into_domain),
            honoraires,
            base: Some(base),
            qualificatif: self.qualificatif_depense,
            depassement: self.depassement_centimes,
            exoneration: self.exoneration_acte,
        })
    }
}

impl CcamDemande {
    fn into_domain(self) -> DetailCcam {
        let digit = |value: i64| u8::try_from(value).unwrap_or_default();
        DetailCcam {
            activite: digit(self.activite.0),
            phase: digit(self.phase.0),
            modificateurs: self.modificateurs.map_or_else(Vec::new, |list| {
                list.0.iter().flat_map(|text| text.0.chars()).collect()
            }),
            association: self.association.map(|value| digit(value.0)),
        }
    }
}

/// `1.25` → 125. At most two decimals.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 2 || !digits(whole) || !digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::hundredths;

    #[test]
    fn a_coefficient_has_at_most_two_decimals() {
        assert_eq!(hundredths("1.00"), Some(100));
        assert_eq!(hundredths("2.5"), Some(250));
        assert_eq!(hundredths("3"), Some(300));
        for wrong in ["", ".5", "1.234", "1,5", "-1", "1e3"] {
            assert_eq!(hundredths(wrong), None, "{wrong}");
        }
    }
}
