//! The acts that end the lines of doctors: departures, withdrawals, operations.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::{StorageError, Tx};
use crate::domain::acteur::Role;
use crate::domain::fin::Fin;
use crate::domain::ids::PatientId;
use crate::domain::vocabulary::Vocabulaire;

/// Records an act that ends a line, and in which role somebody did, unless an operation calls for it.
pub async fn insert(
    tx: &mut Tx,
    patient: PatientId,
    fin: &Fin,
    par: Option<Role>,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* fin_designation.insert */
         INSERT INTO fin_designation
             (patient_id, fin_id, medecin_id, motif, effet_du, decidee_le, operation_id, enregistre_le, par)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        patient.uuid(),
        fin.id.uuid(),
        fin.medecin_id.uuid(),
        fin.motif.mot(),
        fin.effet_du,
        fin.decidee_le,
        fin.operation_id as _,
        instant,
        par.map(Vocabulaire::mot)
    ))
    .await
}

/// An act that ends a line, and whether the operation that it comes from is being undone, for all or for the
/// patients of a caisse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinConnue {
    pub fin: Fin,
    /// Its operation is being undone.
    pub annulee: bool,
    /// Under which record: the person's own, or one that was merged into it.
    pub patient_id: PatientId,
    /// In which role somebody recorded it, unless an operation calls for it.
    pub par: Option<Role>,
}

/// The acts of a person, as known now: with the withdrawals told of a record that was merged into
/// this one. What operations call for is recorded under each record.
pub async fn list(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Vec<FinConnue>, StorageError> {
    Ok(sqlx::query!(
        r#"/* fin_designation.list */
         SELECT f.patient_id, f.par, f.fin_id, f.medecin_id, f.motif, f.effet_du, f.decidee_le, f.operation_id,
                (o.annulee_le IS NOT NULL OR EXISTS (
                    SELECT FROM operation_patient p JOIN operation_caisse k USING (operation_id, caisse)
                    WHERE p.operation_id = f.operation_id AND p.patient_id = f.patient_id
                      AND k.annulee_le IS NOT NULL)) AS "annulee!"
         FROM fin_designation f LEFT JOIN operation_medecin o USING (operation_id)
         WHERE f.remplace_le IS NULL
           AND (f.patient_id = $1 OR f.operation_id IS NULL AND f.patient_id = ANY (ARRAY(
                 SELECT absorbe_id FROM fusion WHERE patient_id = $1 AND remplace_le IS NULL)))
         ORDER BY f.effet_du, f.fin_id"#,
        patient.uuid()
    )
    .map(|row| FinConnue {
        fin: Fin {
            id: row.fin_id,
            medecin_id: row.medecin_id,
            motif: row.motif,
            effet_du: row.effet_du,
            decidee_le: row.decidee_le,
            operation_id: row.operation_id,
        },
        annulee: row.annulee,
        patient_id: row.patient_id,
        par: row.par,
    })
    .fetch_all(conn)
    .await?)
}
