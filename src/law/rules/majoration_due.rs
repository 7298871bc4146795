//! The majoration of the ticket modérateur.
//!
//! # Base légale
//!
//! Article R160-6 (ancien R322-1-1) du Code de la sécurité sociale : la participation de l'assuré est
//! majorée ; le taux est fixé par l'UNCAM, le montant plafonné par acte. 10 % en 2006, 20 % en
//! septembre 2007, 40 % depuis le 31 janvier 2009 (Cour des comptes).
//!
//! # Our reading
//!
//! `min(base × rate, ceiling of the act, theoretical share)`, for an act with its supplements.
//! Exempted patients bear it too.

use crate::domain::evaluation::{CodeRegle, Fait, Issue, Theme};
use crate::domain::money::Centimes;
use crate::law::parameters::Parametre;
use crate::law::rule::{Fiche, Juge, Liquidation, Quand, Rang, Regle};

/// MAJ-001.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Majoration, 1),
        titre: "Majoration du ticket modérateur hors parcours",
        bases: &["CSS-L162-5-3", "CSS-R160-6"],
        rang: Rang::Montant,
        faits: &[Fait::Appartenance, Fait::Montants],
        parametres: &[Parametre::MtmTaux, Parametre::MtmPlafondActe],
        phrase: "Comme ces soins sont hors du parcours de soins, l'Assurance maladie rembourse {majoration} de moins.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::Montants(juge),
};

fn juge(liquidation: &Liquidation) -> Issue {
    if liquidation.montants.majoration > Centimes::ZERO {
        Issue::Retenue
    } else {
        Issue::Ecartee(Fait::Appartenance)
    }
}
