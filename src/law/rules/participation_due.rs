//! Principle: the participation forfaitaire is due on each act of a doctor.
//!
//! # Base légale
//!
//! « moins un euro de participation forfaitaire » (France Assos Santé), dans le parcours et hors
//! parcours ; article L160-13 du Code de la sécurité sociale ; 2 € depuis le 15 mai 2024.
//!
//! # Our reading
//!
//! Due inside and outside the parcours and for a long-term condition. It is the last deduction: the
//! published amounts come out only that way. One participation an act, supplements included.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PF-001.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 1),
        titre: "Participation forfaitaire",
        bases: &["CSS-L160-13", "FAS"],
        rang: Rang::Principe,
        faits: &[Fait::DateSoins],
        parametres: &[Parametre::PfMontant],
        phrase: "Une participation forfaitaire de {participation} est retenue : l'Assurance maladie ne la rembourse jamais.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Participation(true))
}
