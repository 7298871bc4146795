//! The first consultation of contraception of a young person is paid in full.
//!
//! # Base légale
//!
//! Article R160-17, 5°, du Code de la sécurité sociale : mineures d'au moins quinze ans depuis juillet 2016, toutes les
//! mineures depuis août 2020, jusqu'à 25 ans depuis 2022.

use super::shared::en_entier;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-015.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 15),
        titre: "Consultation de contraception",
        periode: (Some((2016, 7, 1)), None),
        bases: &["CSS-R160-17"],
        rang: Rang::Exception { priorite: 55 },
        faits: &[Fait::Acte, Fait::Age],
        parametres: &[
            Parametre::ContraceptionAgeMin,
            Parametre::ContraceptionAgeMax,
            Parametre::TauxAmoExonere,
        ],
        phrase: "Cette consultation de contraception est prise en charge à {taux} du tarif de base.",
        cause: "pour une consultation de contraception",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::CONTRACEPTION, Fait::Acte),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    let first = valeurs.ans(Parametre::ContraceptionAgeMin)?;
    if !(first..=valeurs.ans(Parametre::ContraceptionAgeMax)?).contains(&situation.age) {
        return Ok(Jugement::Ecarte(Fait::Age));
    }
    en_entier(situation, valeurs)
}
