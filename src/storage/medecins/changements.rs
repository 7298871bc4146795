//! What changes about a doctor: practices and specialties, replaced under the lock of the doctor.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::identifiers::Rpps;
use crate::domain::ids::{FaitId, MedecinId};
use crate::storage::{StorageError, Tx};

/// A doctor whose facts may be changed until the end of the transaction.
#[derive(Debug, Clone, Copy)]
pub struct Verrouille {
    pub id: MedecinId,
    /// Instant of the last change of facts.
    pub connu_le: DateTime<Utc>,
    /// Instant under which the next will be known.
    pub instant: DateTime<Utc>,
}

/// Locks a doctor against other changes of facts; `None` when there is no such doctor. Patients go
/// on choosing meanwhile.
pub async fn lock(
    tx: &mut Tx,
    rpps: &Rpps,
    now: DateTime<Utc>,
) -> Result<Option<Verrouille>, StorageError> {
    let row = sqlx::query!(
        "/* medecin.lock */
         SELECT medecin_id, connu_le FROM medecin WHERE rpps = $1 FOR NO KEY UPDATE",
        rpps.as_str()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| {
        let next = row.connu_le.checked_add_signed(TimeDelta::microseconds(1)).unwrap_or(now);
        Verrouille { id: row.medecin_id, connu_le: row.connu_le, instant: now.max(next) }
    }))
}

/// Writes when the facts of the doctor last changed.
pub async fn touch(tx: &mut Tx, id: MedecinId, instant: DateTime<Utc>) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* medecin.touch */ UPDATE medecin SET connu_le = $2 WHERE medecin_id = $1",
        id.uuid(),
        instant
    ))
    .await
}

/// Keeps the doctors of a choice from being swept by an operation that this transaction does not
/// see: the operation waits for it.
pub async fn share(conn: &mut PgConnection, medecins: &[MedecinId]) -> Result<(), StorageError> {
    sqlx::query!(
        "/* medecin.share */
         SELECT medecin_id FROM medecin WHERE medecin_id = ANY($1) ORDER BY medecin_id FOR KEY SHARE",
        medecins as _
    )
    .fetch_all(conn)
    .await?;
    Ok(())
}

/// Waits for the transactions that chose this doctor without seeing an operation.
pub async fn barrier(tx: &mut Tx, id: MedecinId) -> Result<(), StorageError> {
    sqlx::query!(
        "/* medecin.barrier */ SELECT medecin_id FROM medecin WHERE medecin_id = $1 FOR UPDATE",
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a practice back.
pub async fn replace_exercice(
    tx: &mut Tx,
    medecin: MedecinId,
    id: FaitId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* exercice.replace */
         UPDATE exercice SET remplace_le = $3
         WHERE medecin_id = $1 AND exercice_id = $2 AND remplace_le IS NULL",
        medecin.uuid(),
        id.uuid(),
        instant
    ))
    .await
}

/// Takes names back.
pub async fn replace_nom(
    tx: &mut Tx,
    medecin: MedecinId,
    id: FaitId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* identite_medecin.replace */
         UPDATE identite_medecin SET remplace_le = $3
         WHERE medecin_id = $1 AND identite_id = $2 AND remplace_le IS NULL",
        medecin.uuid(),
        id.uuid(),
        instant
    ))
    .await
}

/// Takes a specialty back.
pub async fn replace_specialite(
    tx: &mut Tx,
    medecin: MedecinId,
    id: FaitId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* specialite_medecin.replace */
         UPDATE specialite_medecin SET remplace_le = $3
         WHERE medecin_id = $1 AND specialite_id = $2 AND remplace_le IS NULL",
        medecin.uuid(),
        id.uuid(),
        instant
    ))
    .await
}

/// Whether doctors can be designated jointly on a day: one specialty, and one cabinet or centre
/// where all practise otherwise than as locums.
pub async fn may_be_joint(
    conn: &mut PgConnection,
    medecins: &[MedecinId],
    jour: NaiveDate,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* medecin.may_be_joint */
         SELECT (SELECT count(DISTINCT s.code) <= 1 FROM specialite_medecin s
                 WHERE s.medecin_id = ANY($1) AND s.remplace_le IS NULL AND s.effet @> $2::date)
            AND EXISTS (
                SELECT 1 FROM exercice e JOIN lieu l USING (lieu_id)
                WHERE e.medecin_id = ANY($1) AND e.remplace_le IS NULL AND e.effet @> $2::date
                  AND e.mode <> 'remplacant' AND l.nature IN ('cabinet', 'centre_de_sante', 'maison_de_sante')
                GROUP BY e.lieu_id HAVING count(DISTINCT e.medecin_id) = cardinality($1)
            ) AS "holds!""#,
        medecins as _,
        jour
    )
    .fetch_one(conn)
    .await?)
}
