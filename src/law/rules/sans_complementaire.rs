//! Principle: without a complementary insurance, nobody else pays.
//!
//! # Base légale
//!
//! Aucun texte : absence de prise en charge.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::rule::{Effet, Fiche, Juge, Jugement, PriseEnCharge, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// AMC-001.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Complementaire, 1),
        titre: "Pas de complémentaire santé",
        bases: &["FAS"],
        rang: Rang::Principe,
        faits: &[Fait::Complementaire],
        phrase: "Aucune complémentaire santé n'intervient : ce que l'Assurance maladie ne rembourse pas reste à votre charge.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Complementaire(PriseEnCharge::Rien))
}
