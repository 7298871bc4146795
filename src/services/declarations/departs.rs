//! A doctor leaves a designation: that doctor's line closes, the others stay.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::acteur::Acteur;
use crate::domain::designation::Designation;
use crate::domain::fin::{DepartRefuse, Fin, MotifDepart, close_member};
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DesignationId, FaitId, MedecinId, PatientId};
use crate::services::frises::Ecriture;
use crate::services::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, Vue, latest_knowledge,
    verify_version,
};
use crate::storage::{Connection, designations, fins, patients};

/// A departure to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NouveauDepart {
    /// Which doctor; the one who calls when absent.
    pub rpps: Option<Rpps>,
    /// First day on which the doctor no longer is; today when absent.
    pub jour: Option<NaiveDate>,
    /// Why.
    pub motif: MotifDepart,
}

/// What a trace says of a writing whose answer shows the person.
const ECRIRE: &str = "designation.ecrire";

impl Services {
    /// Closes the line of one doctor of a designation from a day on, with the reason, in the
    /// transaction of the caller, who has locked the person. The timeline follows; when nobody is
    /// left the designation ends.
    async fn close_member(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        designation: &Designation,
        (medecin_id, effet_du, motif): (MedecinId, NaiveDate, MotifDepart),
        decidee_le: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let id = FaitId::from_uuid(self.ids.uuid());
        let fin = Fin { id, medecin_id, motif, effet_du, decidee_le, operation_id: None };
        close_member(designation, &fin)?;
        let patient = designation.patient_id;
        fins::insert(conn, patient, &fin, decidee_le).await?;
        self.replay(conn, &Ecriture::par(contexte, patient, decidee_le)).await?;
        Ok(())
    }

    /// Records that a doctor leaves a joint designation: the doctor himself from today on, or a
    /// caisse from any day.
    pub async fn leave_designation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (patient, id, version): (PatientId, DesignationId, i32),
        nouveau: NouveauDepart,
        rendre: impl Fn(&Designation) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let today = self.clock.today();
        let jour = nouveau.jour.unwrap_or(today);
        let rpps = match (contexte.acteur, nouveau.rpps) {
            (Acteur::Caisse(_), Some(rpps)) => rpps,
            (Acteur::Caisse(_), None) => {
                return Err(ServiceError::champ("/rpps", "champ_requis", "le RPPS du médecin"));
            }
            (Acteur::Medecin(own), wanted) if wanted.is_none_or(|rpps| rpps == own) => own,
            (Acteur::Medecin(_), _) => {
                return Err(ServiceError::Interdit("un médecin ne se retire que lui-même"));
            }
            (Acteur::Patient(_), _) => {
                return Err(ServiceError::Interdit(
                    "un patient choisit d'autres médecins par une nouvelle déclaration",
                ));
            }
        };
        if nouveau.motif == MotifDepart::Patient && !matches!(contexte.acteur, Acteur::Caisse(_)) {
            return Err(ServiceError::Interdit(
                "le patient dit lui-même qu'il ne veut plus de ce médecin",
            ));
        }
        if jour < today && matches!(contexte.acteur, Acteur::Medecin(_)) {
            let expected = "aujourd'hui ou un jour à venir";
            return Err(ServiceError::champ("/jour", "date_passee", expected));
        }
        let mut tx = self.db.begin("designation.leave").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            drop(tx);
            self.trace(contexte, patient, ECRIRE).await?;
            return Ok(answered);
        }
        // A caisse of before reads what was of its time; it writes nothing.
        if self.verify_perimeter(&mut tx, &contexte.acteur, patient).await? != Vue::Entiere {
            return Err(ServiceError::Introuvable);
        }
        let locked = patients::lock(&mut tx, patient, self.clock.now()).await?;
        let instant = locked.ok_or(ServiceError::Introuvable)?;
        let known = one(&mut tx, patient, id).await?;
        verify_version(version, known.version)?;
        let member = known.membres_le(jour).find(|membre| membre.rpps == rpps);
        let medecin = member.ok_or(ServiceError::Depart(DepartRefuse::PasMembre))?.medecin_id;
        if known.membres_le(jour).count() < 2 {
            return Err(ServiceError::Depart(DepartRefuse::Seul));
        }
        let act = (medecin, jour, nouveau.motif);
        self.close_member(&mut tx, contexte, &known, act, instant).await?;
        patients::touch(&mut tx, patient, instant).await?;
        self.trace_within(&mut tx, contexte, patient, ECRIRE).await?;
        let left = one(&mut tx, patient, id).await?;
        let rendu = rendre(&left)?;
        self.keep(tx, contexte, demande, rendu).await
    }
}

/// A designation of a person, as known now.
async fn one(
    conn: &mut Connection,
    patient: PatientId,
    id: DesignationId,
) -> Result<Designation, ServiceError> {
    let timeline = designations::list(conn, patient, latest_knowledge()).await?;
    timeline.into_iter().find(|known| known.id == id).ok_or(ServiceError::Introuvable)
}
