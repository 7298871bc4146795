//! Work accidents, occupational diseases and prevention are other risks than illness: the parcours is not theirs.
//!
//! # Base légale
//!
//! L'article L162-5-3 du Code de la sécurité sociale majore la participation de l'assuré à l'assurance maladie ; les
//! accidents du travail relèvent du livre IV, qui n'en prévoit pas.
//!
//! # Our reading
//!
//! No text says it in so many words; no text majors these acts either.

use super::shared::non_concerne;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-063.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 63),
        titre: "Risque que le parcours ne regarde pas",
        bases: &["CSS-L162-5-3", "CSS-L432-1"],
        rang: Rang::Exception { priorite: 98 },
        faits: &[Fait::NatureAssurance],
        phrase: "Le parcours de soins ne s'applique pas à un accident du travail, à une maladie professionnelle ni à la prévention.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::AUTRE_RISQUE, Fait::NatureAssurance),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Parcours(non_concerne(CodeDetermine::SansObjet)))
}
