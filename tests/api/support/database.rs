//! A database for each test, copied from a template that holds the schema and the sandbox people.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use traitant::domain::digest::Empreinte;
use traitant::law::Law;
use traitant::postgres::Server;
use traitant::sandbox;
use traitant::storage::migrations::MIGRATOR;
use traitant::storage::{Coffre, Db, cles};

use super::server;

/// Master key of the test databases.
pub const KEY: [u8; 32] = [7; 32];
/// The same, as a setting.
pub const KEY_HEX: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// A database of one's own, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    pub name: String,
    pub options: PgConnectOptions,
}

impl TestDatabase {
    /// A copy of the template: schema and sandbox people.
    pub async fn with_people() -> Self {
        static NAME: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
        let name = NAME.get_or_init(|| make_template("modele", "")).await;
        Self::copy_of(name).await
    }

    /// A copy of the sandbox as it is opened: everybody, and what happened to them, made once.
    pub async fn bac_a_sable() -> Self {
        static NAME: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
        let story = include_str!("../../../src/sandbox/village/recit.rs");
        let people = format!("{story}{:?}{:?}", sandbox::HABITANTS, sandbox::PRATICIENS);
        let name = NAME.get_or_init(|| make_template("bac", &people)).await;
        Self::copy_of(name).await
    }

    /// A database without any table.
    pub async fn empty() -> Self {
        Self::copy_of("template1").await
    }

    /// A copy of this one, which nobody is connected to.
    pub async fn copy(&self) -> Self {
        Self::copy_of(&self.name).await
    }

    async fn copy_of(template: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("essai_{}_{number}", std::process::id());
        let mut admin = admin().await;
        run(&mut admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log");
        run(&mut admin, &create).await;
        admin.close().await.unwrap();
        Self { options: base_options().database(&name), name }
    }

    /// Its address, as a setting.
    pub fn url(&self) -> String {
        let (before, _maintenance) = server::url().rsplit_once('/').unwrap();
        format!("{before}/{}", self.name)
    }

    /// The same, under the role that a migration prepares for the service.
    pub async fn service_url(&self) -> String {
        // Roles are those of the whole server: two tests do not make this one at the same time.
        static MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _one = MAKING.lock().await;
        let mut admin = admin().await;
        run(&mut admin, "SELECT pg_advisory_lock(hashtext('traitant.role'))").await;
        traitant::app::migrate(&self.url(), Some((Server::SERVICE, None))).await.unwrap();
        admin.close().await.unwrap();
        let address = self.url();
        let (_owner, after) = address.split_once('@').unwrap();
        format!("postgres://{}@{after}", Server::SERVICE)
    }

    /// A pool of a few connections.
    pub async fn pool(&self, size: u32) -> PgPool {
        PgPoolOptions::new()
            .max_connections(size)
            .test_before_acquire(false)
            .connect_with(self.options.clone())
            .await
            .unwrap()
    }

    /// The database as the service sees it.
    pub async fn db(&self, size: u32) -> Db {
        Db::new(self.pool(size).await, Coffre::new(&KEY))
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let name = self.name.clone();
        // A runtime of its own: the test's may be closing.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let mut admin = admin().await;
                run(&mut admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            });
        });
        dropping.join().ok();
    }
}

fn base_options() -> PgConnectOptions {
    server::url().parse().unwrap()
}

async fn admin() -> PgConnection {
    PgConnection::connect_with(&base_options()).await.unwrap()
}

async fn run(conn: &mut PgConnection, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(conn).await.unwrap();
}

/// Gives a database that nobody marked the key of data that a first start would have drawn.
pub async fn draw_key(db: &Db) {
    let (now, version) = ("2025-01-01T00:00:00Z".parse().unwrap(), db.coffre().version());
    let mut tx = db.begin("modele").await.unwrap();
    cles::draw(&mut tx, db.coffre(), version, now).await.unwrap();
    tx.commit().await.unwrap();
}

/// Gives an empty database the schema and the sandbox people.
async fn fill(options: &PgConnectOptions) {
    let pool = PgPoolOptions::new().max_connections(4).connect_with(options.clone()).await.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
    let db = Db::new(pool.clone(), Coffre::new(&KEY));
    draw_key(&db).await;
    sandbox::load(db, Arc::new(Law::embedded().unwrap())).await.unwrap();
    pool.close().await;
}

/// Name of a template, made once per version of the schema and of the people.
async fn make_template(kind: &str, story: &str) -> String {
    let checksums: Vec<u8> =
        MIGRATOR.iter().flat_map(|migration| migration.checksum.to_vec()).collect();
    let people =
        format!("{:?}{:?}{:?}", sandbox::PATIENTS, sandbox::MEDECINS, sandbox::DECLARATIONS);
    let all = [checksums, people.into_bytes(), story.as_bytes().to_vec()].concat();
    let name = format!("{kind}_{}", Empreinte::of(all).short());
    let mut admin = admin().await;
    run(&mut admin, "SELECT pg_advisory_lock(hashtext('traitant.modele'))").await;
    let found: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_optional(&mut admin)
        .await
        .unwrap();
    if found.is_none() {
        let making = format!("{name}_en_cours");
        run(&mut admin, &format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)")).await;
        run(&mut admin, &format!("CREATE DATABASE {making}")).await;
        let options = base_options().database(&making);
        fill(&options).await;
        if kind == "bac" {
            super::bac::open(&options).await;
        }
        run(&mut admin, &format!("ALTER DATABASE {making} RENAME TO {name}")).await;
    }
    run(&mut admin, "SELECT pg_advisory_unlock(hashtext('traitant.modele'))").await;
    name
}
