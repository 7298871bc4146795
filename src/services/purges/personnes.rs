//! Records of persons who died, or left every caisse.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Bloc, Passe, Personnes, PurgeError, kept};
use crate::domain::ids::PatientId;
use crate::domain::statistiques::Comptes;
use crate::storage::purges::{self, feuilles, personnes};
use crate::storage::sceaux::registre::{self, Lignes};
use crate::storage::statistiques::personnes as comptes;

/// Persons removed in one transaction.
const PERSONNES: i64 = 200;

pub(super) async fn purge(
    passe: &Passe<'_>,
    vu: &impl Fn(usize),
) -> Result<(u64, u64), PurgeError> {
    let (mut retirees, mut retenues, mut after) = (0_u64, 0_u64, None);
    loop {
        let done = bloc(passe, after, vu).await?;
        retirees = retirees.saturating_add(done.retirees);
        retenues = retenues.saturating_add(done.retenues);
        after = done.suite;
        if after.is_none() {
            return Ok((retirees, retenues));
        }
    }
}

async fn bloc(
    passe: &Passe<'_>,
    after: Option<PatientId>,
    vu: &impl Fn(usize),
) -> Result<Bloc<PatientId>, PurgeError> {
    let (mut job, par) = passe.begin("purge.personnes").await?;
    let tx = job.conn();
    let found = personnes::gone(tx, (passe.depuis, passe.avant), (after, PERSONNES)).await?;
    vu(found.len());
    let suite = found.last().map(|(person, _)| *person);
    let some: Vec<PatientId> = found.iter().map(|(person, _)| *person).collect();
    let records: BTreeMap<PatientId, PatientId> =
        feuilles::records(tx, &some).await?.into_iter().collect();
    let everybody: Personnes = records.keys().copied().collect();
    purges::lock(tx, &everybody).await?;
    let held = purges::retenus(tx, &everybody).await?;
    // Whoever wrote meanwhile, before the lock, makes the person known again.
    let still = personnes::gone(tx, (passe.depuis, passe.avant), (after, PERSONNES)).await?;
    let free: Personnes = still
        .iter()
        .filter(|(_, represente)| !represente)
        .map(|(person, _)| *person)
        .filter(|person| !records.iter().any(|(own, kept)| kept == person && held.contains(own)))
        .collect();
    let retenues = kept(found.len(), free.len());
    if free.is_empty() {
        passe.close(job).await?;
        return Ok(Bloc { retirees: 0, retenues, suite });
    }
    let gone: Vec<PatientId> =
        records.iter().filter(|(_, kept)| free.contains(*kept)).map(|(own, _)| *own).collect();
    let mut what = personnes::seals(tx, &gone).await?;
    let ids: Vec<Uuid> = gone.iter().map(|record| record.uuid()).collect();
    what.extend(registre::seals(tx, Lignes::Dossiers, &ids).await?);
    let parts = passe.read(tx, what).await?;
    let mut counted = Comptes::default();
    for own in comptes::counted(tx, &gone).await?.values() {
        counted.plus(own);
    }
    comptes::keep_purged(tx, &counted, passe.core.now()).await?;
    personnes::remove(tx, &gone).await?;
    passe.write(tx, &parts, &par).await?;
    passe.close(job).await?;
    Ok(Bloc { retirees: u64::try_from(free.len()).unwrap_or(u64::MAX), retenues, suite })
}
