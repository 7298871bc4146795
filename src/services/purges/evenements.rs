//! Events, and the feed that tells them: it begins later, for everybody at once.

use chrono::TimeDelta;

use super::{Bloc, Passe, Personnes, PurgeError, full, kept};
use crate::storage::purges::{self, evenements};
use crate::storage::sceaux::Sceau;

/// Rank of the table.
const RANG: i16 = 2;
/// Places of the feed removed in one transaction.
const PLACES: i64 = 20_000;
/// An event that got its place so long after it was recorded keeps it: the feed begins before it.
const RETARD: TimeDelta = TimeDelta::days(1);

pub(super) async fn purge(
    passe: &Passe<'_>,
    vu: &impl Fn(usize),
) -> Result<(u64, u64), PurgeError> {
    let (mut job, _) = passe.begin("purge.fil").await?;
    let debut = evenements::begin_after(job.conn(), passe.avant).await?;
    passe.close(job).await?;
    while passe.demande.visa.is_some() {
        let (mut job, _) = passe.begin("purge.places").await?;
        let removed = evenements::remove_places(job.conn(), debut, PLACES).await?;
        passe.close(job).await?;
        if removed == 0 {
            break;
        }
    }
    passe.each(&[RANG], vu, async |seal, after| bloc(passe, seal, after).await).await
}

async fn bloc(
    passe: &Passe<'_>,
    seal: &Sceau,
    after: Option<i64>,
) -> Result<Bloc<i64>, PurgeError> {
    let (mut job, par) = passe.begin("purge.evenements").await?;
    let tx = job.conn();
    let avant = passe.avant.checked_sub_signed(RETARD).unwrap_or(passe.avant);
    let found = evenements::of_slice(tx, seal, avant, (after.unwrap_or(0), super::BLOC)).await?;
    let suite = found.last().filter(|_| full(found.len())).map(|one| one.sequence);
    let persons: Personnes = found.iter().filter_map(|one| one.patient_id).collect();
    let held = purges::retenus(tx, &persons).await?;
    let removed: Vec<i64> = found
        .iter()
        .filter(|one| !one.utile && one.patient_id.is_none_or(|id| !held.contains(&id)))
        .map(|one| one.sequence)
        .collect();
    let retenues = kept(found.len(), removed.len());
    if removed.is_empty() {
        passe.close(job).await?;
        return Ok(Bloc { retirees: 0, retenues, suite });
    }
    let parts = passe.read(tx, vec![(seal.clone(), RANG)]).await?;
    let retirees = evenements::remove(tx, &removed).await?;
    passe.write(tx, &parts, &par).await?;
    passe.close(job).await?;
    Ok(Bloc { retirees, retenues, suite })
}
