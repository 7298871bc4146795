//! No participation forfaitaire for a flat sum.
//!
//! # Base légale
//!
//! Article L160-13 du Code de la sécurité sociale : la participation est due pour chaque acte ou consultation.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PF-017.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 17),
        titre: "Forfait",
        bases: &["CSS-L160-13"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Acte],
        phrase: "Ce forfait n'est ni un acte ni une consultation : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::FORFAIT, Fait::Acte),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Participation(false))
}
