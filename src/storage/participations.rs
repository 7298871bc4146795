//! Participations forfaitaires kept from a person, year by year of care.

use chrono::{Datelike, NaiveDate};
use sqlx::postgres::PgConnection;

use super::StorageError;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::PatientId;
use crate::domain::money::Centimes;

/// A participation kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retenue {
    /// Day of care.
    pub jour: NaiveDate,
    /// Performer.
    pub executant: Rpps,
    /// Amount.
    pub montant: Centimes,
}

/// Adds a participation kept. The person's row is locked.
pub async fn add(
    conn: &mut PgConnection,
    patient: PatientId,
    retenue: &Retenue,
) -> Result<(), StorageError> {
    let centimes = i16::try_from(retenue.montant.get())
        .map_err(|error| StorageError::inconsistent("participation_retenue", "centimes", error))?;
    let annee = i16::try_from(retenue.jour.year())
        .map_err(|error| StorageError::inconsistent("participation_retenue", "annee", error))?;
    sqlx::query!(
        "/* participation_retenue.add */
         INSERT INTO participation_retenue (patient_id, annee, jours, executants, centimes)
         VALUES ($1, $2, ARRAY[$3::date], ARRAY[$4::text], ARRAY[$5::smallint])
         ON CONFLICT (patient_id, annee) DO UPDATE
         SET jours = participation_retenue.jours || EXCLUDED.jours,
             executants = participation_retenue.executants || EXCLUDED.executants,
             centimes = participation_retenue.centimes || EXCLUDED.centimes",
        patient.uuid(),
        annee,
        retenue.jour,
        retenue.executant.as_str(),
        centimes
    )
    .execute(conn)
    .await?;
    Ok(())
}
