//! What every use case stands on: the pieces of the service, and the only doors to the database.
//!
//! Nothing is read about a person but through a [`Search`] that became an [`Access`], nothing written but
//! through an [`Act`]: both look up what the caller is to the person, let the table of
//! [`Demarche`](crate::domain::droits::Demarche) judge, and leave the trace. An answer that shows somebody is
//! a [`Seen`] or a [`Memoire`], which nothing outside this folder can make.

mod access;
mod act;
mod essais;
mod job;
mod keys;
mod many;
mod rights;
mod traces;
mod writing;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::sync::OnceCell;

pub use self::access::{Access, Search, Seen};
pub use self::act::{Act, Opening};
pub(super) use self::essais::Tries;
pub(super) use self::job::Job;
pub use self::keys::{Demande, Done, Exit, Memoire, Render, Rendu};
pub(super) use self::many::Many;
pub(super) use self::rights::vue_de_caisse;
use self::traces::TraceWriter;
pub(super) use self::writing::Writing;
use super::feuilles_de_soins::PlacesDeLots;
use super::fil::Veille;
use super::loi::LoisLues;
use super::{Law, LawError, Mode, ServiceError};
use crate::domain::acteur::{Acteur, Auteur};
use crate::domain::clock::Clock;
use crate::domain::droits::Demarche;
pub(super) use crate::domain::evenement::Fact;
use crate::domain::fait_date::FaitDate;
use crate::domain::ids::{FaitId, IdSource, RequestId};
use crate::domain::webhook::Hotes;
use crate::law::parameters::Parametre;
use crate::storage::{Coffre, Comptees, Db, Delais, Publications, base, feuilles_de_soins, lois};

/// How long the answer of a creation is kept for who asks again, unless another period is set.
const MEMOIRE: TimeDelta = TimeDelta::hours(48);

/// From how many feuilles on the decisions leave the thread that serves requests.
const LONG: usize = 16;

/// A request: what is asked, by whom, and under which id it is traced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contexte {
    /// Who answers for it.
    pub auteur: Auteur,
    pub demarche: Demarche,
    pub requete_id: RequestId,
}

impl Contexte {
    /// In which role, for whom.
    pub const fn acteur(&self) -> &Acteur {
        &self.auteur.acteur
    }
}

/// Everything that use cases need. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Core {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Arc<IdSource>,
    law: Arc<Law>,
    mode: Mode,
    traces: TraceWriter,
    loi_id: Arc<OnceCell<i16>>,
    lois: LoisLues,
    /// Numbers of those who acted, as they are written beside traces and events.
    auteurs: Arc<Mutex<BTreeMap<Auteur, i32>>>,
    /// Who waits for what is told.
    veille: Arc<Veille>,
    /// To whom what is told may be sent.
    hotes: Arc<Hotes>,
    /// What lots may take of this instance.
    lots: Arc<PlacesDeLots>,
    memoire: TimeDelta,
}

impl Core {
    /// Puts the pieces together. Starts the writer of traces on the current runtime.
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Arc<IdSource>,
        law: Arc<Law>,
        mode: Mode,
    ) -> Self {
        let traces = TraceWriter::start(db.clone());
        let lots = Arc::new(PlacesDeLots::of(db.connections_max()));
        Self {
            db,
            clock,
            ids,
            law,
            mode,
            traces,
            loi_id: Arc::default(),
            lois: Arc::default(),
            auteurs: Arc::default(),
            veille: Arc::default(),
            hotes: Arc::default(),
            lots,
            memoire: MEMOIRE,
        }
    }

    /// The same, for work that nobody waits for: it has the time of jobs.
    #[must_use]
    pub fn travaux(&self) -> Self {
        Self { db: self.db.sous(Delais::TRAVAUX), ..self.clone() }
    }

    /// Decides about so many feuilles: of many, away from the threads that serve requests.
    pub(in crate::services) async fn decide<T: Send + 'static>(
        &self,
        feuilles: usize,
        decide: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        if feuilles < LONG {
            return Ok(decide(self));
        }
        let core = self.clone();
        let deciding = tokio::task::spawn_blocking(move || decide(&core));
        deciding.await.map_err(|_panicked| ServiceError::Indisponible)
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The source of identifiers.
    pub fn ids(&self) -> &IdSource {
        &self.ids
    }

    /// The law.
    pub const fn law(&self) -> &Arc<Law> {
        &self.law
    }

    /// Who waits for what is told.
    pub fn veille(&self) -> &Veille {
        &self.veille
    }

    /// The same, which may send what is told to these hosts.
    #[must_use]
    pub fn with_hotes(self, hotes: Hotes) -> Self {
        Self { hotes: Arc::new(hotes), ..self }
    }

    /// To whom what is told may be sent.
    pub fn hotes(&self) -> &Hotes {
        &self.hotes
    }

    /// The same, which keeps the answers of creations for so many hours.
    #[must_use]
    pub fn with_memoire(self, heures: u32) -> Self {
        Self { memoire: TimeDelta::hours(heures.into()), ..self }
    }

    pub(super) const fn memoire(&self) -> TimeDelta {
        self.memoire
    }

    /// Hears what the publications of every instance say.
    pub(in crate::services) async fn listen(&self) -> Result<Publications, ServiceError> {
        Ok(self.db.listen().await?)
    }

    /// How the service runs.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Closes every connection to the database.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// Whether the service can answer: the database does, and is the one that this service is for.
    pub async fn ready(&self) -> Result<(), ServiceError> {
        Ok(base::verify(&self.db, self.mode).await?)
    }

    /// The version of the master key under which is written.
    pub fn version_cle(&self) -> u8 {
        self.db.coffre().version()
    }

    /// What was written through this program's connections, by kind.
    pub(super) fn comptees(&self) -> Comptees {
        self.db.comptees()
    }

    /// Connections to the database that are open, and those of them that nobody uses.
    pub(super) fn connections(&self) -> (u32, u32) {
        self.db.connections()
    }

    /// The most connections to the database that may be open.
    pub fn connections_max(&self) -> u32 {
        self.db.connections_max()
    }

    /// Where requests that somebody waits for are counted, readings and writings: lots make room for them.
    pub fn presents(&self) -> [Arc<AtomicUsize>; 2] {
        self.lots.presents().clone()
    }

    /// What lots may take of this instance.
    pub(super) fn lots(&self) -> &PlacesDeLots {
        &self.lots
    }

    /// Says of a database that was never served before what it is from now on, and refuses one that is another's.
    pub async fn claim_database(&self) -> Result<(), ServiceError> {
        if !base::is_marked(&self.db, self.mode).await? {
            let mut tx = self.db.begin("claim").await?;
            let (id, now) = (self.ids.uuid(), self.clock.now());
            base::mark(&mut tx, &self.db, id, (self.mode, now)).await?;
            tx.commit().await?;
        }
        self.ready().await
    }

    /// Makes sure that feuilles of the month of a day can be stored.
    pub(super) async fn open_month(&self, jour: NaiveDate) -> Result<(), ServiceError> {
        Ok(feuilles_de_soins::ensure_month(&self.db, jour).await?)
    }

    pub(super) const fn lois(&self) -> &LoisLues {
        &self.lois
    }

    pub(super) fn coffre(&self) -> &Coffre {
        self.db.coffre()
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.clock.today()
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The value of a parameter on a day; before all declarations, that of their first day.
    pub(super) fn valeur(
        &self,
        parametre: Parametre,
        jour: NaiveDate,
    ) -> Result<i64, ServiceError> {
        let value = self.law.valeur(parametre, jour.max(self.law_start()));
        Ok(value.map_err(LawError::from)?)
    }

    /// First day on which a médecin traitant could be declared.
    pub(super) fn law_start(&self) -> NaiveDate {
        self.law
            .parametres()
            .get(Parametre::MtEffetALaSignature)
            .and_then(|history| history.valeurs.first())
            .map_or(NaiveDate::MIN, |first| first.periode.du())
    }

    /// A version of a fact, as known from an instant.
    pub(super) fn fait<T>(
        &self,
        valeur: T,
        effet: crate::domain::calendar::Periode,
        instant: DateTime<Utc>,
    ) -> FaitDate<T> {
        let id = FaitId::from_uuid(self.ids.uuid());
        FaitDate { id, valeur, effet, enregistre_le: instant, remplace_le: None }
    }

    /// The number of the present law, recorded once.
    pub(super) async fn loi_id(&self) -> Result<i16, ServiceError> {
        let made = self
            .loi_id
            .get_or_try_init(async || {
                let (law, contenu) = (&self.law, self.law.as_json());
                let mut tx = self.db.begin("loi.number").await?;
                let now = self.clock.now();
                let number = lois::number(&mut tx, law.empreinte(), &contenu, now).await?;
                tx.commit().await?;
                Ok::<_, ServiceError>(number)
            })
            .await?;
        Ok(*made)
    }
}
