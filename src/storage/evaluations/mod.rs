//! Evaluations: written once, never changed. The first of a feuille is in its row; the others have a
//! row each, whose key is that of the feuille and a number.

mod codec;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::{StorageError, Tx};
use crate::domain::calendar::plus_mois;
use crate::domain::evaluation::{Evaluation, FaitsConnus};
use crate::domain::ids::{DeclarationId, FeuilleId, PatientId};

/// An evaluation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationEnregistree {
    pub feuille_id: FeuilleId,
    pub patient_id: PatientId,
    /// 1 for the first.
    pub numero: i16,
    /// What was known: everything recorded up to then.
    pub connu_le: DateTime<Utc>,
    /// Number of the law.
    pub loi_id: i16,
    /// The declaration in force on the day of care, when there was one.
    pub declaration_id: Option<DeclarationId>,
    /// Facts that the register gave.
    pub faits: FaitsConnus,
    pub evaluation: Evaluation,
}

/// What the detail of an evaluation says.
pub(super) struct Lue {
    pub(super) declaration_id: Option<DeclarationId>,
    pub(super) faits: FaitsConnus,
    pub(super) evaluation: Evaluation,
}

/// Reads the detail of an evaluation.
pub(super) fn decode(table: &'static str, detail: &[u8]) -> Result<Lue, StorageError> {
    let (declaration_id, faits, evaluation) = codec::decode(detail)
        .map_err(|error| StorageError::inconsistent(table, "detail", error))?;
    Ok(Lue { declaration_id, faits, evaluation })
}

/// Writes an evaluation that is not the first of its feuille: that one is in the row of the feuille.
pub async fn insert(
    tx: &mut Tx,
    kept: &EvaluationEnregistree,
    date_soins: NaiveDate,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* evaluation.insert */
         INSERT INTO evaluation
             (feuille_id, patient_id, connu_le, date_soins, numero, loi_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        kept.feuille_id.uuid(),
        kept.patient_id.uuid(),
        kept.connu_le,
        date_soins,
        kept.numero,
        kept.loi_id,
        bytes(kept)
    ))
    .await?;
    if let Some(qualification) = kept.evaluation.synthese() {
        tx.ecrit.evaluate(qualification.code);
    }
    Ok(())
}

/// The last evaluation of each of some feuilles that has others than its first.
pub async fn latest(
    conn: &mut PgConnection,
    feuilles: &[FeuilleId],
) -> Result<BTreeMap<FeuilleId, EvaluationEnregistree>, StorageError> {
    let later = later(conn, feuilles).await?;
    Ok(later.into_iter().map(|one| (one.feuille_id, one)).collect())
}

/// The evaluations of some feuilles after their first, feuille by feuille, in their order.
pub async fn later(
    conn: &mut PgConnection,
    feuilles: &[FeuilleId],
) -> Result<Vec<EvaluationEnregistree>, StorageError> {
    let months = || feuilles.iter().filter_map(|id| id.month_of_care());
    let Some((first, next)) = months().min().zip(months().max().and_then(|m| plus_mois(m, 1)))
    else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query!(
        "/* evaluation.later */
         SELECT feuille_id, patient_id, numero, connu_le, loi_id, detail FROM evaluation
         WHERE feuille_id = ANY($1) AND date_soins >= $2 AND date_soins < $3
         ORDER BY feuille_id, numero",
        feuilles as _,
        first,
        next
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let Lue { declaration_id, faits, evaluation } = decode("evaluation", &row.detail)?;
            Ok(EvaluationEnregistree {
                feuille_id: row.feuille_id,
                patient_id: row.patient_id,
                numero: row.numero,
                connu_le: row.connu_le,
                loi_id: row.loi_id,
                declaration_id,
                faits,
                evaluation,
            })
        })
        .collect()
}

/// The last evaluation of each of some feuilles that has more than its first. Each is looked for on its
/// own day of care: a life of feuilles would otherwise be looked for in every month of it.
pub async fn last(
    conn: &mut PgConnection,
    feuilles: &[(FeuilleId, NaiveDate)],
) -> Result<BTreeMap<FeuilleId, Evaluation>, StorageError> {
    let ids: Vec<FeuilleId> = feuilles.iter().map(|(id, _)| *id).collect();
    let days: Vec<NaiveDate> = feuilles.iter().map(|(_, jour)| *jour).collect();
    let rows = sqlx::query!(
        r#"/* evaluation.last */
         SELECT k.feuille_id AS "feuille_id!: FeuilleId", e.detail
         FROM unnest($1::uuid[], $2::date[]) AS k (feuille_id, date_soins)
         CROSS JOIN LATERAL (
             SELECT detail FROM evaluation
             WHERE feuille_id = k.feuille_id AND date_soins = k.date_soins
             ORDER BY numero DESC LIMIT 1) AS e"#,
        &ids as _,
        &days
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let Lue { evaluation, .. } = decode("evaluation", &row.detail)?;
            Ok((row.feuille_id, evaluation))
        })
        .collect()
}

/// The bytes under which an evaluation is kept.
pub fn bytes(kept: &EvaluationEnregistree) -> Vec<u8> {
    codec::encode(kept)
}

/// The bytes kept of every evaluation of some feuilles of a month, with their numbers.
pub async fn kept_bytes(
    conn: &mut PgConnection,
    (month, next): (NaiveDate, NaiveDate),
    feuilles: &[FeuilleId],
) -> Result<Vec<(FeuilleId, i16, Vec<u8>)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* evaluation.kept_bytes */
         SELECT feuille_id AS "feuille_id!: FeuilleId", 1::smallint AS "numero!", detail AS "detail!" FROM feuille_de_soins
         WHERE feuille_id = ANY($1) AND date_soins >= $2 AND date_soins < $3
         UNION ALL
         SELECT feuille_id, numero, detail FROM evaluation
         WHERE feuille_id = ANY($1) AND date_soins >= $2 AND date_soins < $3"#,
        feuilles as _,
        month,
        next
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.feuille_id, row.numero, row.detail)).collect())
}

/// Reads the detail of an evaluation, from anywhere.
pub(super) fn analyser(octets: &[u8]) {
    codec::decode(octets).ok();
}
