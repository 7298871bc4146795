//! What a lot adds to the counts, left by its own transaction for the job that counts: it had read everything then, and would have to be
//! read again one feuille after the other.

use std::collections::BTreeSet;

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

/// Which of some first feuilles something was left under.
pub async fn known(
    tx: &mut Tx,
    premieres: &[FeuilleId],
) -> Result<BTreeSet<FeuilleId>, StorageError> {
    if premieres.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = sqlx::query_scalar!(
        "/* statistique_recue.known */ SELECT feuille_id FROM statistique_recue WHERE feuille_id = ANY ($1)",
        premieres as _
    );
    Ok(rows.fetch_all(&mut **tx).await?.into_iter().collect())
}

/// Takes what was left under some first feuilles: it is counted once.
pub async fn take(tx: &mut Tx, premieres: &[FeuilleId]) -> Result<Vec<Mouvements>, StorageError> {
    if premieres.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query_scalar!(
        "/* statistique_recue.take */
         DELETE FROM statistique_recue WHERE feuille_id = ANY ($1) RETURNING comptes",
        premieres as _
    );
    let unreadable =
        || StorageError::inconsistent("statistique_recue", "comptes", "length or code");
    let one = |bytes: Vec<u8>| codec::decode_mouvements(&bytes).ok_or_else(unreadable);
    rows.fetch_all(&mut **tx).await?.into_iter().map(one).collect()
}
