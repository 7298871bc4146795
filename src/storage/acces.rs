//! Traces of access: every reading of a person's data, for that person to read.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::StorageError;
use crate::domain::ids::{AccesId, PatientId, RequestId};

/// A reading of a person's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acces {
    /// Its id.
    pub id: AccesId,
    /// Whose data.
    pub patient_id: PatientId,
    /// When.
    pub survenu_le: DateTime<Utc>,
    /// Role of the reader.
    pub appelant_role: String,
    /// Who: RPPS, code of a caisse, or the patient.
    pub appelant: String,
    /// What was done.
    pub operation: String,
    /// In which request.
    pub requete_id: RequestId,
}

/// Writes several traces in one statement.
pub async fn insert_all(conn: &mut PgConnection, traces: &[Acces]) -> Result<(), StorageError> {
    let column = |value: fn(&Acces) -> String| traces.iter().map(value).collect::<Vec<_>>();
    let uuids = |value: fn(&Acces) -> Uuid| traces.iter().map(value).collect::<Vec<_>>();
    let instants: Vec<DateTime<Utc>> = traces.iter().map(|trace| trace.survenu_le).collect();
    sqlx::query!(
        "/* acces.insert_all */
         INSERT INTO acces
             (patient_id, acces_id, survenu_le, appelant_role, appelant, operation, requete_id)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[],
                              $6::text[], $7::uuid[])",
        &uuids(|trace| trace.patient_id.uuid()),
        &uuids(|trace| trace.id.uuid()),
        &instants,
        &column(|trace| trace.appelant_role.clone()),
        &column(|trace| trace.appelant.clone()),
        &column(|trace| trace.operation.clone()),
        &uuids(|trace| trace.requete_id.uuid())
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The last readings of a person's data, before one already seen; those of a record merged into
/// theirs included.
pub async fn list(
    conn: &mut PgConnection,
    patient: PatientId,
    before: Option<AccesId>,
    limit: i64,
) -> Result<Vec<Acces>, StorageError> {
    let rows = sqlx::query!(
        "/* acces.list */
         SELECT acces_id, survenu_le, appelant_role, appelant, operation, requete_id FROM acces
         WHERE (patient_id = $1 OR patient_id = ANY (ARRAY(
                 SELECT absorbe_id FROM fusion WHERE patient_id = $1 AND remplace_le IS NULL)))
           AND ($2::uuid IS NULL OR acces_id < $2)
         ORDER BY acces_id DESC LIMIT $3",
        patient.uuid(),
        before.map(AccesId::uuid),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Acces {
            id: row.acces_id,
            patient_id: patient,
            survenu_le: row.survenu_le,
            appelant_role: row.appelant_role,
            appelant: row.appelant,
            operation: row.operation,
            requete_id: row.requete_id,
        })
        .collect())
}
