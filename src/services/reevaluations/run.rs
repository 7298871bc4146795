//! The job of a reevaluation: each person in a transaction of their own, under their lock. One that
//! stops anywhere goes on where it was.

use super::calcul::Cadre;
use super::reevaluation_of;
use crate::domain::ids::PatientId;
use crate::domain::reevaluation::{EtatReevaluation, Examen, Reevaluation};
use crate::services::{ServiceError, Services};
use crate::storage::taches::Tache;
use crate::storage::{patients, reevaluations};

/// The job that tries or applies one.
pub const REEVALUER: &str = "reevaluer";

/// Persons read at once.
const PAGE: i64 = 256;

impl Services {
    /// Tries or applies a reevaluation, from where an earlier run stopped.
    pub async fn run_reevaluation(&self, task: &Tache) -> Result<(), ServiceError> {
        let Some(id) = reevaluation_of(&task.charge) else { return Ok(()) };
        let mut conn = self.db.read("reevaluation.of_task").await?;
        let Some(asked) = reevaluations::get(&mut conn, id).await? else { return Ok(()) };
        drop(conn);
        let next = match asked.etat {
            EtatReevaluation::EnAttente => EtatReevaluation::Essayee,
            EtatReevaluation::EnApplication => EtatReevaluation::Appliquee,
            EtatReevaluation::Essayee | EtatReevaluation::Appliquee => return Ok(()),
        };
        if !self.walk_persons(task, &asked).await? {
            return Ok(());
        }
        let mut tx = self.db.begin("reevaluation.end").await?;
        reevaluations::advance(&mut tx, id, (asked.etat, next)).await?;
        Ok(tx.commit().await?)
    }

    /// Serves every person who remains; `false` when another runner has the job.
    async fn walk_persons(&self, task: &Tache, asked: &Reevaluation) -> Result<bool, ServiceError> {
        let mut after = asked.place;
        loop {
            let page = if let Some(only) = asked.etendue.patient_id {
                let waits = after.is_none_or(|done| done < only);
                waits.then_some(only).into_iter().collect()
            } else {
                let mut conn = self.db.read("reevaluation.page").await?;
                let place = (after, self.clock.today());
                reevaluations::persons(&mut conn, asked, place, PAGE).await?
            };
            let Some(last) = page.last().copied() else { return Ok(true) };
            for patient in page {
                if !self.serve_person(asked, patient).await? {
                    return Ok(false);
                }
            }
            after = Some(last);
            if !self.still_ours(task).await? {
                return Ok(false);
            }
        }
    }

    /// Evaluates the feuilles of one person again; `false` when somebody else did it.
    async fn serve_person(
        &self,
        asked: &Reevaluation,
        patient: PatientId,
    ) -> Result<bool, ServiceError> {
        let loi_id = self.loi_id().await?;
        let mut tx = self.db.begin("reevaluation.serve").await?;
        let Some(instant) = patients::lock(&mut tx, patient, self.clock.now()).await? else {
            // Merged meanwhile: the feuilles are looked at with the record that was kept.
            let passed = reevaluations::pass(&mut tx, asked, patient, Examen::default()).await?;
            tx.commit().await?;
            return Ok(passed);
        };
        let cadre = Cadre { id: asked.id, etendue: asked.etendue, loi_id, instant };
        let (examen, mut changes) = self.reexamine(&mut tx, patient, &cadre).await?;
        if asked.ecrit() && !changes.is_empty() {
            patients::touch(&mut tx, patient, instant).await?;
        } else {
            // A trial, or nothing to write: all of it is forgotten but the answer.
            drop(tx);
            for change in &mut changes {
                change.nouveau = None;
            }
            tx = self.db.begin("reevaluation.note").await?;
        }
        if !reevaluations::pass(&mut tx, asked, patient, examen).await? {
            return Ok(false);
        }
        reevaluations::write_changes(&mut tx, asked.id, patient, &changes).await?;
        tx.commit().await?;
        Ok(true)
    }
}
