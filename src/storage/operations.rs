//! Operations on doctors, and the patients that they reach.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::{StorageError, Tx};
use crate::domain::ids::{MedecinId, OperationId, PatientId};
use crate::domain::operation::{
    Compte, EtatOperation, NatureOperation, Operation, ResultatOperation,
};
use crate::domain::vocabulary::Vocabulaire;

/// Records an operation.
pub async fn insert(tx: &mut Tx, operation: &Operation) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* operation_medecin.insert */
         INSERT INTO operation_medecin
             (operation_id, medecin_id, nature, effet_du, effet_au, caisse, motif, etat, version, enregistre_le,
              justification, prepare_par, expire_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        operation.id.uuid(),
        operation.medecin_id.uuid(),
        operation.nature.mot(),
        operation.effet_du,
        operation.effet_au,
        operation.caisse,
        operation.motif,
        operation.etat.mot(),
        operation.version,
        operation.enregistre_le,
        operation.justification,
        operation.prepare_par,
        operation.expire_le
    ))
    .await
}

/// An operation by its id.
pub async fn get(
    conn: &mut PgConnection,
    id: OperationId,
) -> Result<Option<Operation>, StorageError> {
    Ok(sqlx::query_as!(
        Operation,
        r#"/* operation_medecin.get */
         SELECT o.operation_id AS id, o.medecin_id, m.rpps, o.nature, o.effet_du, o.effet_au, o.caisse, o.motif,
                o.justification, o.prepare_par, o.expire_le, o.etat, o.version, o.enregistre_le, o.confirmee_le,
                o.annulee_le, m.connu_le = coalesce(o.confirmee_le, o.enregistre_le) AS "derniere!"
         FROM operation_medecin o JOIN medecin m USING (medecin_id)
         WHERE o.operation_id = $1"#,
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// The operation of this kind on a doctor, of this day or of any when it happens once, unless it was undone:
/// a national act, or one of the same caisse. What only waits is known to those who prepare.
pub async fn find(
    conn: &mut PgConnection,
    medecin: MedecinId,
    (nature, effet_du): (NatureOperation, NaiveDate),
    caisse: Option<&str>,
) -> Result<Option<OperationId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* operation_medecin.find */
         SELECT operation_id FROM operation_medecin
         WHERE medecin_id = $1 AND nature = $2 AND (effet_du = $3 OR $4) AND annulee_le IS NULL
           AND (caisse IS NOT DISTINCT FROM $5 OR caisse IS NULL AND etat <> 'a_confirmer')
         ORDER BY enregistre_le LIMIT 1",
        medecin.uuid(),
        nature.mot(),
        effet_du,
        nature.unique(),
        caisse
    )
    .fetch_optional(conn)
    .await?)
}

/// The operations on some doctors that stand for a person, by day: national acts that the caisse of the
/// person did not undo for its patients, and those of that caisse.
pub async fn standing(
    conn: &mut PgConnection,
    patient: PatientId,
    medecins: &[MedecinId],
) -> Result<Vec<Operation>, StorageError> {
    Ok(sqlx::query_as!(
        Operation,
        r#"/* operation_medecin.standing */
         SELECT o.operation_id AS id, o.medecin_id, m.rpps, o.nature, o.effet_du, o.effet_au, o.caisse, o.motif,
                o.justification, o.prepare_par, o.expire_le, o.etat, o.version, o.enregistre_le, o.confirmee_le,
                o.annulee_le, m.connu_le = coalesce(o.confirmee_le, o.enregistre_le) AS "derniere!"
         FROM operation_medecin o JOIN medecin m USING (medecin_id)
         LEFT JOIN operation_patient p ON p.operation_id = o.operation_id AND p.patient_id = $1
         CROSS JOIN LATERAL (SELECT coalesce(p.caisse, caisse_le($1, o.effet_du)) AS code) c
         WHERE o.medecin_id = ANY($2) AND o.annulee_le IS NULL AND o.etat <> 'a_confirmer'
           AND (o.caisse IS NULL OR o.caisse = c.code)
           AND NOT EXISTS (SELECT FROM operation_caisse k
                           WHERE k.operation_id = o.operation_id AND k.caisse = c.code AND k.annulee_le IS NOT NULL)
         ORDER BY o.effet_du, o.operation_id"#,
        patient.uuid(),
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
    tx.try_write(sqlx::query!(
        "/* operation_medecin.advance */
         UPDATE operation_medecin SET etat = $3, version = version + 1
         WHERE operation_id = $1 AND etat = $2",
        id.uuid(),
        from.mot(),
        to.mot()
    ))
    .await
}

/// Asks that an operation be undone, if the caller saw its present version. What only waits is so at once.
pub async fn cancel(
    tx: &mut Tx,
    id: OperationId,
    version: i32,
    motif: Option<&str>,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* operation_medecin.cancel */
         UPDATE operation_medecin
         SET etat = CASE etat WHEN 'a_confirmer' THEN 'annulee' ELSE 'annulation' END, version = version + 1,
             annulee_le = $3, motif = coalesce($4, motif)
         WHERE operation_id = $1 AND version = $2 AND annulee_le IS NULL",
        id.uuid(),
        version,
        instant,
        motif
    ))
    .await
}

/// Lists the patients of an operation who are not listed yet. A caisse that says that a doctor stops says it for
/// its own.
pub async fn list_patients(tx: &mut Tx, operation: &Operation) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* operation_patient.insert_all */
         INSERT INTO operation_patient (patient_id, operation_id, caisse)
         SELECT DISTINCT l.patient_id, $1::uuid, caisse_le(l.patient_id, $3)
         FROM designation_medecin l JOIN designation d USING (patient_id, designation_id)
         WHERE l.medecin_id = $2 AND l.remplace_le IS NULL AND d.remplace_le IS NULL
           AND greatest(lower(l.effet), lower(d.effet)) < $3
           AND l.effet @> $3::date AND d.effet @> $3::date
           AND ($4::text IS NULL OR caisse_le(l.patient_id, $3) = $4)
         ON CONFLICT DO NOTHING",
        operation.id.uuid(),
        operation.medecin_id.uuid(),
        operation.effet_du,
        operation.caisse.as_ref().filter(|_| operation.nature.cesse())
    ))
    .await?;
    tx.write(sqlx::query!(
        "/* operation_caisse.insert_listed */
         INSERT INTO operation_caisse (operation_id, caisse)
         SELECT DISTINCT operation_id, p.caisse FROM operation_patient p JOIN operation_medecin o USING (operation_id)
         WHERE operation_id = $1 AND p.caisse IS NOT NULL AND o.caisse IS NULL
         ON CONFLICT DO NOTHING",
        operation.id.uuid()
    ))
    .await
}

/// The next patients to be done, or undone, those of a caisse or all, after one already seen.
pub async fn remaining(
    conn: &mut PgConnection,
    (id, caisse): (OperationId, Option<&str>),
    undo: bool,
    (after, limit): (Option<PatientId>, i64),
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* operation_patient.remaining */
         SELECT patient_id FROM operation_patient
         WHERE operation_id = $1 AND CASE WHEN $2 THEN defait_le ELSE traite_le END IS NULL
           AND ($3::text IS NULL OR caisse = $3) AND ($4::uuid IS NULL OR patient_id > $4)
         ORDER BY patient_id LIMIT $5",
        id.uuid(),
        undo,
        caisse,
        after as _,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// What remains to be done for a person of an operation whose job is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reste {
    pub patient_id: PatientId,
    pub operation_id: OperationId,
    /// Whether it is to be undone.
    pub defaire: bool,
}

/// What the jobs of operations have still to do for some persons, by person: by the same conditions as
/// those that list the patients of an operation.
pub async fn pending(
    conn: &mut PgConnection,
    persons: &[PatientId],
) -> Result<Vec<Reste>, StorageError> {
    Ok(sqlx::query_as!(
        Reste,
        r#"/* operation_patient.pending */
         SELECT l.patient_id AS "patient_id!: PatientId", o.operation_id AS "operation_id!: OperationId",
                false AS "defaire!"
         FROM operation_medecin o
         JOIN designation_medecin l ON l.medecin_id = o.medecin_id AND l.remplace_le IS NULL
         JOIN designation d USING (patient_id, designation_id)
         WHERE o.etat IN ('en_attente', 'en_cours') AND l.patient_id = ANY($1) AND d.remplace_le IS NULL
           AND greatest(lower(l.effet), lower(d.effet)) < o.effet_du
           AND l.effet @> o.effet_du AND d.effet @> o.effet_du
           AND NOT EXISTS (SELECT FROM operation_patient p
                           WHERE p.patient_id = l.patient_id AND p.operation_id = o.operation_id
                             AND p.traite_le IS NOT NULL)
         UNION
         SELECT p.patient_id, p.operation_id, true
         FROM operation_patient p JOIN operation_medecin o USING (operation_id)
         LEFT JOIN operation_caisse k ON k.operation_id = p.operation_id AND k.caisse = p.caisse
         WHERE p.patient_id = ANY($1) AND p.defait_le IS NULL
           AND (o.etat = 'annulation' OR k.annulee_le IS NOT NULL)
         ORDER BY 1, 2"#,
        persons as _
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
    tx.write(sqlx::query!(
        "/* operation_patient.mark */
         WITH reach AS (
             SELECT caisse_le($1, effet_du) AS code, caisse IS NULL AS nationale
             FROM operation_medecin WHERE operation_id = $2),
         concernee AS (
             INSERT INTO operation_caisse (operation_id, caisse)
             SELECT $2, code FROM reach WHERE nationale AND code IS NOT NULL ON CONFLICT DO NOTHING)
         INSERT INTO operation_patient (patient_id, operation_id, caisse, resultat, neutralise, traite_le)
         SELECT $1, $2, code, $3, $4, $5 FROM reach
         ON CONFLICT (patient_id, operation_id) DO UPDATE SET resultat = $3, neutralise = $4, traite_le = $5",
        patient.uuid(),
        id.uuid(),
        resultat.mot(),
        neutralise,
        instant
    ))
    .await
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
    tx.write_one(sqlx::query!(
        "/* operation_patient.mark_undone */
         UPDATE operation_patient SET defait_le = $3
         WHERE operation_id = $1 AND patient_id = $2 AND defait_le IS NULL",
        id.uuid(),
        patient.uuid(),
        instant
    ))
    .await
}

/// How far an operation is, for the patients of a caisse or for all.
pub async fn progress(
    conn: &mut PgConnection,
    id: OperationId,
    caisse: Option<&str>,
) -> Result<Compte, StorageError> {
    Ok(sqlx::query_as!(
        Compte,
        r#"/* operation_patient.progress */
         SELECT count(*) AS "concernes!", count(traite_le) AS "traites!", count(defait_le) AS "defaits!",
                count(*) FILTER (WHERE resultat = 'fermee') AS "fermees!",
                count(*) FILTER (WHERE resultat = 'membre_ferme') AS "membres_fermes!",
                count(*) FILTER (WHERE resultat = 'notifiee') AS "notifiees!",
                count(*) FILTER (WHERE resultat = 'inchangee') AS "inchangees!",
                count(*) FILTER (WHERE neutralise) AS "neutralisees!", 0::bigint AS "posterieures!"
         FROM operation_patient WHERE operation_id = $1 AND ($2::text IS NULL OR caisse = $2)"#,
        id.uuid(),
        caisse
    )
    .fetch_one(conn)
    .await?)
}

/// Designations of a doctor in force on a day and begun before, by the other doctors who remain on
/// that day and by the caisse of the person, for one caisse or for all.
pub async fn groups(
    conn: &mut PgConnection,
    medecin: MedecinId,
    jour: NaiveDate,
    caisse: Option<&str>,
) -> Result<Vec<(Vec<MedecinId>, Option<String>, i64)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* designation_medecin.groups */
         SELECT autres AS "autres!: Vec<MedecinId>", caisse, count(*) AS "nombre!"
         FROM (SELECT ARRAY(SELECT o.medecin_id FROM designation_medecin o
                            WHERE o.patient_id = l.patient_id AND o.designation_id = l.designation_id
                              AND o.medecin_id <> l.medecin_id AND o.remplace_le IS NULL
                              AND o.effet @> $2::date
                            ORDER BY o.medecin_id) AS autres,
                      caisse_le(l.patient_id, $2) AS caisse
               FROM designation_medecin l JOIN designation d USING (patient_id, designation_id)
               WHERE l.medecin_id = $1 AND l.remplace_le IS NULL AND d.remplace_le IS NULL
                 AND greatest(lower(l.effet), lower(d.effet)) < $2
                 AND l.effet @> $2::date AND d.effet @> $2::date) AS lignes
         WHERE $3::text IS NULL OR caisse = $3
         GROUP BY autres, caisse ORDER BY caisse"#,
        medecin.uuid(),
        jour,
        caisse
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.autres, row.caisse, row.nombre)).collect())
}

/// Designations of a doctor that begin on a day or later, of the persons of a caisse or of all.
pub async fn later(
    conn: &mut PgConnection,
    medecin: MedecinId,
    jour: NaiveDate,
    caisse: Option<&str>,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* designation_medecin.later */
         SELECT count(*) AS "nombre!"
         FROM designation_medecin l JOIN designation d USING (patient_id, designation_id)
         WHERE l.medecin_id = $1 AND l.remplace_le IS NULL AND d.remplace_le IS NULL
           AND greatest(lower(l.effet), lower(d.effet)) >= $2
           AND ($3::text IS NULL OR caisse_le(l.patient_id, greatest(lower(l.effet), lower(d.effet))) = $3)"#,
        medecin.uuid(),
        jour,
        caisse
    )
    .fetch_one(conn)
    .await?)
}
