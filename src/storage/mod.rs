//! The only place with SQL: plain functions, one query each, checked against the schema at build.
//!
//! What reads takes a [`Connection`], what writes or locks a [`Tx`], which is lent only to write: a reading
//! cannot write. Every write about a person begins with [`patients::lock`], which also gives the instant
//! under which the write is known. Instants and identifiers are arguments; numbers and names of persons
//! are encrypted by the [`Coffre`].
//!
//! Statements read and write types of the domain. `types.rs` says how each of them is stored, and
//! `sqlx.toml`, at the root, which column has which. What looks back takes a
//! [`Connaissance`](connaissance::Connaissance): an instant, or none for what is known now.

pub mod a_faire;
pub mod a_revoir;
pub mod abonnements;
pub mod acces;
pub mod actes_nationaux;
pub mod adressages;
pub mod analyseurs;
pub mod auteurs;
pub mod avis_ponctuels;
pub mod bac_a_sable;
pub mod base;
pub mod caduques;
mod cbor;
pub mod ccam;
pub mod cles;
mod coffre;
mod comptes;
pub mod conciliations;
pub mod connaissance;
mod copie;
pub mod courriers;
pub mod declarations;
mod delais;
pub mod designations;
pub mod dossier_complet;
mod error;
pub mod essais;
pub mod evaluations;
pub mod evenements;
pub mod exports;
pub mod facturation;
pub mod faits;
pub mod feuilles_de_soins;
pub mod fil;
pub mod fins;
pub mod honoraires;
pub mod idempotence;
mod lecture;
mod lien;
pub mod lois;
pub mod medecins;
pub mod mesures;
pub mod migrations;
pub mod neutralisations;
mod nombres;
pub mod operations;
pub mod pages;
pub mod participations;
pub mod patientele;
pub mod patients;
mod publications;
pub mod purges;
pub mod recouvrements;
pub mod reevaluations;
pub mod remunerations;
pub mod representations;
pub mod reprises;
pub mod roles;
pub mod rotation;
pub mod sante;
pub mod sceaux;
pub mod scelles;
pub mod signatures;
pub mod statistiques;
pub mod taches;
pub mod travaux;
mod types;

use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgArguments, PgPoolOptions, Postgres};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Transaction};

pub use self::coffre::{Coffre, CoffreError};
pub use self::comptes::Comptees;
use self::comptes::Comptes;
pub use self::delais::Delais;
pub use self::error::StorageError;
use self::evenements::Inscription;
use self::lecture::Lecture;
pub use self::lecture::Reading;
pub use self::lien::Lien;
pub use self::publications::Publications;
pub use sqlx::postgres::PgConnection as Connection;

use crate::domain::evenement::Fact;

/// How long a connection rests before it is asked whether it still lives.
const RESTED: Duration = Duration::from_secs(1);

/// What changes rows and reads none.
type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// The database, and the keys of what it holds encrypted.
#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
    coffre: Arc<Coffre>,
    comptes: Arc<Comptes>,
    /// Other limits than those of its connections.
    delais: Option<Delais>,
}

impl Db {
    /// Opens a pool of at most `size` connections. A first connection, alone, says at once why there is none, where a pool
    /// would try again.
    pub async fn connect(
        url: &str,
        size: u32,
        coffre: Coffre,
        delais: Delais,
    ) -> Result<Self, StorageError> {
        Connection::connect(url).await?.close().await?;
        let versions: Vec<i32> = coffre.versions().into_iter().map(i32::from).collect();
        let pool = PgPoolOptions::new()
            .max_connections(size)
            // A ping before each use would double the traffic: only a connection that has rested,
            // which a restarted server may have closed, is asked whether it lives.
            .test_before_acquire(false)
            // Rows are found by their keys, one at a time or a thousand: an index is always the way,
            // whatever the disks are believed to cost. Each connection says which keys are behind it.
            .after_connect(move |connection, _known| {
                let versions = versions.clone();
                Box::pin(async move {
                    sqlx::query!(
                        "/* db.settle */
                         SELECT set_config('random_page_cost', '1.1', false) AS cost,
                                set_config('max_parallel_workers_per_gather', '0', false) AS workers,
                                (SELECT count(*) FROM (SELECT pg_advisory_lock_shared($1, version)
                                                       FROM unnest($2::int[]) AS version) AS said) AS versions",
                        cles::VERROU,
                        &versions
                    )
                    .fetch_one(&mut *connection)
                    .await?;
                    delais.say(connection).await
                })
            })
            .before_acquire(|connection, known| {
                Box::pin(async move {
                    if known.idle_for >= RESTED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect(url)
            .await?;
        Ok(Self::new(pool, coffre))
    }

    /// Uses an existing pool.
    pub fn new(pool: PgPool, coffre: Coffre) -> Self {
        Self { pool, coffre: Arc::new(coffre), comptes: Arc::default(), delais: None }
    }

    /// The same connections, for what has limits of its own.
    #[must_use]
    pub fn sous(&self, delais: Delais) -> Self {
        Self { delais: Some(delais), ..self.clone() }
    }

    /// The same connections, with their own limits.
    #[must_use]
    pub fn sans_delais(&self) -> Self {
        Self { delais: None, ..self.clone() }
    }

    /// Keys of what is encrypted.
    pub fn coffre(&self) -> &Coffre {
        &self.coffre
    }

    /// Whether a version of the master key is here.
    pub fn a_la_cle(&self, version: i16) -> bool {
        self.coffre.versions().iter().any(|here| i16::from(*here) == version)
    }

    /// The pool, for migrations.
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The most connections that may be open.
    pub fn connections_max(&self) -> u32 {
        self.pool.options().get_max_connections()
    }

    /// Connections that are open, and those of them that nobody uses.
    pub fn connections(&self) -> (u32, u32) {
        (self.pool.size(), u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX))
    }

    /// What was written through this pool and its copies, by kind.
    pub fn comptees(&self) -> Comptees {
        self.comptes.read()
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Opens a transaction with a name. Nothing is written unless it is committed.
    ///
    /// Writers lock in one order, idempotency key, then person, then the rest, so that they never
    /// wait for each other in a circle.
    pub async fn begin(&self, name: &'static str) -> Result<Tx, StorageError> {
        self.verify_key()?;
        if !self.coffre.a_la_cle_de_donnees(self.coffre.version()) {
            cles::learn(&mut *self.pool.acquire().await?, &self.coffre).await?;
        }
        Ok(self.named(name, self.transaction(false).await?))
    }

    /// Writes by one statement that is a whole transaction: it is committed, or nothing is.
    async fn write_alone(&self, statement: Statement<'_>) -> Result<(), StorageError> {
        self.verify_key()?;
        statement.execute(&mut *self.pool.acquire().await?).await?;
        Ok(())
    }

    /// Takes a connection to read, without a transaction: each statement sees what is committed
    /// when it begins, exactly as it would inside one, for two exchanges less.
    pub async fn read(&self, name: &'static str) -> Result<Reading, StorageError> {
        self.verify_key()?;
        let inner = match self.delais {
            None => Lecture::Seule(self.pool.acquire().await?),
            Some(_) => Lecture::Bornee(self.transaction(false).await?),
        };
        Ok(Reading::new(name, inner))
    }

    /// Opens a transaction, under the limits of this value; one that sees a single instant must say so first of all.
    async fn transaction(
        &self,
        snapshot: bool,
    ) -> Result<Transaction<'static, Postgres>, StorageError> {
        let mode = if snapshot { " ISOLATION LEVEL REPEATABLE READ, READ ONLY" } else { "" };
        let delais = self.delais.map(Delais::locaux).unwrap_or_default();
        // One exchange. Nothing of it comes from outside.
        let begin = AssertSqlSafe(format!("/* db.begin */ BEGIN{mode}{delais}"));
        let pool = self.pool.clone();
        // To its end, even when nobody waits for it any more: what is begun and not known to be would stay open on its connection, and take
        // in whatever the next one writes there.
        let beginning = tokio::spawn(async move { pool.begin_with(begin).await });
        Ok(beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))?)
    }

    fn named(&self, name: &'static str, inner: Transaction<'static, Postgres>) -> Tx {
        let (began, comptes) = (Instant::now(), Arc::clone(&self.comptes));
        Tx { inner, name, began, comptes, ecrit: Comptees::default(), dits: Vec::new() }
    }

    /// Refuses to go on with digests that would find nobody.
    fn verify_key(&self) -> Result<(), StorageError> {
        if self.coffre.est_depasse() { Err(StorageError::OtherKey) } else { Ok(()) }
    }

    /// Opens a reading that sees what was committed at one instant, however many statements it takes.
    pub async fn snapshot(&self, name: &'static str) -> Result<Snapshot, StorageError> {
        self.verify_key()?;
        Ok(Snapshot(self.named(name, self.transaction(true).await?)))
    }
}

/// A transaction with a name: undone when dropped, written when committed.
#[derive(Debug)]
#[must_use = "a transaction that is not committed writes nothing"]
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    name: &'static str,
    began: Instant,
    comptes: Arc<Comptes>,
    /// What is counted once it is committed.
    ecrit: Comptees,
    /// What it told and did not write yet.
    dits: Vec<(Inscription, Fact)>,
}

impl Tx {
    /// Writes everything, what it told too, or fails.
    pub async fn commit(mut self) -> Result<(), StorageError> {
        evenements::write(&mut self).await?;
        let outcome = self.inner.commit().await;
        let micros = self.began.elapsed().as_micros();
        let committed = outcome.is_ok();
        tracing::debug!(transaction = self.name, micros, committed, "transaction");
        outcome?;
        self.comptes.add(self.ecrit);
        Ok(())
    }

    /// Forgets everything, at once: what is only dropped is forgotten a little later, and keeps its locks until then.
    pub async fn rollback(self) -> Result<(), StorageError> {
        Ok(self.inner.rollback().await?)
    }

    /// Runs a statement, and says how many rows it touched.
    async fn touch(&mut self, statement: Statement<'_>) -> Result<u64, StorageError> {
        Ok(statement.execute(&mut *self.inner).await?.rows_affected())
    }

    /// Writes, however many rows that is.
    async fn write(&mut self, statement: Statement<'_>) -> Result<(), StorageError> {
        self.touch(statement).await.map(|_rows| ())
    }

    /// Writes one row, or says that there is none to write.
    async fn try_write(&mut self, statement: Statement<'_>) -> Result<bool, StorageError> {
        Ok(self.touch(statement).await? == 1)
    }

    /// Writes exactly one row, or fails.
    #[track_caller]
    fn write_one<'a>(
        &'a mut self,
        statement: Statement<'a>,
    ) -> impl Future<Output = Result<(), StorageError>> + Send + 'a {
        let (place, expected) = (Location::caller(), 1);
        async move {
            let found = self.touch(statement).await?;
            if found == expected {
                return Ok(());
            }
            Err(StorageError::RowsAffected { statement: place.to_string(), expected, found })
        }
    }
}

impl Deref for Tx {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.inner
    }
}

/// A transaction that reads, and sees what was committed when it began.
#[derive(Debug)]
pub struct Snapshot(Tx);

impl Deref for Snapshot {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Snapshot {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}
