//! Departures of doctors: acts from which the timeline of a person is unrolled.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::StorageError;
use super::medecins::word;
use crate::domain::frise::Depart;
use crate::domain::ids::{FaitId, MedecinId, PatientId};
use crate::domain::vocabulary::Vocabulaire;

/// Writes a departure.
pub async fn insert(
    conn: &mut PgConnection,
    patient: PatientId,
    id: FaitId,
    depart: &Depart,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* depart_medecin.insert */
         INSERT INTO depart_medecin (patient_id, depart_id, medecin_id, jour, motif, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        patient.uuid(),
        id.uuid(),
        depart.medecin_id.uuid(),
        depart.jour,
        depart.motif.mot(),
        depart.enregistre_le
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Replaces a departure by nothing: it was recorded by mistake. `false` when there is none.
pub async fn erase(
    conn: &mut PgConnection,
    patient: PatientId,
    id: FaitId,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "/* depart_medecin.replace */
         UPDATE depart_medecin SET remplace_le = $3
         WHERE patient_id = $1 AND depart_id = $2 AND remplace_le IS NULL",
        patient.uuid(),
        id.uuid(),
        instant
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The departures that count for a person, as known now.
pub async fn list(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Vec<Depart>, StorageError> {
    let rows = sqlx::query!(
        "/* depart_medecin.list */
         SELECT medecin_id, jour, motif, enregistre_le FROM depart_medecin
         WHERE patient_id = $1 AND remplace_le IS NULL",
        patient.uuid()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Depart {
                medecin_id: MedecinId::from_uuid(row.medecin_id),
                jour: row.jour,
                motif: word("depart_medecin", "motif", &row.motif)?,
                enregistre_le: row.enregistre_le,
            })
        })
        .collect()
}
