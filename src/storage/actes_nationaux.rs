//! National acts on doctors: what waits for a second agent, and the caisses that one concerns.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::{Coffre, StorageError, Tx};
use crate::domain::acteur::Sujet;
use crate::domain::ids::{LieuId, OperationId};
use crate::domain::medecin::{LieuExistantOuNouveau, NouvelExercice};
use crate::domain::operation::Operation;
use crate::domain::vocabulary::Vocabulaire;

/// Space of the digests by which agents are recognised.
pub(super) const AGENT: &str = "operation_medecin.prepare_par";

/// The digest by which an agent is recognised, whatever the organisation that the token names and however it writes the subject.
pub fn agent(coffre: &Coffre, sujet: &Sujet) -> Vec<u8> {
    coffre.empreinte_de(AGENT, &sujet.personne()).to_vec()
}

/// Whether a digest is that of an agent, under whichever version of the key.
pub fn is_agent(coffre: &Coffre, sujet: &Sujet, digest: &[u8]) -> bool {
    coffre.empreintes_de(AGENT, &sujet.personne()).iter().any(|own| own.as_slice() == digest)
}

/// Keeps the practice that a prepared act will begin, at a place that exists.
pub async fn insert_exercice(
    tx: &mut Tx,
    id: OperationId,
    (quitte, lieu): (Option<LieuId>, LieuId),
    exercice: &NouvelExercice,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* operation_exercice.insert */
         INSERT INTO operation_exercice
             (operation_id, lieu_quitte, lieu_id, mode, principal, convention, option_tarifaire, facturation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.uuid(),
        quitte as _,
        lieu.uuid(),
        exercice.mode.mot(),
        exercice.principal,
        exercice.convention.map(Vocabulaire::mot),
        exercice.option_tarifaire.mot(),
        exercice.facturation as _
    ))
    .await
}

/// The practice that a prepared act will begin, and the place that it leaves.
pub async fn exercice(
    conn: &mut PgConnection,
    operation: &Operation,
) -> Result<Option<(Option<LieuId>, NouvelExercice)>, StorageError> {
    let row = sqlx::query!(
        "/* operation_exercice.get */
         SELECT lieu_quitte, lieu_id, mode, principal, convention, option_tarifaire, facturation
         FROM operation_exercice WHERE operation_id = $1",
        operation.id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let exercice = NouvelExercice {
            du: operation.effet_du,
            lieu: LieuExistantOuNouveau::Existant(row.lieu_id),
            mode: row.mode,
            principal: row.principal,
            convention: row.convention,
            option_tarifaire: row.option_tarifaire,
            facturation: row.facturation,
        };
        (row.lieu_quitte, exercice)
    }))
}

/// Confirms an act that waits, in the version that was seen; `false` when it no longer is there.
pub async fn confirm(
    tx: &mut Tx,
    id: OperationId,
    version: i32,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* operation_medecin.confirm */
         UPDATE operation_medecin SET etat = 'en_attente', confirmee_le = $3, version = version + 1
         WHERE operation_id = $1 AND version = $2 AND etat = 'a_confirmer'",
        id.uuid(),
        version,
        instant
    ))
    .await
}

/// Lets the acts expire that nobody confirmed; gives how many.
pub async fn expire(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64, StorageError> {
    tx.touch(sqlx::query!(
        "/* operation_medecin.expire */
         UPDATE operation_medecin SET etat = 'expiree', annulee_le = $1, version = version + 1
         WHERE etat = 'a_confirmer' AND expire_le <= $1",
        now
    ))
    .await
}

/// Writes which caisses an act concerns.
pub async fn concern(tx: &mut Tx, id: OperationId, caisses: &[String]) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* operation_caisse.insert */
         INSERT INTO operation_caisse (operation_id, caisse) SELECT $1, * FROM unnest($2::text[])",
        id.uuid(),
        caisses
    ))
    .await
}

/// The caisses that an act concerns and the patients of each, for one or for all, with whether that caisse
/// undid it.
pub async fn caisses(
    conn: &mut PgConnection,
    id: OperationId,
    caisse: Option<&str>,
) -> Result<Vec<(String, i64, bool)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* operation_caisse.list */
         SELECT k.caisse, k.annulee_le IS NOT NULL AS "annulee!",
                (SELECT count(*) FROM operation_patient p
                 WHERE p.operation_id = k.operation_id AND p.caisse = k.caisse) AS "patients!"
         FROM operation_caisse k
         WHERE k.operation_id = $1 AND ($2::text IS NULL OR k.caisse = $2) ORDER BY k.caisse"#,
        id.uuid(),
        caisse
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.caisse, row.patients, row.annulee)).collect())
}

/// Undoes an act for the patients of a caisse, in the version that was seen; `false` when it already is, or
/// is not there.
pub async fn cancel_for(
    tx: &mut Tx,
    (id, version): (OperationId, i32),
    caisse: &str,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* operation_caisse.cancel */
         WITH vue AS (
             UPDATE operation_medecin SET version = version + 1
             WHERE operation_id = $1 AND version = $2 AND annulee_le IS NULL RETURNING operation_id)
         UPDATE operation_caisse k SET annulee_le = $4 FROM vue
         WHERE k.operation_id = vue.operation_id AND k.caisse = $3 AND k.annulee_le IS NULL",
        id.uuid(),
        version,
        caisse,
        instant
    ))
    .await
}
