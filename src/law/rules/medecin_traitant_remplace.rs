//! Inside the parcours: the médecin traitant is replaced, or absent and a colleague of the group acts.
//!
//! # Base légale
//!
//! Article D162-1-6, 4°, du Code de la sécurité sociale : médecin traitant indisponible, acte de son
//! remplaçant ou d'un médecin du même centre ou des mêmes locaux.
//!
//! # Our reading
//!
//! Code 7 (R). A médecin traitant must be declared. The feuille names the doctor who is replaced, or the
//! doctor says so by the indicator R or by item 4° of the indicator A; whether the médecin traitant was
//! really away cannot be verified.

use super::shared::dans_parcours;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, RelationMt, Theme};
use crate::domain::feuille_de_soins::MotifExclusion;
use crate::domain::identifiers::IndicateurParcours;
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-012.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 12),
        titre: "Médecin traitant remplacé ou indisponible",
        bases: &["CSS-D162-1-6"],
        rang: Rang::Exception { priorite: 70 },
        faits: &[Fait::MedecinTraitant, Fait::Indicateur, Fait::MotifExclusion],
        phrase: "D'après la feuille de soins, ce médecin vous a reçu à la place de votre médecin traitant, qui n'était pas disponible.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(
        Circonstances::REMPLACE.ou(Circonstances::AUTRE_MEDECIN),
        Fait::MedecinTraitant,
    ),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    let said = match situation.indicateur {
        Some(IndicateurParcours::R) => true,
        Some(IndicateurParcours::A) => {
            situation.motif_exclusion == Some(MotifExclusion::MtIndisponible)
        }
        _ => false,
    };
    if situation.relation_mt != RelationMt::Remplace && !said {
        return Jugement::Ecarte(Fait::Indicateur);
    }
    Jugement::Applique(Effet::Parcours(dans_parcours(CodeDetermine::Remplacant)))
}
