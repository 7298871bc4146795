//! The compulsory examinations of a child are paid in full.
//!
//! # Base légale
//!
//! Article R160-17, 7°, du Code de la sécurité sociale : les vingt examens obligatoires de l'enfant.
//!
//! # Our reading
//!
//! Whatever the nature d'assurance sent: the letter of the act or the item of the indicator A says it.

use super::shared::en_entier;
use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Quand, Rang, Regle};

/// TAU-014.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 14),
        titre: "Examen obligatoire de l'enfant",
        bases: &["CSS-R160-17", "SP-F10874"],
        rang: Rang::Exception { priorite: 55 },
        faits: &[Fait::Acte, Fait::MotifExclusion],
        parametres: &[Parametre::TauxAmoExonere],
        phrase: "Cet examen obligatoire de l'enfant est pris en charge à {taux} du tarif de base.",
        cause: "pour un examen obligatoire de l'enfant",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::EXAMEN_OBLIGATOIRE, Fait::Acte),
    juge: Juge::FaitsEtValeurs(en_entier),
};
