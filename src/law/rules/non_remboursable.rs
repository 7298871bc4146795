//! An act that is not reimbursed, or that is free.
//!
//! # Base légale
//!
//! Qualificatif de dépense N (acte non remboursable) ou G (acte gratuit) : la base de remboursement est nulle.

use crate::domain::evaluation::{CodeRegle, Fait, Issue, Theme};
use crate::law::rule::{Fiche, Juge, Liquidation, Quand, Rang, Regle};

/// DEP-010.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Depassement, 10),
        titre: "Acte non remboursable",
        bases: &["SV-RG-BS"],
        rang: Rang::Montant,
        faits: &[Fait::Qualificatif],
        phrase: "Cet acte est gratuit ou non remboursable : l'Assurance maladie ne rembourse rien.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Montants(juge),
};

fn juge(liquidation: &Liquidation) -> Issue {
    if liquidation.non_rembourse { Issue::Retenue } else { Issue::Ecartee(Fait::Qualificatif) }
}
