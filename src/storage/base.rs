//! What a database is, and under which key: asked before anything else is read, so that a wrong setting changes nothing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::types::Mode;
use super::{Db, StorageError, Tx, cles};

/// Says what an unmarked database is from now on: for which mode, under the highest key of this vault. One that is marked keeps
/// what it says.
pub async fn mark(
    tx: &mut Tx,
    db: &Db,
    marque: Uuid,
    (mode, now): (Mode, DateTime<Utc>),
) -> Result<(), StorageError> {
    let insert = sqlx::query!(
        "/* base.mark */
         INSERT INTO base (marque, mode, enregistre_le) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        marque.as_bytes().as_slice(),
        mode as _,
        now
    );
    if tx.try_write(insert).await? {
        cles::begin(tx, db.coffre(), marque, now).await?;
    }
    Ok(())
}

/// Whether a database says already what it is. One that does is only looked at: a replica takes nothing.
pub async fn is_marked(db: &Db, mode: Mode) -> Result<bool, StorageError> {
    Ok(marque(db, mode).await?.is_some())
}

/// The mark of a database of a mode; none for one that is not marked. Refuses one of another mode.
pub(super) async fn marque(db: &Db, mode: Mode) -> Result<Option<Uuid>, StorageError> {
    let known = sqlx::query!(r#"/* base.verify */ SELECT marque, mode AS "mode: Mode" FROM base"#)
        .fetch_optional(db.pool())
        .await?;
    let Some(known) = known else { return Ok(None) };
    if known.mode != mode {
        return Err(StorageError::OtherMode { found: known.mode });
    }
    let marque = Uuid::from_slice(&known.marque)
        .map_err(|wrong| StorageError::inconsistent("base", "marque", wrong))?;
    Ok(Some(marque))
}

/// Refuses a database of another mode, or one that goes on under a master key that is not here; otherwise writes under the
/// version of it that is in use. An unmarked database suits everybody.
pub async fn verify(db: &Db, mode: Mode) -> Result<(), StorageError> {
    match marque(db, mode).await? {
        Some(marque) => cles::follow(db, marque).await,
        None => Ok(()),
    }
}
