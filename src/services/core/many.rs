//! Writing about many persons at once: a lot of feuilles.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::writing::Signed;
use super::{Contexte, Core, Demande, Fact, Memoire, Rendu, ServiceError};
use crate::domain::ids::{EvenementId, FeuilleId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::{Tx, evenements, patients};

/// A transaction about many persons, by one caller.
#[derive(Debug)]
pub(crate) struct Many<'a> {
    core: &'a Core,
    contexte: &'a Contexte,
    tx: Tx,
    signed: Signed,
}

impl Core {
    /// Opens a transaction about many persons, without a key: the natural keys of what is written keep it
    /// from being written twice.
    pub(in crate::services) async fn many<'a>(
        &'a self,
        contexte: &'a Contexte,
    ) -> Result<Many<'a>, ServiceError> {
        contexte.demarche.verify_role(contexte.acteur())?;
        let id = self.author_id(&contexte.auteur).await?;
        let tx = self.db.begin(contexte.demarche.mot()).await?;
        let signed = Signed { role: contexte.acteur().role().mot(), id: Some(id) };
        Ok(Many::new(self, contexte, tx, signed))
    }
}

impl<'a> Many<'a> {
    pub(super) const fn new(
        core: &'a Core,
        contexte: &'a Contexte,
        tx: Tx,
        signed: Signed,
    ) -> Self {
        Self { core, contexte, tx, signed }
    }

    /// Where to read and write.
    pub(in crate::services) fn conn(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// The base of everything.
    pub(in crate::services) const fn core(&self) -> &'a Core {
        self.core
    }

    /// What is asked, by whom.
    pub(in crate::services) const fn contexte(&self) -> &'a Contexte {
        self.contexte
    }

    /// Locks persons in the order of their ids; gives the instant under which the next thing about each
    /// will be known.
    pub(in crate::services) async fn lock(
        &mut self,
        persons: &[PatientId],
    ) -> Result<BTreeMap<PatientId, DateTime<Utc>>, ServiceError> {
        let locked = patients::lock_all(&mut self.tx, persons, self.core.now()).await?;
        Ok(locked.into_iter().collect())
    }

    /// Tells the same of each of some feuilles, and writes when their persons were last written about.
    pub(in crate::services) async fn tell(
        &mut self,
        fact: Fact,
        feuilles: &[FeuilleId],
        instants: &[(PatientId, DateTime<Utc>)],
    ) -> Result<(), ServiceError> {
        let id = EvenementId::from_uuid(self.core.ids.uuid());
        let event = fact.evenement(id, self.signed, (None, self.core.now()));
        evenements::insert_of_feuilles(&mut self.tx, &event, feuilles).await?;
        Ok(patients::touch_all(&mut self.tx, instants).await?)
    }

    /// Tells something about one of the persons.
    pub(in crate::services) async fn tell_about(
        &mut self,
        (patient, instant): (PatientId, DateTime<Utc>),
        fact: Fact,
    ) -> Result<(), ServiceError> {
        let id = EvenementId::from_uuid(self.core.ids.uuid());
        let event = fact.evenement(id, self.signed, (Some(patient), instant));
        Ok(evenements::insert(&mut self.tx, &event).await?)
    }

    /// Ends a lot: those whom its answers show are traced, and everything is committed.
    pub(in crate::services) async fn close(
        mut self,
        persons: &[PatientId],
    ) -> Result<(), ServiceError> {
        self.core.trace_within(&mut self.tx, self.contexte, persons).await?;
        Ok(self.tx.commit().await?)
    }

    /// Ends what was asked under a key: the same, and the answer is kept.
    pub(in crate::services) async fn close_keyed(
        self,
        demande: &Demande,
        (rendu, persons): (Rendu, &[PatientId]),
    ) -> Result<Memoire, ServiceError> {
        self.core.keep(self.tx, demande, (rendu, persons)).await
    }
}
