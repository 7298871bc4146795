//! The job of a reevaluation: each person in a transaction of their own, under their lock. One that
//! stops anywhere goes on where it was.

use super::calcul::reexamine;
use super::reevaluation_of;
use crate::domain::ids::PatientId;
use crate::domain::reevaluation::{EtatReevaluation, Examen, Reevaluation};
use crate::services::{Core, ServiceError};
use crate::storage::reevaluations;
use crate::storage::taches::Tache;

/// The job that tries or applies one.
pub const REEVALUER: &str = "reevaluer";

/// Persons read at once.
const PAGE: i64 = 256;

/// Tries or applies a reevaluation, from where an earlier run stopped.
pub async fn run(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let Some(id) = reevaluation_of(&task.charge) else { return Ok(()) };
    let mut conn = core.public("reevaluation.of_task").await?;
    let Some(asked) = reevaluations::get(&mut conn, id).await? else { return Ok(()) };
    drop(conn);
    let next = match asked.etat {
        EtatReevaluation::EnAttente => EtatReevaluation::Essayee,
        EtatReevaluation::EnApplication => EtatReevaluation::Appliquee,
        EtatReevaluation::Essayee | EtatReevaluation::Appliquee => return Ok(()),
    };
    if !walk(core, task, &asked).await? {
        return Ok(());
    }
    let mut job = core.job("reevaluation.end").await?;
    reevaluations::advance(job.conn(), id, (asked.etat, next)).await?;
    job.close().await
}

/// Serves every person who remains; `false` when another runner has the job.
async fn walk(core: &Core, task: &Tache, asked: &Reevaluation) -> Result<bool, ServiceError> {
    let mut after = asked.place;
    loop {
        let page = if let Some(only) = asked.etendue.patient_id {
            let waits = after.is_none_or(|done| done < only);
            waits.then_some(only).into_iter().collect()
        } else {
            let mut conn = core.public("reevaluation.page").await?;
            let place = (after, core.today());
            reevaluations::persons(&mut conn, asked, place, PAGE).await?
        };
        let Some(last) = page.last().copied() else { return Ok(true) };
        for patient in page {
            if !serve(core, asked, patient).await? {
                return Ok(false);
            }
        }
        after = Some(last);
        if !core.still_ours(task).await? {
            return Ok(false);
        }
    }
}

/// Evaluates the feuilles of one person again; `false` when somebody else did it.
async fn serve(
    core: &Core,
    asked: &Reevaluation,
    patient: PatientId,
) -> Result<bool, ServiceError> {
    let loi_id = core.loi_id().await?;
    let mut job = core.job("reevaluation.serve").await?;
    let (mut examen, mut changes) = (Examen::default(), Vec::new());
    // Merged meanwhile: the feuilles are looked at with the record that was kept.
    if let Some(mut writing) = job.on(patient).await? {
        (examen, changes) = reexamine(&mut writing, asked, loi_id).await?;
    }
    if !asked.ecrit() || changes.is_empty() {
        // A trial, or nothing to write: all of it is forgotten but the answer.
        drop(job);
        for change in &mut changes {
            change.nouveau = None;
        }
        job = core.job("reevaluation.note").await?;
    }
    if !reevaluations::pass(job.conn(), asked, patient, examen).await? {
        return Ok(false);
    }
    reevaluations::write_changes(job.conn(), asked.id, patient, &changes).await?;
    job.close().await?;
    Ok(true)
}
