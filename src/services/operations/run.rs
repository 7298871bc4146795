//! The jobs of an operation: each patient in a small transaction of their own, under their lock.
//!
//! Nobody else waits: a patient who is being served is done a moment later. A job that stops
//! anywhere goes on where it was, and two runners of one job do nothing twice.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::operation_of;
use crate::domain::evenement::NatureEvenement;
use crate::domain::frise::{autres_le, est_ferme_par};
use crate::domain::ids::{OperationId, PatientId};
use crate::domain::operation::{EtatOperation, Operation, ResultatOperation};
use crate::services::core::{Fact, Writing};
use crate::services::frises::replay;
use crate::services::{Core, ServiceError};
use crate::storage::medecins::changements;
use crate::storage::operations::Reste;
use crate::storage::patients::etat::Verrou;
use crate::storage::taches::Tache;
use crate::storage::{Connection, Tx, operations, patients};

/// The job that carries an operation out.
pub const DO: &str = "traiter_operation";
/// The job that undoes it.
pub const UNDO: &str = "defaire_operation";

/// Patients read at once.
const PAGE: i64 = 256;
/// Patients served at the same time: a few connections of the pool, no more.
const WORKERS: usize = 4;

/// Doing or undoing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sens {
    Faire,
    Defaire,
}

/// Carries an operation out, from where an earlier run stopped.
pub async fn run(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let Some(operation) = of_task(core, task).await? else { return Ok(()) };
    if operation.annulee_le.is_some() {
        return Ok(());
    }
    begin(core, &operation).await?;
    walk(core, task, &operation, Sens::Faire).await?;
    let mut job = core.job("operation.end").await?;
    let (from, to) = (EtatOperation::EnCours, EtatOperation::Terminee);
    operations::advance(job.conn(), operation.id, from, to).await?;
    job.close().await
}

/// Undoes an operation, from where an earlier run stopped.
pub async fn undo(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let Some(operation) = of_task(core, task).await? else { return Ok(()) };
    wait_for_choices(core, &operation).await?;
    walk(core, task, &operation, Sens::Defaire).await?;
    // Undone for the patients of a caisse, it stands for the others.
    let mut job = core.job("operation.undone").await?;
    let (from, to) = (EtatOperation::Annulation, EtatOperation::Annulee);
    operations::advance(job.conn(), operation.id, from, to).await?;
    job.close().await
}

async fn of_task(core: &Core, task: &Tache) -> Result<Option<Operation>, ServiceError> {
    let Some(id) = operation_of(&task.charge) else { return Ok(None) };
    let mut conn = core.public("operation.of_task").await?;
    Ok(operations::get(&mut conn, id).await?)
}

/// Those who were choosing the doctor without seeing the operation are waited for.
async fn wait_for_choices(core: &Core, operation: &Operation) -> Result<(), ServiceError> {
    let mut job = core.job("operation.barrier").await?;
    changements::barrier(job.conn(), operation.medecin_id).await?;
    job.close().await
}

/// Lists the patients of an operation, so that none is forgotten.
async fn begin(core: &Core, operation: &Operation) -> Result<(), ServiceError> {
    wait_for_choices(core, operation).await?;
    let mut job = core.job("operation.begin").await?;
    operations::list_patients(job.conn(), operation).await?;
    let (from, to) = (EtatOperation::EnAttente, EtatOperation::EnCours);
    operations::advance(job.conn(), operation.id, from, to).await?;
    job.close().await
}

/// Serves every patient who remains, page by page, a few at a time. A patient who cannot be
/// served does not stop the others; the job is then tried again.
async fn walk(
    core: &Core,
    task: &Tache,
    operation: &Operation,
    sens: Sens,
) -> Result<(), ServiceError> {
    let caisse = task.charge.get("caisse").and_then(Value::as_str);
    let mut after = None;
    let mut failed = None;
    loop {
        let mut conn = core.public("operation.page").await?;
        let (whose, next) = ((operation.id, caisse), (after, PAGE));
        let undo = sens == Sens::Defaire;
        let page = operations::remaining(&mut conn, whose, undo, next).await?;
        drop(conn);
        let Some(last) = page.last().copied() else { break };
        after = Some(last);
        failed = serve_page(core, operation, sens, page).await.err().or(failed);
        if !core.still_ours(task).await? {
            break;
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Serves a page of patients; gives the last failure, if any.
async fn serve_page(
    core: &Core,
    operation: &Operation,
    sens: Sens,
    page: Vec<PatientId>,
) -> Result<(), ServiceError> {
    let waiting = Arc::new(Mutex::new(VecDeque::from(page)));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (core, waiting) = (core.clone(), Arc::clone(&waiting));
        let operation = operation.clone();
        workers.spawn(async move {
            let mut outcome = Ok(());
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(patient) = next else { break outcome };
                let served = match sens {
                    Sens::Faire => serve(&core, &operation, patient).await,
                    Sens::Defaire => unserve(&core, &operation, patient).await,
                };
                if let Err(error) = served {
                    tracing::warn!(operation = %operation.id, %error, "a patient was not served");
                    outcome = Err(error);
                }
            }
        });
    }
    let mut outcome = Ok(());
    while let Some(ended) = workers.join_next().await {
        match ended {
            Ok(served) => outcome = served.and(outcome),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    outcome
}

/// Does what the jobs of operations on doctors have still to do for some persons, who are locked: a feuille that is evaluated between an
/// operation and the end of its job is evaluated as if it were over.
pub(in crate::services) async fn catch_up_all(
    core: &Core,
    tx: &mut Tx,
    verrous: &mut BTreeMap<PatientId, Verrou>,
) -> Result<(), ServiceError> {
    let persons: Vec<PatientId> = verrous.keys().copied().collect();
    let reste = operations::pending(tx, &persons).await?;
    let owed = |patient: &PatientId| reste.iter().any(|one| one.patient_id == *patient);
    let late: Vec<(PatientId, DateTime<Utc>)> = verrous
        .iter()
        .filter(|(patient, _)| owed(patient))
        .map(|(patient, verrou)| (*patient, verrou.instant))
        .collect();
    if late.is_empty() {
        return Ok(());
    }
    for one in &late {
        Box::pin(catch_up(&mut core.writing(tx, *one), &reste)).await?;
    }
    patients::touch_all(tx, &late).await?;
    // Their rows are others now, and hold nothing current. What follows is known at the same instant.
    let persons: Vec<PatientId> = late.iter().map(|(patient, _)| *patient).collect();
    for (patient, fresh) in patients::lock_all(tx, &persons, core.now()).await? {
        if let Some(own) = verrous.get_mut(&patient) {
            *own = Verrou { instant: own.instant, ..fresh };
        }
    }
    Ok(())
}

async fn catch_up(writing: &mut Writing<'_>, reste: &[Reste]) -> Result<(), ServiceError> {
    let patient = writing.patient;
    for reste in reste.iter().filter(|one| one.patient_id == patient) {
        let known = operations::get(writing.conn(), reste.operation_id).await?;
        let Some(operation) = known else { continue };
        if reste.defaire {
            unserve_within(writing, &operation).await?;
        } else if operation.annulee_le.is_none() {
            serve_within(writing, &operation).await?;
        }
    }
    Ok(())
}

/// Carries an operation out for one patient.
async fn serve(core: &Core, operation: &Operation, patient: PatientId) -> Result<(), ServiceError> {
    let mut job = core.job("operation.serve").await?;
    let Some(mut writing) = job.on(patient).await? else {
        // Merged meanwhile: the choices are another record's, which the merge unrolled.
        let nothing = (ResultatOperation::Inchangee, false);
        operations::mark(job.conn(), operation.id, patient, nothing, core.now()).await?;
        return job.close().await;
    };
    serve_within(&mut writing, operation).await?;
    job.close().await
}

async fn serve_within(
    writing: &mut Writing<'_>,
    operation: &Operation,
) -> Result<(), ServiceError> {
    let patient = writing.patient;
    let (done, _) = operations::is_done(writing.conn(), operation.id, patient).await?;
    let frise = replay(writing).await?;
    let ended = est_ferme_par(&frise.segments, operation.id);
    let (marked, _) = operations::is_done(writing.conn(), operation.id, patient).await?;
    if done.is_none() && !ended && marked.is_none() {
        let standing = is_standing(writing.conn(), operation.id).await?;
        let (medecin, jour) = (operation.medecin_id, operation.effet_du);
        let told = standing
            && !operation.nature.cesse()
            && autres_le(&frise.segments, medecin, jour).is_some();
        let resultat =
            if told { ResultatOperation::Notifiee } else { ResultatOperation::Inchangee };
        let (outcome, instant) = ((resultat, false), writing.instant);
        operations::mark(writing.conn(), operation.id, patient, outcome, instant).await?;
        if told {
            writing.tell(notice(operation, operation.nature.avis()));
        }
    }
    Ok(())
}

async fn is_standing(conn: &mut Connection, id: OperationId) -> Result<bool, ServiceError> {
    let known = operations::get(conn, id).await?;
    Ok(known.is_some_and(|operation| operation.annulee_le.is_none()))
}

/// Undoes an operation for one patient: its act is taken back, the timeline unrolled again.
async fn unserve(
    core: &Core,
    operation: &Operation,
    patient: PatientId,
) -> Result<(), ServiceError> {
    let mut job = core.job("operation.unserve").await?;
    let Some(mut writing) = job.on(patient).await? else {
        operations::mark_undone(job.conn(), operation.id, patient, core.now()).await?;
        return job.close().await;
    };
    unserve_within(&mut writing, operation).await?;
    job.close().await
}

async fn unserve_within(
    writing: &mut Writing<'_>,
    operation: &Operation,
) -> Result<(), ServiceError> {
    let (patient, instant) = (writing.patient, writing.instant);
    let (done, undone) = operations::is_done(writing.conn(), operation.id, patient).await?;
    if undone {
        return Ok(());
    }
    replay(writing).await?;
    if done == Some(ResultatOperation::Notifiee) {
        writing.tell(notice(operation, NatureEvenement::MedecinOperationAnnulee));
    }
    operations::mark_undone(writing.conn(), operation.id, patient, instant).await?;
    Ok(())
}

/// What a patient is told of what happens to the doctor, when the designation goes on.
fn notice(operation: &Operation, nature: NatureEvenement) -> Fact {
    let donnees = json!({
        "operation_id": operation.id,
        "nature": operation.nature,
        "effet_au": operation.effet_au,
        "avis": "patient",
    });
    Fact::of(nature).doctor(operation.medecin_id).effective(operation.effet_du).with(donnees)
}
