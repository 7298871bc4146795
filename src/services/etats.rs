//! What the rows of persons hold already made, compared with the facts that it was made from, and made again.

use std::collections::{BTreeMap, BTreeSet};

use super::faits::etats;
use super::feuilles_de_soins::retenues;
use super::{Core, ServiceError, latest_knowledge};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::storage::evaluations;
use crate::storage::participations::{self, Retenue};
use crate::storage::patients::etat::{self, EtatPatient, Ouvert, Tenu};
use crate::storage::{Coffre, Connection, feuilles_de_soins};

/// Persons read at once.
const PAGE: i64 = 500;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    pub personnes: u64,
    /// Those whose row holds a current value. Of the others something was recorded since, or nobody evaluated anything.
    pub courants: u64,
    /// Those whose current value, or mark of a limitation or of a merge, is not what the facts say.
    pub etats_differents: BTreeSet<PatientId>,
    /// Those of whom other participations are kept than their feuilles say.
    pub retenues_differentes: BTreeSet<PatientId>,
    /// Those of whom a row says nothing that can be read: somebody touched it.
    pub illisibles: BTreeSet<PatientId>,
}

impl Verification {
    /// Whether every record says what its facts say.
    pub fn est_juste(&self) -> bool {
        self.etats_differents.is_empty()
            && self.retenues_differentes.is_empty()
            && self.illisibles.is_empty()
    }

    fn plus(&mut self, more: Self) {
        self.personnes = self.personnes.saturating_add(more.personnes);
        self.courants = self.courants.saturating_add(more.courants);
        self.etats_differents.extend(more.etats_differents);
        self.retenues_differentes.extend(more.retenues_differentes);
        self.illisibles.extend(more.illisibles);
    }
}

/// Compares what the row of every person holds with the facts, while the service runs: each page is read as it was at
/// one instant. `vu` is told how many persons were looked at since the last time.
pub async fn verify(core: &Core, vu: impl Fn(usize)) -> Result<Verification, ServiceError> {
    let mut found = Verification::default();
    let contredits = etat::contredits(&mut *core.snapshot("etats.contredits").await?).await?;
    found.etats_differents.extend(contredits);
    let mut after = None;
    loop {
        let mut snapshot = core.snapshot("etats.verify").await?;
        let page = etat::page(&mut snapshot, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.patient_id);
        vu(page.len());
        match compare(core, &mut snapshot, &page).await {
            Ok(more) => found.plus(more),
            // Some row of somebody cannot be read: whose, the others one by one say.
            Err(ServiceError::Storage(error)) if error.is_unreadable() => {
                for one in &page {
                    match compare(core, &mut snapshot, std::slice::from_ref(one)).await {
                        Ok(more) => found.plus(more),
                        Err(ServiceError::Storage(error)) if error.is_unreadable() => {
                            found.personnes = found.personnes.saturating_add(1);
                            found.illisibles.insert(one.patient_id);
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
            Err(error) => return Err(error),
        }
    }
}

async fn compare(
    core: &Core,
    conn: &mut Connection,
    page: &[Tenu],
) -> Result<Verification, ServiceError> {
    let mut found = Verification::default();
    found.personnes = found.personnes.saturating_add(u64::try_from(page.len()).unwrap_or_default());
    let held: Vec<(PatientId, &[u8])> =
        page.iter().filter_map(|one| Some((one.patient_id, one.courant()?))).collect();
    let persons: Vec<PatientId> = held.iter().map(|(id, _)| *id).collect();
    let made = etats(conn, &persons).await?;
    for (person, octets) in held {
        found.courants = found.courants.saturating_add(1);
        let wrong = match etat::ouvrir(core.coffre(), person, octets) {
            Ouvert::Etat(own) => made.get(&person) != Some(&own),
            // A value of another form is made again when it is read: it says nothing wrong.
            Ouvert::Autre => false,
            Ouvert::Touche => true,
        };
        if wrong {
            found.etats_differents.insert(person);
        }
    }
    let everybody: Vec<PatientId> = page.iter().map(|one| one.patient_id).collect();
    let kept = by_person(participations::of_records(conn, &everybody, None).await?);
    let said = by_person(said_by_feuilles(core, conn, &everybody).await?);
    let differ = everybody.into_iter().filter(|person| kept.get(person) != said.get(person));
    found.retenues_differentes.extend(differ);
    Ok(found)
}

fn by_person(all: Vec<(PatientId, Retenue)>) -> BTreeMap<PatientId, Vec<Retenue>> {
    let mut sorted: BTreeMap<PatientId, Vec<Retenue>> = BTreeMap::new();
    for (person, retenue) in all {
        sorted.entry(person).or_default().push(retenue);
    }
    for kept in sorted.values_mut() {
        kept.sort_unstable_by_key(|one| (one.jour, one.executant, one.montant));
    }
    sorted
}

/// The participations that the present evaluations of the feuilles of some records keep.
async fn said_by_feuilles(
    core: &Core,
    conn: &mut Connection,
    records: &[PatientId],
) -> Result<Vec<(PatientId, Retenue)>, ServiceError> {
    let (coffre, known) = (core.coffre(), latest_knowledge());
    let received = feuilles_de_soins::received_by(conn, coffre, records, known).await?;
    let ids: Vec<FeuilleId> = received.iter().map(|recue| recue.feuille.id).collect();
    let last = evaluations::latest(conn, coffre, &ids).await?;
    let mut said = Vec::new();
    for recue in received {
        let current = last.get(&recue.feuille.id).unwrap_or(&recue.evaluation);
        let kept = retenues(&recue.feuille.feuille, &current.evaluation);
        said.extend(kept.into_iter().map(|one| (recue.feuille.patient_id, one)));
    }
    Ok(said)
}

/// Whether what a row holds was made before something was recorded, or by a program that wrote another form.
fn is_old(coffre: &Coffre, one: &Tenu) -> bool {
    one.courant().is_none_or(|value| match etat::ouvrir(coffre, one.patient_id, value) {
        Ouvert::Autre => true,
        // What somebody touched is for a verification to tell.
        Ouvert::Etat(_) | Ouvert::Touche => false,
    })
}

/// The states of those of some persons whose rows can be read: a row that somebody touched keeps nobody else from being made again. Its seal
/// names it.
async fn lisibles(
    conn: &mut Connection,
    persons: &[PatientId],
) -> Result<BTreeMap<PatientId, EtatPatient>, ServiceError> {
    match etats(conn, persons).await {
        Err(ServiceError::Storage(error)) if error.is_unreadable() => {}
        read => return read,
    }
    let mut all = BTreeMap::new();
    for person in persons {
        match etats(conn, &[*person]).await {
            Ok(one) => all.extend(one),
            Err(ServiceError::Storage(error)) if error.is_unreadable() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// Makes again, from the facts, what the row of every person holds and that is not current. `vu` is told how many were
/// made.
pub async fn remake(core: &Core, vu: impl Fn(usize)) -> Result<(), ServiceError> {
    let mut after = None;
    loop {
        let mut job = core.job("etats.remake").await?;
        let page = etat::lock_page(job.conn(), after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.patient_id);
        let old: Vec<&Tenu> = page.iter().filter(|one| is_old(core.coffre(), one)).collect();
        let persons: Vec<PatientId> = old.iter().map(|one| one.patient_id).collect();
        let made = lisibles(job.conn(), &persons).await?;
        let values: Vec<(PatientId, Vec<u8>)> = old
            .iter()
            .filter_map(|one| {
                let sealed =
                    etat::sceller(core.coffre(), one.patient_id, made.get(&one.patient_id)?);
                Some(sealed.map(|sealed| (one.patient_id, sealed)))
            })
            .collect::<Result<_, _>>()?;
        vu(values.len());
        etat::write_all(job.conn(), &values).await?;
        job.close().await?;
    }
}
