//! The jobs of an operation: each patient in a small transaction of their own, under their lock.
//!
//! Nobody else waits: a patient who is being served is done a moment later. A job that stops
//! anywhere goes on where it was, and two runners of one job do nothing twice.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::task::JoinSet;

use super::operation_of;
use crate::domain::frise::{autres_le, est_ferme_par};
use crate::domain::ids::{OperationId, PatientId};
use crate::domain::operation::{EtatOperation, Operation, ResultatOperation};
use crate::services::frises::Ecriture;
use crate::services::{ServiceError, Services};
use crate::storage::evenements::{self, Evenement};
use crate::storage::medecins::changements;
use crate::storage::taches::Tache;
use crate::storage::{operations, patients};

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

impl Services {
    /// Carries an operation out, from where an earlier run stopped.
    pub async fn run_operation(&self, task: &Tache) -> Result<(), ServiceError> {
        let Some(operation) = self.operation_of_task(task).await? else { return Ok(()) };
        if operation.annulee_le.is_some() {
            return Ok(());
        }
        self.begin_operation(&operation).await?;
        self.walk(task, &operation, Sens::Faire).await?;
        let mut tx = self.db.begin("operation.end").await?;
        let (from, to) = (EtatOperation::EnCours, EtatOperation::Terminee);
        operations::advance(&mut tx, operation.id, from, to).await?;
        Ok(tx.commit().await?)
    }

    /// Undoes an operation, from where an earlier run stopped.
    pub async fn undo_operation(&self, task: &Tache) -> Result<(), ServiceError> {
        let Some(operation) = self.operation_of_task(task).await? else { return Ok(()) };
        let mut tx = self.db.begin("operation.undo").await?;
        changements::barrier(&mut tx, operation.medecin_id).await?;
        tx.commit().await?;
        self.walk(task, &operation, Sens::Defaire).await?;
        let mut tx = self.db.begin("operation.undone").await?;
        let (from, to) = (EtatOperation::Annulation, EtatOperation::Annulee);
        operations::advance(&mut tx, operation.id, from, to).await?;
        Ok(tx.commit().await?)
    }

    async fn operation_of_task(&self, task: &Tache) -> Result<Option<Operation>, ServiceError> {
        let Some(id) = operation_of(&task.charge) else { return Ok(None) };
        let mut conn = self.db.read("operation.of_task").await?;
        Ok(operations::get(&mut conn, id).await?)
    }

    /// Lists the patients of an operation. Those who were choosing the doctor without seeing it are
    /// waited for, so that none is forgotten.
    async fn begin_operation(&self, operation: &Operation) -> Result<(), ServiceError> {
        let mut tx = self.db.begin("operation.barrier").await?;
        changements::barrier(&mut tx, operation.medecin_id).await?;
        tx.commit().await?;
        let mut tx = self.db.begin("operation.begin").await?;
        operations::list_patients(&mut tx, operation).await?;
        let (from, to) = (EtatOperation::EnAttente, EtatOperation::EnCours);
        operations::advance(&mut tx, operation.id, from, to).await?;
        Ok(tx.commit().await?)
    }

    /// Serves every patient who remains, page by page, a few at a time. A patient who cannot be
    /// served does not stop the others; the job is then tried again.
    async fn walk(
        &self,
        task: &Tache,
        operation: &Operation,
        sens: Sens,
    ) -> Result<(), ServiceError> {
        let mut after = None;
        let mut failed = None;
        loop {
            let mut conn = self.db.read("operation.page").await?;
            let page = match sens {
                Sens::Faire => operations::to_do(&mut conn, operation.id, after, PAGE).await?,
                Sens::Defaire => operations::to_undo(&mut conn, operation.id, after, PAGE).await?,
            };
            drop(conn);
            let Some(last) = page.last().copied() else { break };
            after = Some(last);
            failed = self.serve_page(operation, sens, page).await.err().or(failed);
            if !self.still_ours(task).await? {
                break;
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Serves a page of patients; gives the last failure, if any.
    async fn serve_page(
        &self,
        operation: &Operation,
        sens: Sens,
        page: Vec<PatientId>,
    ) -> Result<(), ServiceError> {
        let waiting = Arc::new(Mutex::new(VecDeque::from(page)));
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            let (services, waiting) = (self.clone(), Arc::clone(&waiting));
            let operation = operation.clone();
            workers.spawn(async move {
                let mut outcome = Ok(());
                loop {
                    let next =
                        waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(patient) = next else { break outcome };
                    let served = match sens {
                        Sens::Faire => services.serve(&operation, patient).await,
                        Sens::Defaire => services.unserve(&operation, patient).await,
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

    /// Carries an operation out for one patient.
    async fn serve(&self, operation: &Operation, patient: PatientId) -> Result<(), ServiceError> {
        let mut tx = self.db.begin("operation.serve").await?;
        let Some(instant) = patients::lock(&mut tx, patient, self.clock.now()).await? else {
            // Merged meanwhile: the choices are another record's, which the merge unrolled.
            let nothing = (ResultatOperation::Inchangee, false);
            operations::mark(&mut tx, operation.id, patient, nothing, self.clock.now()).await?;
            return Ok(tx.commit().await?);
        };
        let (done, _) = operations::is_done(&mut tx, operation.id, patient).await?;
        let ecriture = Ecriture { patient, auteur: "service", instant };
        let frise = self.replay(&mut tx, &ecriture).await?;
        let ended = est_ferme_par(&frise.segments, operation.id);
        let (marked, _) = operations::is_done(&mut tx, operation.id, patient).await?;
        if done.is_none() && !ended && marked.is_none() {
            let standing = self.is_standing(&mut tx, operation.id).await?;
            let (medecin, jour) = (operation.medecin_id, operation.effet_du);
            let told = standing && autres_le(&frise.segments, medecin, jour).is_some();
            let resultat =
                if told { ResultatOperation::Notifiee } else { ResultatOperation::Inchangee };
            operations::mark(&mut tx, operation.id, patient, (resultat, false), instant).await?;
            if told {
                let event = self.notice(&ecriture, operation, operation.nature.avis());
                evenements::insert(&mut tx, &event).await?;
            }
        }
        patients::touch(&mut tx, patient, instant).await?;
        Ok(tx.commit().await?)
    }

    async fn is_standing(
        &self,
        conn: &mut crate::storage::Connection,
        id: OperationId,
    ) -> Result<bool, ServiceError> {
        let known = operations::get(conn, id).await?;
        Ok(known.is_some_and(|operation| operation.annulee_le.is_none()))
    }

    /// Undoes an operation for one patient: its act is taken back, the timeline unrolled again.
    async fn unserve(&self, operation: &Operation, patient: PatientId) -> Result<(), ServiceError> {
        let mut tx = self.db.begin("operation.unserve").await?;
        let Some(instant) = patients::lock(&mut tx, patient, self.clock.now()).await? else {
            operations::mark_undone(&mut tx, operation.id, patient, self.clock.now()).await?;
            return Ok(tx.commit().await?);
        };
        let (done, undone) = operations::is_done(&mut tx, operation.id, patient).await?;
        if undone {
            return Ok(());
        }
        let ecriture = Ecriture { patient, auteur: "service", instant };
        self.replay(&mut tx, &ecriture).await?;
        if done == Some(ResultatOperation::Notifiee) {
            let event = self.notice(&ecriture, operation, "medecin.operation_annulee");
            evenements::insert(&mut tx, &event).await?;
        }
        operations::mark_undone(&mut tx, operation.id, patient, instant).await?;
        patients::touch(&mut tx, patient, instant).await?;
        Ok(tx.commit().await?)
    }

    /// What a patient is told of what happens to the doctor, when the designation goes on.
    fn notice(
        &self,
        ecriture: &Ecriture,
        operation: &Operation,
        nature: &'static str,
    ) -> Evenement {
        Evenement {
            medecin_id: Some(operation.medecin_id),
            effet_du: Some(operation.effet_du),
            donnees: json!({
                "operation_id": operation.id,
                "nature": operation.nature,
                "effet_au": operation.effet_au,
                "avis": "patient",
            }),
            ..self.event_of(ecriture, nature)
        }
    }
}
