//! The job that follows the feed: what each event changes in the counts, once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::comptes::{of_events, of_records};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{FeuilleId, MedecinId, PatientId};
use crate::domain::statistiques::Comptes;
use crate::services::{Core, ServiceError, fil};
use crate::storage::Connection;
use crate::storage::statistiques::personnes::{self, Dossier};
use crate::storage::statistiques::{
    self as counts, Avancement, EvenementSuivi, Mouvements, recues,
};

/// Events counted in one transaction, at most.
const PAGE: i64 = 200;
/// Feuilles read and counted in one transaction, but for an event that has more: one of a lot has up to two thousand.
const FEUILLES: usize = 4_000;
/// Feuilles whose lots left what they add, counted in one transaction: the more of them, the fewer times a sum is written.
const FEUILLES_DITES: usize = 40_000;
/// From how many feuilles on a reception leaves what it adds: for fewer, one more row would cost more than reading them.
pub(in crate::services) const EN_LOT: usize = 32;
/// Persons newly recorded counted in one transaction.
const NOUVEAUX: i64 = 500;
/// Transactions of one run of the job: what remains waits for the next one.
pub const RATTRAPAGE: usize = 2_000;

/// How long a run lasts that comes each minute, while lots are under way: what it reads is read for nobody who waits.
const A_COTE: Duration = Duration::from_secs(6);

/// Counts what was told since the last time, some transactions at most; says whether nothing remains.
pub async fn follow(core: &Core, most: usize) -> Result<bool, ServiceError> {
    follow_while(core, most, || true).await
}

/// The same, for the job that comes back each minute: a tenth of its time while lots are under way.
pub async fn follow_beside(core: &Core) -> Result<bool, ServiceError> {
    let began = Instant::now();
    let goes_on = || began.elapsed() < A_COTE || !core.lots().are_under_way();
    follow_while(core, RATTRAPAGE, goes_on).await
}

async fn follow_while(
    core: &Core,
    most: usize,
    goes_on: impl Fn() -> bool,
) -> Result<bool, ServiceError> {
    fil::publish(core).await?;
    for _ in 0..most {
        match step(core).await? {
            Pas::Fait if !goes_on() => return Ok(false),
            Pas::Fait => {}
            Pas::Rien => return Ok(true),
            Pas::Occupe => return Ok(false),
        }
    }
    Ok(false)
}

/// What came of a step.
enum Pas {
    Fait,
    Rien,
    /// Somebody else is counting.
    Occupe,
}

async fn step(core: &Core) -> Result<Pas, ServiceError> {
    let mut job = core.job("statistiques.suivre").await?;
    let Some(from) = counts::lock(job.conn()).await? else { return Ok(Pas::Occupe) };
    let mut events = counts::events(job.conn(), from.position, PAGE).await?;
    let dites = recues::known(job.conn(), &receptions(&events)).await?;
    let (mut read, mut left) = (0_usize, 0_usize);
    let fits = |one: &EvenementSuivi| {
        let sum = if leaves(one, &dites) { &mut left } else { &mut read };
        *sum = sum.saturating_add(one.feuilles.len());
        read <= FEUILLES && left <= FEUILLES_DITES
    };
    let fitting = events.iter().map(fits).take_while(|fits| *fits).count();
    events.truncate(fitting.max(1));
    let new = personnes::take_new(job.conn(), NOUVEAUX).await?;
    if events.is_empty() && new.is_empty() {
        return Ok(Pas::Rien);
    }
    let (lots, others): (Vec<&EvenementSuivi>, Vec<&EvenementSuivi>) =
        events.iter().partition(|one| leaves(one, &dites));
    let mut mouvements = of_events(core, job.conn(), others.into_iter()).await?;
    let firsts: Vec<FeuilleId> = lots.into_iter().filter_map(first).collect();
    for (instant, comptes) in recues::take(job.conn(), &firsts).await?.into_iter().flatten() {
        mouvements.entry(instant).or_default().plus(&comptes);
    }
    let kept = of_persons(job.conn(), &events, new, &mut mouvements).await?;
    let last = mouvements.last_key_value().map(|(instant, _)| *instant);
    let told = events.iter().map(|one| one.enregistre_le).max();
    counts::add(job.conn(), &mouvements).await?;
    personnes::keep(job.conn(), &kept).await?;
    let position = events.last().map_or(from.position, |event| event.position);
    counts::advance(job.conn(), Avancement { position, connu_le: last.max(told) }).await?;
    job.close().await?;
    Ok(Pas::Fait)
}

/// The first feuille of an event, under which its lot leaves what it adds.
fn first(event: &EvenementSuivi) -> Option<FeuilleId> {
    event.feuilles.first().copied()
}

/// The first feuilles of the receptions that are long enough to leave something.
fn receptions(events: &[EvenementSuivi]) -> Vec<FeuilleId> {
    let long = events.iter().filter(|one| one.numero == Some(1) && one.feuilles.len() >= EN_LOT);
    long.filter_map(first).collect()
}

/// Whether the lot of an event left what it adds.
fn leaves(event: &EvenementSuivi, dites: &BTreeSet<FeuilleId>) -> bool {
    event.numero == Some(1) && first(event).is_some_and(|first| dites.contains(&first))
}

/// What changes of the persons whom some events touch, and of those newly recorded; and what each adds now.
async fn of_persons(
    conn: &mut Connection,
    events: &[EvenementSuivi],
    new: Vec<PatientId>,
    mouvements: &mut Mouvements,
) -> Result<BTreeMap<PatientId, Comptes>, ServiceError> {
    let dossiers = touched(conn, events, new).await?;
    let ids: Vec<PatientId> = dossiers.iter().map(|(one, _)| one.patient_id).collect();
    let before = personnes::counted(conn, &ids).await?;
    let records: Vec<Dossier> = dossiers.iter().map(|(one, _)| *one).collect();
    let mut after = of_records(conn, &records).await?;
    for (dossier, instant) in &dossiers {
        let Some(now) = after.get(&dossier.patient_id) else { continue };
        let mut change = now.clone();
        if let Some(before) = before.get(&dossier.patient_id) {
            change.moins(before);
        }
        if !change.est_vide() {
            mouvements.entry(*instant).or_default().plus(&change);
        }
    }
    after.retain(|id, now| before.get(id).unwrap_or(&Comptes::default()) != now);
    Ok(after)
}

/// The records that events touch, each with the instant of the last of them.
pub(super) async fn touched(
    conn: &mut Connection,
    events: &[EvenementSuivi],
    new: Vec<PatientId>,
) -> Result<Vec<(Dossier, DateTime<Utc>)>, ServiceError> {
    let mut instants: BTreeMap<PatientId, DateTime<Utc>> = BTreeMap::new();
    let mut doctors: Vec<MedecinId> = Vec::new();
    for event in events.iter().filter(|one| one.nature.theme() != "feuille") {
        if let Some(patient) = event.patient_id {
            let own = instants.entry(patient).or_insert(event.enregistre_le);
            *own = event.enregistre_le.max(*own);
        } else if changes_patients(event.nature) {
            doctors.extend(event.medecin_id);
        }
    }
    let mut all: BTreeSet<PatientId> = instants.keys().copied().chain(new).collect();
    if !doctors.is_empty() {
        all.extend(personnes::of_doctors(conn, &doctors).await?);
    }
    let own: Vec<PatientId> = all.iter().copied().collect();
    if own.is_empty() {
        return Ok(Vec::new());
    }
    all.extend(personnes::tied(conn, &own).await?);
    let ids: Vec<PatientId> = all.into_iter().collect();
    let found = personnes::records(conn, &ids).await?;
    let dated = |one: Dossier| {
        let instant = instants.get(&one.patient_id).copied();
        (one, instant.unwrap_or(one.connu_le))
    };
    Ok(found.into_iter().map(dated).collect())
}

/// Whether what happens to a doctor changes how those who chose him are counted: his specialty.
const fn changes_patients(nature: NatureEvenement) -> bool {
    matches!(
        nature,
        NatureEvenement::MedecinFicheCorrigee
            | NatureEvenement::MedecinSpecialiteChangee
            | NatureEvenement::MedecinOperationAnnulee
    )
}
