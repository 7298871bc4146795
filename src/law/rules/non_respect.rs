//! Principle: outside the parcours.
//!
//! # Base légale
//!
//! « les usagers ne respectant pas le parcours de soins s'exposent ainsi à des majorations
//! financières » (France Assos Santé). L'article L162-5-3 du Code de la sécurité sociale pose le
//! principe : une participation majorée pour l'assuré qui n'a pas choisi de médecin traitant ou qui
//! consulte un autre médecin sans prescription de son médecin traitant.
//!
//! # Our reading
//!
//! Code 23 (P), the general breach with a declared médecin traitant. The closer codes (no médecin
//! traitant, blank indicator…) are exceptions of the lowest priorities.

use super::shared::hors_parcours;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-001.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 1),
        titre: "Parcours de soins non respecté",
        bases: &["CSS-L162-5-3", "FAS"],
        rang: Rang::Principe,
        faits: &[Fait::MedecinTraitant, Fait::Indicateur],
        phrase: "Vous avez consulté un autre médecin que votre médecin traitant, sans qu'il vous ait adressé à lui.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Parcours(hors_parcours(situation, CodeDetermine::NonRespect)))
}
