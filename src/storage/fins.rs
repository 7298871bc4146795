//! The acts that end the lines of doctors, and the lines themselves.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::StorageError;
use super::medecins::word;
use super::range::to_range;
use crate::domain::calendar::Periode;
use crate::domain::designation::MotifFin;
use crate::domain::fin::Fin;
use crate::domain::ids::{DesignationId, FaitId, MedecinId, OperationId, PatientId};
use crate::domain::vocabulary::Vocabulaire;

/// Records an act that ends a line.
pub async fn insert(
    conn: &mut PgConnection,
    patient: PatientId,
    fin: &Fin,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* fin_designation.insert */
         INSERT INTO fin_designation
             (patient_id, fin_id, medecin_id, nature, effet_du, decidee_le, operation_id, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        patient.uuid(),
        fin.id.uuid(),
        fin.medecin_id.uuid(),
        fin.nature.mot(),
        fin.effet_du,
        fin.decidee_le,
        fin.operation_id.map(OperationId::uuid),
        instant
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An act that ends a line, and whether the operation that it comes from is being undone.
pub struct FinConnue {
    /// The act.
    pub fin: Fin,
    /// Its operation is being undone.
    pub annulee: bool,
}

/// The acts of a person, as known now.
pub async fn list(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Vec<FinConnue>, StorageError> {
    let rows = sqlx::query!(
        r#"/* fin_designation.list */
         SELECT f.fin_id, f.medecin_id, f.nature, f.effet_du, f.decidee_le, f.operation_id,
                o.annulee_le IS NOT NULL AS "annulee!"
         FROM fin_designation f LEFT JOIN operation_medecin o USING (operation_id)
         WHERE f.patient_id = $1 AND f.remplace_le IS NULL
         ORDER BY f.effet_du, f.fin_id"#,
        patient.uuid()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(FinConnue {
                fin: Fin {
                    id: FaitId::from_uuid(row.fin_id),
                    medecin_id: MedecinId::from_uuid(row.medecin_id),
                    nature: word("fin_designation", "nature", &row.nature)?,
                    effet_du: row.effet_du,
                    decidee_le: row.decidee_le,
                    operation_id: row.operation_id.map(OperationId::from_uuid),
                },
                annulee: row.annulee,
            })
        })
        .collect()
}

/// Takes an act back: what it had ended goes on.
pub async fn replace(
    conn: &mut PgConnection,
    patient: PatientId,
    id: FaitId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let found = sqlx::query!(
        "/* fin_designation.replace */
         UPDATE fin_designation SET remplace_le = $3
         WHERE patient_id = $1 AND fin_id = $2 AND remplace_le IS NULL",
        patient.uuid(),
        id.uuid(),
        instant
    )
    .execute(conn)
    .await?
    .rows_affected();
    one("fin_designation.replace", found)
}

/// Replaces the line of a doctor in a designation by another.
pub async fn revise_ligne(
    conn: &mut PgConnection,
    patient: PatientId,
    designation: DesignationId,
    medecin: MedecinId,
    ligne: (Periode, Option<MotifFin>),
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let version = sqlx::query_scalar!(
        "/* designation_medecin.replace */
         UPDATE designation_medecin SET remplace_le = $4
         WHERE patient_id = $1 AND designation_id = $2 AND medecin_id = $3 AND remplace_le IS NULL
         RETURNING version",
        patient.uuid(),
        designation.uuid(),
        medecin.uuid(),
        instant
    )
    .fetch_optional(&mut *conn)
    .await?;
    let version = version.ok_or(StorageError::RowsAffected {
        statement: "designation_medecin.replace",
        expected: 1,
        found: 0,
    })?;
    insert_ligne(conn, (patient, designation, medecin), version.saturating_add(1), ligne, instant)
        .await
}

/// Writes the line of a doctor in a designation.
pub async fn insert_ligne(
    conn: &mut PgConnection,
    (patient, designation, medecin): (PatientId, DesignationId, MedecinId),
    version: i32,
    (effet, motif_fin): (Periode, Option<MotifFin>),
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* designation_medecin.insert_version */
         INSERT INTO designation_medecin
             (patient_id, designation_id, medecin_id, version, effet, motif_fin, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        patient.uuid(),
        designation.uuid(),
        medecin.uuid(),
        version,
        to_range(effet),
        motif_fin.map(MotifFin::mot),
        instant
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Exactly one row was touched.
pub(super) fn one(statement: &'static str, found: u64) -> Result<(), StorageError> {
    if found == 1 {
        Ok(())
    } else {
        Err(StorageError::RowsAffected { statement, expected: 1, found })
    }
}
