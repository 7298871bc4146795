//! What the register knows about many persons at once: one statement a kind of fact, whatever the
//! number of persons. Only what is known now; the rows of the persons are locked by the caller. What
//! was known at an instant is read by [`super::dossiers_connus`].
//!
//! Where a table has a guard against overlaps, a join asks for its key by `= ANY`: the guard is an index
//! too, which PostgreSQL believes to be quick and which is fifty times slower than the primary key.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;
use uuid::Uuid;

use super::StorageError;
use super::participations::{self, Retenue};
use super::range::to_periode;
use crate::domain::calendar::Periode;
use crate::domain::identifiers::{DateNaissanceAmo, Organisme, RangGemellaire, Rpps, Specialite};
use crate::domain::ids::{DeclarationId, DesignationId, PatientId};

/// The bare identifiers of persons, as statements take them.
pub(super) fn uuids(patients: &[PatientId]) -> Vec<Uuid> {
    patients.iter().map(|id| id.uuid()).collect()
}

/// Records merged into those of some persons: whose, then the record that was absorbed.
pub async fn absorbed(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<(PatientId, PatientId)>, StorageError> {
    let rows = sqlx::query_as!(
        LigneFusion,
        "/* fusion.absorbed_of */
         SELECT patient_id, absorbe_id FROM fusion
         WHERE patient_id = ANY($1) AND remplace_le IS NULL",
        &uuids(patients)
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(LigneFusion::lire).collect())
}

/// A row of a merge.
pub(super) struct LigneFusion {
    pub(super) patient_id: Uuid,
    pub(super) absorbe_id: Uuid,
}

impl LigneFusion {
    pub(super) fn lire(self) -> (PatientId, PatientId) {
        (PatientId::from_uuid(self.patient_id), PatientId::from_uuid(self.absorbe_id))
    }
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
    let rows = sqlx::query_as!(
        LigneNaissance,
        r#"/* identite_patient.births_of */
         SELECT patient_id, date_naissance, rang, lower(effet) AS "du!" FROM identite_patient
         WHERE patient_id = ANY($1) AND remplace_le IS NULL"#,
        &uuids(patients)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LigneNaissance::lire).collect()
}

/// A row of an identity.
pub(super) struct LigneNaissance {
    pub(super) patient_id: Uuid,
    pub(super) date_naissance: String,
    pub(super) rang: i16,
    pub(super) du: NaiveDate,
}

impl LigneNaissance {
    pub(super) fn lire(self) -> Result<NaissanceConnue, StorageError> {
        Ok(NaissanceConnue {
            patient_id: PatientId::from_uuid(self.patient_id),
            du: self.du,
            date: DateNaissanceAmo::parse(&self.date_naissance).map_err(|error| {
                StorageError::inconsistent("identite_patient", "date_naissance", error)
            })?,
            rang: RangGemellaire::new(i64::from(self.rang))
                .map_err(|error| StorageError::inconsistent("identite_patient", "rang", error))?,
        })
    }
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
    let rows = sqlx::query_as!(
        LigneAffiliation,
        "/* affiliation.of_persons */
         SELECT patient_id, organisme, effet FROM affiliation
         WHERE patient_id = ANY($1) AND remplace_le IS NULL",
        &uuids(patients)
    )
    .fetch_all(conn)
    .await?;
    LigneAffiliation::lire_toutes(rows)
}

/// A row of an affiliation.
pub(super) struct LigneAffiliation {
    pub(super) patient_id: Uuid,
    pub(super) organisme: String,
    pub(super) effet: PgRange<NaiveDate>,
}

impl LigneAffiliation {
    /// Those of each person by first day.
    pub(super) fn lire_toutes(rows: Vec<Self>) -> Result<Vec<AffiliationConnue>, StorageError> {
        let read = |row: Self| {
            Ok(AffiliationConnue {
                patient_id: PatientId::from_uuid(row.patient_id),
                effet: to_periode(&row.effet, "affiliation")?,
                organisme: Organisme::parse(&row.organisme).map_err(|error| {
                    StorageError::inconsistent("affiliation", "organisme", error)
                })?,
            })
        };
        let mut known = rows.into_iter().map(read).collect::<Result<Vec<_>, StorageError>>()?;
        known.sort_by_key(|one| (one.patient_id, one.effet.du()));
        Ok(known)
    }
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
    let rows = sqlx::query_as!(
        LigneMembre,
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
    LigneMembre::lire_toutes(rows)
}

/// A row of a doctor of a designation.
pub(super) struct LigneMembre {
    pub(super) patient_id: Uuid,
    pub(super) designation_id: Uuid,
    pub(super) declaration_id: Uuid,
    pub(super) effet: PgRange<NaiveDate>,
    pub(super) rpps: String,
    pub(super) membre_effet: PgRange<NaiveDate>,
}

impl LigneMembre {
    /// Those of one designation together, by first day.
    pub(super) fn lire_toutes(rows: Vec<Self>) -> Result<Vec<MembreConnu>, StorageError> {
        let read = |row: Self| {
            Ok(MembreConnu {
                patient_id: PatientId::from_uuid(row.patient_id),
                designation_id: DesignationId::from_uuid(row.designation_id),
                declaration_id: DeclarationId::from_uuid(row.declaration_id),
                effet: to_periode(&row.effet, "designation")?,
                rpps: rpps("medecin", &row.rpps)?,
                membre_effet: to_periode(&row.membre_effet, "designation_medecin")?,
            })
        };
        let mut known = rows.into_iter().map(read).collect::<Result<Vec<_>, StorageError>>()?;
        known.sort_by_key(|one| (one.patient_id, one.effet.du(), one.designation_id));
        Ok(known)
    }
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
    let rows = sqlx::query_as!(
        LigneAttente,
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
    rows.into_iter().map(LigneAttente::lire).collect()
}

/// A row of a doctor who waits.
pub(super) struct LigneAttente {
    pub(super) patient_id: Uuid,
    pub(super) rpps: String,
    pub(super) signe_le: NaiveDate,
}

impl LigneAttente {
    pub(super) fn lire(self) -> Result<Attente, StorageError> {
        Ok(Attente {
            patient_id: PatientId::from_uuid(self.patient_id),
            rpps: rpps("medecin", &self.rpps)?,
            signe_le: self.signe_le,
        })
    }
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
    let rows = sqlx::query_as!(
        LigneSpecialite,
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
    rows.into_iter().map(LigneSpecialite::lire).collect()
}

/// A row of a doctor and of one of his specialties.
pub(super) struct LigneSpecialite {
    pub(super) rpps: String,
    pub(super) code: Option<String>,
    pub(super) effet: Option<PgRange<NaiveDate>>,
}

impl LigneSpecialite {
    pub(super) fn lire(self) -> Result<(Rpps, Option<(Periode, Specialite)>), StorageError> {
        let specialite = match (self.code, self.effet) {
            (Some(code), Some(effet)) => {
                let wrong = |error| StorageError::inconsistent("specialite_medecin", "code", error);
                let code = Specialite::parse(&code).map_err(wrong)?;
                Some((to_periode(&effet, "specialite_medecin")?, code))
            }
            _ => None,
        };
        Ok((rpps("medecin", &self.rpps)?, specialite))
    }
}

fn rpps(table: &'static str, text: &str) -> Result<Rpps, StorageError> {
    Rpps::parse(text).map_err(|error| StorageError::inconsistent(table, "rpps", error))
}
