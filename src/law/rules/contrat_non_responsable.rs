//! A contract that does not keep the rules of the responsible ones.
//!
//! # Base légale
//!
//! Article L871-1 du Code de la sécurité sociale : les exclusions sont la condition d'avantages fiscaux ; un
//! contrat qui y renonce paie ce qu'il promet.
//!
//! # Our reading
//!
//! The guarantee completes what the compulsory insurance really pays, the majoration included, and never
//! goes beyond the fees.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, PriseEnCharge, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// AMC-013.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Complementaire, 13),
        titre: "Contrat complémentaire non responsable",
        bases: &["CSS-L871-1"],
        rang: Rang::Exception { priorite: 22 },
        faits: &[Fait::Complementaire, Fait::Contrat],
        phrase: "Votre complémentaire, dont le contrat n'est pas « responsable », paie {part_amc}.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::CONTRAT, Fait::Complementaire),
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    match situation.contrat {
        Some(contrat) if !contrat.responsable => {
            Jugement::Applique(Effet::Complementaire(PriseEnCharge::Contrat(contrat)))
        }
        _ => Jugement::Ecarte(Fait::Contrat),
    }
}
