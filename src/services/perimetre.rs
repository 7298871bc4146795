//! Who may see whom. What is outside the caller's perimeter does not exist for them.

use super::{ServiceError, Services, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::ids::PatientId;
use crate::storage::{Connection, designations, patients, representations};

impl Services {
    /// Refuses a person outside the caller's perimeter: a patient sees himself, a caisse those who
    /// depend on it today or did, a doctor those who chose him or wait for him to sign.
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
            Acteur::Medecin(rpps) => designations::is_known_to(conn, patient, rpps).await?,
        };
        if inside { Ok(()) } else { Err(ServiceError::Introuvable) }
    }

    /// The same, where a representative may also look: declarations, designations, identity. What
    /// care was given is not for him: at 16 and 17 some of it is the young person's secret.
    pub(super) async fn verify_represented_perimeter(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
    ) -> Result<(), ServiceError> {
        if let Acteur::Patient(own) = acteur
            && *own != patient
            && representations::is_represented_by(conn, patient, *own, self.clock.today()).await?
        {
            return Ok(());
        }
        self.verify_perimeter(conn, acteur, patient).await
    }

    /// Refuses the identity of a person to those who have no present use for it: a doctor reads it
    /// while he is the médecin traitant or his signature is waited for, and no longer.
    pub(super) async fn verify_identity_access(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
    ) -> Result<(), ServiceError> {
        let Acteur::Medecin(rpps) = acteur else {
            return self.verify_represented_perimeter(conn, acteur, patient).await;
        };
        let today = self.clock.today();
        if designations::is_patient_of(conn, patient, rpps, today).await? {
            Ok(())
        } else {
            Err(ServiceError::Introuvable)
        }
    }
}
