//! Whether a doctor takes new patients: what he said, as dated facts.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::fait_date::FaitDate;
use crate::domain::ids::{FaitId, MedecinId};
use crate::storage::{StorageError, Tx};

/// What a doctor said, as known at an instant, by first day.
pub async fn list(
    conn: &mut PgConnection,
    medecin: MedecinId,
    connu_le: DateTime<Utc>,
) -> Result<Vec<FaitDate<bool>>, StorageError> {
    Ok(sqlx::query_as!(
        FaitDate::<bool>,
        "/* accueil_medecin.list */
         SELECT accueil_id AS id, accepte AS valeur, effet, enregistre_le, remplace_le FROM accueil_medecin
         WHERE medecin_id = $1 AND enregistre_le <= $2 AND (remplace_le IS NULL OR remplace_le > $2)
         ORDER BY lower(effet)",
        medecin.uuid(),
        connu_le
    )
    .fetch_all(conn)
    .await?)
}

/// Records what a doctor says.
pub async fn insert(
    tx: &mut Tx,
    medecin: MedecinId,
    fait: &FaitDate<bool>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* accueil_medecin.insert */
         INSERT INTO accueil_medecin (medecin_id, accueil_id, accepte, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5)",
        medecin.uuid(),
        fait.id.uuid(),
        fait.valeur,
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// Takes back what he said.
pub async fn replace(
    tx: &mut Tx,
    medecin: MedecinId,
    id: FaitId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* accueil_medecin.replace */
         UPDATE accueil_medecin SET remplace_le = $3
         WHERE medecin_id = $1 AND accueil_id = $2 AND remplace_le IS NULL",
        medecin.uuid(),
        id.uuid(),
        instant
    ))
    .await
}
