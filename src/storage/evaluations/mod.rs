//! Evaluations: written once, never changed. The key of one is that of its feuille and a number.

mod codec;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::StorageError;
use crate::domain::calendar::plus_mois;
use crate::domain::evaluation::{Evaluation, FaitsConnus};
use crate::domain::ids::{DeclarationId, FeuilleId, PatientId};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;

/// An evaluation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationEnregistree {
    /// Of which feuille.
    pub feuille_id: FeuilleId,
    /// Of whom.
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
    /// The decision.
    pub evaluation: Evaluation,
}

/// Writes an evaluation.
pub async fn insert(
    conn: &mut PgConnection,
    kept: &EvaluationEnregistree,
    date_soins: NaiveDate,
) -> Result<(), StorageError> {
    let synthese = kept
        .evaluation
        .synthese()
        .ok_or_else(|| StorageError::inconsistent("evaluation", "appartenance", "no act"))?;
    let totaux = &kept.evaluation.totaux;
    sqlx::query!(
        "/* evaluation.insert */
         INSERT INTO evaluation
             (feuille_id, patient_id, connu_le, date_soins, honoraires_centimes,
              rembourse_amo_centimes, majoration_centimes, participation_centimes, part_amc_centimes,
              reste_a_charge_centimes, numero, loi_id, appartenance, code_determine, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        kept.feuille_id.uuid(),
        kept.patient_id.uuid(),
        kept.connu_le,
        date_soins,
        int4(totaux.honoraires)?,
        int4(totaux.rembourse_amo)?,
        int4(totaux.majoration)?,
        int4(totaux.participation)?,
        int4(totaux.part_amc)?,
        int4(totaux.reste_a_charge)?,
        kept.numero,
        kept.loi_id,
        i16::from(synthese.appartenance.code()),
        i16::from(synthese.code.code()),
        codec::encode(kept)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The evaluations of a feuille, the first first.
pub async fn list(
    conn: &mut PgConnection,
    feuille: FeuilleId,
) -> Result<Vec<EvaluationEnregistree>, StorageError> {
    let Some((month, next)) = feuille.month_of_care().and_then(|m| Some((m, plus_mois(m, 1)?)))
    else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query!(
        "/* evaluation.list */
         SELECT patient_id, numero, connu_le, loi_id, detail FROM evaluation
         WHERE feuille_id = $1 AND date_soins >= $2 AND date_soins < $3
         ORDER BY numero",
        feuille.uuid(),
        month,
        next
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let (declaration_id, faits, evaluation) = codec::decode(&row.detail)
                .map_err(|error| StorageError::inconsistent("evaluation", "detail", error))?;
            Ok(EvaluationEnregistree {
                feuille_id: feuille,
                patient_id: PatientId::from_uuid(row.patient_id),
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

fn int4(montant: Centimes) -> Result<i32, StorageError> {
    i32::try_from(montant.get())
        .map_err(|error| StorageError::inconsistent("evaluation", "centimes", error))
}
