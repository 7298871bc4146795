//! Doctors are contacted and answer; the search ends.

use chrono::NaiveDate;

use super::{
    ConciliationLue, ConciliationVue, NouveauContact, NouvelleReponse, finish, party, place_of,
};
use crate::domain::clock::paris_day;
use crate::domain::conciliation::{
    Conciliation, Contact, EtatConciliation, PartieConciliation, ReponseMedecin,
};
use crate::domain::evenement::NatureEvenement;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{ContactId, PatientId};
use crate::domain::medecin::Medecin;
use crate::services::core::Act;
use crate::services::vivant::Vivant;
use crate::services::{Core, Demande, Done, Exit, Render, ServiceError, latest_knowledge};
use crate::storage::{Connection, conciliations, declarations, medecins};

/// How a search ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With the doctor who agreed.
    Found(Rpps),
    /// The patient gives up.
    Abandoned,
    /// The caisse looked in vain.
    Closed,
}

/// Writes that a doctor was contacted, with the answer when there is one already.
pub async fn add_contact(
    core: &Core,
    demande: &Demande,
    vue: ConciliationVue,
    nouveau: NouveauContact,
    rendre: impl Render<ConciliationLue>,
) -> Done {
    let (mut act, mut dossier) = take(core, demande, vue).await?;
    let party = party(&act);
    let today = act.today().await?;
    let (patient, instant) = (act.patient, act.instant);
    let contact = new_contact((core, today), act.conn(), patient, party, nouveau).await?;
    Vivant::of(act.conn(), patient).await?.verify(contact.contacte_le, "/contacte_le")?;
    dossier.contact(contact, today)?;
    conciliations::write_contact(act.conn(), &dossier, &contact, instant).await?;
    advance(act, dossier, NatureEvenement::ConciliationContact, rendre).await
}

/// Writes what a doctor answered.
pub async fn answer(
    core: &Core,
    demande: &Demande,
    vue: ConciliationVue,
    nouvelle: NouvelleReponse,
    rendre: impl Render<ConciliationLue>,
) -> Done {
    let (mut act, mut dossier) = take(core, demande, vue).await?;
    let (today, instant) = (act.today().await?, act.instant);
    let repondu_le = nouvelle.repondu_le.unwrap_or(today);
    let contact = dossier.answer(nouvelle.contact_id, nouvelle.reponse, repondu_le, today)?;
    conciliations::write_contact(act.conn(), &dossier, &contact, instant).await?;
    advance(act, dossier, NatureEvenement::ConciliationReponse, rendre).await
}

/// Ends a search.
pub async fn end(
    core: &Core,
    demande: &Demande,
    vue: ConciliationVue,
    ending: Ending,
    rendre: impl Render<ConciliationLue>,
) -> Done {
    let (mut act, mut dossier) = take(core, demande, vue).await?;
    let today = act.today().await?;
    let (etat, nature, medecin) = match ending {
        Ending::Abandoned => {
            (EtatConciliation::Abandonnee, NatureEvenement::ConciliationAbandonnee, None)
        }
        Ending::Closed => (EtatConciliation::Close, NatureEvenement::ConciliationClose, None),
        Ending::Found(rpps) => {
            let patient = act.patient;
            Vivant::of(act.conn(), patient).await?.verify(today, "/rpps")?;
            dossier.verify_found(rpps)?;
            let medecin = known(act.conn(), &rpps).await?;
            // The doctor who agreed must be one whom the patient can then declare.
            if medecin.exercice_designable(today, None).is_none() {
                let message = "attendu : un médecin qui peut être désigné aujourd'hui";
                return Err(ServiceError::champ("/rpps", "medecin_non_designable", message).into());
            }
            let found = Some((medecin.id, rpps));
            (EtatConciliation::MedecinTrouve, NatureEvenement::ConciliationMedecinTrouve, found)
        }
    };
    dossier.end(etat, medecin, today);
    advance(act, dossier, nature, rendre).await
}

/// A contact as received becomes one of the file. A declaration that the doctor refused is an
/// answer by itself.
async fn new_contact(
    (core, today): (&Core, NaiveDate),
    conn: &mut Connection,
    patient: PatientId,
    par: PartieConciliation,
    nouveau: NouveauContact,
) -> Result<Contact, ServiceError> {
    let medecin = known(conn, &nouveau.rpps).await?;
    let mut contact = Contact {
        id: ContactId::from_uuid(core.ids().uuid()),
        version: 1,
        medecin_id: medecin.id,
        rpps: medecin.rpps,
        par,
        contacte_le: nouveau.contacte_le.unwrap_or(today),
        reponse: nouveau.reponse.unwrap_or(ReponseMedecin::Attendue),
        repondu_le: nouveau.repondu_le,
        declaration_id: nouveau.declaration_id,
    };
    if let Some(id) = nouveau.declaration_id {
        let message = "attendu : une déclaration de ce patient que ce médecin a refusée";
        let wrong = || ServiceError::champ("/declaration_id", "declaration_non_refusee", message);
        let refused = conciliations::refused_at(conn, patient, id).await?.ok_or_else(wrong)?;
        let declared = declarations::get(conn, core.coffre(), patient, id)
            .await?
            .filter(|one| one.medecins.iter().any(|named| named.rpps == nouveau.rpps))
            .ok_or_else(wrong)?;
        if !matches!(nouveau.reponse, None | Some(ReponseMedecin::Refus)) {
            let message = "attendu : refus, comme la déclaration citée";
            return Err(ServiceError::champ("/reponse", "contradictoire", message));
        }
        contact.contacte_le =
            nouveau.contacte_le.unwrap_or_else(|| paris_day(declared.enregistre_le));
        contact.reponse = ReponseMedecin::Refus;
        contact.repondu_le = contact.repondu_le.or(Some(paris_day(refused)));
    }
    match (contact.reponse, contact.repondu_le) {
        (ReponseMedecin::Attendue, Some(_)) => {
            let message = "attendu : rien tant que la réponse est attendue";
            Err(ServiceError::champ("/repondu_le", "non_applicable", message))
        }
        (ReponseMedecin::Attendue, None) => Ok(contact),
        (_, repondu_le) => Ok(Contact { repondu_le: repondu_le.or(Some(today)), ..contact }),
    }
}

/// Opens an act on a file, and gives it as it stands, if the caller saw it so.
async fn take<'a>(
    core: &'a Core,
    demande: &'a Demande,
    (id, version): ConciliationVue,
) -> Result<(Act<'a>, Conciliation), Exit> {
    let mut opening = core.open(demande).await?;
    let (patient, demandee_le) = place_of(opening.conn(), id).await?;
    let mut act = opening.dated(demandee_le).on(patient, &[]).await?;
    let found = conciliations::list(act.conn(), patient, Some(id)).await?.pop();
    let dossier = found.ok_or(ServiceError::Introuvable)?;
    version.verify(dossier.version)?;
    dossier.allow()?;
    Ok((act, dossier))
}

/// Writes the next version of a file, and ends the act.
async fn advance(
    mut act: Act<'_>,
    mut dossier: Conciliation,
    nature: NatureEvenement,
    rendre: impl Render<ConciliationLue>,
) -> Done {
    let instant = act.instant;
    conciliations::advance(act.conn(), &mut dossier, instant).await?;
    finish(act, dossier, nature, rendre).await
}

/// A doctor of the register.
async fn known(conn: &mut Connection, rpps: &Rpps) -> Result<Medecin, ServiceError> {
    medecins::find(conn, rpps, latest_knowledge()).await?.ok_or_else(|| {
        let message = "attendu : le RPPS d'un médecin enregistré";
        ServiceError::champ("/rpps", "medecin_inconnu", message)
    })
}
