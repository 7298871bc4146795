//! The feuilles that persons hold, each with its last evaluation.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::ids::{FeuilleId, PatientId};
use crate::services::{Core, ServiceError};
use crate::storage::Connection;
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::feuilles_de_soins::{self, FeuilleEnregistree, FeuilleRecue};

/// A feuille with its last evaluation.
#[derive(Debug)]
pub(in crate::services) struct Tenue {
    /// Whose it is.
    pub(in crate::services) patient: PatientId,
    /// The record that holds it: theirs, or one that was merged into it.
    pub(in crate::services) holder: PatientId,
    /// Day of care.
    pub(in crate::services) jour: NaiveDate,
    pub(in crate::services) kept: FeuilleEnregistree,
    pub(in crate::services) last: EvaluationEnregistree,
}

/// The feuilles of some days that some records hold, of which it is said whose each is, in the order of their reception.
pub(in crate::services) async fn tenues(
    core: &Core,
    conn: &mut Connection,
    owners: &BTreeMap<PatientId, PatientId>,
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<Tenue>, ServiceError> {
    let records: Vec<PatientId> = owners.keys().copied().collect();
    let held = feuilles_de_soins::held(conn, core.coffre(), &records, days).await?;
    let ids: Vec<FeuilleId> = held.iter().map(|(recue, _)| recue.feuille.id).collect();
    let mut latest = evaluations::latest(conn, core.coffre(), &ids).await?;
    let one = |(recue, holder): (FeuilleRecue, PatientId)| {
        let FeuilleRecue { feuille: kept, evaluation } = recue;
        let jour = kept.feuille.soins.date_soins()?;
        let patient = owners.get(&holder).copied().unwrap_or(holder);
        let last = latest.remove(&kept.id).unwrap_or(evaluation);
        Some(Tenue { patient, holder, jour, kept, last })
    };
    Ok(held.into_iter().filter_map(one).collect())
}
