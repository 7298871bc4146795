//! Traces of access, written before the answer is given.
//!
//! Readings are many: one writer gathers the traces that wait and commits them together, so that a
//! busy service pays one commit for many readings and an idle one pays one for each.

use tokio::sync::{mpsc, oneshot};

use super::{Contexte, ServiceError, Services};
use crate::domain::ids::{AccesId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::acces::{self, Acces};
use crate::storage::{Connection, Db, StorageError};

/// The most traces committed together.
const BATCH: usize = 512;
/// Readers that may wait; beyond, they wait for a place.
const QUEUE: usize = 4096;

type Waiting = (Acces, oneshot::Sender<bool>);

/// Hands traces to the writer.
#[derive(Debug, Clone)]
pub struct TraceWriter(mpsc::Sender<Waiting>);

impl TraceWriter {
    /// Starts the writer. It stops when every handle is dropped.
    pub fn start(db: Db) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(write_all(db, receiver));
        Self(sender)
    }

    async fn write(&self, trace: Acces) -> Result<(), ServiceError> {
        let (done, written) = oneshot::channel();
        self.0.send((trace, done)).await.map_err(|_stopped| ServiceError::TraceImpossible)?;
        match written.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(ServiceError::TraceImpossible),
        }
    }
}

async fn write_all(db: Db, mut receiver: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        let (traces, waiting): (Vec<Acces>, Vec<_>) = batch.drain(..).unzip();
        let written = write(&db, &traces)
            .await
            .inspect_err(|error| tracing::error!(%error, "accesses could not be traced"))
            .is_ok();
        for reader in waiting {
            // A reader that went away needs no answer.
            reader.send(written).unwrap_or_default();
        }
    }
}

async fn write(db: &Db, traces: &[Acces]) -> Result<(), StorageError> {
    let mut tx = db.begin("acces.insert_all").await?;
    acces::insert_all(&mut tx, traces).await?;
    tx.commit().await
}

impl Services {
    /// Traces that somebody reads a person's data, and waits until the trace is safe.
    pub(super) async fn trace(
        &self,
        contexte: &Contexte,
        patient_id: PatientId,
        operation: &'static str,
    ) -> Result<(), ServiceError> {
        self.traces.write(self.access(contexte, patient_id, operation)).await
    }

    /// Traces, in the transaction of a writing, that its answer shows a person's data.
    pub(super) async fn trace_within(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        patient_id: PatientId,
        operation: &'static str,
    ) -> Result<(), ServiceError> {
        Ok(acces::insert_all(conn, &[self.access(contexte, patient_id, operation)]).await?)
    }

    fn access(&self, contexte: &Contexte, patient_id: PatientId, operation: &'static str) -> Acces {
        Acces {
            id: AccesId::from_uuid(self.ids.uuid()),
            patient_id,
            survenu_le: self.clock.now(),
            appelant_role: contexte.acteur.role().mot().to_owned(),
            appelant: contexte.acteur.identite(),
            operation: operation.to_owned(),
            requete_id: contexte.requete_id,
        }
    }

    /// Traces that somebody reads the data of several persons: one trace each, written together.
    pub(super) async fn trace_all(
        &self,
        contexte: &Contexte,
        patients: impl Iterator<Item = PatientId>,
        operation: &'static str,
    ) -> Result<(), ServiceError> {
        let distinct: std::collections::BTreeSet<PatientId> = patients.collect();
        let traces: Vec<Acces> = distinct
            .into_iter()
            .map(|patient_id| Acces {
                id: AccesId::from_uuid(self.ids.uuid()),
                patient_id,
                survenu_le: self.clock.now(),
                appelant_role: contexte.acteur.role().mot().to_owned(),
                appelant: contexte.acteur.identite(),
                operation: operation.to_owned(),
                requete_id: contexte.requete_id,
            })
            .collect();
        if traces.is_empty() {
            return Ok(());
        }
        write(&self.db, &traces).await.map_err(|error| {
            tracing::error!(%error, "accesses could not be traced");
            ServiceError::TraceImpossible
        })
    }
}
