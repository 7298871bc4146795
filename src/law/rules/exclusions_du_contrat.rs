//! What a responsible contract may not pay.
//!
//! # Base légale
//!
//! Articles L871-1 et R871-1 du Code de la sécurité sociale : un contrat responsable ne prend en charge ni
//! la majoration hors parcours ni la participation forfaitaire.

use crate::domain::evaluation::{CodeRegle, Fait, Issue, Theme};
use crate::domain::money::Centimes;
use crate::law::rule::{Fiche, Juge, Liquidation, PriseEnCharge, Quand, Rang, Regle};

/// AMC-011.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Complementaire, 11),
        titre: "Exclusions du contrat responsable",
        bases: &["CSS-L871-1", "FAS"],
        rang: Rang::Montant,
        faits: &[Fait::Complementaire, Fait::Montants],
        phrase: "Un contrat complémentaire responsable ne peut pas rembourser {exclusions}.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Montants(juge),
};

fn juge(liquidation: &Liquidation) -> Issue {
    let bound = match liquidation.prise_en_charge {
        PriseEnCharge::TicketModerateur => true,
        PriseEnCharge::Contrat(contrat) => contrat.responsable,
        PriseEnCharge::Rien | PriseEnCharge::Etat | PriseEnCharge::TicketEtMajoration => false,
    };
    if !bound {
        return Issue::Ecartee(Fait::Complementaire);
    }
    let montants = &liquidation.montants;
    if montants.majoration == Centimes::ZERO && montants.participation == Centimes::ZERO {
        return Issue::Ecartee(Fait::Montants);
    }
    Issue::Retenue
}
