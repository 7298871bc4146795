//! Reforms that are counted: what was asked, how far it is, and the counts so far.

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::postgres::PgConnection;

use super::codec;
use crate::domain::ids::SimulationId;
use crate::domain::statistiques::{Avancement, Confrontes, Simulation};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::{StorageError, Tx};

/// Records one that is asked.
pub async fn insert(
    tx: &mut Tx,
    asked: &Simulation,
    (reforme, auteur_id): (&Value, i32),
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* simulation_reforme.insert */
         INSERT INTO simulation_reforme
             (simulation_id, auteur_id, du, au, reforme, etat, version, enregistre_le, prevues, vues, sans_reponse,
              comptes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, '')",
        asked.id.uuid(),
        auteur_id,
        asked.du,
        asked.au,
        reforme as _,
        asked.etat.mot(),
        asked.version,
        asked.enregistre_le
    ))
    .await
}

/// One by its id, with the reform as it was asked.
pub async fn get(
    conn: &mut PgConnection,
    id: SimulationId,
) -> Result<Option<(Simulation, Value)>, StorageError> {
    let row = sqlx::query!(
        "/* simulation_reforme.get */
         SELECT du, au, reforme, etat, version, enregistre_le, loi_id, prevues, vues, sans_reponse, mois, place
         FROM simulation_reforme WHERE simulation_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let avancement = Avancement {
            loi_id: row.loi_id,
            prevues: row.prevues,
            vues: row.vues,
            sans_reponse: row.sans_reponse,
            mois: row.mois,
            place: row.place,
        };
        let simulation = Simulation {
            id,
            du: row.du,
            au: row.au,
            etat: row.etat,
            version: row.version,
            enregistre_le: row.enregistre_le,
            avancement,
        };
        (simulation, row.reforme)
    }))
}

/// The counts of one, so far.
pub async fn counts(conn: &mut PgConnection, id: SimulationId) -> Result<Confrontes, StorageError> {
    let bytes = sqlx::query_scalar!(
        "/* simulation_reforme.counts */ SELECT comptes FROM simulation_reforme WHERE simulation_id = $1",
        id.uuid()
    )
    .fetch_one(conn)
    .await?;
    let unreadable =
        || StorageError::inconsistent("simulation_reforme", "comptes", "length or code");
    codec::decode_confrontes(&bytes).ok_or_else(unreadable)
}

/// How many are not counted yet.
pub async fn count_waiting(conn: &mut PgConnection) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* simulation_reforme.waiting */
         SELECT count(*) AS "count!" FROM simulation_reforme WHERE etat = 'en_cours'"#
    )
    .fetch_one(conn)
    .await?)
}

/// How many feuilles there are of some days.
pub async fn feuilles(
    conn: &mut PgConnection,
    (du, au): (NaiveDate, NaiveDate),
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* simulation_reforme.feuilles */
         SELECT count(*) AS "count!" FROM feuille_de_soins WHERE date_soins >= $1 AND date_soins <= $2"#,
        du,
        au
    )
    .fetch_one(conn)
    .await?)
}

/// Keeps how far one is; `false` when another run went further, or ended it.
pub async fn keep(
    tx: &mut Tx,
    before: &Simulation,
    after: &Simulation,
    counts: &Confrontes,
) -> Result<bool, StorageError> {
    let now = &after.avancement;
    tx.try_write(sqlx::query!(
        "/* simulation_reforme.keep */
         UPDATE simulation_reforme
         SET etat = $4, version = version + 1, loi_id = $5, prevues = $6, vues = $7, sans_reponse = $8, mois = $9,
             place = $10, comptes = $11
         WHERE simulation_id = $1 AND version = $2 AND etat = $3",
        after.id.uuid(),
        before.version,
        before.etat.mot(),
        after.etat.mot(),
        now.loi_id,
        now.prevues,
        now.vues,
        now.sans_reponse,
        now.mois,
        now.place as _,
        &codec::encode_confrontes(counts)
    ))
    .await
}
