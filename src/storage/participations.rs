//! Participations forfaitaires kept from a person, year by year of care.

use chrono::{Datelike, NaiveDate};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::StorageError;
use super::error::one;
use super::feuilles_de_soins::numeros;
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

/// Adds participations kept, each to the year of its day of care. The persons' rows are locked.
pub async fn add_all(
    conn: &mut PgConnection,
    retenues: &[(PatientId, Retenue)],
) -> Result<(), StorageError> {
    if retenues.is_empty() {
        return Ok(());
    }
    let wrong = |column, error: std::num::TryFromIntError| {
        StorageError::inconsistent("participation_retenue", column, error)
    };
    let patients: Vec<Uuid> = retenues.iter().map(|(patient, _)| patient.uuid()).collect();
    let jours: Vec<NaiveDate> = retenues.iter().map(|(_, retenue)| retenue.jour).collect();
    let executants = retenues.iter().map(|(_, retenue)| numeros::rpps(&retenue.executant));
    let executants: Vec<i64> = executants.collect::<Result<_, _>>()?;
    let centimes = retenues.iter().map(|(_, retenue)| i16::try_from(retenue.montant.get()));
    let centimes: Vec<i16> =
        centimes.collect::<Result<_, _>>().map_err(|error| wrong("centimes", error))?;
    let annees = jours.iter().map(|jour| i16::try_from(jour.year()));
    let annees: Vec<i16> =
        annees.collect::<Result<_, _>>().map_err(|error| wrong("annee", error))?;
    sqlx::query!(
        "/* participation_retenue.add_all */
         INSERT INTO participation_retenue AS known (patient_id, annee, jours, executants, centimes)
         SELECT patient_id, annee, array_agg(jour ORDER BY rang), array_agg(executant ORDER BY rang),
                array_agg(centimes ORDER BY rang)
         FROM unnest($1::uuid[], $2::smallint[], $3::date[], $4::bigint[], $5::smallint[])
              WITH ORDINALITY AS r (patient_id, annee, jour, executant, centimes, rang)
         GROUP BY patient_id, annee
         ON CONFLICT (patient_id, annee) DO UPDATE
         SET jours = known.jours || EXCLUDED.jours,
             executants = known.executants || EXCLUDED.executants,
             centimes = known.centimes || EXCLUDED.centimes",
        &patients,
        &annees,
        &jours,
        &executants,
        &centimes
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a participation back. The person's row is locked.
pub async fn remove(
    conn: &mut PgConnection,
    patient: PatientId,
    retenue: &Retenue,
) -> Result<(), StorageError> {
    let wrong = |error| StorageError::inconsistent("participation_retenue", "annee", error);
    let annee = i16::try_from(retenue.jour.year()).map_err(wrong)?;
    let found = sqlx::query!(
        "/* participation_retenue.remove */
         UPDATE participation_retenue AS known
         SET jours = known.jours[:r.rang - 1] || known.jours[r.rang + 1:],
             executants = known.executants[:r.rang - 1] || known.executants[r.rang + 1:],
             centimes = known.centimes[:r.rang - 1] || known.centimes[r.rang + 1:]
         FROM (
             SELECT min(u.rang)::integer AS rang
             FROM participation_retenue p,
                  unnest(p.jours, p.executants, p.centimes) WITH ORDINALITY AS u (jour, executant, montant, rang)
             WHERE p.patient_id = $1 AND p.annee = $2
               AND u.jour = $3 AND u.executant = $4 AND u.montant = $5
         ) AS r
         WHERE known.patient_id = $1 AND known.annee = $2 AND r.rang IS NOT NULL",
        patient.uuid(),
        annee,
        retenue.jour,
        numeros::rpps(&retenue.executant)?,
        i16::try_from(retenue.montant.get()).map_err(wrong)?
    )
    .execute(conn)
    .await?
    .rows_affected();
    one("participation_retenue.remove", found)
}
