//! Acts of professionals who are not doctors, and of medical biology, are not tested.
//!
//! # Base légale
//!
//! L'article R160-6 (ancien R322-1-1) du Code de la sécurité sociale ne vise que les actes et
//! consultations de médecins ; les règles de facturation laissent l'indicateur vide pour les autres
//! professions.

use super::shared::non_concerne;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-060.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 60),
        titre: "Acte que le parcours ne regarde pas",
        bases: &["CSS-R160-6", "SV-RG-BS"],
        rang: Rang::Exception { priorite: 100 },
        faits: &[Fait::Specialite],
        phrase: "Le parcours de soins ne s'applique pas aux actes de cette profession.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::HORS_MEDECINE, Fait::Specialite),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Parcours(non_concerne(CodeDetermine::SansObjet)))
}
