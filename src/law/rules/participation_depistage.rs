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
//! by a dated value that says so. The appointment of prevention is one of them from the day on which it is paid in full:
//! « consultations médicales gratuites » (Previssima), « entièrement gratuits » (the same, on the arrêté of May 2024),
//! « pris en charge à 100 % » (Viva magazine, Concours pluripro), read on 30 November 2026.

use super::bilan_prevention::est_paye_en_entier;
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
        faits: &[Fait::MotifExclusion, Fait::NatureAssurance, Fait::Exoneration, Fait::Acte],
        parametres: &[Parametre::PfExoPrevention],
        phrase: "Ces soins sont de la prévention : aucune participation forfaitaire n'est retenue.",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(
        Circonstances::PREVENTION.ou(Circonstances::BILAN_PREVENTION),
        Fait::NatureAssurance,
    ),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if !situation.est_prevention() && !est_paye_en_entier(situation.date.jour()) {
        return Ok(Jugement::Ecarte(Fait::Acte));
    }
    if !valeurs.oui(Parametre::PfExoPrevention)? {
        return Ok(Jugement::Ecarte(Fait::NatureAssurance));
    }
    Ok(Jugement::Applique(Effet::Participation(false)))
}
