//! Traces of access, written before the answer is given.
//!
//! Readings are many: one writer gathers the traces that wait and commits them together, so that a
//! busy service pays one commit for many readings and an idle one pays one for each.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use tokio::sync::{mpsc, oneshot};

use super::{Contexte, Core, ServiceError};
use crate::domain::acteur::Auteur;
use crate::domain::ids::{AccesId, PatientId};
use crate::storage::acces::{self, Acces};
use crate::storage::{Db, Tx, auteurs};

/// The most traces committed together.
const BATCH: usize = 512;
/// Readers that may wait; beyond, they wait for a place.
const QUEUE: usize = 4096;
/// Authors whose numbers are remembered.
const REMEMBERED: usize = 10_000;

type Waiting = (Vec<Acces>, oneshot::Sender<bool>);

/// Hands traces to the writer.
#[derive(Debug, Clone)]
pub(crate) struct TraceWriter(mpsc::Sender<Waiting>);

impl TraceWriter {
    /// Starts the writer. It stops when every handle is dropped.
    pub(crate) fn start(db: Db) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(write_all(db, receiver));
        Self(sender)
    }

    async fn write(&self, traces: Vec<Acces>) -> Result<(), ServiceError> {
        let (done, written) = oneshot::channel();
        self.0.send((traces, done)).await.map_err(|_stopped| ServiceError::TraceImpossible)?;
        match written.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(ServiceError::TraceImpossible),
        }
    }
}

async fn write_all(db: Db, mut receiver: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        let (traces, waiting): (Vec<Vec<Acces>>, Vec<_>) = batch.drain(..).unzip();
        let written = acces::insert_alone(&db, &traces.concat())
            .await
            .inspect_err(|error| tracing::error!(%error, "accesses could not be traced"))
            .is_ok();
        for reader in waiting {
            // A reader that went away needs no answer.
            reader.send(written).unwrap_or_default();
        }
    }
}

impl Core {
    /// Traces that somebody sees the data of some persons, and waits until the traces are safe.
    pub(super) async fn trace_all(
        &self,
        contexte: &Contexte,
        persons: impl IntoIterator<Item = PatientId>,
    ) -> Result<(), ServiceError> {
        let traces = self.shown(contexte, persons).await?;
        if traces.is_empty() { Ok(()) } else { self.traces.write(traces).await }
    }

    /// Traces, in the transaction of an act, that its answer shows the data of some persons.
    pub(super) async fn trace_within(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        persons: &[PatientId],
    ) -> Result<(), ServiceError> {
        let traces = self.shown(contexte, persons.iter().copied()).await?;
        if traces.is_empty() { Ok(()) } else { Ok(acces::insert_all(tx, &traces).await?) }
    }

    /// The traces of those whom the operation shows.
    pub(super) async fn shown(
        &self,
        contexte: &Contexte,
        persons: impl IntoIterator<Item = PatientId>,
    ) -> Result<Vec<Acces>, ServiceError> {
        self.accesses(contexte, persons, contexte.demarche.trace()).await
    }

    /// One trace a person; none by an operation that shows nobody.
    pub(super) async fn accesses(
        &self,
        contexte: &Contexte,
        persons: impl IntoIterator<Item = PatientId>,
        operation: Option<&'static str>,
    ) -> Result<Vec<Acces>, ServiceError> {
        let Some(operation) = operation else { return Ok(Vec::new()) };
        let distinct: BTreeSet<PatientId> = persons.into_iter().collect();
        if distinct.is_empty() {
            return Ok(Vec::new());
        }
        let auteur_id = self.author_id(&contexte.auteur).await?;
        let (survenu_le, requete_id) = (self.now(), contexte.requete_id);
        let one = |patient_id| {
            let id = AccesId::from_uuid(self.ids.uuid());
            Acces { id, patient_id, survenu_le, auteur_id, operation, requete_id }
        };
        Ok(distinct.into_iter().map(one).collect())
    }

    /// The number of who acts, when it is remembered.
    pub(super) fn known_author(&self, auteur: &Auteur) -> Option<i32> {
        self.auteurs.lock().unwrap_or_else(PoisonError::into_inner).get(auteur).copied()
    }

    /// The number of who acts, written once and for all.
    pub(super) async fn author_id(&self, auteur: &Auteur) -> Result<i32, ServiceError> {
        if let Some(known) = self.known_author(auteur) {
            return Ok(known);
        }
        let mut tx = self.db.begin("auteur.number").await?;
        let number = auteurs::number(&mut tx, self.coffre(), auteur, self.now()).await?;
        tx.commit().await?;
        let mut all = self.auteurs.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(auteur.clone(), number);
        Ok(number)
    }
}
