//! A doctor leaves a designation: that doctor's line closes, the others stay.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::acteur::Acteur;
use crate::domain::designation::{DepartRefuse, Designation, MotifDepart, close_member};
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DesignationId, FaitId, MedecinId, PatientId};
use crate::services::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, latest_knowledge,
};
use crate::storage::{Connection, departs, designations, patients};

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

impl Services {
    /// Closes the line of one doctor of a designation from a day on, with the reason, in the
    /// transaction of the caller, who has locked the person. The timeline follows; when nobody is
    /// left the designation ends. Two departures of one person in one transaction need two
    /// instants. Gives the id of the act, by which it can be erased
    /// ([`departs::erase`]) and the timeline realigned.
    pub(in crate::services) async fn close_member(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        designation: &Designation,
        (medecin, jour, motif): (MedecinId, NaiveDate, MotifDepart),
        instant: DateTime<Utc>,
    ) -> Result<FaitId, ServiceError> {
        let depart = close_member(designation, medecin, jour, motif, instant)?;
        let id = FaitId::from_uuid(self.ids.uuid());
        departs::insert(conn, designation.patient_id, id, &depart).await?;
        self.realign(conn, contexte, designation.patient_id, instant).await?;
        Ok(id)
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
        if jour < today && matches!(contexte.acteur, Acteur::Medecin(_)) {
            let expected = "aujourd'hui ou un jour à venir";
            return Err(ServiceError::champ("/jour", "date_passee", expected));
        }
        let mut tx = self.db.begin("designation.leave").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        self.verify_perimeter(&mut tx, &contexte.acteur, patient).await?;
        let locked = patients::lock(&mut tx, patient, self.clock.now()).await?;
        let instant = locked.ok_or(ServiceError::Introuvable)?;
        let known = one(&mut tx, patient, id).await?;
        if known.version != version {
            let actuelle = known.version;
            return Err(ServiceError::VersionPerimee { attendue: version, actuelle });
        }
        let member = known.membres_le(jour).find(|membre| membre.rpps == rpps);
        let medecin = member.ok_or(ServiceError::Depart(DepartRefuse::PasMembre))?.medecin_id;
        if known.membres_le(jour).count() < 2 {
            return Err(ServiceError::Depart(DepartRefuse::Seul));
        }
        let act = (medecin, jour, nouveau.motif);
        self.close_member(&mut tx, contexte, &known, act, instant).await?;
        patients::touch(&mut tx, patient, instant).await?;
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
