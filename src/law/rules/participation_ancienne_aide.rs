//! No participation forfaitaire for the former help to buy a complementary insurance (ACS).
//!
//! # Base légale
//!
//! Article L322-4 du Code de la sécurité sociale, tel qu'il a été modifié pour le 1er juillet 2015.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PF-016.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 16),
        titre: "Aide à l'acquisition d'une complémentaire santé",
        bases: &["AMENDEMENT-ACS-2014", "AMELI-PF-2016"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Complementaire],
        parametres: &[Parametre::PfExoAcs],
        phrase: "Vous aviez l'aide à l'acquisition d'une complémentaire : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::ANCIENNE_AIDE, Fait::Complementaire),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(_situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !valeurs.oui(Parametre::PfExoAcs)? {
        return Ok(Jugement::Ecarte(Fait::Complementaire));
    }
    Ok(Jugement::Applique(Effet::Participation(false)))
}
