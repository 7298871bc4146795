//! What a database is, and under which key: asked before anything else is read, so that a wrong setting changes nothing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::types::Mode;
use super::{Coffre, Db, StorageError, Tx};

/// Space of the keyed hash by which a master key is known again.
const TEMOIN: &str = "base";

/// Says what an unmarked database is from now on: for which mode, under the key of this vault. One that is marked keeps what
/// it says.
pub async fn mark(
    tx: &mut Tx,
    coffre: &Coffre,
    marque: Uuid,
    (mode, now): (Mode, DateTime<Utc>),
) -> Result<(), StorageError> {
    let temoin = coffre.empreinte_de(TEMOIN, &marque.to_string());
    let insert = sqlx::query!(
        "/* base.mark */
         INSERT INTO base (marque, mode, temoin, enregistre_le) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        marque.as_bytes().as_slice(),
        mode as _,
        temoin.as_slice(),
        now
    );
    tx.write(insert).await
}

/// Refuses a database of another mode, or written under another master key. An unmarked one suits everybody.
pub async fn verify(db: &Db, mode: Mode) -> Result<(), StorageError> {
    let known =
        sqlx::query!(r#"/* base.verify */ SELECT marque, mode AS "mode: Mode", temoin FROM base"#)
            .fetch_optional(db.pool())
            .await?;
    let Some(known) = known else { return Ok(()) };
    if known.mode != mode {
        return Err(StorageError::OtherMode { found: known.mode });
    }
    let marque = Uuid::from_slice(&known.marque)
        .map_err(|wrong| StorageError::inconsistent("base", "marque", wrong))?;
    let temoin = db.coffre().empreinte_de(TEMOIN, &marque.to_string());
    if known.temoin == temoin { Ok(()) } else { Err(StorageError::OtherKey) }
}
