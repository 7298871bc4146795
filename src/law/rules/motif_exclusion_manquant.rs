//! Undetermined: the indicator A without its item, and no médecin traitant.
//!
//! # Base légale
//!
//! Article D162-1-6 du Code de la sécurité sociale : les cas 1° à 4° supposent un médecin traitant, les cas 5°
//! à 10° non.
//!
//! # Our reading
//!
//! The items 1° to 4° need a médecin traitant, the others do not: without the item, nothing tells whether the
//! act is outside. With a declared médecin traitant every item leads inside.

use super::shared::indeterminee;
use crate::domain::evaluation::{Avertissement, CodeRegle, Fait, Issue, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-071.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 71),
        titre: "Motif de l'indicateur A manquant",
        bases: &["CSS-D162-1-6"],
        rang: Rang::Exception { priorite: 15 },
        faits: &[Fait::Indicateur, Fait::MotifExclusion, Fait::MedecinTraitant],
        phrase: "La feuille de soins dit qu'un texte écarte le parcours, sans dire lequel : sans cela, on ne peut pas dire si ces soins sont dans le parcours.",
        avertit: Some((Issue::Retenue, Avertissement::MotifExclusionManquant)),
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INDICATEUR_A, Fait::Indicateur),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    if situation.motif_exclusion.is_some() {
        return Jugement::Ecarte(Fait::MotifExclusion);
    }
    if situation.relation_mt.declare() {
        return Jugement::Ecarte(Fait::MedecinTraitant);
    }
    Jugement::Applique(Effet::Parcours(indeterminee()))
}
