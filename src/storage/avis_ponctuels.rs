//! Single opinions of consultants, and the feuilles that contradict them. Statements for many feuilles.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::StorageError;
use super::feuilles_de_soins::numeros;
use crate::domain::evaluation::AutreFeuille;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{FeuilleId, PatientId};

/// A single opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvisPonctuel {
    /// Of whom.
    pub patient_id: PatientId,
    /// By whom.
    pub executant: Rpps,
    /// When, and on which feuille.
    pub avis: AutreFeuille,
}

/// An opinion that a feuille contradicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvisRompu {
    /// Of whom.
    pub patient_id: PatientId,
    /// The feuille of the opinion.
    pub avis: FeuilleId,
    /// The feuille that contradicts it, with its day.
    pub par: AutreFeuille,
}

/// Writes opinions.
pub async fn insert(
    conn: &mut PgConnection,
    avis: &[AvisPonctuel],
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let patients: Vec<Uuid> = avis.iter().map(|one| one.patient_id.uuid()).collect();
    let feuilles: Vec<Uuid> = avis.iter().map(|one| one.avis.feuille.uuid()).collect();
    let executants: Vec<String> =
        avis.iter().map(|one| one.executant.as_str().to_owned()).collect();
    let jours: Vec<NaiveDate> = avis.iter().map(|one| one.avis.jour).collect();
    sqlx::query!(
        "/* avis_ponctuel.insert */
         INSERT INTO avis_ponctuel (patient_id, feuille_id, executant_rpps, jour, enregistre_le)
         SELECT w.patient_id, w.feuille_id, w.executant_rpps, w.jour, $5::timestamptz
         FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::date[])
              AS w (patient_id, feuille_id, executant_rpps, jour)",
        &patients,
        &feuilles,
        &executants,
        &jours,
        instant
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes that opinions are contradicted, each under the record where it is kept: that of the person,
/// or one merged into it.
pub async fn insert_rompus(
    conn: &mut PgConnection,
    rompus: &[AvisRompu],
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let patients: Vec<Uuid> = rompus.iter().map(|one| one.patient_id.uuid()).collect();
    let avis: Vec<Uuid> = rompus.iter().map(|one| one.avis.uuid()).collect();
    let par: Vec<Uuid> = rompus.iter().map(|one| one.par.feuille.uuid()).collect();
    let jours: Vec<NaiveDate> = rompus.iter().map(|one| one.par.jour).collect();
    sqlx::query!(
        "/* avis_ponctuel_rompu.insert */
         INSERT INTO avis_ponctuel_rompu (patient_id, feuille_id, rompu_par, jour, enregistre_le)
         SELECT a.patient_id, a.feuille_id, w.rompu_par, w.jour, $5::timestamptz
         FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::date[])
              AS w (patient_id, feuille_id, rompu_par, jour)
         JOIN avis_ponctuel a
           ON a.feuille_id = w.feuille_id AND (a.patient_id = w.patient_id OR a.patient_id = ANY (ARRAY(
                  SELECT absorbe_id FROM fusion m
                  WHERE m.patient_id = w.patient_id AND m.remplace_le IS NULL)))
         ON CONFLICT DO NOTHING",
        &patients,
        &avis,
        &par,
        &jours,
        instant
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The opinions of some persons.
pub async fn of_persons(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<AvisPonctuel>, StorageError> {
    let patients: Vec<Uuid> = patients.iter().map(|patient| patient.uuid()).collect();
    let rows = sqlx::query!(
        "/* avis_ponctuel.of_persons */
         SELECT patient_id, feuille_id, executant_rpps, jour FROM avis_ponctuel
         WHERE patient_id = ANY($1)",
        &patients
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(AvisPonctuel {
                patient_id: PatientId::from_uuid(row.patient_id),
                executant: Rpps::parse(&row.executant_rpps).map_err(|error| {
                    StorageError::inconsistent("avis_ponctuel", "executant_rpps", error)
                })?,
                avis: AutreFeuille {
                    jour: row.jour,
                    feuille: FeuilleId::from_uuid(row.feuille_id),
                },
            })
        })
        .collect()
}

/// The feuilles that contradict the opinion of a feuille, by day.
pub async fn rompus(
    conn: &mut PgConnection,
    patient: PatientId,
    feuille: FeuilleId,
) -> Result<Vec<AutreFeuille>, StorageError> {
    let rows = sqlx::query!(
        "/* avis_ponctuel_rompu.list */
         SELECT rompu_par, jour FROM avis_ponctuel_rompu
         WHERE patient_id = $1 AND feuille_id = $2 ORDER BY jour, rompu_par",
        patient.uuid(),
        feuille.uuid()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AutreFeuille { jour: row.jour, feuille: FeuilleId::from_uuid(row.rompu_par) })
        .collect())
}

/// A performer whose feuilles of a person are asked for, between two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Autour {
    /// Of whom.
    pub patient_id: PatientId,
    /// By whom.
    pub executant: Rpps,
    /// First and last day.
    pub jours: (NaiveDate, NaiveDate),
}

/// Feuilles of some performers for some persons, between two days each.
pub async fn autour(
    conn: &mut PgConnection,
    asked: &[Autour],
) -> Result<Vec<AvisPonctuel>, StorageError> {
    let (Some(du), Some(au)) =
        (asked.iter().map(|one| one.jours.0).min(), asked.iter().map(|one| one.jours.1).max())
    else {
        return Ok(Vec::new());
    };
    let patients: Vec<Uuid> = asked.iter().map(|one| one.patient_id.uuid()).collect();
    let executants = asked.iter().map(|one| numeros::rpps(&one.executant));
    let executants: Vec<i64> = executants.collect::<Result<_, _>>()?;
    let firsts: Vec<NaiveDate> = asked.iter().map(|one| one.jours.0).collect();
    let lasts: Vec<NaiveDate> = asked.iter().map(|one| one.jours.1).collect();
    let rows = sqlx::query!(
        "/* feuille_de_soins.around */
         SELECT DISTINCT f.patient_id, f.feuille_id, f.executant_rpps, f.date_soins
         FROM UNNEST($1::uuid[], $2::bigint[], $3::date[], $4::date[])
              AS w (patient_id, executant_rpps, du, au)
         JOIN feuille_de_soins f
           ON f.patient_id = w.patient_id AND f.executant_rpps = w.executant_rpps
          AND f.date_soins BETWEEN w.du AND w.au
         WHERE f.date_soins >= $5 AND f.date_soins <= $6
         ORDER BY f.date_soins, f.feuille_id",
        &patients,
        &executants,
        &firsts,
        &lasts,
        du,
        au
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(AvisPonctuel {
                patient_id: PatientId::from_uuid(row.patient_id),
                executant: numeros::to_rpps(row.executant_rpps)?,
                avis: AutreFeuille {
                    jour: row.date_soins,
                    feuille: FeuilleId::from_uuid(row.feuille_id),
                },
            })
        })
        .collect()
}
