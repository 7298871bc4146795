//! A doctor's own patients: who they are on a day, who arrives, who leaves.

use chrono::{DateTime, NaiveDate, Utc};

use super::pages::{PageVoulue, Trouves};
use super::{Contexte, Core, Seen, ServiceError, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::PatientId;
use crate::storage::patientele::{self, QuestionPatientele};

pub use crate::storage::patientele::PatientDuMedecin;

/// A page of the caller's patients on a day, in the order of their ids. One more than asked for
/// is read, so that the caller knows whether others follow; it is not traced.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    (en_vigueur_le, connu_le): (Option<NaiveDate>, Option<DateTime<Utc>>),
    page: PageVoulue<PatientId>,
) -> Result<Seen<Trouves<PatientDuMedecin>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let today = core.today();
    let question = QuestionPatientele {
        rpps: doctor(contexte)?,
        jour: en_vigueur_le.unwrap_or(today),
        connu_le: connu_le.unwrap_or_else(latest_knowledge),
        aujourd_hui: today,
        apres: page.apres,
        limite: page.lus(),
    };
    let found = patientele::list(search.conn(), core.coffre(), &question).await?;
    let total = page.compter(patientele::count(search.conn(), &question)).await?;
    let shown = page.montres(&found).iter();
    let persons: Vec<PatientId> = shown.map(|one| one.patient_id).collect();
    search.show_all(persons, (found, total)).await
}

/// The doctor who calls: the role was judged before.
const fn doctor(contexte: &Contexte) -> Result<Rpps, ServiceError> {
    match contexte.acteur() {
        Acteur::Medecin(rpps) => Ok(*rpps),
        Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
            Err(ServiceError::Introuvable)
        }
    }
}
