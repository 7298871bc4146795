//! The daily ceiling of the participation forfaitaire, for one professional and one patient.
//!
//! # Base légale
//!
//! Article L160-13 du Code de la sécurité sociale et textes d'application : quatre participations au plus
//! le même jour pour le même professionnel.
//!
//! # Our reading
//!
//! A number of acts, four; the sources agree on the amount until May 2024 and disagree afterwards. Beyond
//! the amount on which they agree, the evaluation carries a warning.

use crate::domain::evaluation::{CodeRegle, Fait, Issue, Theme};
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Liquidation, Quand, Rang, Regle};

/// PF-020.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 20),
        titre: "Plafond journalier de la participation forfaitaire",
        bases: &["CSS-L160-13"],
        rang: Rang::Montant,
        faits: &[Fait::Cumuls],
        parametres: &[Parametre::PfPlafondJourActes, Parametre::PfPlafondJourCertain],
        phrase: "Le plafond du jour de la participation forfaitaire est atteint pour ce professionnel.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Montants(juge),
};

fn juge(liquidation: &Liquidation) -> Issue {
    if liquidation.plafond_jour_atteint { Issue::Retenue } else { Issue::Ecartee(Fait::Cumuls) }
}
