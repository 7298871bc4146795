//! Flat sums are not acts: the parcours does not look at them.
//!
//! # Base légale
//!
//! L'article R160-6 (ancien R322-1-1) du Code de la sécurité sociale majore la participation aux actes et consultations de
//! médecins ; les règles de facturation ne soumettent pas au parcours les forfaits qui leur sont versés.
//!
//! # Our reading
//!
//! A flat sum that is billed beside an act is a part of it, and follows it; the one that secures an act of dermatology, and
//! that of an interruption of pregnancy, pay acts, wherever these are billed.

use super::shared::non_concerne;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-064.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 64),
        titre: "Forfait que le parcours ne regarde pas",
        bases: &["CSS-R160-6", "SV-RG-BS"],
        rang: Rang::Exception { priorite: 99 },
        faits: &[Fait::Acte],
        phrase: "Ce forfait n'est ni un acte ni une consultation : le parcours de soins ne s'y applique pas.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::FORFAIT, Fait::Acte),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Parcours(non_concerne(CodeDetermine::SansObjet)))
}
