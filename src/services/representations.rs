//! Holders of parental authority and representatives: recorded and ended by the caisse, read by
//! those concerned. And the birthday from which a person chooses, told beforehand.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::json;

mod verification;

use self::verification::{
    days_of, verify_beside, verify_capable, verify_motif, verify_proof, verify_representant,
};
use super::core::{Act, Fact};
use super::declarations::follow_link;
use super::representants::end_represented;
use super::vivant::Vivant;
use super::{
    Contexte, Core, Demande, Done, Render, Seen, ServiceError, VersionsVues, latest_knowledge,
};
use crate::domain::calendar::anniversaire;
use crate::domain::droits::Demarche;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{PatientId, RepresentationId};
use crate::domain::representation::{
    FinRepresentation, NatureRepresentation, PreuveRepresentation, Representant, Representation,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::storage::patients::{faits, fusions};
use crate::storage::representations::{self, Enregistree};
use crate::storage::{designations, patients};

/// A link to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleRepresentation {
    pub representant: Representant,
    pub nature: NatureRepresentation,
    pub preuve: PreuveRepresentation,
    /// Where the proof is kept.
    pub reference_preuve: Option<String>,
    /// First day.
    pub effet_du: NaiveDate,
    /// First day after.
    pub effet_au: Option<NaiveDate>,
}

/// The most persons told in one go.
const TOLD_AT_ONCE: i64 = 500;

/// A link, as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepresentationLue {
    pub lien: Representation,
    /// Whether the caller may end it now.
    pub se_termine: bool,
}

/// Records a link, for the caisse of the person.
pub async fn create(
    core: &Core,
    demande: &Demande,
    patient: PatientId,
    nouvelle: &NouvelleRepresentation,
    rendre: impl Render<RepresentationLue>,
) -> Done {
    let mut act = core.open(demande).await?.on(patient, &[]).await?;
    let (coffre, known, instant) = (core.coffre(), latest_knowledge(), act.instant);
    let person = patients::get(act.conn(), coffre, patient, known).await?;
    let person = person.ok_or(ServiceError::Introuvable)?;
    let jour = nouvelle.effet_du;
    Vivant::of(act.conn(), patient).await?.verify(jour, "/effet_du")?;
    let representant = verify_representant(core, act.conn(), patient, nouvelle).await?;
    let (majority, (effet, motif_fin)) = days_of(core, &person, nouvelle)?;
    verify_proof(nouvelle)?;
    if let Representant::Patient(who) = representant {
        verify_capable(core, act.conn(), who, (nouvelle.nature, effet)).await?;
    }
    let others = representations::recorded(act.conn(), coffre, patient, known).await?;
    let same = |one: &Enregistree| {
        (one.representant(), one.lien.nature) == (representant.clone(), nouvelle.nature)
            && one.lien.effet.chevauche(&effet)
    };
    if others.iter().any(same) {
        return Err(ServiceError::RepresentationExistante.into());
    }
    let living: Vec<Representation> = others.into_iter().filter_map(Enregistree::lue).collect();
    verify_beside(majority, nouvelle.nature, effet, &living)?;
    let lien = Representation {
        id: RepresentationId::from_uuid(core.ids().uuid()),
        patient_id: patient,
        version: 1,
        representant: nouvelle.representant.clone(),
        nature: nouvelle.nature,
        preuve: nouvelle.preuve,
        reference_preuve: nouvelle.reference_preuve.clone(),
        effet,
        motif_fin,
        enregistre_le: instant,
        remplace_le: None,
    };
    representations::insert(act.conn(), coffre, &lien).await?;
    if lien.nature.protege_un_majeur() {
        end_represented(&mut act, lien.effet).await?;
    }
    finish(act, lien, NatureEvenement::RepresentationEnregistree, rendre).await
}

/// Ends a link on a day, or erases one that never was.
pub async fn end(
    core: &Core,
    demande: &Demande,
    (id, version): (RepresentationId, VersionsVues),
    (motif, jour): (FinRepresentation, Option<NaiveDate>),
    rendre: impl Render<RepresentationLue>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let place = representations::place_of(opening.conn(), id).await?;
    let (owner, effet) = place.ok_or(ServiceError::Introuvable)?;
    let patient = fusions::merged_into(opening.conn(), owner).await?.unwrap_or(owner);
    let mut act = opening.dated(effet).on(patient, &[]).await?;
    let (coffre, instant) = (core.coffre(), act.instant);
    let all = representations::recorded(act.conn(), coffre, patient, latest_knowledge()).await?;
    let found = all.into_iter().find(|one| one.lien.id == id);
    let Enregistree { mut lien, mort, .. } = found.ok_or(ServiceError::Introuvable)?;
    version.verify(lien.version)?;
    representations::replace(act.conn(), &lien, instant).await?;
    let avant = lien.clone().jusqu_au_deces(mort).map(|lien| lien.effet);
    verify_motif(lien.nature, motif)?;
    let mut apres = None;
    lien.motif_fin = Some(motif);
    let today = core.today();
    let jour = jour.unwrap_or(today);
    // What ends before it begins never was either, whatever the reason.
    let never = lien.effet.du() > today && jour <= lien.effet.du();
    if motif == FinRepresentation::ErreurDeSaisie || never {
        lien.remplace_le = Some(instant);
    } else {
        let expected = "un jour de la période du lien, après le premier ; un lien qui n'a jamais existé se termine par le motif \
                        « erreur_de_saisie »";
        let wrong = || ServiceError::champ("/jour", "hors_periode", expected);
        if !lien.effet.contient(jour) {
            return Err(wrong().into());
        }
        lien.effet = lien.effet.jusqu_au(jour).ok_or_else(wrong)?;
        apres = Some(lien.effet);
        lien.version = lien.version.saturating_add(1);
        lien.enregistre_le = instant;
        representations::insert(act.conn(), coffre, &lien).await?;
    }
    if let Some(avant) = avant {
        follow_link(&mut act.writing(), lien.id, (avant, apres)).await?;
    }
    finish(act, lien, NatureEvenement::RepresentationTerminee, rendre).await
}

/// The links of a person, as known at an instant: for the person, their representatives, their
/// caisse, and the doctor who has a present use for them. A caisse of before sees those of its time.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
    connu_le: Option<DateTime<Utc>>,
) -> Result<Seen<Vec<RepresentationLue>>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let known = connu_le.unwrap_or_else(latest_knowledge);
    let all = representations::list(access.conn(), core.coffre(), patient, known).await?;
    let (vue, ends) = (&access.droit.vue, access.may(Demarche::TerminerRepresentation));
    let seen = all
        .into_iter()
        .filter_map(|lien| {
            let effet = vue.montre(&lien.effet)?;
            let motif_fin = lien.motif_fin.filter(|_| effet.au().is_some());
            let lien = Representation { effet, motif_fin, ..lien };
            Some(RepresentationLue { se_termine: ends && lien.remplace_le.is_none(), lien })
        })
        .collect();
    access.show(seen).await
}

/// Tells what became of a link, and ends the act.
async fn finish(
    mut act: Act<'_>,
    lien: Representation,
    nature: NatureEvenement,
    rendre: impl Render<RepresentationLue>,
) -> Done {
    let fact = Fact::of(nature).effective(lien.effet.du()).with(json!({
        "representation_id": lien.id,
        "nature": lien.nature.mot(),
        "effet_au": lien.effet.au(),
        "motif_fin": lien.motif_fin.map(Vocabulaire::mot),
    }));
    act.tell(fact);
    let se_termine = act.may(Demarche::TerminerRepresentation) && lien.remplace_le.is_none();
    Ok(act.close(rendre(&RepresentationLue { lien, se_termine })?).await?)
}

/// Tells, some weeks before, that a person will choose by themselves: nothing ends on that
/// birthday, who decides changes. Each birthday is told once. Gives how many were told.
pub async fn announce_majority_of_choice(core: &Core) -> Result<usize, ServiceError> {
    let today = core.today();
    let age = u8::try_from(core.valeur(Parametre::MtAgeMajoriteChoix, today)?);
    let age = age.unwrap_or(u8::MAX);
    let notice = u64::try_from(core.valeur(Parametre::MtPreavisMajoriteChoix, today)?);
    let last = today.checked_add_days(Days::new(notice.unwrap_or_default())).unwrap_or(today);
    let mut told = 0_usize;
    loop {
        let mut conn = core.public("majorite.search").await?;
        let window = Window::of(today, last, age);
        let found = representations::born_between(
            &mut conn,
            (&window.first, &window.last),
            window.lunar.as_deref(),
            (today, last),
            TOLD_AT_ONCE,
        )
        .await?;
        drop(conn);
        let mut progress = 0_usize;
        for patient in &found {
            let done = announce(core, *patient, age, (today, last)).await?;
            progress = progress.saturating_add(usize::from(done));
        }
        told = told.saturating_add(progress);
        if progress == 0 || i64::try_from(found.len()).is_ok_and(|len| len < TOLD_AT_ONCE) {
            return Ok(told);
        }
    }
}

async fn announce(
    core: &Core,
    patient: PatientId,
    age: u8,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<bool, ServiceError> {
    let mut job = core.job("majorite.announce").await?;
    let Some(mut writing) = job.on(patient).await? else { return Ok(false) };
    let instant = writing.instant;
    let found = patients::get(writing.conn(), core.coffre(), patient, latest_knowledge()).await?;
    let birth = found
        .as_ref()
        .and_then(|person| person.identite_le(core.today()))
        .map(|identite| identite.date_naissance.pour_calcul_age());
    let Some(birthday) = birth.and_then(|birth| anniversaire(birth, age)) else {
        return Ok(false);
    };
    if !(first..=last).contains(&birthday)
        || faits::deces(writing.conn(), patient).await?.is_some()
        || !representations::insert_avis(writing.conn(), patient, birthday, instant).await?
    {
        return Ok(false);
    }
    let current = designations::current(writing.conn(), patient, first).await?;
    let donnees = json!({ "age": age, "medecin_traitant_declare": current.is_some() });
    let declaration = current.map(|designation| designation.declaration_id);
    let fact = Fact::of(NatureEvenement::PatientMajorite16Ans)
        .effective(birthday)
        .declaration(declaration);
    writing.tell(fact.with(donnees));
    job.close().await?;
    Ok(true)
}

/// Birth dates whose birthday of an age falls between two days, as they are written.
struct Window {
    first: String,
    last: String,
    /// The year of those born outside the calendar, whose ages count from 1 January.
    lunar: Option<String>,
}

impl Window {
    fn of(first: NaiveDate, last: NaiveDate, age: u8) -> Self {
        use chrono::Datelike;
        let born = |day: NaiveDate, text: String| {
            format!("{:04}-{text}", day.year().saturating_sub(i32::from(age)))
        };
        // On 1 March of a common year, those of 29 February reach their age too.
        let leap_birth = NaiveDate::from_ymd_opt(first.year(), 2, 29).is_none()
            && (first.month(), first.day()) == (3, 1);
        let start = if leap_birth { "02-29".to_owned() } else { first.format("%m-%d").to_string() };
        let new_year = if (first.month(), first.day()) == (1, 1) {
            Some(first)
        } else {
            Some(last).filter(|last| last.year() > first.year())
        };
        Self {
            first: born(first, start),
            last: born(last, last.format("%m-%d").to_string()),
            lunar: new_year.map(|day| format!("{:04}", day.year().saturating_sub(i32::from(age)))),
        }
    }
}
