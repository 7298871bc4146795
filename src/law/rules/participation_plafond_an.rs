//! The yearly ceiling of the participation forfaitaire.
//!
//! # Base légale
//!
//! Article L160-13 du Code de la sécurité sociale et textes d'application : 50 € par personne et par
//! année civile, sans changement depuis l'origine.

use crate::domain::evaluation::{CodeRegle, Fait, Issue, Theme};
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Liquidation, Quand, Rang, Regle};

/// PF-021.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 21),
        titre: "Plafond annuel de la participation forfaitaire",
        bases: &["CSS-L160-13"],
        rang: Rang::Montant,
        faits: &[Fait::Cumuls],
        parametres: &[Parametre::PfPlafondAn],
        phrase: "Le plafond annuel de {plafond_an} de participations forfaitaires est atteint.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Montants(juge),
};

fn juge(liquidation: &Liquidation) -> Issue {
    if liquidation.plafond_an_atteint { Issue::Retenue } else { Issue::Ecartee(Fait::Cumuls) }
}
