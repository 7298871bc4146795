//! Statuses of many persons and practices of many doctors, known now: one statement a kind of fact.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;
use uuid::Uuid;

use super::StorageError;
use super::medecins::word;
use super::range::to_periode;
use crate::domain::calendar::Periode;
use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
use crate::domain::identifiers::{NumeroFacturation, Rpps};
use crate::domain::ids::{LieuId, PatientId};
use crate::domain::vie::sommeil::StatutPatient;

/// A practice of a doctor, with what a feuille says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExerciceConnu {
    /// Whose.
    pub rpps: Rpps,
    /// Days.
    pub effet: Periode,
    /// Principal practice, or secondary cabinet.
    pub principal: bool,
    /// Convention.
    pub convention: Convention,
    /// Contract limiting overruns.
    pub option_tarifaire: OptionTarifaire,
    /// The number that bills there, when one does.
    pub facturation: Option<NumeroFacturation>,
    /// The place.
    pub lieu: LieuId,
}

/// The statuses of some persons that are not the ordinary one.
pub async fn statuts(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<(PatientId, Periode, StatutPatient)>, StorageError> {
    let patients: Vec<Uuid> = patients.iter().map(|patient| patient.uuid()).collect();
    let rows = sqlx::query_as!(
        LigneStatut,
        "/* statut_patient.of_persons */
         SELECT patient_id, statut, effet FROM statut_patient
         WHERE patient_id = ANY($1) AND remplace_le IS NULL AND statut <> 'ordinaire'",
        &patients
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LigneStatut::lire).collect()
}

/// A row of a status.
pub(super) struct LigneStatut {
    pub(super) patient_id: Uuid,
    pub(super) statut: String,
    pub(super) effet: PgRange<NaiveDate>,
}

impl LigneStatut {
    pub(super) fn lire(self) -> Result<(PatientId, Periode, StatutPatient), StorageError> {
        let statut = word("statut_patient", "statut", &self.statut)?;
        let effet = to_periode(&self.effet, "statut_patient")?;
        Ok((PatientId::from_uuid(self.patient_id), effet, statut))
    }
}

/// The practices of some doctors; those of a locum are not among them.
pub async fn exercices(
    conn: &mut PgConnection,
    medecins: &[Rpps],
) -> Result<Vec<ExerciceConnu>, StorageError> {
    let numbers: Vec<String> = medecins.iter().map(|rpps| rpps.as_str().to_owned()).collect();
    let rows = sqlx::query_as!(
        LigneExercice,
        "/* exercice.of_doctors */
         SELECT m.rpps, e.principal, e.convention, e.option_tarifaire,
                e.facturation_nature AS nature, e.facturation_numero AS numero, e.effet, e.lieu_id
         FROM medecin m JOIN exercice e ON e.medecin_id = ANY (ARRAY[m.medecin_id])
         WHERE m.rpps = ANY($1) AND e.remplace_le IS NULL AND e.mode <> 'remplacant'",
        &numbers
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LigneExercice::lire).collect()
}

/// A row of a practice.
pub(super) struct LigneExercice {
    pub(super) rpps: String,
    pub(super) principal: bool,
    pub(super) convention: String,
    pub(super) option_tarifaire: String,
    pub(super) nature: Option<String>,
    pub(super) numero: Option<String>,
    pub(super) effet: PgRange<NaiveDate>,
    pub(super) lieu_id: Uuid,
}

impl LigneExercice {
    pub(super) fn lire(self) -> Result<ExerciceConnu, StorageError> {
        let wrong = |column, error: &dyn std::fmt::Display| {
            StorageError::inconsistent("exercice", column, error)
        };
        Ok(ExerciceConnu {
            rpps: Rpps::parse(&self.rpps).map_err(|error| wrong("rpps", &error))?,
            effet: to_periode(&self.effet, "exercice")?,
            principal: self.principal,
            convention: word("exercice", "convention", &self.convention)?,
            option_tarifaire: word("exercice", "option_tarifaire", &self.option_tarifaire)?,
            facturation: self
                .nature
                .zip(self.numero)
                .map(|(nature, numero)| NumeroFacturation::parse(&nature, &numero))
                .transpose()
                .map_err(|error| wrong("facturation_numero", &error))?,
            lieu: LieuId::from_uuid(self.lieu_id),
        })
    }
}
