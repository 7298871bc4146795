//! A referral is corrected, closed, annulled, or reported on.

use chrono::NaiveDate;

use super::champs::{champ, invalide};
use super::creation::projet;
use super::{
    AdressageLu, AdressageVu, Cloture, ContenuAdressage, Lecteur, NouveauRetour, finish, one,
};
use crate::domain::acteur::Acteur;
use crate::domain::adressage::{ActionAdressage, Adressage, Retour};
use crate::domain::calendar::lendemain;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::RetourId;
use crate::services::core::Act;
use crate::services::vivant::Vivant;
use crate::services::{Core, Demande, Done, Exit, Render, ServiceError, latest_knowledge};
use crate::storage::{adressages, medecins};

/// The author puts a corrected content in the place of the present one.
pub async fn correct(
    core: &Core,
    demande: &Demande,
    vu: AdressageVu,
    contenu: ContenuAdressage,
    rendre: impl Render<AdressageLu>,
) -> Done {
    let (mut act, mut adressage) = take(core, demande, vu, core.today()).await?;
    adressage.allow(ActionAdressage::Rectifier)?;
    let fixe = (adressage.nature, adressage.etabli_le, adressage.effet.du());
    let patient = act.patient;
    let (projet, effet) = projet(core, act.conn(), patient, fixe, contenu).await?;
    adressage.correct(projet, effet);
    advance(act, adressage, NatureEvenement::AdressageRectifie, rendre).await
}

/// The author, or who is médecin traitant now, ends a referral before its period.
pub async fn close(
    core: &Core,
    demande: &Demande,
    vu: AdressageVu,
    cloture: Cloture,
    rendre: impl Render<AdressageLu>,
) -> Done {
    let (mut act, mut adressage) = take(core, demande, vu, core.today()).await?;
    adressage.allow(ActionAdressage::Clore)?;
    let today = act.today().await?;
    // The care of today stays covered.
    let au = cloture.effet_au.or_else(|| lendemain(today)).unwrap_or(today);
    adressage.close(au, cloture.motif, today).map_err(|wrong| invalide(vec![wrong]))?;
    advance(act, adressage, NatureEvenement::AdressageClos, rendre).await
}

/// The author annuls what was established by mistake.
pub async fn cancel(
    core: &Core,
    demande: &Demande,
    vu: AdressageVu,
    rendre: impl Render<AdressageLu>,
) -> Done {
    let (act, mut adressage) = take(core, demande, vu, core.today()).await?;
    adressage.allow(ActionAdressage::Annuler)?;
    adressage.cancel();
    advance(act, adressage, NatureEvenement::AdressageAnnule, rendre).await
}

/// A correspondent reports to the médecin traitant: of the specialty on the day of the care, not on the
/// day of the report.
pub async fn report(
    core: &Core,
    demande: &Demande,
    vu: AdressageVu,
    nouveau: NouveauRetour,
    rendre: impl Render<AdressageLu>,
) -> Done {
    let about = nouveau.soins_le.unwrap_or_else(|| core.today());
    let (mut act, mut adressage) = take(core, demande, vu, about).await?;
    let today = act.today().await?;
    let soins_le = nouveau.soins_le.unwrap_or(today);
    adressage.allow(ActionAdressage::RendreCompte)?;
    let patient = act.patient;
    Vivant::of(act.conn(), patient).await?.verify(soins_le, "/soins_le")?;
    let Acteur::Medecin(rpps) = demande.contexte.acteur() else {
        return Err(Exit::from(ServiceError::Introuvable));
    };
    let author = medecins::find(act.conn(), rpps, latest_knowledge()).await?;
    let author = author.ok_or(ServiceError::Introuvable)?;
    let retour = Retour {
        id: RetourId::from_uuid(core.ids().uuid()),
        medecin_id: author.id,
        rpps: author.rpps,
        nature: nouveau.nature,
        soins_le,
        reference: nouveau.reference,
        enregistre_le: act.instant,
    };
    let reported = adressage.report(retour.clone(), today);
    reported.map_err(|wrong| ServiceError::Invalide(vec![champ(wrong)]))?;
    adressages::insert_retour(act.conn(), core.coffre(), &adressage, &retour).await?;
    advance(act, adressage, NatureEvenement::AdressageRetour, rendre).await
}

/// Opens an act on a referral, by a doctor of the specialty of a day, and gives it as it stands, if the
/// caller saw it so.
async fn take<'a>(
    core: &'a Core,
    demande: &'a Demande,
    (id, version): AdressageVu,
    jour: NaiveDate,
) -> Result<(Act<'a>, Adressage), Exit> {
    let mut opening = core.open(demande).await?;
    let (patient, seen) = one(core, opening.conn(), id).await?;
    let lecteur = Lecteur::of(opening.conn(), demande.contexte.acteur(), jour).await?;
    let opening = opening.dated(seen.etabli_le);
    let mut act = opening.on(patient, &lecteur.relations(&seen)).await?;
    // Read again: somebody may have written before the lock was had.
    let (coffre, record) = (core.coffre(), seen.patient_id);
    let found = adressages::get(act.conn(), coffre, record, id, latest_knowledge()).await?;
    let adressage = found.ok_or(ServiceError::Introuvable)?;
    version.verify(adressage.version)?;
    Ok((act, adressage))
}

/// Writes the next version of a referral, and ends the act.
async fn advance(
    mut act: Act<'_>,
    mut adressage: Adressage,
    nature: NatureEvenement,
    rendre: impl Render<AdressageLu>,
) -> Done {
    let instant = act.instant;
    adressages::advance(act.conn(), &mut adressage, instant).await?;
    finish(act, adressage, nature, rendre).await
}
