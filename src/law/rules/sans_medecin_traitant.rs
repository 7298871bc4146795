//! Outside the parcours because no médecin traitant is declared.
//!
//! # Base légale
//!
//! « Dans le cas où le patient n'aurait pas déclaré de médecin traitant […] ses soins ne seront pris
//! en charge qu'à hauteur de 30 % » (France Assos Santé) ; article L162-5-3 du Code de la sécurité
//! sociale.
//!
//! # Our reading
//!
//! Code 24 (S), whoever the performer is, even the doctor the patient usually sees.

use super::shared::hors_parcours;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-002.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 2),
        titre: "Aucun médecin traitant déclaré",
        bases: &["CSS-L162-5-3", "FAS"],
        rang: Rang::Exception { priorite: 5 },
        faits: &[Fait::MedecinTraitant],
        phrase: "Vous n'aviez pas de médecin traitant déclaré le jour des soins.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::MT_NON_DECLARE, Fait::MedecinTraitant),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    let code = CodeDetermine::SansMedecinTraitant;
    Jugement::Applique(Effet::Parcours(hors_parcours(situation, code)))
}
