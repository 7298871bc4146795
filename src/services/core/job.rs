//! Work that nobody asks for at that moment: what the service does by itself, and what is only tried.

use chrono::{DateTime, Utc};

use super::{Contexte, Core, ServiceError, Writing};
use crate::domain::ids::PatientId;
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

impl Job<'_> {
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
        let Self { core, tx, .. } = self;
        Ok(Some(Writing { core, tx, auteur_id: None, patient, instant }))
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
