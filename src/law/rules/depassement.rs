//! Fees above the base of reimbursement.
//!
//! # Base légale
//!
//! L'Assurance maladie rembourse sur la base du tarif conventionnel (France Assos Santé).
//!
//! # Left out
//!
//! What a complementary contract may pay of an overrun.

use crate::domain::evaluation::{CodeRegle, Fait, Issue, Theme};
use crate::domain::money::Centimes;
use crate::law::rule::{Fiche, Juge, Liquidation, Rang, Regle};

/// DEP-001.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Depassement, 1),
        titre: "Dépassement d'honoraires",
        periode: (None, None),
        bases: &["FAS"],
        rang: Rang::Montant,
        faits: &[Fait::Montants],
        parametres: &[],
        phrase: "Le médecin a facturé {depassement} au-delà du tarif de base : l'Assurance maladie ne rembourse pas cette somme.",
    },
    juge: Juge::Montants(juge),
};

fn juge(liquidation: &Liquidation) -> Issue {
    if liquidation.montants.depassement > Centimes::ZERO {
        Issue::Retenue
    } else {
        Issue::Ecartee(Fait::Montants)
    }
}
