//! Aide médicale de l'État.
//!
//! # Base légale
//!
//! Article L251-2 du Code de l'action sociale et des familles : l'aide médicale paie la part que
//! l'Assurance maladie laisse, dans la limite des tarifs.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, PriseEnCharge, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// AMC-030.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Complementaire, 30),
        titre: "Aide médicale de l'État",
        bases: &["CASF-L251-2"],
        rang: Rang::Exception { priorite: 30 },
        faits: &[Fait::Complementaire],
        phrase: "L'aide médicale de l'État paie le reste du tarif de base ({part_amc}).",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::AME, Fait::Complementaire),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Complementaire(PriseEnCharge::TicketModerateur))
}
