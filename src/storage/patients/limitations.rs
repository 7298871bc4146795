//! Limitations of the processing of a person's data.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::ids::{FaitId, PatientId};
use crate::domain::vie::{Limitation, MotifLimitation};
use crate::domain::vocabulary::Vocabulaire as _;
use crate::storage::{StorageError, Tx};

/// The one that holds.
pub async fn current(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Option<Limitation>, StorageError> {
    Ok(sqlx::query_as!(
        Limitation,
        "/* limitation.current */
         SELECT motif, enregistre_le AS depuis FROM limitation WHERE patient_id = $1 AND remplace_le IS NULL",
        patient.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// Limits from an instant on. The person is locked.
pub async fn insert(
    tx: &mut Tx,
    patient: PatientId,
    (id, motif): (FaitId, MotifLimitation),
    (auteur, instant): (&str, DateTime<Utc>),
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* limitation.insert */
         INSERT INTO limitation (patient_id, limitation_id, motif, auteur, enregistre_le) VALUES ($1, $2, $3, $4, $5)",
        patient.uuid(),
        id.uuid(),
        motif.mot(),
        auteur,
        instant
    ))
    .await?;
    mark(tx, patient, Some(instant)).await
}

/// Lifts the one that holds. The person is locked.
pub async fn lift(
    tx: &mut Tx,
    patient: PatientId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* limitation.lift */
         UPDATE limitation SET remplace_le = $2 WHERE patient_id = $1 AND remplace_le IS NULL",
        patient.uuid(),
        instant
    ))
    .await?;
    mark(tx, patient, None).await
}

async fn mark(
    tx: &mut Tx,
    patient: PatientId,
    depuis: Option<DateTime<Utc>>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* patient.mark_limited */ UPDATE patient SET limite_le = $2 WHERE patient_id = $1",
        patient.uuid(),
        depuis
    ))
    .await
}
