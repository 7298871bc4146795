//! The sandbox itself: made once, moved in time, emptied. Only a database that it marked is touched.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::liste::liste;
use super::{SandboxError, load, village};
use crate::auth::{Emetteur, Prouveur};
use crate::domain::clock::{AheadClock, Clock};
use crate::domain::declaration::SignatureAnnoncee;
use crate::domain::ids::IdSource;
use crate::http::{BacASable, Futur, Horloge, Liste, Panne};
use crate::jobs;
use crate::law::Law;
use crate::services::{Core, ServiceError};
use crate::storage::bac_a_sable::{Marque, alone, beside, empty, forget_jobs, mark, read};
use crate::storage::{Coffre, Db, Delais, StorageError, Tx};

/// A day, in seconds.
const DAY: i64 = 86_400;
/// The pseudonym of every card.
const SUPPORT: &str = "support-fictif";

/// The database of a sandbox, the law of its people, and how whoever may empty it connects.
#[derive(Clone)]
pub struct Place {
    /// The database.
    pub db: Db,
    /// The law.
    pub law: Arc<Law>,
    /// Address of a role that may set the guards of history aside.
    pub proprietaire: String,
}

impl std::fmt::Debug for Place {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

impl Place {
    /// Opens the sandbox: makes it when it is not there, begins again when it was never finished, and puts its
    /// clock where it was.
    pub async fn open(&self, horloge: &AheadClock) -> Result<(), SandboxError> {
        // Beside whoever uses it, whose jobs may be long; only who makes it, or makes it anew, is waited for.
        let mut here = self.db.begin("bac_a_sable.open").await.map_err(storage)?;
        if beside(&mut here).await.map_err(storage)?
            && let Some(Marque { peuple: true, avance_secondes, .. }) =
                read(&mut here).await.map_err(storage)?
        {
            horloge.put(avance_secondes);
            return Ok(());
        }
        drop(here);
        let mut guard = guard(&self.db).await?;
        let machine = horloge.base();
        match read(&mut guard).await.map_err(storage)? {
            Some(Marque { peuple: true, avance_secondes, .. }) => horloge.put(avance_secondes),
            Some(_) => self.remake(machine.now()).await?,
            None => self.fill(machine.now()).await?,
        }
        Ok(())
    }

    /// Empties the sandbox and makes its people anew, at an instant; its clock is then that of the machine.
    pub async fn remettre_a_zero(&self, instant: DateTime<Utc>) -> Result<(), SandboxError> {
        let mut guard = guard(&self.db).await?;
        read(&mut guard).await.map_err(storage)?.ok_or(SandboxError::NotASandbox)?;
        self.remake(instant).await?;
        tokio::time::sleep(CROYANCE).await;
        Ok(())
    }

    /// What the sandbox keeps about itself.
    pub async fn marque(&self) -> Result<Marque, SandboxError> {
        // Each request asks: a plain reading, under the limits of a request.
        marque(&self.db.sans_delais()).await
    }

    /// Moves its clock forward, for every process that follows it, then does what is due, by use cases that have that clock:
    /// whoever looks afterwards finds it done.
    pub async fn avancer(
        &self,
        jours: i64,
        horloge: &AheadClock,
        core: &Core,
    ) -> Result<(), SandboxError> {
        let alone = guard(&self.db).await?;
        let before = self.marque().await?;
        let further = jours.saturating_mul(DAY);
        let avance_secondes = before.avance_secondes.saturating_add(further);
        let mut tx = self.db.begin("bac_a_sable.avancer").await.map_err(storage)?;
        mark(&mut tx, Marque { avance_secondes, ..before }).await.map_err(storage)?;
        tx.commit().await.map_err(storage)?;
        horloge.put(avance_secondes);
        let (done, ()) = tokio::join!(jobs::run_due(core), tokio::time::sleep(CROYANCE));
        done?;
        alone.commit().await.map_err(storage)
    }

    async fn remake(&self, instant: DateTime<Utc>) -> Result<(), SandboxError> {
        // Nothing that is encrypted is read.
        let owner = Db::connect(&self.proprietaire, 1, Coffre::vide(), Delais::AUCUN).await;
        let owner = owner.map_err(storage)?;
        let mut tx = owner.begin("bac_a_sable.empty").await.map_err(storage)?;
        let marque = Marque { cree_le: instant, avance_secondes: 0, peuple: false };
        mark(&mut tx, marque).await.map_err(storage)?;
        empty(&mut tx).await.map_err(storage)?;
        tx.commit().await.map_err(storage)?;
        self.fill(instant).await?;
        let mut tx = owner.begin("bac_a_sable.forget_jobs").await.map_err(storage)?;
        forget_jobs(&mut tx).await.map_err(storage)?;
        tx.commit().await.map_err(storage)?;
        owner.close().await;
        Ok(())
    }

    /// Makes the people, and says that they are all there only then.
    async fn fill(&self, cree_le: DateTime<Utc>) -> Result<(), SandboxError> {
        for peuple in [false, true] {
            if peuple {
                load(self.db.clone(), Arc::clone(&self.law)).await?;
                village::load(&self.db, &self.law, cree_le).await?;
            }
            let mut tx = self.db.begin("bac_a_sable.fill").await.map_err(storage)?;
            let marque = Marque { cree_le, avance_secondes: 0, peuple };
            mark(&mut tx, marque).await.map_err(storage)?;
            tx.commit().await.map_err(storage)?;
        }
        Ok(())
    }
}

/// What the sandbox of a database keeps about itself.
async fn marque(db: &Db) -> Result<Marque, SandboxError> {
    let mut conn = db.read("bac_a_sable.marque").await.map_err(storage)?;
    read(&mut conn).await.map_err(storage)?.ok_or(SandboxError::NotASandbox)
}

/// Holds every other process off until this transaction ends.
async fn guard(db: &Db) -> Result<Tx, SandboxError> {
    let mut tx = db.begin("bac_a_sable.guard").await.map_err(storage)?;
    alone(&mut tx).await.map_err(storage)?;
    Ok(tx)
}

fn storage(error: StorageError) -> SandboxError {
    SandboxError::Service(ServiceError::Storage(error))
}

/// The sandbox of a service that runs.
#[derive(Debug)]
pub struct Bac {
    place: Place,
    core: Core,
    horloge: Arc<AheadClock>,
    emetteur: Arc<Emetteur>,
    prouveur: Arc<Prouveur>,
    ids: IdSource,
    /// The last proofs that were shown.
    montrees: Mutex<VecDeque<Montree>>,
    /// When the last reading of the clock that ended began.
    lue: tokio::sync::Mutex<Option<Instant>>,
}

/// How long a reading of the clock is believed, from when it began. Whoever moves the clock answers that much later: nobody who asks
/// afterwards, of whichever process, finds the time of before.
const CROYANCE: Duration = Duration::from_millis(100);

/// How many proofs are remembered: pages that somebody may still reload.
const MONTREES: usize = 500;

/// A proof that a gesture showed.
#[derive(Debug)]
struct Montree {
    cle: String,
    signature: SignatureAnnoncee,
    jws: String,
}

impl Bac {
    /// The sandbox of a service: where it is, its use cases and their clock, who issues its tokens and who proves its
    /// signatures.
    pub fn new(
        place: Place,
        core: Core,
        horloge: Arc<AheadClock>,
        emetteur: Arc<Emetteur>,
        prouveur: Arc<Prouveur>,
    ) -> Self {
        let ids = IdSource::from_system(Arc::clone(horloge.base()));
        Self {
            place,
            core,
            horloge,
            emetteur,
            prouveur,
            ids,
            montrees: Mutex::default(),
            lue: tokio::sync::Mutex::default(),
        }
    }

    /// Runs the jobs that are due at the time of the sandbox; none while somebody makes its people anew, for whom what
    /// was done a moment ago happened long ago. Gives how many ran.
    pub async fn run_due(&self) -> Result<usize, SandboxError> {
        let mut here = self.place.db.begin("bac_a_sable.beside").await.map_err(storage)?;
        if !beside(&mut here).await.map_err(storage)? {
            return Ok(0);
        }
        self.follow().await?;
        let ran = jobs::run_due(&self.core).await?;
        here.commit().await.map_err(storage)?;
        Ok(ran)
    }

    /// Puts the clock where the database says that it is: one reading serves everybody for as long as it may be believed.
    async fn follow(&self) -> Result<(), SandboxError> {
        let mut read = self.lue.lock().await;
        if read.is_some_and(|began| began.elapsed() < CROYANCE) {
            return Ok(());
        }
        let began = Instant::now();
        let avance = self.place.marque().await?.avance_secondes;
        if avance != self.horloge.seconds() {
            tracing::info!(seconds = avance, "the clock of the sandbox was moved");
            self.horloge.put(avance);
        }
        *read = Some(began);
        Ok(())
    }
}

impl BacASable for Bac {
    fn suivre(&self) -> Futur<'_, ()> {
        Box::pin(async move { Ok(self.follow().await?) })
    }

    fn liste(&self) -> Futur<'_, Liste> {
        Box::pin(async move {
            let cree_le = self.place.marque().await?.cree_le;
            Ok(liste(cree_le, &self.emetteur, &**self.horloge.base(), &self.ids)?)
        })
    }

    fn horloge(&self) -> Horloge {
        Horloge {
            maintenant: self.horloge.now(),
            jour: self.horloge.today(),
            avance_jours: self.horloge.days(),
        }
    }

    fn avancer(&self, jours: i64) -> Futur<'_, Horloge> {
        Box::pin(async move {
            self.place.avancer(jours, &self.horloge, &self.core).await?;
            Ok(self.horloge())
        })
    }

    fn remettre_a_zero(&self) -> Futur<'_, Horloge> {
        let (place, horloge) = (self.place.clone(), Arc::clone(&self.horloge));
        // A caller who does not wait for the end leaves nothing half made.
        let work = tokio::spawn(async move {
            horloge.put(0);
            place.remettre_a_zero(horloge.now()).await
        });
        Box::pin(async move {
            work.await??;
            Ok(self.horloge())
        })
    }

    fn prouver(&self, cle: &str, signature: &SignatureAnnoncee) -> Result<String, Panne> {
        let mut shown = self.montrees.lock().unwrap_or_else(PoisonError::into_inner);
        let again = shown.iter().find(|one| one.cle == cle && one.signature == *signature);
        if let Some(again) = again {
            return Ok(again.jws.clone());
        }
        let jws = self.prouveur.prove(signature, SUPPORT, &*self.horloge, &self.ids)?;
        if shown.len() >= MONTREES {
            shown.pop_front();
        }
        shown.push_back(Montree { cle: cle.to_owned(), signature: *signature, jws: jws.clone() });
        Ok(jws)
    }

    fn consultation<'a>(&'a self, prenom: &'a str, rpps: &'a str) -> Futur<'a, Option<Value>> {
        Box::pin(async move {
            let cree_le = self.place.marque().await?.cree_le;
            Ok(village::consultation(cree_le, (prenom, rpps), self.horloge.today()))
        })
    }
}

/// How many seconds the clock of a sandbox is ahead of the machine; none when its database is not there yet.
pub async fn avance(db: &Db) -> i64 {
    marque(db).await.map_or(0, |marque| marque.avance_secondes)
}
