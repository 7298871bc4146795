//! Traces: accesses of persons of whom nothing is under way, and receptions.

use uuid::Uuid;

use super::{Bloc, Passe, Personnes, PurgeError, full, kept};
use crate::storage::purges::{self, traces};
use crate::storage::sceaux::Sceau;

/// Ranks of the tables: accesses and receptions.
const ACCES: i16 = 1;
const RECEPTIONS: i16 = 3;

pub(super) async fn purge(
    passe: &Passe<'_>,
    vu: &impl Fn(usize),
) -> Result<(u64, u64), PurgeError> {
    passe.each(&[ACCES, RECEPTIONS], vu, async |seal, after| bloc(passe, seal, after).await).await
}

async fn bloc(
    passe: &Passe<'_>,
    seal: &Sceau,
    after: Option<Uuid>,
) -> Result<Bloc<Uuid>, PurgeError> {
    let (mut job, par) = passe.begin("purge.traces").await?;
    let tx = job.conn();
    let mut found = traces::accesses(tx, seal, passe.avant, (after, super::BLOC)).await?;
    let suite = found.last().filter(|_| full(found.len())).map(|(_, id)| id.uuid());
    let persons: Personnes = found.iter().map(|(person, _)| *person).collect();
    let held = purges::retenus(tx, &persons).await?;
    let all = found.len();
    found.retain(|(person, _)| !held.contains(person));
    let what = [ACCES, RECEPTIONS].map(|rang| (seal.clone(), rang)).to_vec();
    let parts = passe.read(tx, what).await?;
    let mut retirees = traces::remove(tx, &found).await?;
    retirees = retirees.saturating_add(traces::remove_receptions(tx, seal, passe.avant).await?);
    passe.write(tx, &parts, &par).await?;
    passe.close(job).await?;
    Ok(Bloc { retirees, retenues: kept(all, found.len()), suite })
}
