//! Days on which a person left without médecin traitant bears no majoration.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;

use super::connaissance::{Connaissance, instant};
use super::{StorageError, Tx};
use crate::domain::fait_date::FaitDate;
use crate::domain::ids::{FaitId, PatientId};
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

/// Those that end after a day and until another, beyond one, of which nothing was told yet: last day after, whose, which.
pub async fn ending(
    conn: &mut PgConnection,
    (apres, jusqu_au): (NaiveDate, NaiveDate),
    suite: Option<(NaiveDate, PatientId, FaitId)>,
    limite: i64,
) -> Result<Vec<(NaiveDate, PatientId, FaitId)>, StorageError> {
    let (jour, patient, id) =
        suite.map_or((apres, None, None), |(jour, patient, id)| (jour, Some(patient), Some(id)));
    Ok(sqlx::query!(
        r#"/* neutralisation.ending */
         SELECT upper(n.effet) AS "fin!", n.patient_id, n.neutralisation_id
         FROM neutralisation n
         WHERE n.remplace_le IS NULL AND upper(n.effet) > $1 AND upper(n.effet) <= $2
           AND ($4::uuid IS NULL OR (upper(n.effet), n.patient_id, n.neutralisation_id) > ($3::date, $4, $5))
           AND NOT EXISTS (SELECT FROM evenement e
                           WHERE e.patient_id = n.patient_id AND e.nature = 'neutralisation.fin_proche'
                             AND e.donnees ->> 'neutralisation_id' = n.neutralisation_id::text)
         ORDER BY upper(n.effet), n.patient_id, n.neutralisation_id LIMIT $6"#,
        apres,
        jusqu_au,
        jour,
        patient as _,
        id as _,
        limite
    )
    .map(|row| (row.fin, row.patient_id, row.neutralisation_id))
    .fetch_all(conn)
    .await?)
}

/// Whether the end of one was told beforehand.
pub async fn is_told(
    conn: &mut PgConnection,
    patient: PatientId,
    id: FaitId,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* neutralisation.is_told */
         SELECT EXISTS (SELECT FROM evenement
                        WHERE patient_id = $1 AND nature = 'neutralisation.fin_proche'
                          AND donnees ->> 'neutralisation_id' = $2) AS "told!""#,
        patient.uuid(),
        id.to_string()
    )
    .fetch_one(conn)
    .await?)
}
