//! Inside the parcours: the performer is the médecin traitant.
//!
//! # Base légale
//!
//! Article L162-5-3 du Code de la sécurité sociale : le médecin traitant choisi par le patient
//! assure les soins et coordonne le parcours. Les médecins désignés conjointement sont tous médecins
//! traitants.
//!
//! # Our reading
//!
//! Code 1 (T), whatever the indicator on the feuille: the register wins in the patient's favour.

use super::shared::dans_parcours;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-010.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 10),
        titre: "Acte du médecin traitant",
        bases: &["CSS-L162-5-3"],
        rang: Rang::Exception { priorite: 75 },
        faits: &[Fait::MedecinTraitant],
        phrase: "Vous avez consulté votre médecin traitant.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::EXECUTANT, Fait::MedecinTraitant),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Parcours(dans_parcours(CodeDetermine::MedecinTraitant)))
}
