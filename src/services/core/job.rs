//! Work that nobody asks for at that moment: what the service does by itself, and what is only tried.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Contexte, Core, Fact, ServiceError, Writing};
use crate::domain::ids::PatientId;
use crate::storage::patients::etat::Verrou;
use crate::storage::{Tx, patients};

/// A transaction of the service itself.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    core: &'a Core,
    tx: Tx,
    touched: Option<(PatientId, DateTime<Utc>)>,
}

/// A transaction that is always forgotten: what would happen.
#[derive(Debug)]
pub(crate) struct Trial(Tx);

impl Core {
    /// Begins a piece of work of the service itself.
    pub(in crate::services) async fn job(
        &self,
        name: &'static str,
    ) -> Result<Job<'_>, ServiceError> {
        Ok(Job { core: self, tx: self.db.begin(name).await?, touched: None })
    }

    /// Begins something that is done as really, and then forgotten.
    pub(in crate::services) async fn trial(
        &self,
        contexte: &Contexte,
    ) -> Result<Trial, ServiceError> {
        contexte.demarche.verify_role(contexte.acteur())?;
        Ok(Trial(self.db.begin(contexte.demarche.mot()).await?))
    }
}

impl<'a> Job<'a> {
    /// Where to read and write.
    pub(in crate::services) fn conn(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Locks a person; `None` when their record was merged.
    pub(in crate::services) async fn on(
        &mut self,
        patient: PatientId,
    ) -> Result<Option<Writing<'_>>, ServiceError> {
        let locked = patients::lock(&mut self.tx, patient, self.core.now()).await?;
        let Some(instant) = locked else { return Ok(None) };
        self.touched = Some((patient, instant));
        Ok(Some(self.core.writing(&mut self.tx, (patient, instant))))
    }

    /// The base of everything.
    pub(in crate::services) const fn core(&self) -> &'a Core {
        self.core
    }

    /// Locks persons in the order of their ids; see [`patients::lock_all`]. Whoever writes about them says so by
    /// [`touch`](Self::touch).
    pub(in crate::services) async fn lock(
        &mut self,
        persons: &[PatientId],
    ) -> Result<BTreeMap<PatientId, Verrou>, ServiceError> {
        Ok(patients::lock_all(&mut self.tx, persons, self.core.now()).await?)
    }

    /// Tells something about one of them.
    pub(in crate::services) fn tell(
        &mut self,
        (patient, instant): (PatientId, DateTime<Utc>),
        fact: Fact,
    ) {
        self.core.tell(&mut self.tx, None, (Some(patient), instant), fact);
    }

    /// Writes when evaluations of some of them were last recorded.
    pub(in crate::services) async fn touch(
        &mut self,
        instants: &[(PatientId, DateTime<Utc>)],
    ) -> Result<(), ServiceError> {
        Ok(patients::touch_evaluated(&mut self.tx, instants).await?)
    }

    /// Forgets the work.
    pub(in crate::services) async fn forget(self) -> Result<(), ServiceError> {
        Ok(self.tx.rollback().await?)
    }

    /// Ends the work: writes when its person was last written about, and commits.
    pub(in crate::services) async fn close(mut self) -> Result<(), ServiceError> {
        if let Some((patient, instant)) = self.touched {
            patients::touch(&mut self.tx, patient, instant).await?;
        }
        self.tx.commit().await?;
        self.core.veille().awake();
        Ok(())
    }
}

impl Trial {
    /// Where to read and write what is forgotten.
    pub(in crate::services) fn conn(&mut self) -> &mut Tx {
        &mut self.0
    }
}
