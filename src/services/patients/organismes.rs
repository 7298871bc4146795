//! Another caisse, another status: dated facts beside the choice, which is not touched by them.

use chrono::NaiveDate;
use serde_json::json;

use super::dossier::{finish, open, record, sommeil_le};
use crate::domain::acteur::Caisse;
use crate::domain::calendar::plus_mois;
use crate::domain::evenement::NatureEvenement;
use crate::domain::identifiers::Organisme;
use crate::domain::ids::PatientId;
use crate::domain::vie::histoire::{Pose, poser};
use crate::domain::vie::sommeil::{MotifSommeil, StatutPatient};
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::affiliations::organisme_le;
use crate::services::core::{Act, Fact};
use crate::services::vivant::Vivant;
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues, latest_knowledge};
use crate::storage::designations;
use crate::storage::patients::{self, faits};

/// How far ahead a change of caisse is recorded: a new employer, most often its cause, is known that long
/// before at most (the notice that an employee gives).
const MOIS_A_L_AVANCE: i32 = 3;
/// How far back days are taken from a caisse: the care of which may still be claimed. That right lasts
/// two years from the quarter that follows the care (CSS L160-11), so twenty-seven months at most.
const MOIS_EN_ARRIERE: i32 = -27;

/// The person depends on another caisse, or another régime, from a day. Nothing is signed, and
/// the designation is not touched. Both organismes are told.
pub async fn change_organisme(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (organisme, du): (Organisme, NaiveDate),
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    verify_day_of_change(&mut act, du, "/effet_du").await?;
    verify_not_long_ago(core, du, "/effet_du")?;
    move_to(&mut act, organisme, du).await?;
    finish(act, rendre).await
}

/// Refuses a day further ahead than a change of caisse is known, or before birth.
pub(super) async fn verify_day_of_change(
    act: &mut Act<'_>,
    du: NaiveDate,
    pointeur: &str,
) -> Result<(), ServiceError> {
    if plus_mois(act.core().today(), MOIS_A_L_AVANCE).is_none_or(|last| du > last) {
        let message = "un jour d'ici trois mois au plus";
        return Err(ServiceError::champ(pointeur, "hors_bornes", message));
    }
    verify_within_life(act, du, pointeur).await
}

/// Whether no care of a day may be claimed any more.
pub(super) fn is_long_ago(today: NaiveDate, jour: NaiveDate) -> bool {
    plus_mois(today, MOIS_EN_ARRIERE).is_none_or(|first| jour < first)
}

/// Refuses to take from a caisse days of which no care may be claimed any more: nobody could undo it.
pub(super) fn verify_not_long_ago(
    core: &Core,
    du: NaiveDate,
    pointeur: &str,
) -> Result<(), ServiceError> {
    if is_long_ago(core.today(), du) {
        let message = "un jour d'il y a vingt-sept mois au plus";
        return Err(ServiceError::champ(pointeur, "hors_bornes", message));
    }
    Ok(())
}

/// Writes that the person depends on another caisse from a day, and tells both.
pub(super) async fn move_to(
    act: &mut Act<'_>,
    organisme: Organisme,
    du: NaiveDate,
) -> Result<(), ServiceError> {
    let patient = act.patient;
    let known = patients::affiliations(act.conn(), patient, latest_knowledge()).await?;
    let former = organisme_le(&known, du);
    let pose = poser(&known, organisme, du).ok_or_else(|| unchanged("/organisme"))?;
    write(act, pose, (former, Some(organisme), du), None).await
}

/// Writes other affiliations, and tells the caisse that the person leaves on a day and the one that
/// they join; with a motive, a change that never was is taken back.
pub(super) async fn write(
    act: &mut Act<'_>,
    pose: Pose<Organisme>,
    (ancien, nouveau, du): (Option<Organisme>, Option<Organisme>, NaiveDate),
    motif: Option<MotifRectification>,
) -> Result<(), ServiceError> {
    let (core, patient, instant) = (act.core(), act.patient, act.instant);
    let asleep = sleeping(act, du).await?;
    for fait in pose.remplaces {
        faits::replace(act.conn(), faits::Genre::Affiliation, patient, fait, instant).await?;
    }
    for (valeur, effet) in pose.ouverts {
        let fait = core.fait(valeur, effet, instant);
        patients::insert_affiliation(act.conn(), patient, &fait).await?;
    }
    let undone = motif.is_some();
    let acte = if undone { ActePatient::AnnulationOrganisme } else { ActePatient::Organisme };
    record(act, patient, acte, motif).await?;
    let code = |organisme: Organisme| Caisse::of(organisme).code();
    let (ancien, nouveau) = (ancien.map(code), nouveau.map(code));
    for (cote, destinataire) in [("sortant", &ancien), ("entrant", &nouveau)] {
        if destinataire.is_none() {
            continue;
        }
        let donnees = json!({
            "cote": cote, "destinataire": destinataire, "ancien": ancien, "nouveau": nouveau, "annule": undone
        });
        act.tell(Fact::of(NatureEvenement::PatientOrganismeChange).effective(du).with(donnees));
    }
    tell_sleep(act, du, asleep).await
}

/// The person is covered otherwise from a day: a status outside the parcours de soins puts the
/// designation to sleep, the ordinary one wakes it.
pub async fn change_statut(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (statut, du): (StatutPatient, NaiveDate),
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let (patient, instant) = (act.patient, act.instant);
    let asleep = sleeping(&mut act, du).await?;
    verify_day_of_life(&mut act, du, "/effet_du").await?;
    let known = faits::statuts(act.conn(), patient, latest_knowledge()).await?;
    // Without any status known, everybody is ordinary.
    let idle =
        statut == StatutPatient::Ordinaire && !known.iter().any(|fait| fait.effet.contient(du));
    let pose = poser(&known, statut, du).filter(|_| !idle);
    let pose = pose.ok_or_else(|| unchanged("/statut"))?;
    for fait in pose.remplaces {
        faits::replace(act.conn(), faits::Genre::Statut, patient, fait, instant).await?;
    }
    for (valeur, effet) in pose.ouverts {
        let fait = core.fait(valeur, effet, instant);
        faits::insert_statut(act.conn(), patient, &fait).await?;
    }
    record(&mut act, patient, ActePatient::Statut, None).await?;
    let donnees = json!({ "statut": statut.mot() });
    act.tell(Fact::of(NatureEvenement::PatientStatutChange).effective(du).with(donnees));
    tell_sleep(&mut act, du, asleep).await?;
    finish(act, rendre).await
}

async fn sleeping(
    act: &mut Act<'_>,
    jour: NaiveDate,
) -> Result<Option<MotifSommeil>, ServiceError> {
    let patient = act.patient;
    sommeil_le(act.conn(), patient, jour, None).await
}

/// Tells that a designation falls asleep or wakes, when there is one and that is what happens.
async fn tell_sleep(
    act: &mut Act<'_>,
    du: NaiveDate,
    before: Option<MotifSommeil>,
) -> Result<(), ServiceError> {
    let (patient, after) = (act.patient, sleeping(act, du).await?);
    let nature = match (before, after) {
        (None, Some(_)) => NatureEvenement::DesignationMiseEnSommeil,
        (Some(_), None) => NatureEvenement::DesignationReveillee,
        (None, None) | (Some(_), Some(_)) => return Ok(()),
    };
    let found = designations::current(act.conn(), patient, du).await?;
    let Some(designation) = found else { return Ok(()) };
    let donnees = json!({
        "designation_id": designation.id,
        "motif": after.or(before).map(Vocabulaire::mot),
    });
    act.tell(Fact::of(nature).effective(du).with(donnees));
    Ok(())
}

/// Refuses a day in the future, before birth, or after the death.
pub(super) async fn verify_day_of_life(
    act: &mut Act<'_>,
    jour: NaiveDate,
    pointeur: &str,
) -> Result<(), ServiceError> {
    verify_day_of_death(act, jour, pointeur).await?;
    let patient = act.patient;
    Vivant::of(act.conn(), patient).await?.verify(jour, pointeur)
}

/// Refuses a day on which nobody can have died: in the future, or before birth.
pub(super) async fn verify_day_of_death(
    act: &mut Act<'_>,
    jour: NaiveDate,
    pointeur: &str,
) -> Result<(), ServiceError> {
    if jour > act.today().await? {
        return Err(ServiceError::champ(pointeur, "date_future", "un jour passé ou présent"));
    }
    verify_after_birth(act, jour, pointeur).await
}

/// Refuses a day before birth, or after the death.
async fn verify_within_life(
    act: &mut Act<'_>,
    jour: NaiveDate,
    pointeur: &str,
) -> Result<(), ServiceError> {
    verify_after_birth(act, jour, pointeur).await?;
    let patient = act.patient;
    Vivant::of(act.conn(), patient).await?.verify(jour, pointeur)
}

/// Refuses a day before birth.
async fn verify_after_birth(
    act: &mut Act<'_>,
    jour: NaiveDate,
    pointeur: &str,
) -> Result<(), ServiceError> {
    let (coffre, patient) = (act.core().coffre(), act.patient);
    let identites = patients::identites(act.conn(), coffre, patient, latest_knowledge()).await?;
    let birth = identites.last().map(|fait| fait.valeur.date_naissance.pour_calcul_age());
    if birth.is_some_and(|birth| jour < birth) {
        let message = "un jour qui suit la naissance";
        return Err(ServiceError::champ(pointeur, "avant_naissance", message));
    }
    Ok(())
}

/// What is asked is already so.
pub(super) fn unchanged(pointeur: &str) -> ServiceError {
    ServiceError::champ(pointeur, "sans_changement", "une valeur différente de celle de ce jour")
}
