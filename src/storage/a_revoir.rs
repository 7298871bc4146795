//! What calls for another look at feuilles, of some persons at once. Every statement is led by persons:
//! the tables of feuilles and evaluations have no index for it, and need none.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::StorageError;
use crate::domain::a_revoir::{FaitEnregistre, Reexamen};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::PatientId;

/// The persons who depend on a caisse on a day, in the order of their ids, from one on, itself included:
/// one bound that the key serves whatever the plan. Records that were merged into another are looked at
/// with it.
pub async fn persons(
    conn: &mut PgConnection,
    (caisse, jour): (&str, NaiveDate),
    from: Option<PatientId>,
    limit: i64,
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* a_revoir.persons */
         SELECT DISTINCT a.patient_id FROM affiliation a
         WHERE a.remplace_le IS NULL AND left(a.organisme, 5) = $1 AND a.effet @> $2::date
           AND a.patient_id >= $3
           AND NOT EXISTS (SELECT FROM patient p
                           WHERE p.patient_id = a.patient_id AND p.fusionne_dans IS NOT NULL)
         ORDER BY a.patient_id LIMIT $4",
        caisse,
        jour,
        from.map_or(Uuid::nil(), PatientId::uuid),
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// What was recorded about some records after an instant and touches days of care, each with its record.
pub async fn faits(
    conn: &mut PgConnection,
    records: &[PatientId],
    apres: DateTime<Utc>,
) -> Result<Vec<(PatientId, FaitEnregistre)>, StorageError> {
    Ok(sqlx::query!(
        r#"/* a_revoir.faits */
         SELECT patient_id AS "patient_id!", nature, enregistre_le, effet_du,
                (donnees ->> 'effet_au')::date AS effet_au
         FROM evenement
         WHERE patient_id = ANY($1) AND nature NOT LIKE 'feuille.%' AND nature = ANY($2)
           AND enregistre_le > $3"#,
        records as _,
        NatureEvenement::tardives() as _,
        apres
    )
    .map(|row| {
        let fait = FaitEnregistre {
            nature: row.nature,
            enregistre_le: row.enregistre_le,
            du: row.effet_du,
            au: row.effet_au,
        };
        (row.patient_id, fait)
    })
    .fetch_all(conn)
    .await?)
}

/// The reevaluations applied to some persons that were asked for after an instant: theirs, or those of
/// the whole caisse on which they depended on that day.
pub async fn reexamens(
    conn: &mut PgConnection,
    caisse: &str,
    persons: &[PatientId],
    apres: DateTime<Utc>,
) -> Result<Vec<(PatientId, Reexamen)>, StorageError> {
    Ok(sqlx::query!(
        r#"/* a_revoir.reexamens */
         SELECT p.patient_id AS "patient_id!: PatientId", r.enregistre_le, r.depuis, r.du, r.au
         FROM reevaluation r CROSS JOIN unnest($1::uuid[]) AS p (patient_id)
         WHERE r.etat = 'appliquee' AND r.enregistre_le > $3
           AND (r.patient_id = p.patient_id
                OR (r.patient_id IS NULL AND r.caisse = $2 AND EXISTS (
                      SELECT FROM affiliation a
                      WHERE a.patient_id = p.patient_id AND a.remplace_le IS NULL
                        AND left(a.organisme, 5) = $2
                        AND a.effet @> (r.enregistre_le AT TIME ZONE 'Europe/Paris')::date)))"#,
        persons as _,
        caisse,
        apres
    )
    .map(|row| {
        let reexamen =
            Reexamen { demande_le: row.enregistre_le, depuis: row.depuis, jours: (row.du, row.au) };
        (row.patient_id, reexamen)
    })
    .fetch_all(conn)
    .await?)
}
