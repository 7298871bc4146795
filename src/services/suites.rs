//! What feuilles leave behind them beside their evaluations: single opinions, those that a later
//! feuille contradicts, fees of the year.

use std::collections::BTreeMap;

use chrono::Datelike;
use serde_json::json;

use super::ServiceError;
use super::core::{Fact, Many};
use super::faits::has_opinion;
use crate::domain::evaluation::{AutreFeuille, HonorairesAnnee};
use crate::domain::evenement::NatureEvenement;
use crate::domain::feuille_de_soins::{Convention, FeuilleDeSoins};
use crate::domain::identifiers::Rpps;
use crate::domain::money::Centimes;
use crate::storage::StorageError;
use crate::storage::avis_ponctuels::{self, AvisPonctuel, AvisRompu};
use crate::storage::evaluations::EvaluationEnregistree;
use crate::storage::feuilles_de_soins::FeuilleEnregistree;
use crate::storage::honoraires::{self, HonorairesMedecin};

/// A feuille that was just stored, with its first evaluation.
pub(super) type Evaluee<'a> = (&'a FeuilleEnregistree, &'a EvaluationEnregistree);

/// Keeps what some feuilles leave behind them, in the transaction that stores them and last in it:
/// the rows of doctors are locked after those of persons.
pub(super) async fn keep(
    many: &mut Many<'_>,
    evaluees: &[Evaluee<'_>],
) -> Result<(), ServiceError> {
    let Some(instant) = evaluees.iter().map(|(kept, _)| kept.enregistre_le).max() else {
        return Ok(());
    };
    let opinions: Vec<AvisPonctuel> =
        evaluees.iter().filter_map(|(kept, _)| opinion(kept)).collect();
    if !opinions.is_empty() {
        avis_ponctuels::insert(many.conn(), &opinions, instant).await?;
    }
    let mut broken = Vec::new();
    for (kept, evaluation) in evaluees {
        let Some(jour) = kept.feuille.soins.date_soins() else { continue };
        let (patient_id, par) = (kept.patient_id, AutreFeuille { jour, feuille: kept.id });
        for avis in many.core().law().avis_rompus(&evaluation.faits.registre, jour) {
            broken.push(AvisRompu { patient_id, avis: avis.feuille, par });
            // An earlier feuille is to be looked at again.
            let donnees = json!({ "motif": "avis_ponctuel_rompu", "feuille_id": kept.id });
            let fact = Fact::of(NatureEvenement::FeuilleAReexaminer)
                .effective(avis.jour)
                .feuille(avis.feuille);
            let about = (Some(patient_id), kept.enregistre_le);
            many.tell(about, fact.with(donnees));
        }
    }
    if !broken.is_empty() {
        avis_ponctuels::insert_rompus(many.conn(), &broken, instant).await?;
    }
    let fees = fees(evaluees.iter().map(|(kept, _)| &*kept.feuille))?;
    if !fees.is_empty() {
        honoraires::add(many.conn(), &fees).await?;
    }
    Ok(())
}

/// The single opinion of a feuille, if it bills one.
fn opinion(kept: &FeuilleEnregistree) -> Option<AvisPonctuel> {
    let feuille = &kept.feuille;
    if !has_opinion(feuille) {
        return None;
    }
    let jour = feuille.soins.date_soins()?;
    Some(AvisPonctuel {
        patient_id: kept.patient_id,
        executant: feuille.executant_rpps,
        avis: AutreFeuille { jour, feuille: kept.id },
    })
}

/// Whether a performer is of those who may bill authorised overruns: their fees are counted.
fn counted(feuille: &FeuilleDeSoins) -> bool {
    let executant = &feuille.soins.executant;
    executant.convention == Convention::Secteur1
        && executant.specialite.est_medecin()
        && !executant.specialite.est_generaliste()
}

/// The fees of some feuilles, by doctor and year.
pub(super) fn fees<'a>(
    feuilles: impl Iterator<Item = &'a FeuilleDeSoins>,
) -> Result<Vec<HonorairesMedecin>, ServiceError> {
    let mut sums: BTreeMap<(Rpps, i16), HonorairesAnnee> = BTreeMap::new();
    for feuille in feuilles.filter(|feuille| counted(feuille)) {
        for acte in &feuille.soins.actes {
            let Ok(annee) = i16::try_from(acte.date_execution.year()) else { continue };
            let sum = sums.entry((feuille.executant_rpps, annee)).or_default();
            let more = |sum: &mut Centimes| -> Result<(), StorageError> {
                *sum = sum.plus(acte.honoraires).map_err(|error| {
                    StorageError::inconsistent("honoraires_annee", "total_centimes", error)
                })?;
                Ok(())
            };
            more(&mut sum.total)?;
            if !acte.porte_da() {
                more(&mut sum.sans_depassement)?;
            }
        }
    }
    Ok(sums
        .into_iter()
        .map(|((executant, annee), honoraires)| HonorairesMedecin { executant, annee, honoraires })
        .collect())
}
