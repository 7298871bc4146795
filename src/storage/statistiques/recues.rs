//! What a lot adds to the counts, left by its own transaction for the job that counts: it had read everything then, and would have to be
//! read again one feuille after the other.

use std::collections::BTreeMap;

use super::{Mouvements, codec};
use crate::domain::ids::FeuilleId;
use crate::storage::{StorageError, Tx};

/// Leaves what the feuilles of one event add, under the first of them.
pub async fn leave(
    tx: &mut Tx,
    premiere: FeuilleId,
    mouvements: &Mouvements,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* statistique_recue.insert */ INSERT INTO statistique_recue (feuille_id, comptes) VALUES ($1, $2)",
        premiere as _,
        codec::encode_mouvements(mouvements)
    ))
    .await
}

/// Takes what events left, by the first feuille of each: it is counted once.
pub async fn take(
    tx: &mut Tx,
    premieres: &[FeuilleId],
) -> Result<BTreeMap<FeuilleId, Mouvements>, StorageError> {
    let rows = sqlx::query!(
        "/* statistique_recue.take */
         DELETE FROM statistique_recue WHERE feuille_id = ANY ($1)
         RETURNING feuille_id, comptes",
        premieres as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let unreadable =
        || StorageError::inconsistent("statistique_recue", "comptes", "length or code");
    let one = |bytes: &[u8]| codec::decode_mouvements(bytes).ok_or_else(unreadable);
    rows.into_iter().map(|row| Ok((row.feuille_id, one(&row.comptes)?))).collect()
}
