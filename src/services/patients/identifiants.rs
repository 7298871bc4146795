//! Another number: NIA then NIR, a dependant insured in their own right, or a number that was wrong.

use chrono::NaiveDate;
use serde_json::json;

use super::dossier::{finish, open, record};
use super::organismes::{unchanged, verify_day_of_life};
use crate::domain::acteur::Caisse;
use crate::domain::droits::Demarche;
use crate::domain::evenement::NatureEvenement;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::IdentifiantPersonne;
use crate::domain::ids::PatientId;
use crate::domain::patient::{IdentifiantPatient, Identite, UsageIdentifiant};
use crate::domain::vie::histoire::{Pose, poser, terminer};
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::affiliations::organisme_le;
use crate::services::core::{Act, Fact, Opening};
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues, latest_knowledge};
use crate::storage::Connection;
use crate::storage::patients::{self, faits};

/// Another number from a day, the former one having been right until then: both still designate
/// the person. Without a number, that of the insured parent ends.
pub async fn change_identifiant(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (usage, numero, du): (UsageIdentifiant, Option<IdentifiantPersonne>, NaiveDate),
    rendre: impl Render<DossierPatient>,
) -> Done {
    if numero.is_none() && usage == UsageIdentifiant::Individuel {
        let message = "le nouveau numéro : une personne a toujours le sien";
        return Err(ServiceError::champ("/identifiant", "champ_requis", message).into());
    }
    let mut act = open(core, demande, seen).await?;
    verify_day_of_life(&mut act, du, "/effet_du").await?;
    let known = numbers(&mut act, usage).await?;
    let former = known.iter().rfind(|fait| fait.effet.du() <= du).map(kind);
    let pose = match numero {
        Some(numero) => {
            claim(&mut act, usage, &numero).await?;
            poser(&known, IdentifiantPatient { usage, numero }, du)
        }
        None => terminer(&known, du),
    };
    let pose = pose.ok_or_else(|| unchanged("/identifiant"))?;
    write_numbers(&mut act, pose).await?;
    let patient = act.patient;
    record(&mut act, patient, ActePatient::Identifiant, None).await?;
    let donnees = json!({
        "raison": "changement",
        "usage": usage.mot(),
        "type_precedent": former,
        "type": numero.map(|numero| numero.kind()),
    });
    act.tell(Fact::of(NatureEvenement::PatientIdentifiantRemplace).effective(du).with(donnees))
        .await?;
    finish(act, rendre).await
}

/// A number that never was the person's is corrected, with the reason: a version replaces the
/// one that was wrong, for the same days. The wrong number designates the person no longer,
/// except to who asks as known before.
pub async fn correct_identifiant(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (usage, numero, jour): (UsageIdentifiant, IdentifiantPersonne, NaiveDate),
    motif: MotifRectification,
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let known = numbers(&mut act, usage).await?;
    let wrong = known.iter().find(|fait| fait.effet.contient(jour)).ok_or_else(|| {
        let message = "un jour où le patient a un numéro de cet usage";
        ServiceError::champ("/jour", "aucun_numero", message)
    })?;
    let right = IdentifiantPatient { usage, numero };
    if wrong.valeur == right {
        return Err(unchanged("/identifiant").into());
    }
    claim(&mut act, usage, &numero).await?;
    let pose = Pose { remplaces: vec![wrong.id], ouverts: vec![(right, wrong.effet)] };
    let (former, du) = (kind(wrong), wrong.effet.du());
    write_numbers(&mut act, pose).await?;
    let patient = act.patient;
    record(&mut act, patient, ActePatient::RectificationIdentifiant, Some(motif)).await?;
    let donnees = json!({
        "raison": "rectification",
        "motif": motif.mot(),
        "usage": usage.mot(),
        "type_precedent": former,
        "type": numero.kind(),
    });
    act.tell(Fact::of(NatureEvenement::PatientIdentifiantRemplace).effective(du).with(donnees))
        .await?;
    finish(act, rendre).await
}

async fn numbers(
    act: &mut Act<'_>,
    usage: UsageIdentifiant,
) -> Result<Vec<FaitDate<IdentifiantPatient>>, ServiceError> {
    let (coffre, known, patient) = (act.core().coffre(), latest_knowledge(), act.patient);
    let patient = patients::get(act.conn(), coffre, patient, known).await?;
    let mut numbers = patient.ok_or(ServiceError::Introuvable)?.identifiants;
    numbers.retain(|fait| fait.valeur.usage == usage);
    Ok(numbers)
}

/// Takes a number for the person of an act. An insured parent's number is shared.
async fn claim(
    act: &mut Act<'_>,
    usage: UsageIdentifiant,
    numero: &IdentifiantPersonne,
) -> Result<(), ServiceError> {
    if usage == UsageIdentifiant::OuvrantDroit {
        return Ok(());
    }
    let own = Some(act.patient);
    let first = verify_number(act.opening(), numero, own).await?;
    tell_disputed(act, first).await
}

/// Refuses a number that is the own one of somebody else whom the caller may see. Of anybody else nothing is
/// said, not even that there is somebody: the number is written here too, and goes on designating who had
/// it first, whose caisse is to be told (see decision 0022). Gives that person.
pub(super) async fn verify_number(
    opening: &mut Opening<'_>,
    numero: &IdentifiantPersonne,
    own: Option<PatientId>,
) -> Result<Option<PatientId>, ServiceError> {
    let coffre = opening.core().coffre();
    patients::lock_number(opening.conn(), coffre, numero).await?;
    let mut first = None;
    for one in patients::holders(opening.conn(), coffre, numero).await? {
        if one.usage == UsageIdentifiant::OuvrantDroit || Some(one.patient_id) == own {
            continue;
        }
        match opening.judge(Demarche::LirePatient, one.patient_id).await {
            Ok(_) => return Err(ServiceError::PatientExistant(one.patient_id)),
            Err(ServiceError::Introuvable) => first = first.or(Some(one.patient_id)),
            Err(error) => return Err(error),
        }
    }
    Ok(first)
}

/// Tells the caisse of a person that their number was written for somebody else too.
pub(super) async fn tell_disputed(
    act: &mut Act<'_>,
    first: Option<PatientId>,
) -> Result<(), ServiceError> {
    let Some(first) = first else { return Ok(()) };
    let today = act.core().today();
    let known = patients::affiliations(act.conn(), first, latest_knowledge()).await?;
    let caisse = organisme_le(&known, today).map(|organisme| Caisse::of(organisme).code());
    let fact =
        Fact::of(NatureEvenement::PatientNumeroDispute).with(json!({ "destinataire": caisse }));
    act.writing_of(first).tell(fact).await
}

/// The person whose whole identity this is: their number, that of the insured person if it is given, birth
/// date, rank and names.
pub(super) async fn whose(
    core: &Core,
    conn: &mut Connection,
    (numero, ouvrant_droit): (&IdentifiantPersonne, Option<IdentifiantPersonne>),
    identite: &Identite,
) -> Result<Option<PatientId>, ServiceError> {
    let coffre = core.coffre();
    let mut all = patients::holders(conn, coffre, numero).await?;
    if let Some(numero) = ouvrant_droit {
        let dependants = patients::holders(conn, coffre, &numero).await?;
        all.retain(|one| dependants.iter().any(|other| other.patient_id == one.patient_id));
    }
    for id in all.into_iter().map(|one| one.patient_id) {
        let known = patients::identites(conn, coffre, id, latest_knowledge()).await?;
        if known.iter().any(|fait| fait.valeur.est_celle_de(identite)) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

async fn write_numbers(
    act: &mut Act<'_>,
    pose: Pose<IdentifiantPatient>,
) -> Result<(), ServiceError> {
    let (core, patient, instant) = (act.core(), act.patient, act.instant);
    for fait in pose.remplaces {
        faits::replace(act.conn(), faits::Genre::Identifiant, patient, fait, instant).await?;
    }
    for (valeur, effet) in pose.ouverts {
        let fait = core.fait(valeur, effet, instant);
        patients::insert_identifiant(act.conn(), core.coffre(), patient, &fait).await?;
    }
    Ok(())
}

fn kind(fait: &FaitDate<IdentifiantPatient>) -> &'static str {
    fait.valeur.numero.kind()
}
