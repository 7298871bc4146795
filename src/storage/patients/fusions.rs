//! Records merged into others.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Organisme;
use crate::domain::ids::{FeuilleId, FusionId, PatientId};
use crate::domain::vie::MotifRectification;
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::{StorageError, Tx};

/// A merge, in force or undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fusion {
    pub id: FusionId,
    /// The record that is kept.
    pub patient_id: PatientId,
    pub absorbe_id: PatientId,
    pub motif: MotifRectification,
    pub enregistre_le: DateTime<Utc>,
    /// Since when it is undone.
    pub remplace_le: Option<DateTime<Utc>>,
}

/// The record into which this one was merged, if it was.
pub async fn merged_into(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Option<PatientId>, StorageError> {
    let row = sqlx::query_scalar!(
        "/* patient.merged_into */ SELECT fusionne_dans FROM patient WHERE patient_id = $1",
        patient.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.flatten())
}

/// Marks a record as merged into another, or no longer. Its row is locked.
pub async fn mark(
    tx: &mut Tx,
    absorbe: PatientId,
    into: Option<PatientId>,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* patient.mark_merged */ UPDATE patient SET fusionne_dans = $2, connu_le = $3 WHERE patient_id = $1",
        absorbe.uuid(),
        into as _,
        instant
    ))
    .await
}

/// Locks a record that was merged, to undo it.
pub async fn lock_absorbed(
    tx: &mut Tx,
    absorbe: PatientId,
    into: PatientId,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* patient.lock_absorbed */
         SELECT connu_le FROM patient WHERE patient_id = $1 AND fusionne_dans = $2
         FOR NO KEY UPDATE",
        absorbe.uuid(),
        into.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Records a merge.
pub async fn insert(tx: &mut Tx, fusion: &Fusion) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* fusion.insert */
         INSERT INTO fusion (patient_id, fusion_id, absorbe_id, motif, enregistre_le)
         VALUES ($1, $2, $3, $4, $5)",
        fusion.patient_id.uuid(),
        fusion.id.uuid(),
        fusion.absorbe_id.uuid(),
        fusion.motif.mot(),
        fusion.enregistre_le
    ))
    .await
}

/// A merge by its id.
pub async fn get(conn: &mut PgConnection, id: FusionId) -> Result<Option<Fusion>, StorageError> {
    Ok(sqlx::query_as!(
        Fusion,
        "/* fusion.get */
         SELECT fusion_id AS id, patient_id, absorbe_id, motif, enregistre_le, remplace_le
         FROM fusion WHERE fusion_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// Undoes a merge. `false` when it was undone already.
pub async fn close(
    tx: &mut Tx,
    fusion: &Fusion,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* fusion.close */ UPDATE fusion SET remplace_le = $3
         WHERE patient_id = $1 AND fusion_id = $2 AND remplace_le IS NULL",
        fusion.patient_id.uuid(),
        fusion.id.uuid(),
        instant
    ))
    .await
}

/// Whether a record has absorbed another that it still holds.
pub async fn has_absorbed(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* fusion.has_absorbed */
         SELECT EXISTS (SELECT 1 FROM fusion WHERE patient_id = $1 AND remplace_le IS NULL) AS "found!""#,
        patient.uuid()
    )
    .fetch_one(conn)
    .await?)
}

/// The caisses of a person and of the records merged into theirs, as known now.
pub async fn affiliations(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<Vec<(bool, FaitDate<Organisme>)>, StorageError> {
    Ok(sqlx::query!(
        r#"/* affiliation.list_of_person */
         SELECT patient_id = $1 AS "propre!", affiliation_id, organisme, effet, enregistre_le, remplace_le
         FROM affiliation
         WHERE remplace_le IS NULL AND (patient_id = $1 OR patient_id = ANY (ARRAY(
                 SELECT absorbe_id FROM fusion WHERE patient_id = $1 AND remplace_le IS NULL)))
         ORDER BY lower(effet)"#,
        patient.uuid()
    )
    .map(|row| {
        let fait = FaitDate {
            id: row.affiliation_id,
            valeur: row.organisme,
            effet: row.effet,
            enregistre_le: row.enregistre_le,
            remplace_le: row.remplace_le,
        };
        (row.propre, fait)
    })
    .fetch_all(conn)
    .await?)
}

/// The records that held, once, what some records hold now.
pub async fn holders(
    conn: &mut PgConnection,
    records: &[PatientId],
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* patient.holders */ SELECT DISTINCT patient_id AS "patient_id!: PatientId" FROM dossiers_tenus($1)"#,
        records as _
    )
    .fetch_all(conn)
    .await?)
}

/// Whose feuille this is now: a split may have given it to another record, a merge put its record
/// into another.
pub async fn owner_of_feuille(
    conn: &mut PgConnection,
    feuille: FeuilleId,
    received_for: PatientId,
) -> Result<PatientId, StorageError> {
    let owner = sqlx::query_scalar!(
        r#"/* attribution_feuille.owner */
         SELECT coalesce(p.fusionne_dans, p.patient_id) AS "owner!: PatientId"
         FROM patient p
         WHERE p.patient_id = coalesce(
             (SELECT a.patient_id FROM attribution_feuille a WHERE a.feuille_id = $1
              ORDER BY a.enregistre_le DESC LIMIT 1), $2)"#,
        feuille.uuid(),
        received_for.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(owner.unwrap_or(received_for))
}

/// The same for many feuilles, each with the record that it was received for.
pub async fn owners_of_feuilles(
    conn: &mut PgConnection,
    feuilles: &[(FeuilleId, PatientId)],
) -> Result<BTreeMap<FeuilleId, PatientId>, StorageError> {
    let (ids, received): (Vec<FeuilleId>, Vec<PatientId>) = feuilles.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"/* attribution_feuille.owners */
         SELECT k.feuille_id AS "feuille_id!: FeuilleId",
                coalesce(p.fusionne_dans, p.patient_id) AS "owner!: PatientId"
         FROM unnest($1::uuid[], $2::uuid[]) AS k (feuille_id, received_for)
         JOIN patient p ON p.patient_id = coalesce(
             (SELECT a.patient_id FROM attribution_feuille a WHERE a.feuille_id = k.feuille_id
              ORDER BY a.enregistre_le DESC LIMIT 1), k.received_for)"#,
        &ids as _,
        &received as _
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.feuille_id, row.owner)).collect())
}

/// The record that holds a feuille, merged into another or not: the one to which a split gave it last, or
/// the one that received it. What the feuille kept of the participations of the year is under it.
pub async fn holder_of_feuille(
    conn: &mut PgConnection,
    feuille: FeuilleId,
    received_for: PatientId,
) -> Result<PatientId, StorageError> {
    let given = sqlx::query_scalar!(
        "/* attribution_feuille.holder */
         SELECT patient_id FROM attribution_feuille WHERE feuille_id = $1
         ORDER BY enregistre_le DESC LIMIT 1",
        feuille.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(given.unwrap_or(received_for))
}

/// Gives a feuille to another record.
pub async fn attribute_feuille(
    tx: &mut Tx,
    feuille: FeuilleId,
    from: PatientId,
    to: PatientId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* attribution_feuille.insert */
         INSERT INTO attribution_feuille (patient_id, feuille_id, origine_id, enregistre_le)
         VALUES ($1, $2, $3, $4)",
        to.uuid(),
        feuille.uuid(),
        from.uuid(),
        instant
    ))
    .await
}

/// How many feuilles were received for a record.
pub async fn count_feuilles(
    conn: &mut PgConnection,
    patient: PatientId,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* feuille_de_soins.count */
         SELECT count(*) AS "count!" FROM feuille_de_soins WHERE patient_id = $1"#,
        patient.uuid()
    )
    .fetch_one(conn)
    .await?)
}
