//! Teleconsultation of a patient without médecin traitant.
//!
//! # Base légale
//!
//! Avenant 6 à la convention médicale de 2016, depuis le 15 septembre 2018 : la téléconsultation s'inscrit
//! dans le parcours, sauf, entre autres, pour le patient sans médecin traitant.
//!
//! # Our reading
//!
//! Not concerned. A patient who has a médecin traitant follows the ordinary rules: referral, replacement
//! of a médecin traitant who is not available, direct access.

use super::shared::non_concerne;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, RelationMt, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-052.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 52),
        titre: "Téléconsultation sans médecin traitant",
        periode: (Some((2018, 9, 15)), None),
        bases: &["AVENANT-6"],
        rang: Rang::Exception { priorite: 55 },
        faits: &[Fait::Acte, Fait::Lieu, Fait::MedecinTraitant],
        phrase: "Vous n'aviez pas de médecin traitant : une téléconsultation ne vous est pas comptée hors du parcours.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::TELECONSULTATION, Fait::Acte),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    if situation.relation_mt.declare() || situation.relation_mt == RelationMt::Inconnu {
        return Jugement::Ecarte(Fait::MedecinTraitant);
    }
    Jugement::Applique(Effet::Parcours(non_concerne(CodeDetermine::SansObjet)))
}
