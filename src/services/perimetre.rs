//! Who may see whom. What is outside the caller's perimeter does not exist for them.

use super::{ServiceError, Services, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::ids::PatientId;
use crate::storage::{Connection, designations, patients};

impl Services {
    /// Refuses a person outside the caller's perimeter: a patient sees himself, a caisse those who
    /// depend on it today or did, a doctor those who chose him.
    pub(super) async fn verify_perimeter(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
    ) -> Result<(), ServiceError> {
        let inside = match acteur {
            Acteur::Patient(own) => *own == patient,
            Acteur::Caisse(caisse) => patients::affiliations(conn, patient, latest_knowledge())
                .await?
                .iter()
                .any(|affiliation| caisse.gere(&affiliation.valeur)),
            Acteur::Medecin(rpps) => designations::is_patient_of(conn, patient, rpps).await?,
        };
        if inside { Ok(()) } else { Err(ServiceError::Introuvable) }
    }
}
