//! Inside the parcours: the performer is the new médecin traitant, whose declaration is under way.
//!
//! # Base légale
//!
//! Indicateur de parcours N, « nouveau médecin traitant » : un acte du médecin nouvellement choisi est
//! dans le parcours avant l'enregistrement de la déclaration.
//!
//! # Our reading
//!
//! Code 2 (N): the register holds a declaration that names this doctor and, on the day of the act, waited for a
//! signature, and the doctor says N or T. It stays so once the signature came: a choice that succeeds is no worse for
//! the patient than one that still waits. Without it, the indicator alone proves nothing.

use super::shared::dans_parcours;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::domain::identifiers::IndicateurParcours;
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-013.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 13),
        titre: "Nouveau médecin traitant",
        bases: &["IPS-N"],
        rang: Rang::Exception { priorite: 72 },
        faits: &[Fait::MedecinTraitant, Fait::Indicateur],
        phrase: "Vous veniez de choisir ce médecin comme médecin traitant ; il manquait encore une signature à la déclaration.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::EN_ATTENTE, Fait::MedecinTraitant),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    if !matches!(situation.indicateur, Some(IndicateurParcours::N | IndicateurParcours::T)) {
        return Jugement::Ecarte(Fait::Indicateur);
    }
    Jugement::Applique(Effet::Parcours(dans_parcours(CodeDetermine::NouveauMedecinTraitant)))
}
