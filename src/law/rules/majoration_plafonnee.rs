//! The ceiling of the majoration per act.
//!
//! # Base légale
//!
//! Article R160-6 (ancien R322-1-1) du Code de la sécurité sociale : le plafond est le taux de la
//! majoration appliqué au tarif de la consultation d'un spécialiste.
//!
//! # Our reading
//!
//! Since 22 December 2024 it bites on the plain consultation of a general practitioner: 40 % of 30 €
//! would be 12 €, 10.60 € are kept. Hence 8.40 € and not 7 €.

use crate::domain::evaluation::{CodeRegle, Fait, Issue, Theme};
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Liquidation, Quand, Rang, Regle};

/// MAJ-002.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Majoration, 2),
        titre: "Plafond de la majoration par acte",
        bases: &["CSS-R160-6"],
        rang: Rang::Montant,
        faits: &[Fait::Montants],
        parametres: &[Parametre::MtmPlafondActe],
        phrase: "Cette majoration est limitée à {plafond_majoration} par acte.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Montants(juge),
};

fn juge(liquidation: &Liquidation) -> Issue {
    if liquidation.majoration_plafonnee { Issue::Retenue } else { Issue::Ecartee(Fait::Montants) }
}
