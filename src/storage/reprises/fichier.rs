//! Which file is the same: what one caisse sends of one kind, byte for byte, read in the same way.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::remove_blocs;
use crate::domain::ids::RepriseId;
use crate::domain::reprise::Reprise;
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::nombres::stored;
use crate::storage::{StorageError, Tx};

/// The one under way for the same file, if there is.
pub async fn find_same(
    conn: &mut PgConnection,
    reprise: &Reprise,
) -> Result<Option<RepriseId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* reprise.find_same */
         SELECT reprise_id FROM reprise
         WHERE organisme = $1 AND nature = $2 AND sha256 = $3 AND format = $4 AND windows_1252 = $5
           AND etat IN ('en_essai', 'essayee', 'en_application')",
        reprise.organisme.as_str(),
        reprise.nature.mot(),
        reprise.sha256 as _,
        reprise.format.mot(),
        reprise.windows_1252
    )
    .fetch_optional(conn)
    .await?)
}

/// The file is whole; `false` when the same one is under way.
pub async fn receive(tx: &mut Tx, reprise: &Reprise) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* reprise.receive */
         UPDATE reprise SET etat = 'en_essai', version = version + 1, octets = $2, sha256 = $3, lignes = $4,
             illisibles = $5
         WHERE reprise_id = $1 AND etat = 'en_reception' AND NOT EXISTS (
             SELECT FROM reprise o
             WHERE o.organisme = $6 AND o.nature = $7 AND o.sha256 = $3 AND o.format = $8 AND o.windows_1252 = $9
               AND o.etat IN ('en_essai', 'essayee', 'en_application'))",
        reprise.id.uuid(),
        stored(reprise.octets),
        reprise.sha256 as _,
        stored(reprise.lignes),
        stored(reprise.illisibles),
        reprise.organisme.as_str(),
        reprise.nature.mot(),
        reprise.format.mot(),
        reprise.windows_1252
    ))
    .await
}

/// Ends the trial of the same file that refused lines, if there is one: its sender mended what it missed. Of whoever sends it
/// again.
pub async fn supersede(
    tx: &mut Tx,
    reprise: &Reprise,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let ended = sqlx::query_scalar!(
        "/* reprise.supersede */
         UPDATE reprise o
         SET etat = 'abandonnee', version = o.version + 1, abandonnee_le = $6, abandon_auteur_id = n.auteur_id
         FROM reprise n
         WHERE n.reprise_id = $7 AND o.organisme = $1 AND o.nature = $2 AND o.sha256 = $3 AND o.format = $4
           AND o.windows_1252 = $5 AND o.etat = 'essayee' AND o.refusees + o.illisibles > 0
         RETURNING o.reprise_id",
        reprise.organisme.as_str(),
        reprise.nature.mot(),
        reprise.sha256 as _,
        reprise.format.mot(),
        reprise.windows_1252,
        instant,
        reprise.id.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    for id in ended {
        remove_blocs(tx, id).await?;
    }
    Ok(())
}
