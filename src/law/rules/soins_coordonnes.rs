//! Inside the parcours: care agreed beforehand with the médecin traitant.
//!
//! # Base légale
//!
//! Article D162-1-6 du Code de la sécurité sociale : soins itératifs d'un plan de soins (1°), séquence de
//! soins concertée (2°), protocole de soins d'une affection de longue durée (3°).
//!
//! # Our reading
//!
//! Code 3 (O), with a declared médecin traitant: plan, sequence and protocol are all agreed with him.

use super::shared::oriente;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::domain::feuille_de_soins::MotifExclusion;
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-022.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 22),
        titre: "Soins convenus avec le médecin traitant",
        bases: &["CSS-D162-1-6"],
        rang: Rang::Exception { priorite: 51 },
        faits: &[Fait::Indicateur, Fait::MotifExclusion, Fait::MedecinTraitant],
        phrase: "Ces soins suivent un plan convenu avec votre médecin traitant.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::INDICATEUR_A, Fait::Indicateur),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    use MotifExclusion as M;
    let agreed = matches!(
        situation.motif_exclusion,
        Some(M::PlanDeSoins | M::SequenceConcertee | M::ProtocoleAld)
    );
    if !agreed {
        return Jugement::Ecarte(Fait::MotifExclusion);
    }
    if !situation.relation_mt.declare() {
        return Jugement::Ecarte(Fait::MedecinTraitant);
    }
    Jugement::Applique(Effet::Parcours(oriente(situation, CodeDetermine::Oriente)))
}
