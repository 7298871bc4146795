//! Inside the parcours: sent by a doctor who is not the médecin traitant.
//!
//! # Base légale
//!
//! Règles de facturation des établissements, indicateur M : « orienté par un médecin autre que le médecin
//! traitant », dans le parcours quand un médecin traitant est déclaré.
//!
//! # Our reading
//!
//! Code 3 (O), like a referral by the médecin traitant; without a declared médecin traitant the act is
//! outside.

use super::shared::oriente;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::domain::identifiers::IndicateurParcours;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-021.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 21),
        titre: "Patient adressé par un autre médecin que son médecin traitant",
        bases: &["SV-RG-BS"],
        rang: Rang::Exception { priorite: 49 },
        faits: &[Fait::Indicateur, Fait::MedecinTraitant, Fait::Orienteur],
        phrase: "Un médecin vous a adressé à ce médecin, et vous avez un médecin traitant.",
        ..Fiche::COURANTE
    },
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    if situation.indicateur != Some(IndicateurParcours::M) {
        return Jugement::Ecarte(Fait::Indicateur);
    }
    if !situation.relation_mt.declare() {
        return Jugement::Ecarte(Fait::MedecinTraitant);
    }
    if !situation.orienteur_nomme {
        return Jugement::Ecarte(Fait::Orienteur);
    }
    Jugement::Applique(Effet::Parcours(oriente(situation, CodeDetermine::Oriente)))
}
