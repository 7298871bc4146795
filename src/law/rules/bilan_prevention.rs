//! The appointment of prevention is paid in full.
//!
//! # Base légale
//!
//! Article R160-17, 8°, du Code de la sécurité sociale, dans sa version du 2 juin 2024 : rendez-vous de prévention des
//! 18-25, 45-50, 60-65 et 70-75 ans.
//!
//! # Our reading
//!
//! Who bills the letter says that the age is right.

use chrono::{Datelike, NaiveDate};

use super::shared::en_entier;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Quand, Rang, Regle};

/// First day on which it is paid in full.
const DU: (i32, u32, u32) = (2024, 6, 2);

/// Whether an appointment of prevention of a day is paid in full.
pub(super) fn est_paye_en_entier(jour: NaiveDate) -> bool {
    (jour.year(), jour.month(), jour.day()) >= DU
}

/// TAU-018.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 18),
        titre: "Rendez-vous de prévention",
        periode: (Some(DU), None),
        bases: &["CSS-R160-17"],
        rang: Rang::Exception { priorite: 55 },
        faits: &[Fait::Acte],
        parametres: &[Parametre::TauxAmoExonere],
        phrase: "Ce rendez-vous de prévention est pris en charge à {taux} du tarif de base.",
        cause: "pour un rendez-vous de prévention",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::BILAN_PREVENTION, Fait::Acte),
    juge: Juge::FaitsEtValeurs(en_entier),
};
