//! The job of a reevaluation: persons by pages, each lane of a page in a transaction of its own, under their locks. One
//! that stops anywhere goes on where it was.

use futures_util::future::join_all;

use super::calcul::{Demandee, reexamine};
use super::reevaluation_of;
use crate::domain::ids::PatientId;
use crate::domain::reevaluation::{EtatReevaluation, Examen, Reevaluation, VOIES};
use crate::services::faits::Praticiens;
use crate::services::{Core, ServiceError};
use crate::storage::reevaluations;
use crate::storage::taches::Tache;

/// The job that tries or applies one.
pub const REEVALUER: &str = "reevaluer";

/// Feuilles of a lane that are taken together, more or less: what is in memory, and for how long somebody who writes about one of their persons
/// waits, whatever the days asked.
const ENSEMBLE: usize = 512;

/// Persons of a lane who are locked together, at least and at most.
const PERSONNES: (usize, usize) = (16, 512);

/// Tries or applies a reevaluation, from where an earlier run stopped.
pub async fn run(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let Some(id) = reevaluation_of(&task.charge) else { return Ok(()) };
    let mut conn = core.public("reevaluation.of_task").await?;
    let Some(asked) = reevaluations::get(&mut conn, id).await? else { return Ok(()) };
    drop(conn);
    let next = match asked.etat {
        EtatReevaluation::EnAttente => EtatReevaluation::Essayee,
        EtatReevaluation::EnApplication => EtatReevaluation::Appliquee,
        EtatReevaluation::Essayee | EtatReevaluation::Appliquee => return Ok(()),
    };
    if !walk(core, task, &asked).await? {
        return Ok(());
    }
    let mut job = core.job("reevaluation.end").await?;
    reevaluations::advance(job.conn(), id, (asked.etat, next)).await?;
    job.close().await
}

/// Serves every person who remains; `false` when another runner has the job.
async fn walk(core: &Core, task: &Tache, asked: &Reevaluation) -> Result<bool, ServiceError> {
    let demandee = Demandee {
        reevaluation: asked,
        loi_id: core.loi_id().await?,
        praticiens: &Praticiens::default(),
    };
    let (mut after, mut limit) = (debut(asked), first_page(asked));
    loop {
        let page = if let Some(only) = asked.etendue.patient_id {
            let waits = after.is_none_or(|done| done < only);
            waits.then_some(only).into_iter().collect()
        } else {
            let mut conn = core.public("reevaluation.page").await?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            reevaluations::persons(&mut conn, asked, (after, core.today()), limit).await?
        };
        let Some(last) = page.last().copied() else { return Ok(true) };
        let lanes = voies(asked, page).into_iter().enumerate();
        let served = lanes.map(|(voie, persons)| serve_lane(core, &demandee, voie, persons));
        let mut found = Examen::default();
        for served in join_all(served).await {
            let Some(examen) = served? else { return Ok(false) };
            found = found.plus(&examen);
        }
        limit = next_page(limit, &found);
        after = Some(last);
        if !core.still_ours(task).await? {
            return Ok(false);
        }
    }
}

/// Persons read first, as if each had two feuilles a month.
fn first_page(asked: &Reevaluation) -> usize {
    let days = asked.etendue.au.signed_duration_since(asked.etendue.du).num_days();
    let months = usize::try_from(days / 30).unwrap_or_default().saturating_add(1);
    of_lanes(ENSEMBLE / months.saturating_mul(2))
}

/// Persons read next, as if they had as many feuilles as those who were just served; at most twice as many.
fn next_page(limit: usize, found: &Examen) -> usize {
    let count = |number: i64| usize::try_from(number).unwrap_or_default();
    let persons = ENSEMBLE.saturating_mul(count(found.patients)) / count(found.feuilles).max(1);
    of_lanes(persons.min(limit.saturating_mul(2) / VOIES))
}

/// Those of all the lanes, so many each.
fn of_lanes(persons: usize) -> usize {
    persons.clamp(PERSONNES.0, PERSONNES.1).saturating_mul(VOIES)
}

/// From whom on somebody remains: nobody before the one at whom the last of the lanes is.
fn debut(asked: &Reevaluation) -> Option<PatientId> {
    let known = (0..VOIES).map(|voie| place(asked, voie));
    known.min().flatten()
}

/// The last person who was served in a lane.
fn place(asked: &Reevaluation, voie: usize) -> Option<PatientId> {
    asked.places.get(voie).copied().flatten()
}

/// The lane of a person.
fn voie(patient: PatientId) -> usize {
    let last = patient.uuid().as_bytes().last().copied();
    usize::from(last.unwrap_or_default()) % VOIES
}

/// The persons of each lane who remain.
fn voies(asked: &Reevaluation, page: Vec<PatientId>) -> [Vec<PatientId>; VOIES] {
    let mut lanes: [Vec<PatientId>; VOIES] = Default::default();
    for patient in page {
        let voie = voie(patient);
        let remains = place(asked, voie).is_none_or(|done| done < patient);
        if let Some(lane) = lanes.get_mut(voie).filter(|_| remains) {
            lane.push(patient);
        }
    }
    lanes
}

/// Evaluates the feuilles of the persons of a lane again; nothing when somebody else did it. What stops them together is looked
/// for one by one, so that whoever is the cause stops nobody before them.
async fn serve_lane(
    core: &Core,
    asked: &Demandee<'_>,
    voie: usize,
    persons: Vec<PatientId>,
) -> Result<Option<Examen>, ServiceError> {
    match serve(core, asked, voie, &persons).await {
        Err(error) if persons.len() > 1 => {
            tracing::warn!(%error, "persons of a reevaluation are served one by one");
        }
        served => return served,
    }
    let mut found = Examen::default();
    for patient in persons {
        let Some(examen) = serve(core, asked, voie, &[patient]).await? else { return Ok(None) };
        found = found.plus(&examen);
    }
    Ok(Some(found))
}

async fn serve(
    core: &Core,
    asked: &Demandee<'_>,
    voie: usize,
    persons: &[PatientId],
) -> Result<Option<Examen>, ServiceError> {
    let Some(last) = persons.last().copied() else { return Ok(Some(Examen::default())) };
    let mut job = core.job("reevaluation.serve").await?;
    let (examen, changes) = reexamine(&mut job, asked, persons).await?;
    if !asked.reevaluation.ecrit() || changes.is_empty() {
        // A trial, or nothing to write: all of it is forgotten but the answer.
        job.forget().await?;
        job = core.job("reevaluation.note").await?;
    }
    let id = asked.reevaluation.id;
    reevaluations::write_changes(job.conn(), id, persons, &changes).await?;
    // Last: the lanes have one row between them.
    if !reevaluations::pass(job.conn(), asked.reevaluation, (voie, last), examen).await? {
        return Ok(None);
    }
    job.close().await?;
    Ok(Some(examen))
}
