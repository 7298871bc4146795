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
    MIGRATOR.run(&mut conn).await?;
    Ok(conn.close().await?)
}

/// The version that this program knows.
pub fn expected() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Refuses a database whose schema is older or newer than this program.
pub async fn verify(db: &Db) -> Result<(), StorageError> {
    let known = sqlx::query_scalar!(
        r#"/* migrations.known */ SELECT to_regclass('_sqlx_migrations') IS NOT NULL AS "known!""#
    )
    .fetch_one(db.pool())
    .await?;
    let found = if known { applied(db).await? } else { None };
    if found == Some(expected()) {
        Ok(())
    } else {
        Err(StorageError::UnknownSchema { expected: expected(), found })
    }
}

async fn applied(db: &Db) -> Result<Option<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* migrations.applied */ SELECT max(version) FROM _sqlx_migrations WHERE success"
    )
    .fetch_one(db.pool())
    .await?)
}
