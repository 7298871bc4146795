//! No participation forfaitaire for prevention.
//!
//! # Base légale
//!
//! Article L160-13 du Code de la sécurité sociale ; le dépistage organisé est pris en charge en entier, participation
//! comprise.
//!
//! # Our reading
//!
//! Two publications say it of the organised screening of breast cancer; it is extended to the other acts of prevention,
//! by a dated value that says so.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PF-014.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 14),
        titre: "Dépistage organisé et prévention",
        bases: &["CSS-L160-13"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::MotifExclusion, Fait::NatureAssurance, Fait::Exoneration],
        parametres: &[Parametre::PfExoPrevention],
        phrase: "Ces soins sont de la prévention : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::PREVENTION, Fait::NatureAssurance),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(_situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !valeurs.oui(Parametre::PfExoPrevention)? {
        return Ok(Jugement::Ecarte(Fait::NatureAssurance));
    }
    Ok(Jugement::Applique(Effet::Participation(false)))
}
