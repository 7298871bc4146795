//! Undetermined: nobody knows whether a médecin traitant is declared.
//!
//! # Base légale
//!
//! Article L162-5-3 du Code de la sécurité sociale ; règle de facturation RG_CF614 : quand l'existence d'un
//! médecin traitant ne peut pas être établie, une personne décide.
//!
//! # Our reading
//!
//! Only in a simulation, whose author may not know: the register always answers from its history. The
//! situations that need no médecin traitant decide before this rule.

use super::shared::indeterminee;
use crate::domain::evaluation::{Avertissement, CodeRegle, Fait, Issue, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-070.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 70),
        titre: "Médecin traitant inconnu",
        bases: &["CSS-L162-5-3", "SV-RG-BS"],
        rang: Rang::Exception { priorite: 15 },
        faits: &[Fait::MedecinTraitant],
        phrase: "On ne sait pas si vous aviez un médecin traitant déclaré le jour des soins : sans cela, on ne peut pas dire s'ils sont dans le parcours.",
        avertit: Some((Issue::Retenue, Avertissement::MedecinTraitantInconnu)),
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::MT_INCONNU, Fait::MedecinTraitant),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Parcours(indeterminee()))
}
