//! The laws under which evaluations were made.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::postgres::PgConnection;

use super::{StorageError, Tx};
use crate::domain::digest::Empreinte;

/// The number of a law, recorded with its values the first time it is used.
pub async fn number(
    tx: &mut Tx,
    empreinte: &Empreinte,
    contenu: &Value,
    instant: DateTime<Utc>,
) -> Result<i16, StorageError> {
    sqlx::query!("/* loi.lock */ SELECT pg_advisory_xact_lock(hashtext('traitant.loi'))")
        .fetch_one(&mut **tx)
        .await?;
    let known = sqlx::query_scalar!(
        "/* loi.find */ SELECT loi_id FROM loi WHERE empreinte = $1",
        empreinte as _
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(known) = known {
        return Ok(known);
    }
    Ok(sqlx::query_scalar!(
        "/* loi.insert */
         INSERT INTO loi (loi_id, empreinte, contenu, enregistre_le)
         SELECT (coalesce(max(loi_id), 0) + 1)::smallint, $1, $2, $3 FROM loi
         RETURNING loi_id",
        empreinte as _,
        contenu as _,
        instant
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// A recorded law: its fingerprint and its values.
pub async fn get(
    conn: &mut PgConnection,
    loi_id: i16,
) -> Result<Option<(Empreinte, Value)>, StorageError> {
    let row =
        sqlx::query!("/* loi.get */ SELECT empreinte, contenu FROM loi WHERE loi_id = $1", loi_id)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| (row.empreinte, row.contenu)))
}
