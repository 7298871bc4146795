//! Removing events, and the beginning of the feed.

use chrono::{DateTime, Utc};

use crate::domain::fil::Destinataire;
use crate::domain::ids::PatientId;
use crate::storage::sceaux::Sceau;
use crate::storage::{Connection, StorageError, Tx};

/// Makes the feed begin after everything that is older than an instant, as far as statistics and messages that wait have followed it; gives
/// the place before its beginning. A publication that runs is waited for.
pub async fn begin_after(tx: &mut Tx, avant: DateTime<Utc>) -> Result<i64, StorageError> {
    // Every event has a place among those of statistics: places are looked at from the beginning to the first that is kept.
    Ok(sqlx::query_scalar!(
        r#"/* purge.begin_after */
           WITH tete AS (SELECT position, debut FROM fil_tete FOR UPDATE), gardee AS (
               SELECT least(
                   coalesce((SELECT f.position - 1 FROM fil f JOIN evenement e USING (sequence)
                             WHERE f.destinataire = $2 AND f.position > tete.debut AND e.enregistre_le >= $1
                             ORDER BY f.position LIMIT 1), tete.position),
                   (SELECT position FROM statistique_suivi)) AS position, tete.debut
               FROM tete)
           UPDATE fil_tete SET debut = greatest(gardee.debut, gardee.position) FROM gardee
           RETURNING fil_tete.debut AS "debut!""#,
        avant,
        Destinataire::Statistiques.to_string()
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Removes places of the feed before its beginning, some at most.
pub async fn remove_places(tx: &mut Tx, debut: i64, limit: i64) -> Result<u64, StorageError> {
    tx.touch(sqlx::query!(
        "/* purge.remove_places */
         DELETE FROM fil WHERE ctid = ANY (ARRAY(SELECT ctid FROM fil WHERE position <= $1 LIMIT $2))",
        debut,
        limit
    ))
    .await
}

/// An event that is old enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ancien {
    pub sequence: i64,
    pub patient_id: Option<PatientId>,
    /// Whether an older feuille of the person may still have to be evaluated again because of it, or somebody waits for it.
    pub utile: bool,
}

/// Events of a slice that are old enough, after one.
pub async fn of_slice(
    conn: &mut Connection,
    seal: &Sceau,
    avant: DateTime<Utc>,
    (after, limit): (i64, i64),
) -> Result<Vec<Ancien>, StorageError> {
    Ok(sqlx::query_as!(
        Ancien,
        r#"/* purge.events */
           SELECT e.sequence, e.patient_id,
                  (e.patient_id IS NOT NULL AND e.nature NOT LIKE 'feuille.%'
                      AND EXISTS (SELECT FROM feuille_de_soins f
                                  WHERE f.patient_id = e.patient_id AND f.enregistre_le <= e.enregistre_le))
                  OR EXISTS (SELECT FROM envoi n WHERE n.sequence = e.sequence AND NOT n.abandonne)
                  OR EXISTS (SELECT FROM evenement_a_publier p WHERE p.sequence = e.sequence) AS "utile!"
           FROM evenement e
           WHERE e.enregistre_le >= coalesce($1::timestamptz, '-infinity') AND e.enregistre_le < least($2::timestamptz, $3)
             AND e.sequence > $4
           ORDER BY e.sequence LIMIT $5"#,
        seal.tranche.du,
        seal.tranche.au,
        avant,
        after,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Removes events, and messages about them that were given up.
pub async fn remove(tx: &mut Tx, sequences: &[i64]) -> Result<u64, StorageError> {
    tx.write(sqlx::query!(
        "/* purge.remove_messages */ DELETE FROM envoi WHERE sequence = ANY ($1)",
        sequences
    ))
    .await?;
    tx.touch(sqlx::query!(
        "/* purge.remove_events */ DELETE FROM evenement WHERE sequence = ANY ($1)",
        sequences
    ))
    .await
}
