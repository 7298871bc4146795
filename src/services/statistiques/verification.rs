//! The counts made again from the register, and compared: while the service runs, at one instant.

use std::collections::BTreeSet;

use super::comptes::{of_events, of_feuilles, of_records};
use super::suivi::{follow, touched};
use crate::domain::calendar::{debut_de_mois, plus_mois};
use crate::domain::ids::PatientId;
use crate::domain::statistiques::Comptes;
use crate::services::{Core, ServiceError};
use crate::storage::Connection;
use crate::storage::feuilles_de_soins;
use crate::storage::patients::etat;
use crate::storage::statistiques::personnes;
use crate::storage::statistiques::{self as counts, EvenementSuivi, Mouvements, lecture};

/// Persons or feuilles read at once.
const PAGE: i64 = 1_000;
/// Events read at once.
const ATTENTE: i64 = 100_000;

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bilan {
    pub personnes: u64,
    pub feuilles: u64,
    /// Persons who are not counted as the register says.
    pub personnes_differentes: BTreeSet<PatientId>,
    /// Cells that are not the sum of what persons and feuilles add.
    pub cellules_differentes: u64,
    /// Whether the sums by year are those of the months, and those of the changes that were written.
    pub sommes_justes: bool,
}

impl Bilan {
    /// Whether nothing differs.
    pub fn est_juste(&self) -> bool {
        self.personnes_differentes.is_empty()
            && self.cellules_differentes == 0
            && self.sommes_justes
    }
}

/// Makes the counts again and compares; with `refaire`, writes the differences as changes known now. `vu` is told how many
/// persons and feuilles were looked at since the last time.
pub async fn verify(core: &Core, refaire: bool, vu: impl Fn(usize)) -> Result<Bilan, ServiceError> {
    loop {
        match follow(core, super::RATTRAPAGE).await {
            Ok(false) => {}
            // What a replica cannot count is looked at as what waits.
            Err(ServiceError::Storage(error)) if error.is_read_only() => break,
            done => break done.map(|_all| ())?,
        }
    }
    let mut snapshot = core.snapshot("statistiques.verify").await?;
    let mut found = Bilan::default();
    let waiting = waiting(&mut snapshot).await?;
    let mut expected = persons(&mut snapshot, &waiting, &mut found, &vu).await?;
    expected.plus(&feuilles(core, &mut snapshot, &mut found, &vu).await?);
    expected.plus(&personnes::purged(&mut snapshot).await?);
    // What was told and is not counted yet is of the register already.
    for comptes in of_events(core, &mut snapshot, waiting.iter()).await?.values() {
        expected.moins(comptes);
    }
    let mut difference = expected;
    difference.moins(&lecture::everything(&mut snapshot).await?);
    found.cellules_differentes = u64::try_from(difference.nombre()).unwrap_or(u64::MAX);
    found.sommes_justes = lecture::sums_agree(&mut snapshot).await?;
    drop(snapshot);
    if refaire && !found.est_juste() {
        correct(core, difference, &found.personnes_differentes).await?;
        while !follow(core, super::RATTRAPAGE).await? {}
    }
    Ok(found)
}

/// Differences are added to whatever was counted meanwhile, and the persons counted again by the next step.
async fn correct(
    core: &Core,
    difference: Comptes,
    persons: &BTreeSet<PatientId>,
) -> Result<(), ServiceError> {
    let mut job = core.job("statistiques.refaire").await?;
    let now = core.now();
    counts::add(job.conn(), &Mouvements::from([(now, difference)])).await?;
    let persons: Vec<PatientId> = persons.iter().copied().collect();
    personnes::recount(job.conn(), &persons).await?;
    job.close().await
}

/// What is committed and not counted yet.
pub(in crate::services) async fn waiting(
    snapshot: &mut Connection,
) -> Result<Vec<EvenementSuivi>, ServiceError> {
    let from = counts::followed(snapshot).await?.position;
    let mut all = counts::events(snapshot, from, ATTENTE).await?;
    all.extend(counts::unplaced(snapshot).await?);
    Ok(all)
}

/// What every person is said to add, and whom the register says otherwise of.
async fn persons(
    conn: &mut Connection,
    waiting: &[EvenementSuivi],
    found: &mut Bilan,
    vu: &impl Fn(usize),
) -> Result<Comptes, ServiceError> {
    let pending = touched(conn, waiting, Vec::new()).await?;
    let pending: BTreeSet<PatientId> = pending.into_iter().map(|(one, _)| one.patient_id).collect();
    let (mut sum, mut after) = (Comptes::default(), None);
    loop {
        let page = etat::every_record(conn, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(sum) };
        after = Some(*last);
        vu(page.len());
        found.personnes =
            found.personnes.saturating_add(u64::try_from(page.len()).unwrap_or_default());
        let dossiers = personnes::records(conn, &page).await?;
        let counted = personnes::counted(conn, &page).await?;
        let new: BTreeSet<PatientId> =
            personnes::still_new(conn, &page).await?.into_iter().collect();
        let said = of_records(conn, &dossiers).await?;
        let nothing = Comptes::default();
        for (id, comptes) in &said {
            let own = counted.get(id).unwrap_or(&nothing);
            sum.plus(own);
            if own != comptes && !pending.contains(id) && !new.contains(id) {
                found.personnes_differentes.insert(*id);
            }
        }
    }
}

/// What the last evaluation of every feuille adds.
async fn feuilles(
    core: &Core,
    conn: &mut Connection,
    found: &mut Bilan,
    vu: &impl Fn(usize),
) -> Result<Comptes, ServiceError> {
    let mut sum = Comptes::default();
    let Some((first, last)) = feuilles_de_soins::days(conn).await? else { return Ok(sum) };
    let mut month = debut_de_mois(first);
    while month <= last {
        let Some(next) = plus_mois(month, 1) else { break };
        let mut after = None;
        loop {
            let page =
                feuilles_de_soins::page(conn, core.coffre(), (month, next), (after, PAGE)).await?;
            let Some(one) = page.last() else { break };
            after = Some(one.feuille.id);
            vu(page.len());
            found.feuilles =
                found.feuilles.saturating_add(u64::try_from(page.len()).unwrap_or_default());
            sum.plus(&of_feuilles(core, conn, &page).await?);
        }
        month = next;
    }
    Ok(sum)
}
