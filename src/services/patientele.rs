//! A doctor's own patients: who they are on a day, who arrives, who leaves.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Contexte, ServiceError, Services, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::PatientId;
use crate::storage::patientele::{self, QuestionPatientele};

pub use crate::storage::patientele::{MouvementConnu, PatientDuMedecin, PlaceMouvement};

impl Services {
    /// A page of the caller's patients on a day, in the order of their ids. One more than asked for
    /// is read, so that the caller knows whether others follow; it is not traced.
    pub async fn list_patientele(
        &self,
        contexte: &Contexte,
        (en_vigueur_le, connu_le): (Option<NaiveDate>, Option<DateTime<Utc>>),
        apres: Option<PatientId>,
        limite: i64,
    ) -> Result<Vec<PatientDuMedecin>, ServiceError> {
        let today = self.clock.today();
        let question = QuestionPatientele {
            rpps: doctor(contexte)?,
            jour: en_vigueur_le.unwrap_or(today),
            connu_le: connu_le.unwrap_or_else(latest_knowledge),
            aujourd_hui: today,
            apres,
            limite: limite.saturating_add(1),
        };
        let mut conn = self.db.read("patientele.list").await?;
        let found = patientele::list(&mut conn, self.db.coffre(), &question).await?;
        drop(conn);
        let shown = found.iter().take(usize::try_from(limite).unwrap_or(usize::MAX));
        self.trace_all(contexte, shown.map(|one| one.patient_id), "patientele.lister").await?;
        Ok(found)
    }

    /// What the register came to know about the caller's patients after a place of the feed.
    pub async fn list_mouvements(
        &self,
        contexte: &Contexte,
        apres: Option<PlaceMouvement>,
        limite: i64,
    ) -> Result<Vec<MouvementConnu>, ServiceError> {
        let rpps = doctor(contexte)?;
        let mut conn = self.db.read("patientele.mouvements").await?;
        let limit = limite.saturating_add(1);
        let found = patientele::mouvements(&mut conn, &rpps, apres, limit).await?;
        drop(conn);
        let shown = found.iter().take(usize::try_from(limite).unwrap_or(usize::MAX));
        self.trace_all(contexte, shown.map(|one| one.patient_id), "patientele.mouvements").await?;
        Ok(found)
    }
}

fn doctor(contexte: &Contexte) -> Result<Rpps, ServiceError> {
    match contexte.acteur {
        Acteur::Medecin(rpps) => Ok(rpps),
        Acteur::Patient(_) | Acteur::Caisse(_) => {
            Err(ServiceError::Interdit("seul un médecin lit la liste de ses patients"))
        }
    }
}
