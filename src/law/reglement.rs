//! Who pays whom, and when: third-party payment, and what the caisse claims afterwards.
//!
//! What is left to the patient counts the majoration and the participation from the start. When the
//! compulsory share is not advanced, nobody keeps them back on the day: the caisse pays the whole
//! theoretical share to the professional and claims the two later (negative lines of a statement, or a
//! demand).

use super::LawError;
use crate::domain::evaluation::{Creance, Evaluation, NatureCreance, Reglement};
use crate::domain::feuille_de_soins::{Complementaire, Soins};
use crate::domain::money::Centimes;

/// The payments of a feuille, by what it says of third-party payment.
pub fn reglement(soins: &Soins, evaluation: &Evaluation) -> Result<Reglement, LawError> {
    let totaux = &evaluation.totaux;
    let mut done = Reglement::default();
    if soins.paiement.tiers_payant_amo {
        done.creances = creances(soins, evaluation);
        let claimed = done
            .creances
            .iter()
            .try_fold(Centimes::ZERO, |sum, creance| sum.plus(creance.montant))?;
        done.paye_par_amo = totaux.rembourse_amo.plus(claimed)?;
    } else {
        done.rembourse_par_amo = totaux.rembourse_amo;
    }
    let left = totaux.honoraires.minus(done.paye_par_amo)?;
    if soins.paiement.tiers_payant_amc {
        done.paye_par_amc = totaux.part_amc.min(left);
    }
    done.rembourse_par_amc = totaux.part_amc.minus(done.paye_par_amc)?;
    done.paye_par_le_patient = left.minus(done.paye_par_amc)?;
    Ok(done)
}

/// Majorations and participations that were not kept back. The complémentaire santé solidaire pays the
/// majoration itself: nothing is claimed from its holder.
fn creances(soins: &Soins, evaluation: &Evaluation) -> Vec<Creance> {
    let solidarity = matches!(
        soins.beneficiaire.complementaire,
        Complementaire::C2sSansParticipation | Complementaire::C2sAvecParticipation
    );
    let mut list = Vec::new();
    for acte in &evaluation.actes {
        let numero_ligne = acte.lignes.first().map_or(0, |ligne| ligne.numero_ligne);
        let owed = [
            (NatureCreance::Majoration, acte.montants.majoration, !solidarity),
            (NatureCreance::ParticipationForfaitaire, acte.montants.participation, true),
        ];
        for (nature, montant, due) in owed {
            if due && montant > Centimes::ZERO {
                list.push(Creance { numero_ligne, nature, montant });
            }
        }
    }
    list
}
