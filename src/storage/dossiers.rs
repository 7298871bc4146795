//! What the register knows about many persons at once: one statement a kind of fact, whatever the
//! number of persons. Only what is known now; the rows of the persons are locked by the caller.
//!
//! Where a table has a guard against overlaps, a join asks for its key by `= ANY`: the guard is an index
//! too, which PostgreSQL believes to be quick and which is fifty times slower than the primary key.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::StorageError;
use super::participations::{self, Retenue};
use super::range::to_periode;
use crate::domain::calendar::Periode;
use crate::domain::identifiers::{DateNaissanceAmo, Organisme, RangGemellaire, Rpps, Specialite};
use crate::domain::ids::{DeclarationId, DesignationId, PatientId};

/// The bare identifiers of persons, as statements take them.
fn uuids(patients: &[PatientId]) -> Vec<Uuid> {
    patients.iter().map(|id| id.uuid()).collect()
}

/// Records merged into those of some persons: whose, then the record that was absorbed.
pub async fn absorbed(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<(PatientId, PatientId)>, StorageError> {
    let rows = sqlx::query!(
        "/* fusion.absorbed_of */
         SELECT patient_id, absorbe_id FROM fusion
         WHERE patient_id = ANY($1) AND remplace_le IS NULL",
        &uuids(patients)
    )
    .fetch_all(conn)
    .await?;
    let pair = |kept, absorbe| (PatientId::from_uuid(kept), PatientId::from_uuid(absorbe));
    Ok(rows.into_iter().map(|row| pair(row.patient_id, row.absorbe_id)).collect())
}

/// A birth date, and from which day the identity that bears it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NaissanceConnue {
    /// Whose.
    pub patient_id: PatientId,
    /// First day of that identity.
    pub du: NaiveDate,
    /// Birth date known to the insurance.
    pub date: DateNaissanceAmo,
    /// Birth rank.
    pub rang: RangGemellaire,
}

/// The birth dates and ranks of some persons, one for each identity.
pub async fn births(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<NaissanceConnue>, StorageError> {
    let rows = sqlx::query!(
        r#"/* identite_patient.births_of */
         SELECT patient_id, date_naissance, rang, lower(effet) AS "du!" FROM identite_patient
         WHERE patient_id = ANY($1) AND remplace_le IS NULL"#,
        &uuids(patients)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(NaissanceConnue {
                patient_id: PatientId::from_uuid(row.patient_id),
                du: row.du,
                date: DateNaissanceAmo::parse(&row.date_naissance).map_err(|error| {
                    StorageError::inconsistent("identite_patient", "date_naissance", error)
                })?,
                rang: RangGemellaire::new(i64::from(row.rang)).map_err(|error| {
                    StorageError::inconsistent("identite_patient", "rang", error)
                })?,
            })
        })
        .collect()
}

/// A caisse of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AffiliationConnue {
    /// Whose.
    pub patient_id: PatientId,
    /// Days.
    pub effet: Periode,
    /// The caisse.
    pub organisme: Organisme,
}

/// The caisses of some persons, those of each by first day.
pub async fn affiliations(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<AffiliationConnue>, StorageError> {
    let rows = sqlx::query!(
        "/* affiliation.of_persons */
         SELECT patient_id, organisme, effet FROM affiliation
         WHERE patient_id = ANY($1) AND remplace_le IS NULL",
        &uuids(patients)
    )
    .fetch_all(conn)
    .await?;
    let mut known = rows
        .into_iter()
        .map(|row| {
            Ok(AffiliationConnue {
                patient_id: PatientId::from_uuid(row.patient_id),
                effet: to_periode(&row.effet, "affiliation")?,
                organisme: Organisme::parse(&row.organisme).map_err(|error| {
                    StorageError::inconsistent("affiliation", "organisme", error)
                })?,
            })
        })
        .collect::<Result<Vec<_>, StorageError>>()?;
    known.sort_by_key(|one| (one.patient_id, one.effet.du()));
    Ok(known)
}

/// One doctor of one designation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembreConnu {
    /// Whose médecin traitant.
    pub patient_id: PatientId,
    /// Which designation.
    pub designation_id: DesignationId,
    /// The declaration that opened it.
    pub declaration_id: DeclarationId,
    /// Days of the designation.
    pub effet: Periode,
    /// The doctor.
    pub rpps: Rpps,
    /// Days of the doctor in it.
    pub membre_effet: Periode,
}

/// The doctors of the designations of some persons; those of one designation follow each other.
pub async fn designations(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<MembreConnu>, StorageError> {
    let rows = sqlx::query!(
        "/* designation.of_persons */
         SELECT d.patient_id, d.designation_id, d.declaration_id, d.effet, m.rpps,
                dm.effet AS membre_effet
         FROM designation d
         JOIN designation_medecin dm
           ON dm.patient_id = d.patient_id AND dm.designation_id = d.designation_id
          AND dm.remplace_le IS NULL
         JOIN medecin m ON m.medecin_id = dm.medecin_id
         WHERE d.patient_id = ANY($1) AND d.remplace_le IS NULL",
        &uuids(patients)
    )
    .fetch_all(conn)
    .await?;
    let mut known = rows
        .into_iter()
        .map(|row| {
            Ok(MembreConnu {
                patient_id: PatientId::from_uuid(row.patient_id),
                designation_id: DesignationId::from_uuid(row.designation_id),
                declaration_id: DeclarationId::from_uuid(row.declaration_id),
                effet: to_periode(&row.effet, "designation")?,
                rpps: rpps("medecin", &row.rpps)?,
                membre_effet: to_periode(&row.membre_effet, "designation_medecin")?,
            })
        })
        .collect::<Result<Vec<_>, StorageError>>()?;
    known.sort_by_key(|one| (one.patient_id, one.effet.du(), one.designation_id));
    Ok(known)
}

/// A declaration under way: it names this doctor, and somebody signed it that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attente {
    /// Whose choice.
    pub patient_id: PatientId,
    /// The doctor named.
    pub rpps: Rpps,
    /// Day of the first signature.
    pub signe_le: NaiveDate,
}

/// The declarations of some persons that wait for a signature and already have one.
pub async fn waiting(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<Attente>, StorageError> {
    let rows = sqlx::query!(
        r#"/* declaration.waiting_of */
         SELECT e.patient_id, m.rpps, min(s.signe_le) AS "signe_le!"
         FROM etat_declaration e
         JOIN declaration_medecin dm USING (patient_id, declaration_id)
         JOIN medecin m USING (medecin_id)
         JOIN signature s USING (patient_id, declaration_id)
         WHERE e.patient_id = ANY($1) AND e.remplace_le IS NULL AND e.etat = 'en_attente'
         GROUP BY e.patient_id, m.rpps"#,
        &uuids(patients)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Attente {
                patient_id: PatientId::from_uuid(row.patient_id),
                rpps: rpps("medecin", &row.rpps)?,
                signe_le: row.signe_le,
            })
        })
        .collect()
}

/// Days on which some persons bear no majoration because their doctor left.
pub async fn neutralisations(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<(PatientId, Periode)>, StorageError> {
    let rows = sqlx::query!(
        "/* neutralisation.of_persons */
         SELECT patient_id, effet FROM neutralisation
         WHERE patient_id = ANY($1) AND remplace_le IS NULL",
        &uuids(patients)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let effet = to_periode(&row.effet, "neutralisation")?;
            Ok((PatientId::from_uuid(row.patient_id), effet))
        })
        .collect()
}

/// Every participation kept from some persons in some years of care.
pub async fn participations(
    conn: &mut PgConnection,
    patients: &[PatientId],
    annees: &[i16],
) -> Result<Vec<(PatientId, Retenue)>, StorageError> {
    let rows = sqlx::query!(
        "/* participation_retenue.of_persons */
         SELECT patient_id, annee, retenues FROM participation_retenue
         WHERE patient_id = ANY($1) AND annee = ANY($2)",
        &uuids(patients),
        annees
    )
    .fetch_all(conn)
    .await?;
    let mut known = Vec::new();
    for row in rows {
        let patient = PatientId::from_uuid(row.patient_id);
        let kept = participations::read(row.annee, &row.retenues)?;
        known.extend(kept.into_iter().map(|retenue| (patient, retenue)));
    }
    Ok(known)
}

/// The specialties of some doctors; a doctor without any is there too, an unknown one is not.
pub async fn specialites(
    conn: &mut PgConnection,
    medecins: &[Rpps],
) -> Result<Vec<(Rpps, Option<(Periode, Specialite)>)>, StorageError> {
    let numbers: Vec<String> = medecins.iter().map(|rpps| rpps.as_str().to_owned()).collect();
    let rows = sqlx::query!(
        r#"/* specialite_medecin.of_doctors */
         SELECT m.rpps, s.code AS "code?", s.effet AS "effet?"
         FROM medecin m
         LEFT JOIN specialite_medecin s
           ON s.medecin_id = ANY (ARRAY[m.medecin_id]) AND s.remplace_le IS NULL
         WHERE m.rpps = ANY($1)"#,
        &numbers
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let specialite = match (row.code, row.effet) {
                (Some(code), Some(effet)) => {
                    let wrong =
                        |error| StorageError::inconsistent("specialite_medecin", "code", error);
                    let code = Specialite::parse(&code).map_err(wrong)?;
                    Some((to_periode(&effet, "specialite_medecin")?, code))
                }
                _ => None,
            };
            Ok((rpps("medecin", &row.rpps)?, specialite))
        })
        .collect()
}

fn rpps(table: &'static str, text: &str) -> Result<Rpps, StorageError> {
    Rpps::parse(text).map_err(|error| StorageError::inconsistent(table, "rpps", error))
}
