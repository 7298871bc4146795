//! The version of the schema.

use sqlx::migrate::Migrator;
use sqlx::{ConnectOptions as _, Connection as _};

use super::{Db, StorageError};

/// The migrations embedded in the binary.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Applies what is missing, under an advisory lock.
pub async fn run(db: &Db) -> Result<(), StorageError> {
    // A migration is a whole file, and may take its time: neither is worth a line of the log.
    let options = (*db.pool().connect_options()).clone().disable_statement_logging();
    let mut conn = options.connect().await?;
    // PostgreSQL says each time that the table of versions is there already.
    sqlx::query!(
        "/* migrations.quiet */ SELECT set_config('client_min_messages', 'warning', false)"
    )
    .fetch_one(&mut conn)
    .await?;
    // What a later program added stays.
    let own = Migrator {
        ignore_missing: true,
        migrations: MIGRATOR.migrations.clone(),
        ..Migrator::DEFAULT
    };
    own.run(&mut conn).await?;
    Ok(conn.close().await?)
}

/// The version that this program knows.
pub fn expected() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Refuses a database in which a migration of this program is missing. Those of a later program only add: this one works with what they
/// made, so that instances are replaced one by one, and one goes back without touching the schema.
pub async fn verify(db: &Db) -> Result<(), StorageError> {
    let known = sqlx::query_scalar!(
        r#"/* migrations.known */ SELECT to_regclass('_sqlx_migrations') IS NOT NULL AS "known!""#
    )
    .fetch_one(db.pool())
    .await?;
    let found = if known { applied(db).await? } else { None };
    if found.is_some() && missing(db).await? == 0 {
        Ok(())
    } else {
        Err(StorageError::UnknownSchema { expected: expected(), found })
    }
}

/// How many migrations of this program a database does not have.
async fn missing(db: &Db) -> Result<i64, StorageError> {
    let own: Vec<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
    Ok(sqlx::query_scalar!(
        r#"/* migrations.missing */
         SELECT count(*) AS "missing!" FROM unnest($1::bigint[]) AS own (version)
         WHERE NOT EXISTS (SELECT FROM _sqlx_migrations m WHERE m.version = own.version AND m.success)"#,
        &own
    )
    .fetch_one(db.pool())
    .await?)
}

async fn applied(db: &Db) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* migrations.applied */ SELECT max(version) FROM _sqlx_migrations WHERE success"
    )
    .fetch_one(db.pool())
    .await?)
}
