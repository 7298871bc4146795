//! A doctor leaves a designation: that doctor's line closes, the others stay.

use chrono::NaiveDate;

use super::retrait::{ending_day, quittables};
use crate::domain::acteur::Acteur;
use crate::domain::designation::{Designation, Membre};
use crate::domain::fin::{DepartRefuse, Fin, MotifDepart, close_member};
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DesignationId, FaitId, PatientId};
use crate::services::frises::replay;
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues, latest_knowledge};
use crate::storage::{Connection, designations, fins};

/// A departure to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NouveauDepart {
    /// Which doctor; the one who calls when absent.
    pub rpps: Option<Rpps>,
    /// First day on which the doctor no longer is; tomorrow when absent.
    pub jour: Option<NaiveDate>,
    pub motif: MotifDepart,
}

/// Records that a doctor leaves a joint designation: the doctor himself from tomorrow on, as when he withdraws, or
/// a caisse from any day.
pub async fn leave(
    core: &Core,
    demande: &Demande,
    (patient, id, version): (PatientId, DesignationId, VersionsVues),
    nouveau: NouveauDepart,
    rendre: impl Render<Designation>,
) -> Done {
    let acteur = *demande.contexte.acteur();
    demande.contexte.demarche.verify_role(&acteur).map_err(ServiceError::from)?;
    let mut act = core.open(demande).await?.on(patient, &[]).await?;
    let (rpps, jour) = departing(act.today().await?, acteur, nouveau)?;
    let instant = act.instant;
    let known = one(act.conn(), patient, id).await?;
    version.verify(known.version)?;
    let own = |membre: &&Membre| membre.rpps == rpps;
    let member = known.membres_le(jour).find(own);
    let medecin_id = member.ok_or(ServiceError::Depart(DepartRefuse::PasMembre))?.medecin_id;
    if !quittables(&known, jour).any(|membre| own(&membre)) {
        return Err(ServiceError::NonMedecinTraitant(jour).into());
    }
    if known.membres_le(jour).count() < 2 {
        return Err(ServiceError::Depart(DepartRefuse::Seul).into());
    }
    let fin = Fin {
        id: FaitId::from_uuid(core.ids().uuid()),
        medecin_id,
        motif: nouveau.motif,
        effet_du: jour,
        decidee_le: instant,
        operation_id: None,
    };
    close_member(&known, &fin)?;
    fins::insert(act.conn(), patient, &fin, Some(acteur.role()), instant).await?;
    replay(&mut act.writing()).await?;
    let left = one(act.conn(), patient, id).await?;
    Ok(act.close(rendre(&left)?).await?)
}

/// Which doctor leaves, from which day, as far as the caller may say so.
fn departing(
    today: NaiveDate,
    acteur: Acteur,
    nouveau: NouveauDepart,
) -> Result<(Rpps, NaiveDate), ServiceError> {
    let rpps = match (acteur, nouveau.rpps) {
        (Acteur::Caisse(_), Some(rpps)) => rpps,
        (Acteur::Caisse(_), None) => {
            return Err(ServiceError::champ("/rpps", "champ_requis", "le RPPS du médecin"));
        }
        (Acteur::Medecin(own), wanted) if wanted.is_none_or(|rpps| rpps == own) => own,
        (
            Acteur::Medecin(_) | Acteur::Patient(_) | Acteur::Referentiel | Acteur::Statistiques,
            _,
        ) => {
            return Err(ServiceError::Interdit("un médecin ne se retire que lui-même"));
        }
    };
    if nouveau.motif == MotifDepart::Remplacement {
        let expected = "un motif de départ ; un autre choix remplace celui-ci par une déclaration";
        return Err(ServiceError::champ("/motif", "code_inconnu", expected));
    }
    if nouveau.motif == MotifDepart::Patient && !matches!(acteur, Acteur::Caisse(_)) {
        return Err(ServiceError::Interdit(
            "le patient dit lui-même qu'il ne veut plus de ce médecin",
        ));
    }
    Ok((rpps, ending_day(today, &acteur, ("/jour", nouveau.jour))?))
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
