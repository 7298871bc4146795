//! Operations on doctors, and the patients that they reach.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::error::one;
use super::{StorageError, Tx};
use crate::domain::ids::{MedecinId, OperationId, PatientId};
use crate::domain::operation::{
    Compte, EtatOperation, NatureOperation, Operation, ResultatOperation,
};
use crate::domain::vocabulary::Vocabulaire;

/// Records an operation.
pub async fn insert(tx: &mut Tx, operation: &Operation) -> Result<(), StorageError> {
    sqlx::query!(
        "/* operation_medecin.insert */
         INSERT INTO operation_medecin
             (operation_id, medecin_id, nature, effet_du, effet_au, caisse, motif, etat, version, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        operation.id.uuid(),
        operation.medecin_id.uuid(),
        operation.nature.mot(),
        operation.effet_du,
        operation.effet_au,
        operation.caisse,
        operation.motif,
        operation.etat.mot(),
        operation.version,
        operation.enregistre_le
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An operation by its id.
pub async fn get(
    conn: &mut PgConnection,
    id: OperationId,
) -> Result<Option<Operation>, StorageError> {
    Ok(sqlx::query_as!(
        Operation,
        "/* operation_medecin.get */
         SELECT o.operation_id AS id, o.medecin_id, m.rpps, o.nature, o.effet_du, o.effet_au, o.caisse, o.motif,
                o.etat, o.version, o.enregistre_le, o.annulee_le
         FROM operation_medecin o JOIN medecin m USING (medecin_id) WHERE o.operation_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// The operation of this kind and day on a doctor, unless it was undone.
pub async fn find(
    conn: &mut PgConnection,
    medecin: MedecinId,
    nature: NatureOperation,
    effet_du: NaiveDate,
) -> Result<Option<OperationId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* operation_medecin.find */
         SELECT operation_id FROM operation_medecin
         WHERE medecin_id = $1 AND nature = $2 AND effet_du = $3 AND annulee_le IS NULL",
        medecin.uuid(),
        nature.mot(),
        effet_du
    )
    .fetch_optional(conn)
    .await?)
}

/// The operations on some doctors that were not undone, by day.
pub async fn standing(
    conn: &mut PgConnection,
    medecins: &[MedecinId],
) -> Result<Vec<Operation>, StorageError> {
    Ok(sqlx::query_as!(
        Operation,
        "/* operation_medecin.standing */
         SELECT o.operation_id AS id, o.medecin_id, m.rpps, o.nature, o.effet_du, o.effet_au, o.caisse, o.motif,
                o.etat, o.version, o.enregistre_le, o.annulee_le
         FROM operation_medecin o JOIN medecin m USING (medecin_id)
         WHERE o.medecin_id = ANY($1) AND o.annulee_le IS NULL
         ORDER BY o.effet_du, o.operation_id",
        medecins as _
    )
    .fetch_all(conn)
    .await?)
}

/// Moves an operation from a state to another; `false` when it was no longer there.
pub async fn advance(
    tx: &mut Tx,
    id: OperationId,
    from: EtatOperation,
    to: EtatOperation,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "/* operation_medecin.advance */
         UPDATE operation_medecin SET etat = $3, version = version + 1
         WHERE operation_id = $1 AND etat = $2",
        id.uuid(),
        from.mot(),
        to.mot()
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Asks that an operation be undone, if the caller saw its present version.
pub async fn cancel(
    tx: &mut Tx,
    id: OperationId,
    version: i32,
    motif: Option<&str>,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let done = sqlx::query!(
        "/* operation_medecin.cancel */
         UPDATE operation_medecin SET etat = 'annulation', version = version + 1, annulee_le = $3,
             motif = coalesce($4, motif)
         WHERE operation_id = $1 AND version = $2 AND annulee_le IS NULL",
        id.uuid(),
        version,
        instant,
        motif
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lists the patients of an operation who are not listed yet; gives how many.
pub async fn list_patients(tx: &mut Tx, operation: &Operation) -> Result<u64, StorageError> {
    Ok(sqlx::query!(
        "/* operation_patient.insert_all */
         INSERT INTO operation_patient (patient_id, operation_id)
         SELECT DISTINCT l.patient_id, $1::uuid
         FROM designation_medecin l JOIN designation d USING (patient_id, designation_id)
         WHERE l.medecin_id = $2 AND l.remplace_le IS NULL AND d.remplace_le IS NULL
           AND greatest(lower(l.effet), lower(d.effet)) < $3
           AND l.effet @> $3::date AND d.effet @> $3::date
         ON CONFLICT DO NOTHING",
        operation.id.uuid(),
        operation.medecin_id.uuid(),
        operation.effet_du
    )
    .execute(&mut **tx)
    .await?
    .rows_affected())
}

/// The next patients to be done, after one already seen.
pub async fn to_do(
    conn: &mut PgConnection,
    id: OperationId,
    after: Option<PatientId>,
    limit: i64,
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* operation_patient.to_do */
         SELECT patient_id FROM operation_patient
         WHERE operation_id = $1 AND traite_le IS NULL AND ($2::uuid IS NULL OR patient_id > $2)
         ORDER BY patient_id LIMIT $3",
        id.uuid(),
        after as _,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// The next patients to be undone, after one already seen.
pub async fn to_undo(
    conn: &mut PgConnection,
    id: OperationId,
    after: Option<PatientId>,
    limit: i64,
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* operation_patient.to_undo */
         SELECT patient_id FROM operation_patient
         WHERE operation_id = $1 AND defait_le IS NULL AND ($2::uuid IS NULL OR patient_id > $2)
         ORDER BY patient_id LIMIT $3",
        id.uuid(),
        after as _,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Writes what was done for a patient.
pub async fn mark(
    tx: &mut Tx,
    id: OperationId,
    patient: PatientId,
    (resultat, neutralise): (ResultatOperation, bool),
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* operation_patient.mark */
         INSERT INTO operation_patient (patient_id, operation_id, resultat, neutralise, traite_le)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (patient_id, operation_id) DO UPDATE SET resultat = $3, neutralise = $4, traite_le = $5",
        patient.uuid(),
        id.uuid(),
        resultat.mot(),
        neutralise,
        instant
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether a patient is done already, or undone.
pub async fn is_done(
    conn: &mut PgConnection,
    id: OperationId,
    patient: PatientId,
) -> Result<(Option<ResultatOperation>, bool), StorageError> {
    let row = sqlx::query!(
        r#"/* operation_patient.is_done */
         SELECT resultat, defait_le IS NOT NULL AS "defait!" FROM operation_patient
         WHERE operation_id = $1 AND patient_id = $2"#,
        id.uuid(),
        patient.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or((None, false), |row| (row.resultat, row.defait)))
}

/// Writes that a patient was undone.
pub async fn mark_undone(
    tx: &mut Tx,
    id: OperationId,
    patient: PatientId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let found = sqlx::query!(
        "/* operation_patient.mark_undone */
         UPDATE operation_patient SET defait_le = $3
         WHERE operation_id = $1 AND patient_id = $2 AND defait_le IS NULL",
        id.uuid(),
        patient.uuid(),
        instant
    )
    .execute(&mut **tx)
    .await?
    .rows_affected();
    one("operation_patient.mark_undone", found)
}

/// How far an operation is.
pub async fn progress(conn: &mut PgConnection, id: OperationId) -> Result<Compte, StorageError> {
    Ok(sqlx::query_as!(
        Compte,
        r#"/* operation_patient.progress */
         SELECT count(*) AS "concernes!", count(traite_le) AS "traites!", count(defait_le) AS "defaits!",
                count(*) FILTER (WHERE resultat = 'fermee') AS "fermees!",
                count(*) FILTER (WHERE resultat = 'membre_ferme') AS "membres_fermes!",
                count(*) FILTER (WHERE resultat = 'notifiee') AS "notifiees!",
                count(*) FILTER (WHERE resultat = 'inchangee') AS "inchangees!",
                count(*) FILTER (WHERE neutralise) AS "neutralisees!", 0::bigint AS "posterieures!"
         FROM operation_patient WHERE operation_id = $1"#,
        id.uuid()
    )
    .fetch_one(conn)
    .await?)
}

/// Designations of a doctor in force on a day and begun before, by the other doctors who remain on
/// that day.
pub async fn groups(
    conn: &mut PgConnection,
    medecin: MedecinId,
    jour: NaiveDate,
) -> Result<Vec<(Vec<MedecinId>, i64)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* designation_medecin.groups */
         SELECT autres AS "autres!: Vec<MedecinId>", count(*) AS "nombre!"
         FROM (SELECT ARRAY(SELECT o.medecin_id FROM designation_medecin o
                            WHERE o.patient_id = l.patient_id AND o.designation_id = l.designation_id
                              AND o.medecin_id <> l.medecin_id AND o.remplace_le IS NULL
                              AND o.effet @> $2::date
                            ORDER BY o.medecin_id) AS autres
               FROM designation_medecin l JOIN designation d USING (patient_id, designation_id)
               WHERE l.medecin_id = $1 AND l.remplace_le IS NULL AND d.remplace_le IS NULL
                 AND greatest(lower(l.effet), lower(d.effet)) < $2
                 AND l.effet @> $2::date AND d.effet @> $2::date) AS lignes
         GROUP BY autres"#,
        medecin.uuid(),
        jour
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.autres, row.nombre)).collect())
}

/// Designations of a doctor that begin on a day or later.
pub async fn later(
    conn: &mut PgConnection,
    medecin: MedecinId,
    jour: NaiveDate,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* designation_medecin.later */
         SELECT count(*) AS "nombre!"
         FROM designation_medecin l JOIN designation d USING (patient_id, designation_id)
         WHERE l.medecin_id = $1 AND l.remplace_le IS NULL AND d.remplace_le IS NULL
           AND greatest(lower(l.effet), lower(d.effet)) >= $2"#,
        medecin.uuid(),
        jour
    )
    .fetch_one(conn)
    .await?)
}
