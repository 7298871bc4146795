//! Insured persons of the caisse of Mayotte.
//!
//! # Base légale
//!
//! Règles de facturation des établissements : aucune majoration pour la caisse 976, bien que la loi du
//! 24 juillet 2019 étende le parcours à Mayotte.
//!
//! # Our reading
//!
//! Code 32 (K), never majored as long as the parameter `MAYOTTE_MTM` says no.

use super::shared::exclu;
use crate::domain::evaluation::{CodeDetermine, CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-062.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 62),
        titre: "Assuré de Mayotte",
        bases: &["CDC-2013", "SV-RG-BS"],
        rang: Rang::Exception { priorite: 96 },
        faits: &[Fait::Organisme, Fait::CouvertureConnue],
        parametres: &[Parametre::MayotteMtm],
        phrase: "Aucune majoration n'est appliquée aux assurés de Mayotte.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::MAYOTTE, Fait::Organisme),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(_situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if valeurs.oui(Parametre::MayotteMtm)? {
        return Ok(Jugement::Ecarte(Fait::Organisme));
    }
    Ok(Jugement::Applique(Effet::Parcours(exclu(CodeDetermine::Mayotte))))
}
