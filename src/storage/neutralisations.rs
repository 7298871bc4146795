//! Days on which a person left without médecin traitant bears no majoration.

use sqlx::postgres::PgConnection;

use super::connaissance::{Connaissance, instant};
use super::{StorageError, Tx};
use crate::domain::fait_date::FaitDate;
use crate::domain::ids::PatientId;
use crate::domain::operation::Neutralisation;
use crate::domain::vocabulary::Vocabulaire;

/// The neutralisations of a person as known at an instant, by first day.
pub async fn list(
    conn: &mut PgConnection,
    patient: PatientId,
    connu_le: impl Into<Connaissance>,
) -> Result<Vec<FaitDate<Neutralisation>>, StorageError> {
    Ok(sqlx::query!(
        "/* neutralisation.list */
         SELECT n.neutralisation_id, n.medecin_id, m.rpps, n.operation_id, n.motif, n.effet,
                n.enregistre_le, n.remplace_le
         FROM neutralisation n JOIN medecin m USING (medecin_id)
         WHERE n.patient_id = $1 AND n.enregistre_le <= $2
           AND (n.remplace_le IS NULL OR n.remplace_le > $2)
         ORDER BY lower(n.effet), n.neutralisation_id",
        patient.uuid(),
        instant(connu_le)
    )
    .map(|row| FaitDate {
        id: row.neutralisation_id,
        valeur: Neutralisation {
            medecin_id: row.medecin_id,
            rpps: row.rpps,
            operation_id: row.operation_id,
            motif: row.motif,
        },
        effet: row.effet,
        enregistre_le: row.enregistre_le,
        remplace_le: row.remplace_le,
    })
    .fetch_all(conn)
    .await?)
}

/// Records a neutralisation.
pub async fn insert(
    tx: &mut Tx,
    patient: PatientId,
    fait: &FaitDate<Neutralisation>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* neutralisation.insert */
         INSERT INTO neutralisation
             (patient_id, neutralisation_id, medecin_id, operation_id, motif, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        patient.uuid(),
        fait.id.uuid(),
        fait.valeur.medecin_id.uuid(),
        fait.valeur.operation_id.uuid(),
        fait.valeur.motif.mot(),
        fait.effet,
        fait.enregistre_le
    ))
    .await
}
