//! Practices that only the public directory says.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::domain::calendar::Periode;
use crate::domain::identifiers::{CommuneExercice, Rpps};
use crate::domain::ids::{FaitId, MedecinId};
use crate::domain::medecin::{NatureLieu, NouveauLieu};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::{StorageError, Tx};

/// A practice, and what its place is called where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExercicePublic {
    pub exercice_id: FaitId,
    pub rpps: Rpps,
    pub place: String,
}

/// What a place is called where it is, by which it is found again.
pub fn place_key(lieu: &NouveauLieu) -> String {
    key(lieu.nature, lieu.commune, &lieu.nom, &lieu.adresse)
}

fn key(nature: NatureLieu, commune: CommuneExercice, nom: &str, adresse: &str) -> String {
    [nature.mot(), commune.as_str(), &nom.to_uppercase(), &adresse.to_uppercase()].join("\n")
}

/// The practices of a day that nobody but the directory said, in the order of their ids.
pub async fn practices(
    conn: &mut PgConnection,
    (after, jour): (Option<FaitId>, NaiveDate),
    limit: usize,
) -> Result<Vec<ExercicePublic>, StorageError> {
    let rows = sqlx::query!(
        "/* annuaire.practices */
         SELECT e.exercice_id, m.rpps, l.nature, l.commune, l.nom, l.adresse
         FROM exercice e JOIN medecin m USING (medecin_id) JOIN lieu l USING (lieu_id)
         WHERE e.remplace_le IS NULL AND e.convention IS NULL AND upper_inf(e.effet) AND lower(e.effet) < $2
           AND ($1::uuid IS NULL OR e.exercice_id > $1)
         ORDER BY e.exercice_id LIMIT $3",
        after as _,
        jour,
        i64::try_from(limit).unwrap_or(i64::MAX)
    )
    .fetch_all(conn)
    .await?;
    let one = |row: (FaitId, Rpps, String)| ExercicePublic {
        exercice_id: row.0,
        rpps: row.1,
        place: row.2,
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let place = key(row.nature, row.commune, &row.nom, &row.adresse);
            one((row.exercice_id, row.rpps, place))
        })
        .collect())
}

/// Ends a practice on a day.
pub async fn end(
    tx: &mut Tx,
    (medecin, exercice): (MedecinId, FaitId),
    jour: NaiveDate,
    instant: DateTime<Utc>,
    id: Uuid,
) -> Result<(), StorageError> {
    let ended = sqlx::query!(
        "/* annuaire.end */
         UPDATE exercice SET remplace_le = $3 WHERE medecin_id = $1 AND exercice_id = $2 AND remplace_le IS NULL
         RETURNING lower(effet) AS \"du!\"",
        medecin.uuid(),
        exercice.uuid(),
        instant
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(effet) = ended.and_then(|row| Periode::new(row.du, Some(jour)).ok()) else {
        return Ok(());
    };
    tx.write(sqlx::query!(
        "/* annuaire.ended */
         INSERT INTO exercice
             (medecin_id, exercice_id, lieu_id, mode, principal, convention, option_tarifaire, facturation_nature,
              facturation_numero, effet, enregistre_le)
         SELECT medecin_id, $3, lieu_id, mode, principal, convention, option_tarifaire, facturation_nature,
                facturation_numero, $4, $5
         FROM exercice WHERE medecin_id = $1 AND exercice_id = $2",
        medecin.uuid(),
        exercice.uuid(),
        id,
        effet,
        instant
    ))
    .await
}

/// Whether a doctor practises somewhere on a day.
pub async fn practises(
    conn: &mut PgConnection,
    medecin: MedecinId,
    jour: NaiveDate,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* annuaire.practises */
         SELECT EXISTS (SELECT FROM exercice
                        WHERE medecin_id = $1 AND remplace_le IS NULL AND effet @> $2::date) AS "holds!""#,
        medecin.uuid(),
        jour
    )
    .fetch_one(conn)
    .await?)
}
