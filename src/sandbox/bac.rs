//! The sandbox itself: made once, moved in time, emptied. Only a database that it marked is touched.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::liste::liste;
use super::{SandboxError, load, patient_id, village};
use crate::auth::Emetteur;
use crate::domain::clock::{AheadClock, Clock};
use crate::domain::ids::IdSource;
use crate::http::{BacASable, Futur, Horloge, Liste};
use crate::jobs;
use crate::law::Law;
use crate::services::{Core, ServiceError};
use crate::storage::bac_a_sable::{Marque, alone, empty, holds_others_than, mark, read};
use crate::storage::{Db, StorageError, Tx};

/// A day, in seconds.
const DAY: i64 = 86_400;

/// Opens the sandbox of a database: makes it when it is not there, begins again when it was never finished,
/// and gives its clock.
pub async fn ouvrir(
    db: &Db,
    law: &Arc<Law>,
    machine: Arc<dyn Clock>,
) -> Result<Arc<AheadClock>, SandboxError> {
    let mut guard = guard(db).await?;
    let avance = match read(&mut guard).await.map_err(storage)? {
        Some(Marque { peuple: true, avance_secondes, .. }) => avance_secondes,
        Some(_) => remake(db, law, machine.now()).await?,
        None => {
            let alice = patient_id("alice").ok_or(SandboxError::Unknown("ALICE"))?;
            if holds_others_than(&mut guard, alice).await.map_err(storage)? {
                return Err(SandboxError::NotASandbox);
            }
            fill(db, law, machine.now()).await?
        }
    };
    Ok(Arc::new(AheadClock::new(machine, avance)))
}

/// Empties the sandbox of a database and makes its people anew, at an instant; its clock is then that of the
/// machine.
pub async fn remettre_a_zero(
    db: &Db,
    law: &Arc<Law>,
    instant: DateTime<Utc>,
) -> Result<(), SandboxError> {
    let mut guard = guard(db).await?;
    read(&mut guard).await.map_err(storage)?.ok_or(SandboxError::NotASandbox)?;
    remake(db, law, instant).await.map(|_at_the_hour_of_the_machine| ())
}

/// The mark of the sandbox of a database.
pub async fn marque(db: &Db) -> Result<Marque, SandboxError> {
    let mut conn = db.read("bac_a_sable.marque").await.map_err(storage)?;
    read(&mut conn).await.map_err(storage)?.ok_or(SandboxError::NotASandbox)
}

/// Moves the clock of a sandbox forward, for every process that follows it.
pub async fn avancer(db: &Db, jours: i64) -> Result<i64, SandboxError> {
    let mut tx = guard(db).await?;
    let before = read(&mut tx).await.map_err(storage)?.ok_or(SandboxError::NotASandbox)?;
    let further = jours.saturating_mul(DAY);
    let avance_secondes = before.avance_secondes.saturating_add(further);
    mark(&mut tx, Marque { avance_secondes, ..before }).await.map_err(storage)?;
    tx.commit().await.map_err(storage)?;
    Ok(avance_secondes)
}

/// Holds every other process off until this transaction ends.
async fn guard(db: &Db) -> Result<Tx, SandboxError> {
    let mut tx = db.begin("bac_a_sable.guard").await.map_err(storage)?;
    alone(&mut tx).await.map_err(storage)?;
    Ok(tx)
}

async fn remake(db: &Db, law: &Arc<Law>, instant: DateTime<Utc>) -> Result<i64, SandboxError> {
    let mut tx = db.begin("bac_a_sable.empty").await.map_err(storage)?;
    mark(&mut tx, Marque { cree_le: instant, avance_secondes: 0, peuple: false })
        .await
        .map_err(storage)?;
    empty(&mut tx).await.map_err(storage)?;
    tx.commit().await.map_err(storage)?;
    fill(db, law, instant).await
}

/// Makes the people, and says that they are all there only then.
async fn fill(db: &Db, law: &Arc<Law>, cree_le: DateTime<Utc>) -> Result<i64, SandboxError> {
    for peuple in [false, true] {
        if peuple {
            load(db.clone(), Arc::clone(law)).await?;
            village::load(db, law, cree_le).await?;
        }
        let mut tx = db.begin("bac_a_sable.fill").await.map_err(storage)?;
        let marque = Marque { cree_le, avance_secondes: 0, peuple };
        mark(&mut tx, marque).await.map_err(storage)?;
        tx.commit().await.map_err(storage)?;
    }
    Ok(0)
}

fn storage(error: StorageError) -> SandboxError {
    SandboxError::Service(ServiceError::Storage(error))
}

/// The sandbox of a service that runs.
#[derive(Debug)]
pub struct Bac {
    db: Db,
    core: Core,
    horloge: Arc<AheadClock>,
    emetteur: Arc<Emetteur>,
    ids: IdSource,
}

impl Bac {
    /// The sandbox of a service: its database, its use cases and their clock, and who issues its tokens.
    pub fn new(db: Db, core: Core, horloge: Arc<AheadClock>, emetteur: Arc<Emetteur>) -> Self {
        let ids = IdSource::from_system(Arc::clone(horloge.base()));
        Self { db, core, horloge, emetteur, ids }
    }

    /// Looks where another process put the clock.
    pub async fn suivre(&self) -> Result<(), SandboxError> {
        let avance = marque(&self.db).await?.avance_secondes;
        if avance != self.horloge.seconds() {
            tracing::info!(seconds = avance, "the clock of the sandbox was moved");
            self.horloge.put(avance);
        }
        Ok(())
    }
}

impl BacASable for Bac {
    fn liste(&self) -> Futur<'_, Liste> {
        Box::pin(async move {
            let cree_le = marque(&self.db).await?.cree_le;
            Ok(liste(cree_le, &self.emetteur, &**self.horloge.base(), &self.ids)?)
        })
    }

    fn horloge(&self) -> Horloge {
        Horloge {
            maintenant: self.horloge.now(),
            jour: self.horloge.today(),
            avance_jours: self.horloge.seconds().div_euclid(DAY),
        }
    }

    fn avancer(&self, jours: i64) -> Futur<'_, Horloge> {
        Box::pin(async move {
            self.horloge.put(avancer(&self.db, jours).await?);
            // What is due on the day is done before anybody looks.
            jobs::run_due(&self.core).await?;
            Ok(self.horloge())
        })
    }

    fn remettre_a_zero(&self) -> Futur<'_, Horloge> {
        Box::pin(async move {
            let machine = self.horloge.base();
            remettre_a_zero(&self.db, self.core.law(), machine.now()).await?;
            self.horloge.put(0);
            Ok(self.horloge())
        })
    }
}

/// How many seconds the clock of a sandbox is ahead of the machine; none when its database is not there yet.
pub async fn avance(db: &Db) -> i64 {
    marque(db).await.map_or(0, |marque| marque.avance_secondes)
}
