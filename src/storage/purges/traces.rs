//! Removing the traces of who looked.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{AccesId, PatientId};
use crate::storage::sceaux::Sceau;
use crate::storage::{Connection, StorageError, Tx};

/// Accesses of a slice that are old enough, in the order of their ids, after one.
pub async fn accesses(
    conn: &mut Connection,
    seal: &Sceau,
    avant: DateTime<Utc>,
    (after, limit): (Option<Uuid>, i64),
) -> Result<Vec<(PatientId, AccesId)>, StorageError> {
    let rows = sqlx::query!(
        "/* purge.accesses */
         SELECT patient_id, acces_id FROM acces
         WHERE survenu_le >= coalesce($1::timestamptz, '-infinity') AND survenu_le < least($2::timestamptz, $3)
           AND ($4::uuid IS NULL OR acces_id > $4)
         ORDER BY acces_id LIMIT $5",
        seal.tranche.du,
        seal.tranche.au,
        avant,
        after,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.patient_id, row.acces_id)).collect())
}

/// Removes accesses.
pub async fn remove(tx: &mut Tx, all: &[(PatientId, AccesId)]) -> Result<u64, StorageError> {
    let (persons, ids): (Vec<PatientId>, Vec<AccesId>) = all.iter().copied().unzip();
    tx.touch(sqlx::query!(
        "/* purge.remove_accesses */
         DELETE FROM acces WHERE (patient_id, acces_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        &persons as _,
        &ids as _
    ))
    .await
}

/// Removes the traces of receptions of a slice. One is that of everybody in a lot, and is removed whole.
pub async fn remove_receptions(
    tx: &mut Tx,
    seal: &Sceau,
    avant: DateTime<Utc>,
) -> Result<u64, StorageError> {
    tx.touch(sqlx::query!(
        "/* purge.remove_receptions */
         DELETE FROM reception
         WHERE survenu_le >= coalesce($1::timestamptz, '-infinity') AND survenu_le < least($2::timestamptz, $3)",
        seal.tranche.du,
        seal.tranche.au,
        avant
    ))
    .await
}
