//! Billing numbers of doctors: each is one person's at a time.

use sqlx::postgres::PgConnection;

use super::{StorageError, Tx};
use crate::domain::calendar::Periode;
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::NumAm;
use crate::domain::ids::MedecinId;

/// Serialises the registrations under one number, until the end of the transaction.
pub async fn lock(tx: &mut Tx, numero: &NumAm) -> Result<(), StorageError> {
    let digest = Empreinte::of(format!("num_am:{numero}"));
    let [b0, b1, b2, b3, b4, b5, b6, b7, ..] = *digest.bytes();
    let key = i64::from_be_bytes([b0, b1, b2, b3, b4, b5, b6, b7]);
    sqlx::query!("/* facturation.lock */ SELECT pg_advisory_xact_lock($1)", key)
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}

/// Whether another doctor bills under this number in that period. A locum bills under the number of
/// the doctor replaced.
pub async fn is_taken(
    conn: &mut PgConnection,
    numero: &NumAm,
    effet: Periode,
    by_other_than: MedecinId,
) -> Result<bool, StorageError> {
    let taken = sqlx::query_scalar!(
        r#"/* facturation.is_taken */
         SELECT EXISTS (
             SELECT 1 FROM exercice
             WHERE facturation_nature = 'num_am' AND facturation_numero = $1
               AND mode <> 'remplacant' AND remplace_le IS NULL
               AND effet && $2 AND medecin_id <> $3
         ) AS "taken!""#,
        numero.as_str(),
        effet,
        by_other_than.uuid()
    )
    .fetch_one(conn)
    .await?;
    Ok(taken)
}
