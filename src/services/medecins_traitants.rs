//! Who is the médecin traitant, on which day, as known when.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::core::Access;
use super::declarations::ends_choice;
use super::patients::sommeil_le;
use super::{Contexte, Core, Seen, ServiceError, latest_knowledge, son_temps};
use crate::domain::acteur::Acteur;
use crate::domain::designation::{ActionDesignation, Designation};
use crate::domain::droits::{Demarche, Relation};
use crate::domain::evaluation::RelationMt;
use crate::domain::ids::{DesignationId, PatientId};
use crate::domain::patient::ClePatient;
use crate::law::parameters::Parametre;
use crate::storage::designations;
use crate::storage::patients::faits;

/// The two dates of every question about a person's médecin traitant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// In force on this day; today when absent.
    pub en_vigueur_le: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    pub connu_le: Option<DateTime<Utc>>,
}

/// The answer: what the caller may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MedecinTraitant {
    pub patient_id: PatientId,
    /// On which day.
    pub en_vigueur_le: NaiveDate,
    /// As known when; absent when nothing was asked.
    pub connu_le: Option<DateTime<Utc>>,
    /// Seen from a doctor: is it this one? From others: is there one?
    pub relation: RelationMt,
    /// Who reads it: the same fact is said otherwise to each.
    pub lecteur: Lecteur,
    /// The designation with the doctors of that day, unless it names another doctor than the one who asks.
    pub designation: Option<Designation>,
    /// What the caller may do to it now.
    pub actions: Vec<ActionDesignation>,
    /// Whether it sleeps that day: the person is then covered outside the parcours de soins.
    pub en_sommeil: bool,
    /// The day of the death, when the day that is asked about follows it.
    pub deces: Option<NaiveDate>,
}

/// Who reads who the médecin traitant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lecteur {
    Patient,
    Medecin,
    /// Who acts for the person, or their caisse.
    Autre,
}

/// A designation of a timeline, and what the caller may do to it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignationLue {
    pub designation: Designation,
    pub actions: Vec<ActionDesignation>,
}

/// The ages of a day: from which one chooses, and from which nobody else has to agree.
pub fn ages_du_choix(core: &Core, jour: NaiveDate) -> Result<(i64, i64), ServiceError> {
    let age = |parametre| core.valeur(parametre, jour);
    Ok((age(Parametre::MtAgeMajoriteChoix)?, age(Parametre::MtAgeSansAccordParental)?))
}

/// The médecin traitant of a person of the caller's perimeter.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
    dates: Dates,
) -> Result<Seen<MedecinTraitant>, ServiceError> {
    verify_knowledge(core, dates.connu_le)?;
    let jour = dates.en_vigueur_le.unwrap_or_else(|| core.today());
    let mut access = core.search(contexte).await?.dated(jour).on(patient, &[]).await?;
    let answer = answer(&mut access, jour, dates.connu_le).await?;
    access.show(answer).await
}

/// The same question about a person designated as on their Vitale card: a doctor asks about anybody
/// whose card is read.
pub async fn consult(
    core: &Core,
    contexte: &Contexte,
    cle: &ClePatient,
    dates: Dates,
) -> Result<Seen<MedecinTraitant>, ServiceError> {
    verify_knowledge(core, dates.connu_le)?;
    let jour = dates.en_vigueur_le.unwrap_or_else(|| core.today());
    let search = core.search(contexte).await?.dated(jour);
    let mut access = search.by_card(cle, dates.connu_le, &[]).await?;
    let answer = answer(&mut access, jour, dates.connu_le).await?;
    access.show(answer).await
}

/// The timeline of a person, as known at an instant. A doctor sees the days that name him.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
    connu_le: Option<DateTime<Utc>>,
) -> Result<Seen<Vec<DesignationLue>>, ServiceError> {
    verify_knowledge(core, connu_le)?;
    let mut access = core.access(contexte, patient).await?;
    let known = connu_le.unwrap_or_else(latest_knowledge);
    let timeline = designations::list(access.conn(), patient, known).await?;
    let speaks = speaks(&mut access).await?;
    let seen = timeline
        .into_iter()
        .filter_map(|designation| {
            let actions = actions(&access, &designation, speaks);
            Some(DesignationLue {
                designation: visible((&access, contexte), designation)?,
                actions,
            })
        })
        .collect();
    access.show(seen).await
}

/// The versions of one designation that the caller may know, the last one first, as far back as they are known and no
/// further than a maximum: one reading of the person, however many there are.
pub async fn versions(
    core: &Core,
    contexte: &Contexte,
    (patient, id): (PatientId, DesignationId),
    limit: usize,
) -> Result<Seen<Vec<Designation>>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let (mut found, mut known) = (Vec::new(), latest_knowledge());
    while found.len() < limit {
        let timeline = designations::list(access.conn(), patient, known).await?;
        let Some(version) = timeline.into_iter().find(|one| one.id == id) else { break };
        let (first, since) = (version.version <= 1, version.enregistre_le);
        let Some(version) = visible((&access, contexte), version) else { break };
        found.push(version);
        let before = since.checked_sub_signed(TimeDelta::microseconds(1));
        match before {
            Some(before) if !first => known = before,
            _ => break,
        }
    }
    access.show(found).await
}

/// What the caller sees of a designation: a doctor, the days that name him.
fn visible(
    (access, contexte): (&Access<'_>, &Contexte),
    designation: Designation,
) -> Option<Designation> {
    let designation = son_temps::designation(&access.droit.vue, designation)?;
    match contexte.acteur() {
        Acteur::Medecin(rpps) => {
            Some(designation.vue_par(*rpps)).filter(|seen| !seen.membres.is_empty())
        }
        Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
            Some(designation)
        }
    }
}

/// Nobody asks what will be known.
fn verify_knowledge(core: &Core, connu_le: Option<DateTime<Utc>>) -> Result<(), ServiceError> {
    if connu_le.is_some_and(|instant| instant > core.now()) {
        return Err(ServiceError::champ("/connu_le", "date_future", "au plus tard maintenant"));
    }
    Ok(())
}

/// Whether the caller may end the choice of the person.
async fn speaks(access: &mut Access<'_>) -> Result<bool, ServiceError> {
    let (core, patient) = (access.core(), access.patient);
    match access.rapports.acteur {
        Acteur::Caisse(_) => Ok(access.rapports.est(Relation::CaisseActuelle)),
        Acteur::Patient(person) => ends_choice(core, access.conn(), person, patient).await,
        Acteur::Medecin(_) | Acteur::Referentiel | Acteur::Statistiques => Ok(false),
    }
}

/// What the caller may do to a designation now.
fn actions(access: &Access<'_>, designation: &Designation, speaks: bool) -> Vec<ActionDesignation> {
    let today = access.core().today();
    let mut all = designation.actions(&access.rapports.acteur, speaks, today);
    all.retain(|action| match action {
        // He withdraws by the declaration that names him.
        ActionDesignation::Retirer => true,
        ActionDesignation::Quitter => access.may(Demarche::EnregistrerDepart),
    });
    all
}

async fn answer(
    access: &mut Access<'_>,
    jour: NaiveDate,
    connu_le: Option<DateTime<Utc>>,
) -> Result<MedecinTraitant, ServiceError> {
    let (patient, acteur) = (access.patient, access.rapports.acteur);
    let found = match connu_le {
        None => access.designation_le(jour).await?,
        Some(instant) => designations::list(access.conn(), patient, instant)
            .await?
            .into_iter()
            .find(|designation| designation.effet.contient(jour)),
    };
    let names =
        |rpps| found.as_ref().is_some_and(|known| known.membres_le(jour).any(|m| m.rpps == rpps));
    let relation = match (acteur, &found) {
        (_, None) => RelationMt::Aucun,
        (Acteur::Medecin(rpps), Some(_)) if names(rpps) => RelationMt::Executant,
        (_, Some(_)) => RelationMt::Autre,
    };
    let lecteur = match acteur {
        Acteur::Medecin(_) => Lecteur::Medecin,
        Acteur::Patient(person) if person == patient => Lecteur::Patient,
        Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
            Lecteur::Autre
        }
    };
    let hidden = matches!(acteur, Acteur::Medecin(_)) && relation == RelationMt::Autre;
    let actions = match &found {
        Some(known) if !hidden => {
            let speaks = speaks(access).await?;
            actions(access, known, speaks)
        }
        _ => Vec::new(),
    };
    let sleeps = match access.sommeille(jour).filter(|_| connu_le.is_none()) {
        _ if found.is_none() => false,
        Some(sleeps) => sleeps,
        None => sommeil_le(access.conn(), patient, jour, connu_le).await?.is_some(),
    };
    // Nobody has a médecin traitant after their death.
    let deces = match &found {
        Some(_) => None,
        None => faits::deces_connu(access.conn(), patient, connu_le).await?,
    };
    let deces = deces.map(|fait| fait.effet.du()).filter(|mort| jour > *mort);
    Ok(MedecinTraitant {
        patient_id: patient,
        en_vigueur_le: jour,
        connu_le,
        relation,
        lecteur,
        actions,
        en_sommeil: sleeps,
        deces: deces.filter(|mort| access.droit.vue.contient(*mort)),
        designation: found.filter(|_| !hidden).and_then(|known| {
            let mut seen = known;
            seen.membres.retain(|membre| membre.effet.contient(jour));
            son_temps::designation(&access.droit.vue, seen)
        }),
    })
}
