//! Inside the parcours: the médecin traitant, at another cabinet than the one of the designation.
//!
//! # Base légale
//!
//! Nomenclature nationale IR_QPS_V, code 11 (V) : « cabinet secondaire du médecin traitant ». Le médecin
//! traitant est une personne : le lieu où il reçoit ne change rien (article L162-5-3 du Code de la sécurité
//! sociale).
//!
//! # Our reading
//!
//! The number that bills is the one of a practice that the register calls secondary. Nothing else changes.

use super::shared::dans_parcours;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-011.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 11),
        titre: "Médecin traitant à son cabinet secondaire",
        bases: &["CSS-L162-5-3", "SNDS-IR-QPS-V"],
        rang: Rang::Exception { priorite: 76 },
        faits: &[Fait::MedecinTraitant],
        phrase: "Vous avez consulté votre médecin traitant, à son cabinet secondaire.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::CABINET_SECONDAIRE, Fait::MedecinTraitant),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Parcours(dans_parcours(CodeDetermine::CabinetSecondaire)))
}
