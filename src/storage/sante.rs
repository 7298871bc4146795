//! What a server says of itself, and whether it still takes what is written.

use chrono::{DateTime, Utc};

use super::{Connection, StorageError, Tx};

/// The clock of the server, which that of the service is put right by; no statement dates anything by it.
pub async fn horloge(conn: &mut Connection) -> Result<DateTime<Utc>, StorageError> {
    Ok(sqlx::query_scalar!(r#"/* sante.horloge */ SELECT clock_timestamp() AS "horloge!""#)
        .fetch_one(conn)
        .await?)
}

/// Whether what goes to the server and back is encrypted.
pub async fn chiffree(conn: &mut Connection) -> Result<bool, StorageError> {
    let row = sqlx::query_scalar!(
        "/* sante.chiffree */ SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    );
    Ok(row.fetch_optional(conn).await?.flatten().unwrap_or_default())
}

/// Writes some megabytes that nobody will read, in a transaction to be forgotten.
pub async fn ecriture(tx: &mut Tx) -> Result<(), StorageError> {
    tx.write(sqlx::query(
        "/* sante.ecriture */
         CREATE TEMPORARY TABLE essai_d_ecriture ON COMMIT DROP AS
         SELECT repeat('x', 1000) AS ligne FROM generate_series(1, 4096)",
    ))
    .await
}
