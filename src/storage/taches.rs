//! Jobs: rows written in a business transaction, taken later with a lease.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Connection, StorageError, Tx};
use crate::domain::ids::TacheId;

/// A job taken by a runner.
#[derive(Debug, Clone, PartialEq)]
pub struct Tache {
    pub id: TacheId,
    pub nature: String,
    /// What it needs: ids, not copies.
    pub charge: Value,
    /// How many times it was taken, this one included.
    pub essais: i16,
}

/// Queues a job. With a key, a job of the same kind and key that waits already is enough: `false`.
pub async fn enqueue(
    tx: &mut Tx,
    id: TacheId,
    nature: &str,
    cle: Option<&str>,
    charge: &Value,
    prevue_le: DateTime<Utc>,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* tache.enqueue */
         INSERT INTO tache (tache_id, nature, cle, charge, etat, prevue_le, essais, enregistre_le)
         VALUES ($1, $2, $3, $4, 'en_attente', $5, 0, $6)
         ON CONFLICT (nature, cle) WHERE cle IS NOT NULL AND etat IN ('en_attente', 'en_cours') DO NOTHING",
        id.uuid(),
        nature,
        cle,
        charge as _,
        prevue_le,
        instant
    ))
    .await
}

/// Takes the next job that is due, or whose lease is over, until `bail`.
pub async fn take(
    tx: &mut Tx,
    now: DateTime<Utc>,
    bail: DateTime<Utc>,
) -> Result<Option<Tache>, StorageError> {
    Ok(sqlx::query_as!(
        Tache,
        "/* tache.take */
         UPDATE tache SET etat = 'en_cours', bail_jusqu_au = $2, essais = essais + 1
         WHERE tache_id = (
             SELECT tache_id FROM tache
             WHERE (etat = 'en_attente' AND prevue_le <= $1) OR (etat = 'en_cours' AND bail_jusqu_au <= $1)
             ORDER BY prevue_le, tache_id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING tache_id AS id, nature, charge, essais",
        now,
        bail
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Ends a job.
pub async fn finish(tx: &mut Tx, id: TacheId) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* tache.finish */
         UPDATE tache SET etat = 'terminee', bail_jusqu_au = NULL, derniere_erreur = NULL WHERE tache_id = $1",
        id.uuid()
    ))
    .await
}

/// Puts a failed job back for later, or gives it up.
pub async fn fail(
    tx: &mut Tx,
    id: TacheId,
    erreur: &str,
    again: Option<DateTime<Utc>>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* tache.fail */
         UPDATE tache
         SET etat = CASE WHEN $3::timestamptz IS NULL THEN 'abandonnee' ELSE 'en_attente' END,
             prevue_le = coalesce($3, prevue_le), bail_jusqu_au = NULL, derniere_erreur = $2
         WHERE tache_id = $1",
        id.uuid(),
        erreur,
        again
    ))
    .await
}

/// Keeps a job longer; `false` when another runner took it meanwhile.
pub async fn extend(tx: &mut Tx, tache: &Tache, bail: DateTime<Utc>) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* tache.extend */
         UPDATE tache SET bail_jusqu_au = $3 WHERE tache_id = $1 AND essais = $2 AND etat = 'en_cours'",
        tache.id.uuid(),
        tache.essais,
        bail
    ))
    .await
}

/// Jobs of one kind that are not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attente {
    pub nature: String,
    /// `en_attente`, `en_cours` or `abandonnee`.
    pub etat: String,
    pub nombre: i64,
    /// For how many seconds the first of them has been due; 0 when none is yet.
    pub retard: i64,
}

/// Jobs that are not done, by kind and state.
pub async fn attentes(
    conn: &mut Connection,
    now: DateTime<Utc>,
) -> Result<Vec<Attente>, StorageError> {
    Ok(sqlx::query_as!(
        Attente,
        r#"/* tache.attentes */
           SELECT nature, etat, count(*) AS "nombre!",
                  greatest(0, extract(epoch FROM $1 - min(prevue_le))::bigint) AS "retard!"
           FROM tache WHERE etat <> 'terminee' GROUP BY nature, etat ORDER BY nature, etat"#,
        now
    )
    .fetch_all(conn)
    .await?)
}
