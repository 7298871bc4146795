//! Jobs, as the runner sees them: taken, done, failed, planned.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Core, ServiceError};
use crate::domain::ids::TacheId;
pub use crate::storage::taches::Tache;
use crate::storage::{Tx, idempotence, taches};

/// How long a runner may keep a job before another takes it.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// How many times a job is tried before it is given up.
const ATTEMPTS: i16 = 8;

impl Core {
    /// Queues a job, due as soon as what calls for it is committed; not twice under one key.
    pub(super) async fn queue(
        &self,
        tx: &mut Tx,
        nature: &str,
        (cle, charge): (&str, &Value),
    ) -> Result<(), ServiceError> {
        let (id, now) = (TacheId::from_uuid(self.ids().uuid()), self.now());
        taches::enqueue(tx, id, nature, Some(cle), charge, now, now).await?;
        Ok(())
    }

    /// Plans a job without content, unless one of its kind waits already.
    pub async fn plan_task(
        &self,
        nature: &str,
        prevue_le: DateTime<Utc>,
    ) -> Result<bool, ServiceError> {
        let mut job = self.job("tache.enqueue").await?;
        let id = TacheId::from_uuid(self.ids().uuid());
        let now = self.now();
        let planned =
            taches::enqueue(job.conn(), id, nature, Some("unique"), &json!({}), prevue_le, now)
                .await?;
        job.close().await?;
        Ok(planned)
    }

    /// Takes the next job that is due.
    pub async fn take_task(&self) -> Result<Option<Tache>, ServiceError> {
        let now = self.now();
        let until = now.checked_add_signed(LEASE).unwrap_or(now);
        let mut job = self.job("tache.take").await?;
        let task = taches::take(job.conn(), now, until).await?;
        job.close().await?;
        Ok(task)
    }

    /// Keeps the job; `false` when another runner took it.
    pub(super) async fn still_ours(&self, task: &Tache) -> Result<bool, ServiceError> {
        let now = self.now();
        let until = now.checked_add_signed(LEASE).unwrap_or(now);
        let mut job = self.job("tache.extend").await?;
        let ours = taches::extend(job.conn(), task, until).await?;
        job.close().await?;
        Ok(ours)
    }

    /// Ends a job. One that comes back is planned again in the same transaction: another instance
    /// never finds it neither waiting nor running.
    pub async fn finish_task(
        &self,
        task: &Tache,
        again: Option<DateTime<Utc>>,
    ) -> Result<(), ServiceError> {
        let mut job = self.job("tache.finish").await?;
        taches::finish(job.conn(), task.id).await?;
        if let Some(prevue_le) = again {
            let next = TacheId::from_uuid(self.ids().uuid());
            let (nature, now) = (&task.nature, self.now());
            let key = Some("unique");
            taches::enqueue(job.conn(), next, nature, key, &json!({}), prevue_le, now).await?;
        }
        job.close().await
    }

    /// Puts a failed job back, later and later, or gives it up.
    pub async fn fail_task(&self, task: &Tache, error: &str) -> Result<(), ServiceError> {
        let now = self.now();
        let delay = TimeDelta::seconds(1_i64 << task.essais.clamp(0, 12));
        let again = (task.essais < ATTEMPTS).then(|| now.checked_add_signed(delay)).flatten();
        let mut job = self.job("tache.fail").await?;
        taches::fail(job.conn(), task.id, error, again).await?;
        job.close().await
    }

    /// Forgets the answers of creations that nobody will ask for again, and tries that count no more.
    pub async fn purge_idempotence(&self) -> Result<u64, ServiceError> {
        let now = self.now();
        let before = now.checked_sub_signed(self.memoire()).unwrap_or(now);
        let mut job = self.job("idempotence.purge").await?;
        let purged = idempotence::purge(job.conn(), before).await?;
        self.purge_tries(job.conn()).await?;
        job.close().await?;
        Ok(purged)
    }

    /// Makes the partitions of this month and of the next.
    pub async fn prepare_partitions(&self) -> Result<(), ServiceError> {
        let today = self.today();
        self.open_month(today).await?;
        if let Some(next) = crate::domain::calendar::plus_mois(today, 1) {
            self.open_month(next).await?;
        }
        Ok(())
    }
}
