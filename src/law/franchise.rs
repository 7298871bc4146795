//! The franchise médicale: withheld on the acts of auxiliaries since 2008, and not computed by this service,
//! which does not know what was already kept on drugs and transport towards the ceiling of the year.
//!
//! Articles L160-13 (III) et L160-15 du Code de la sécurité sociale ; décret n° 2007-1937 du 26 décembre 2007. Who owes
//! no participation forfaitaire owes no franchise either.

use chrono::NaiveDate;

use super::parameters::Parametre;
use super::situation::Situation;
use super::valeurs::Valeurs;
use crate::domain::evaluation::Montants;
use crate::domain::feuille_de_soins::{Complementaire, MotifExoneration};
use crate::domain::identifiers::Profession;
use crate::domain::money::Centimes;

/// First day on which it is withheld.
const DEBUT: Option<NaiveDate> = NaiveDate::from_ymd_opt(2008, 1, 1);

/// Whether the caisse may still keep one on what it pays of an act.
pub(super) fn peut_etre_due(
    situation: &Situation,
    valeurs: &Valeurs<'_>,
    montants: &Montants,
) -> bool {
    let concerned = situation.specialite.profession() == Profession::Auxiliaire
        && DEBUT.is_some_and(|start| situation.date_execution >= start)
        && montants.rembourse_amo > Centimes::ZERO;
    // Nearly every act is a doctor's: who is exempted is not even asked.
    if !concerned {
        return false;
    }
    let minor = valeurs
        .ans(Parametre::PfAgeExoneration)
        .is_ok_and(|majority| situation.age_debut_annee < majority);
    let former_aid = situation.complementaire == Complementaire::AcsAncienne
        && valeurs.oui(Parametre::PfExoAcs) == Ok(true);
    let pregnancy = situation.est_maternite() && situation.est_fin_de_grossesse();
    let exempted = minor
        || former_aid
        || pregnancy
        || situation.est_c2s()
        || situation.est_ame()
        || situation.exoneration.motif() == MotifExoneration::PensionMilitaire;
    !exempted
}
