//! What an operator watches of what is told: whether it arrives.

use chrono::{DateTime, Utc};

use super::{Connection, StorageError};

/// What was told and has not reached those who follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retards {
    /// Events that have no place in the feed yet, and for how many seconds the oldest of them has been waiting.
    pub evenements: i64,
    pub evenements_secondes: i64,
    /// Messages to subscriptions that remain to be sent, and those that were given up.
    pub envois: i64,
    pub envois_abandonnes: i64,
}

/// How much waits at an instant.
pub async fn retards(conn: &mut Connection, now: DateTime<Utc>) -> Result<Retards, StorageError> {
    Ok(sqlx::query_as!(
        Retards,
        r#"/* mesures.retards */
           SELECT f.nombre AS "evenements!",
                  greatest(0, extract(epoch FROM $1 - f.depuis)::bigint) AS "evenements_secondes!",
                  e.attendus AS "envois!", e.abandonnes AS "envois_abandonnes!"
           FROM (SELECT count(*) AS nombre,
                        (SELECT v.enregistre_le FROM evenement v
                         WHERE v.sequence = (SELECT min(sequence) FROM evenement_a_publier)) AS depuis
                 FROM evenement_a_publier) AS f,
                (SELECT count(*) FILTER (WHERE NOT abandonne) AS attendus,
                        count(*) FILTER (WHERE abandonne) AS abandonnes FROM envoi) AS e"#,
        now
    )
    .fetch_one(conn)
    .await?)
}
