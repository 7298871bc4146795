//! Fees above the base of reimbursement.
//!
//! # Base légale
//!
//! L'Assurance maladie rembourse sur la base du tarif conventionnel (France Assos Santé).
//!
//! # Our reading
//!
//! The sum that a hospital charges for a consultation without a letter is told by its own rule.
//!
//! # Left out
//!
//! What a complementary contract may pay of an overrun.

use crate::domain::evaluation::{CodeRegle, Fait, Issue, Theme};
use crate::domain::money::Centimes;
use crate::law::rule::{Fiche, Juge, Liquidation, Quand, Rang, Regle};

/// DEP-001.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Depassement, 1),
        titre: "Dépassement d'honoraires",
        bases: &["FAS"],
        rang: Rang::Montant,
        faits: &[Fait::Montants, Fait::Lieu, Fait::Qualificatif],
        phrase: "Une somme de {depassement} dépasse le tarif de base : l'Assurance maladie ne la rembourse pas.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Montants(juge),
};

fn juge(liquidation: &Liquidation) -> Issue {
    if liquidation.montants.depassement <= Centimes::ZERO {
        Issue::Ecartee(Fait::Montants)
    } else if liquidation.non_rembourse {
        Issue::Ecartee(Fait::Qualificatif)
    } else if liquidation.somme_hospitaliere {
        Issue::Ecartee(Fait::Lieu)
    } else {
        Issue::Retenue
    }
}
