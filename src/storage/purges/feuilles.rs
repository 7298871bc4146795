//! Removing feuilles, with everything that hangs on them.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::ids::{FeuilleId, PatientId};
use crate::storage::sceaux::{Sceau, Tranche};
use crate::storage::{Connection, StorageError, Tx};

/// Feuilles of a slice whose care and reception are old enough, after one: the record that received each.
pub async fn of_slice(
    conn: &mut Connection,
    seal: &Sceau,
    (avant, jour): (DateTime<Utc>, NaiveDate),
    (after, limit): (Option<Uuid>, i64),
) -> Result<Vec<(FeuilleId, PatientId)>, StorageError> {
    let rows = sqlx::query!(
        "/* purge.feuilles */
         SELECT feuille_id, patient_id FROM feuille_de_soins
         WHERE enregistre_le >= coalesce($1::timestamptz, '-infinity') AND enregistre_le < least($2::timestamptz, $3)
           AND date_soins < $4 AND ($5::uuid IS NULL OR feuille_id > $5)
         ORDER BY feuille_id LIMIT $6",
        seal.tranche.du,
        seal.tranche.au,
        avant,
        jour,
        after,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.feuille_id, row.patient_id)).collect())
}

/// Days of care, both included, that a whole caisse is having evaluated again.
pub async fn under_way(conn: &mut Connection) -> Result<Vec<(NaiveDate, NaiveDate)>, StorageError> {
    let rows = sqlx::query!(
        "/* purge.reevaluations */
         SELECT du, au FROM reevaluation WHERE patient_id IS NULL AND etat IN ('en_attente', 'en_application')"
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.du, row.au)).collect())
}

/// The records of the persons whose records these are: each with the one that is kept.
pub async fn records(
    conn: &mut Connection,
    some: &[PatientId],
) -> Result<Vec<(PatientId, PatientId)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* purge.records */
           WITH RECURSIVE gardes AS (
               SELECT DISTINCT coalesce(fusionne_dans, patient_id) AS patient_id FROM patient
               WHERE patient_id = ANY ($1)
           ), tous (patient_id, garde) AS (
               SELECT patient_id, patient_id FROM gardes
               UNION
               SELECT p.patient_id, t.garde FROM patient p JOIN tous t ON p.fusionne_dans = t.patient_id
           )
           SELECT patient_id AS "patient_id!: PatientId", garde AS "garde!: PatientId" FROM tous"#,
        some as _
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.patient_id, row.garde)).collect())
}

/// The slices in which the later evaluations of some feuilles were sealed.
pub async fn seals_of_evaluations(
    conn: &mut Connection,
    feuilles: &[FeuilleId],
    (du, au): (NaiveDate, NaiveDate),
) -> Result<Vec<Sceau>, StorageError> {
    Ok(sqlx::query!(
        r#"/* purge.evaluations */
           SELECT DISTINCT ON (s.numero) s.numero AS "numero!", s.du, s.au AS "au!", s.forme AS "forme!",
                  s.lignes AS "lignes!", s.empreintes AS "empreintes!", s.chaine AS "chaine!: crate::storage::types::Empreinte",
                  s.cle AS "cle!"
           FROM evaluation e CROSS JOIN LATERAL (
               SELECT * FROM sceau WHERE au > e.connu_le ORDER BY au LIMIT 1) AS s
           WHERE e.feuille_id = ANY ($1) AND e.date_soins >= $2 AND e.date_soins <= $3
           ORDER BY s.numero"#,
        feuilles as _,
        du,
        au
    )
    .map(|row| Sceau {
        numero: row.numero,
        tranche: Tranche { du: row.du, au: row.au, lignes: row.lignes, empreintes: row.empreintes },
        forme: row.forme,
        chaine: row.chaine,
        cle: row.cle,
    })
    .fetch_all(conn)
    .await?)
}

/// Removes feuilles of days of care, both included: gives how many sealed rows that is.
pub async fn remove(
    tx: &mut Tx,
    feuilles: &[FeuilleId],
    (du, au): (NaiveDate, NaiveDate),
) -> Result<u64, StorageError> {
    for statement in [
        sqlx::query!(
            "/* purge.remove_changes */ DELETE FROM reevaluation_feuille WHERE feuille_id = ANY ($1)",
            feuilles as _
        ),
        sqlx::query!(
            "/* purge.remove_contradictions */
             DELETE FROM avis_ponctuel_rompu WHERE feuille_id = ANY ($1) OR rompu_par = ANY ($1)",
            feuilles as _
        ),
        sqlx::query!(
            "/* purge.remove_opinions */ DELETE FROM avis_ponctuel WHERE feuille_id = ANY ($1)",
            feuilles as _
        ),
        sqlx::query!(
            "/* purge.remove_recoveries */ DELETE FROM recouvrement WHERE feuille_id = ANY ($1)",
            feuilles as _
        ),
        sqlx::query!(
            "/* purge.remove_attributions */ DELETE FROM attribution_feuille WHERE feuille_id = ANY ($1)",
            feuilles as _
        ),
    ] {
        tx.write(statement).await?;
    }
    let evaluations = tx
        .touch(sqlx::query!(
            "/* purge.remove_evaluations */
             DELETE FROM evaluation WHERE feuille_id = ANY ($1) AND date_soins >= $2 AND date_soins <= $3",
            feuilles as _,
            du,
            au
        ))
        .await?;
    let removed = tx
        .touch(sqlx::query!(
            "/* purge.remove_feuilles */
             DELETE FROM feuille_de_soins WHERE feuille_id = ANY ($1) AND date_soins >= $2 AND date_soins <= $3",
            feuilles as _,
            du,
            au
        ))
        .await?;
    Ok(removed.saturating_add(evaluations))
}
