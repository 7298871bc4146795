//! Days on which a person left without médecin traitant bears no majoration.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;
use uuid::Uuid;

use super::StorageError;
use super::error::one;
use super::medecins::word;
use super::range::{to_periode, to_range};
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{FaitId, MedecinId, OperationId, PatientId};
use crate::domain::operation::Neutralisation;
use crate::domain::vocabulary::Vocabulaire;

struct Row {
    neutralisation_id: Uuid,
    medecin_id: Uuid,
    rpps: String,
    operation_id: Uuid,
    motif: String,
    effet: PgRange<NaiveDate>,
    enregistre_le: DateTime<Utc>,
    remplace_le: Option<DateTime<Utc>>,
}

impl Row {
    fn build(self) -> Result<FaitDate<Neutralisation>, StorageError> {
        Ok(FaitDate {
            id: FaitId::from_uuid(self.neutralisation_id),
            valeur: Neutralisation {
                medecin_id: MedecinId::from_uuid(self.medecin_id),
                rpps: Rpps::parse(&self.rpps)
                    .map_err(|error| StorageError::inconsistent("medecin", "rpps", error))?,
                operation_id: OperationId::from_uuid(self.operation_id),
                motif: word("neutralisation", "motif", &self.motif)?,
            },
            effet: to_periode(&self.effet, "neutralisation")?,
            enregistre_le: self.enregistre_le,
            remplace_le: self.remplace_le,
        })
    }
}

/// The neutralisations of a person as known at an instant, by first day.
pub async fn list(
    conn: &mut PgConnection,
    patient: PatientId,
    connu_le: DateTime<Utc>,
) -> Result<Vec<FaitDate<Neutralisation>>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "/* neutralisation.list */
         SELECT n.neutralisation_id, n.medecin_id, m.rpps, n.operation_id, n.motif, n.effet,
                n.enregistre_le, n.remplace_le
         FROM neutralisation n JOIN medecin m USING (medecin_id)
         WHERE n.patient_id = $1 AND n.enregistre_le <= $2
           AND (n.remplace_le IS NULL OR n.remplace_le > $2)
         ORDER BY lower(n.effet), n.neutralisation_id",
        patient.uuid(),
        connu_le
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::build).collect()
}

/// The neutralisation of a person on a day, as known at an instant: what the evaluation reads.
pub async fn en_vigueur(
    conn: &mut PgConnection,
    patient: PatientId,
    jour: NaiveDate,
    connu_le: DateTime<Utc>,
) -> Result<Option<FaitDate<Neutralisation>>, StorageError> {
    let row = sqlx::query_as!(
        Row,
        "/* neutralisation.en_vigueur */
         SELECT n.neutralisation_id, n.medecin_id, m.rpps, n.operation_id, n.motif, n.effet,
                n.enregistre_le, n.remplace_le
         FROM neutralisation n JOIN medecin m USING (medecin_id)
         WHERE n.patient_id = $1 AND n.effet @> $2::date AND n.enregistre_le <= $3
           AND (n.remplace_le IS NULL OR n.remplace_le > $3)
         ORDER BY lower(n.effet), n.neutralisation_id LIMIT 1",
        patient.uuid(),
        jour,
        connu_le
    )
    .fetch_optional(conn)
    .await?;
    row.map(Row::build).transpose()
}

/// Records a neutralisation.
pub async fn insert(
    conn: &mut PgConnection,
    patient: PatientId,
    fait: &FaitDate<Neutralisation>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "/* neutralisation.insert */
         INSERT INTO neutralisation
             (patient_id, neutralisation_id, medecin_id, operation_id, motif, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        patient.uuid(),
        fait.id.uuid(),
        fait.valeur.medecin_id.uuid(),
        fait.valeur.operation_id.uuid(),
        fait.valeur.motif.mot(),
        to_range(fait.effet),
        fait.enregistre_le
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a neutralisation back.
pub async fn replace(
    conn: &mut PgConnection,
    patient: PatientId,
    id: FaitId,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let found = sqlx::query!(
        "/* neutralisation.replace */
         UPDATE neutralisation SET remplace_le = $3
         WHERE patient_id = $1 AND neutralisation_id = $2 AND remplace_le IS NULL",
        patient.uuid(),
        id.uuid(),
        instant
    )
    .execute(conn)
    .await?
    .rows_affected();
    one("neutralisation.replace", found)
}
