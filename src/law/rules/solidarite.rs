//! The complémentaire santé solidaire pays the ticket modérateur and the majoration.
//!
//! # Base légale
//!
//! Fiche de la DREES sur la majoration du ticket modérateur (cas chiffré) et règle de facturation
//! RG_VF671 : hors parcours, la majoration quitte la part obligatoire et rejoint la part de la C2S.
//!
//! # Our reading
//!
//! The split changes, the patient still pays nothing.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, PriseEnCharge, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// AMC-020.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Complementaire, 20),
        titre: "Complémentaire santé solidaire",
        bases: &["DREES-MTM", "SV-RG-BS"],
        rang: Rang::Exception { priorite: 30 },
        faits: &[Fait::Complementaire],
        parametres: &[Parametre::C2sMajoration],
        phrase: "La complémentaire santé solidaire paie ce que l'Assurance maladie ne rembourse pas du tarif de base ({part_amc}).",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::C2S, Fait::Complementaire),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(_situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    let covered = if valeurs.oui(Parametre::C2sMajoration)? {
        PriseEnCharge::TicketEtMajoration
    } else {
        PriseEnCharge::TicketModerateur
    };
    Ok(Jugement::Applique(Effet::Complementaire(covered)))
}
