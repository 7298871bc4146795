//! What came during a merge and goes, when it is undone, to the person under whose number it came.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::scissions::give_feuille;
use crate::domain::clock::paris_day;
use crate::domain::fin::Fin;
use crate::domain::identifiers::{DateNaissanceAmo, RangGemellaire};
use crate::domain::ids::{FaitId, FeuilleId, MedecinId, PatientId};
use crate::services::core::Act;
use crate::services::{ServiceError, latest_knowledge};
use crate::storage::feuilles_de_soins::QuestionFeuilles;
use crate::storage::{designations, feuilles_de_soins, fins, patients};

/// Feuilles read at once.
const PAGE: i64 = 500;

/// Departures and withdrawals recorded since the merge about a doctor whom the absorbed record chose: nobody said of which of
/// the two persons, and whoever left the one record left both.
pub(super) async fn ends(
    act: &mut Act<'_>,
    (kept, absorbed): (PatientId, PatientId),
    since: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let instant = act.instant;
    let choices = designations::choices(act.conn(), absorbed).await?;
    let doctors: BTreeSet<MedecinId> =
        choices.iter().flat_map(|known| known.choix.medecins.iter().copied()).collect();
    for known in fins::list(act.conn(), kept).await? {
        let fin = known.fin;
        let by_hand = fin.operation_id.is_none() && fin.decidee_le >= since;
        if by_hand && doctors.contains(&fin.medecin_id) {
            let id = FaitId::from_uuid(act.core().ids().uuid());
            fins::insert(act.conn(), absorbed, &Fin { id, ..fin }, known.par, instant).await?;
        }
    }
    Ok(())
}

/// Feuilles received since the merge that describe the person of the absorbed record, and not that of the other: by birth
/// date and rank, which they say. Those of two records that say the same stay with the one that was kept.
pub(super) async fn feuilles(
    act: &mut Act<'_>,
    (kept, absorbed): (PatientId, PatientId),
    since: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let (own, theirs) = (cards(act, kept).await?, cards(act, absorbed).await?);
    if theirs.is_subset(&own) {
        return Ok(());
    }
    let mut apres: Option<FeuilleId> = None;
    loop {
        let question = QuestionFeuilles {
            dossiers: vec![kept],
            executant: None,
            jours: every_day(act.instant),
            apres,
            limite: PAGE,
        };
        let coffre = act.core().coffre();
        let page = feuilles_de_soins::of_person(act.conn(), coffre, &question).await?;
        let Some(last) = page.last() else { return Ok(()) };
        apres = Some(last.feuille.id);
        for recue in page.iter().filter(|one| one.feuille.enregistre_le >= since) {
            let who = &recue.feuille.feuille.soins.beneficiaire;
            let card = (who.date_naissance, who.rang);
            if theirs.contains(&card) && !own.contains(&card) {
                give_feuille(act, recue, (kept, absorbed)).await?;
            }
        }
    }
}

/// The birth dates and ranks of a record.
async fn cards(
    act: &mut Act<'_>,
    patient: PatientId,
) -> Result<BTreeSet<(DateNaissanceAmo, RangGemellaire)>, ServiceError> {
    let coffre = act.core().coffre();
    let known = patients::identites(act.conn(), coffre, patient, latest_knowledge()).await?;
    Ok(known.iter().map(|fait| (fait.valeur.date_naissance, fait.valeur.rang)).collect())
}

/// From the first day of care that any feuille may have to the day after now.
fn every_day(now: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    let today = paris_day(now);
    let next = today.checked_add_days(Days::new(1)).unwrap_or(today);
    (NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(today), next)
}
