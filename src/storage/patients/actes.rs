//! What caisses did about a person, and the version of the person's record.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::ids::PatientId;
use crate::domain::vie::{ActePatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::{StorageError, Tx};

/// The version of a person's record: 1 when it was created, one more for each act.
pub async fn version(conn: &mut PgConnection, patient: PatientId) -> Result<i32, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* acte_patient.version */
         SELECT coalesce(max(version), 1) AS "version!" FROM acte_patient WHERE patient_id = $1"#,
        patient.uuid()
    )
    .fetch_one(conn)
    .await?)
}

/// The last versions of a person's record and since when each is: the one of its creation has no act.
pub async fn versions(
    conn: &mut PgConnection,
    patient: PatientId,
    limite: i64,
) -> Result<Vec<(i32, DateTime<Utc>)>, StorageError> {
    Ok(sqlx::query!(
        r#"/* acte_patient.versions */
         SELECT v.version AS "version!", v.enregistre_le AS "enregistre_le!"
         FROM (SELECT version, enregistre_le FROM acte_patient WHERE patient_id = $1
               UNION ALL
               SELECT 1, min(enregistre_le) FROM identite_patient WHERE patient_id = $1) AS v
         WHERE v.enregistre_le IS NOT NULL
         ORDER BY v.version DESC LIMIT $2"#,
        patient.uuid(),
        limite
    )
    .map(|row| (row.version, row.enregistre_le))
    .fetch_all(conn)
    .await?)
}

/// Records an act, which makes the next version. The person's row is locked.
pub async fn insert(
    tx: &mut Tx,
    patient: PatientId,
    acte: ActePatient,
    motif: Option<MotifRectification>,
    auteur: &str,
    instant: DateTime<Utc>,
) -> Result<i32, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* acte_patient.insert */
         INSERT INTO acte_patient (patient_id, version, nature, motif, auteur, enregistre_le)
         SELECT $1, coalesce(max(version), 1) + 1, $2, $3, $4, $5
         FROM acte_patient WHERE patient_id = $1
         RETURNING version",
        patient.uuid(),
        acte.mot(),
        motif as _,
        auteur,
        instant
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// When the last change of caisse that was not undone was recorded.
pub async fn last_organisme(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    let rows = sqlx::query!(
        "/* acte_patient.changes_of_caisse */
         SELECT nature, enregistre_le FROM acte_patient
         WHERE patient_id = $1 AND nature IN ('changement_organisme', 'annulation_changement_organisme')
         ORDER BY version DESC",
        patient.uuid()
    )
    .fetch_all(conn)
    .await?;
    let mut undone = 0_usize;
    let stands = rows.into_iter().find(|row| {
        let undoes = row.nature == ActePatient::AnnulationOrganisme.mot();
        let stands = !undoes && undone == 0;
        undone = if undoes { undone.saturating_add(1) } else { undone.saturating_sub(1) };
        stands
    });
    Ok(stands.map(|row| row.enregistre_le))
}
