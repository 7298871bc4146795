//! What a sandbox keeps about itself. A database without it is never emptied, and its clock never moves; which
//! database may be one at all is said by [`base`](super::base).

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::{Connection, StorageError, Tx};

/// What a database says of the sandbox that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marque {
    /// When it was made, or last emptied: ages are counted from there.
    pub cree_le: DateTime<Utc>,
    /// How far its clock is ahead of that of the machine.
    pub avance_secondes: i64,
    /// The invented people are all there.
    pub peuple: bool,
}

/// Lets one process at a time fill or empty the sandbox, until the end of this transaction.
pub async fn alone(tx: &mut Tx) -> Result<(), StorageError> {
    sqlx::query!(
        "/* bac_a_sable.alone */
         SELECT 1 AS one FROM (SELECT pg_advisory_xact_lock(hashtext('traitant.bac_a_sable'))) AS locked"
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps whoever fills or empties the sandbox waiting, until the end of this transaction; `false` when somebody does so now.
pub async fn beside(tx: &mut Tx) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* bac_a_sable.beside */
         SELECT pg_try_advisory_xact_lock_shared(hashtext('traitant.bac_a_sable')) AS "locked!""#
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The mark of the database, if it is that of a sandbox.
pub async fn read(conn: &mut Connection) -> Result<Option<Marque>, StorageError> {
    Ok(sqlx::query_as!(
        Marque,
        "/* bac_a_sable.read */ SELECT cree_le, avance_secondes, peuple FROM bac_a_sable"
    )
    .fetch_optional(conn)
    .await?)
}

/// Writes the mark, whatever was there.
pub async fn mark(tx: &mut Tx, marque: Marque) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* bac_a_sable.mark */
         INSERT INTO bac_a_sable (numero, cree_le, avance_secondes, peuple) VALUES (1, $1, $2, $3)
         ON CONFLICT (numero) DO UPDATE SET cree_le = EXCLUDED.cree_le,
             avance_secondes = EXCLUDED.avance_secondes, peuple = EXCLUDED.peuple",
        marque.cree_le,
        marque.avance_secondes,
        marque.peuple
    ))
    .await
}

/// Empties the sandbox of everything that was recorded in it. What other processes keep the numbers of
/// (laws, authors) stays, so do the place of the feed, which never goes back, and the CCAM, which somebody loaded. Tables of history are guarded against whoever the service
/// works as: this takes a role that may set its guards aside, for this transaction.
pub async fn empty(tx: &mut Tx) -> Result<(), StorageError> {
    let tables = sqlx::query_scalar!(
        r#"/* bac_a_sable.tables */
         SELECT quote_ident(c.relname) AS "table!"
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND c.relname NOT IN
               ('_sqlx_migrations', 'base', 'cle', 'cle_retiree', 'cle_donnees', 'bac_a_sable', 'auteur', 'loi', 'fil_tete', 'statistique_suivi', 'ccam_acte', 'ccam_version')
         ORDER BY c.relname <> 'idempotence', c.relname <> 'patient', c.relname"#
    );
    let tables = tables.fetch_all(&mut **tx).await?;
    unguard(tx).await?;
    // In the order of everybody's locks, keys and persons first. Who was writing about a person is waited for there, and
    // what they wrote in a table that was already looked at goes the second time; who comes later finds nobody.
    for table in tables.iter().chain(&tables) {
        // Names of tables, quoted by the database that has them.
        let delete = format!("/* bac_a_sable.empty */ DELETE FROM {table}");
        sqlx::query(AssertSqlSafe(delete)).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Forgets what jobs did while the people were made: seals of slices that were still being written, and when each job comes
/// back, by a clock that has moved since.
pub async fn forget_jobs(tx: &mut Tx) -> Result<(), StorageError> {
    unguard(tx).await?;
    for statement in [
        "/* bac_a_sable.forget_seals */ DELETE FROM sceau",
        "/* bac_a_sable.forget_jobs */ DELETE FROM tache",
    ] {
        sqlx::query(statement).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Sets the guards of history aside, for this transaction, under a role that may.
async fn unguard(tx: &mut Tx) -> Result<(), StorageError> {
    sqlx::query!(
        "/* bac_a_sable.unguard */
         SELECT set_config('session_replication_role', 'replica', true) AS role"
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}
