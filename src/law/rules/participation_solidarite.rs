//! No participation forfaitaire for the C2S and the AME.
//!
//! # Base légale
//!
//! Article L160-13 du Code de la sécurité sociale.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PF-011.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 11),
        titre: "Bénéficiaire de la complémentaire santé solidaire ou de l'aide médicale de l'État",
        bases: &["CSS-L160-13"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Complementaire],
        parametres: &[Parametre::PfExoC2sAme],
        phrase: "Vous bénéficiez d'une couverture solidaire : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::SOLIDARITE, Fait::Complementaire),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(_situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !valeurs.oui(Parametre::PfExoC2sAme)? {
        return Ok(Jugement::Ecarte(Fait::Complementaire));
    }
    Ok(Jugement::Applique(Effet::Participation(false)))
}
