//! No participation forfaitaire for the care of a military disability pension.
//!
//! # Base légale
//!
//! Article L212-1 du Code des pensions militaires d'invalidité : les soins en rapport avec la pension sont gratuits. Ceux
//! qui n'ont pas de rapport la supportent.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::circonstances::Circonstances;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;

/// PF-015.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Participation, 15),
        titre: "Soins d'une pension militaire d'invalidité",
        bases: &["CPMIVG-L212-1", "CNMSS-PENSION"],
        rang: Rang::Exception { priorite: 50 },
        faits: &[Fait::Exoneration],
        phrase: "Ces soins sont en rapport avec votre pension militaire : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::PENSION_MILITAIRE, Fait::Exoneration),
    juge: Juge::Faits(juge),
};

fn juge(_situation: &Situation) -> Jugement {
    Jugement::Applique(Effet::Participation(false))
}
