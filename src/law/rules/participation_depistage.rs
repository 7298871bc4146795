//! No participation forfaitaire for organised breast-cancer screening.
//!
//! # Base légale
//!
//! Article L160-13 du Code de la sécurité sociale et textes d'application : le dépistage organisé est pris en
//! charge en entier.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::feuille_de_soins::MotifExclusion;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Rang, Regle};
use crate::law::situation::Situation;

/// PF-014.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 14),
        titre: "Dépistage organisé",
        bases: &["CSS-L160-13"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::MotifExclusion],
        phrase: "Ces soins font partie d'un dépistage organisé : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    if situation.motif_exclusion != Some(MotifExclusion::DepistageOrganise) {
        return Jugement::Ecarte(Fait::MotifExclusion);
    }
    Jugement::Applique(Effet::Participation(false))
}
