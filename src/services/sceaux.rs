//! Seals: made by a job, verified by whoever has the key.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Core, ServiceError};
use crate::domain::digest::Empreinte;
use crate::storage::purges::{self, Ancre, Retrait};
use crate::storage::rotation::COLONNES;
use crate::storage::sceaux::{self, FORME, Sceau, rangs};
use crate::storage::{Connection, StorageError, cles, scelles};

/// What is younger may still be under way: clocks of several services differ by less.
const MARGE: TimeDelta = TimeDelta::minutes(1);
/// Seals read at once.
const PAGE: i64 = 200;

/// What does not agree with a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ecart {
    /// Rows of a table of a slice are not those that were sealed.
    Lignes {
        /// The seal.
        numero: i64,
        table: &'static str,
        du: Option<DateTime<Utc>>,
        au: DateTime<Utc>,
        /// How many were sealed.
        scellees: i64,
        /// How many there are.
        trouvees: i64,
    },
    /// A seal does not follow the one before, or was made under another key.
    Chaine {
        /// The seal.
        numero: i64,
    },
    /// The record of a purge does not follow the one before, was made under another key, or leaves what was not there.
    Purge {
        /// The record.
        numero: i64,
    },
    /// Values that the master key seals do not open in their rows: they were changed, or come from others.
    Fermees {
        table: &'static str,
        colonne: &'static str,
        /// How many.
        valeurs: u64,
    },
    /// A root that was published is not in the chain.
    Racine {
        /// The number that it had.
        numero: i64,
    },
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sceaux {
    pub sceaux: u64,
    pub lignes: u64,
    /// Rows that purges removed, each with its record.
    pub purgees: u64,
    /// Until when everything is sealed.
    pub jusqu_au: Option<DateTime<Utc>>,
    pub ecarts: Vec<Ecart>,
}

/// A root: the last link of the chain, to be kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Racine {
    pub numero: i64,
    pub au: DateTime<Utc>,
    pub chaine: Empreinte,
}

/// Seals what was written since the last seal; `None` when nothing old enough was.
pub async fn seal(core: &Core) -> Result<Option<i64>, ServiceError> {
    let mut job = core.job("sceaux.seal").await?;
    let tx = job.conn();
    sceaux::lock(tx).await?;
    let now = core.clock().now();
    let horizon = sceaux::horizon(tx, now).await?;
    let before = sceaux::last(tx).await?;
    let du = before.as_ref().map(|before| before.tranche.au);
    let au = horizon.checked_sub_signed(MARGE).unwrap_or(horizon);
    if du.is_some_and(|du| au <= du) {
        return Ok(None);
    }
    let tranche = sceaux::read(tx, (du, au), FORME).await?;
    let seal = Sceau::of(core.coffre(), before.as_ref(), tranche);
    sceaux::insert(tx, &seal, now).await?;
    job.close().await?;
    Ok(Some(seal.numero))
}

/// The last root.
pub async fn root(core: &Core) -> Result<Option<Racine>, ServiceError> {
    let mut snapshot = core.snapshot("sceaux.root").await?;
    let last = sceaux::last(&mut snapshot).await?;
    Ok(last.map(|last| Racine { numero: last.numero, au: last.tranche.au, chaine: last.chaine }))
}

/// Reads every slice again, while the service runs, and compares it with its seal; then looks for a root that was kept
/// elsewhere. `vu` is told how many seals were looked at since the last time.
pub async fn verify(
    core: &Core,
    kept: Option<&Racine>,
    vu: impl Fn(usize),
) -> Result<Sceaux, ServiceError> {
    let mut found = Sceaux::default();
    let mut before: Option<Sceau> = None;
    let mut has_root = kept.is_none();
    let mut snapshot = core.snapshot("sceaux.cles").await?;
    let retirees = cles::retirees(&mut snapshot).await?;
    drop(snapshot);
    loop {
        let first = before.as_ref().map_or(1, |before| before.numero.saturating_add(1));
        let mut snapshot = core.snapshot("sceaux.verify").await?;
        let page = sceaux::from(&mut snapshot, first, PAGE).await?;
        if page.is_empty() {
            // A chain that has a hole goes on after it.
            let last = sceaux::last(&mut snapshot).await?;
            if last.is_some_and(|last| last.numero >= first) {
                found.ecarts.push(Ecart::Chaine { numero: first });
            }
            break;
        }
        vu(page.len());
        let last = page.last().map_or(first, |last| last.numero);
        let left = purges::ancres(&mut snapshot, (first, last)).await?;
        for seal in page {
            if !seal.follows(core.coffre(), before.as_ref(), &retirees) {
                found.ecarts.push(Ecart::Chaine { numero: seal.numero });
            }
            has_root |=
                kept.is_some_and(|kept| kept.numero == seal.numero && kept.chaine == seal.chaine);
            let slice = (seal.tranche.du, seal.tranche.au);
            let now = sceaux::read(&mut snapshot, slice, seal.forme).await?;
            compare(&seal, &now, &left, &mut found);
            found.jusqu_au = Some(seal.tranche.au);
            before = Some(seal);
        }
    }
    verify_purges(core, &retirees, &mut found).await?;
    verify_values(core, &mut found).await?;
    if let Some(kept) = kept.filter(|_| !has_root) {
        found.ecarts.push(Ecart::Racine { numero: kept.numero });
    }
    Ok(found)
}

/// Follows the records of purges, each from what the one before of its slice left, or from the seal.
async fn verify_purges(
    core: &Core,
    retirees: &BTreeMap<i16, DateTime<Utc>>,
    found: &mut Sceaux,
) -> Result<(), ServiceError> {
    let mut before: Option<Retrait> = None;
    let mut left: BTreeMap<(i64, i16), i64> = BTreeMap::new();
    loop {
        let mut snapshot = core.snapshot("purges.verify").await?;
        let first = before.as_ref().map_or(1, |before| before.numero.saturating_add(1));
        let mut page = purges::page(&mut snapshot, first.saturating_add(PAGE), PAGE).await?;
        page.retain(|one| one.numero >= first);
        page.reverse();
        if page.is_empty() {
            let last = purges::last(&mut snapshot).await?;
            if last.is_some_and(|last| last.numero >= first) {
                found.ecarts.push(Ecart::Purge { numero: first });
            }
            return Ok(());
        }
        for one in page {
            let place = (one.sceau, one.rang);
            let there = match left.get(&place) {
                Some(there) => Some(*there),
                None => sealed_rows(&mut snapshot, place).await?,
            };
            let removed = one.retirees.lignes;
            let agrees = there.is_some_and(|there| {
                one.restantes.lignes.checked_add(removed) == Some(there) && removed > 0
            });
            if !agrees || !one.follows(core.coffre(), before.as_ref(), retirees) {
                found.ecarts.push(Ecart::Purge { numero: one.numero });
            }
            found.purgees =
                found.purgees.saturating_add(u64::try_from(removed).unwrap_or_default());
            left.insert(place, one.restantes.lignes);
            before = Some(one);
        }
    }
}

/// Opens everything that the master key seals.
async fn verify_values(core: &Core, found: &mut Sceaux) -> Result<(), ServiceError> {
    for column in &COLONNES {
        let mut closed: u64 = 0;
        let mut page = 0;
        loop {
            let mut snapshot = core.snapshot("scelles.verify").await?;
            if page >= scelles::pages(&mut snapshot, column).await? {
                break;
            }
            let more = scelles::fermes(&mut snapshot, core.coffre(), column, page).await?;
            closed = closed.saturating_add(more);
            page = page.saturating_add(scelles::BLOC);
        }
        if closed > 0 {
            let (table, colonne) = (column.table, column.nom);
            found.ecarts.push(Ecart::Fermees { table, colonne, valeurs: closed });
        }
    }
    Ok(())
}

/// How many rows a seal has of a table.
async fn sealed_rows(
    conn: &mut Connection,
    (numero, rang): (i64, i16),
) -> Result<Option<i64>, StorageError> {
    let seal = sceaux::from(conn, numero, 1).await?.pop();
    Ok(seal.and_then(|seal| seal.tranche.de_la_table(rang).map(|(rows, _)| rows)))
}

fn compare(
    seal: &Sceau,
    now: &sceaux::Tranche,
    left: &BTreeMap<(i64, i16), Ancre>,
    found: &mut Sceaux,
) {
    found.sceaux = found.sceaux.saturating_add(1);
    let Sceau { numero, tranche, .. } = seal;
    let sealed = tranche.lignes.iter().zip(&tranche.empreintes);
    let there = now.lignes.iter().zip(&now.empreintes);
    for (rang, (sealed, there)) in rangs(seal.forme).into_iter().zip(sealed.zip(there)) {
        let sealed =
            left.get(&(*numero, rang)).map_or(sealed, |left| (&left.lignes, &left.empreinte));
        found.lignes = found.lignes.saturating_add(u64::try_from(*there.0).unwrap_or_default());
        if sealed != there {
            found.ecarts.push(Ecart::Lignes {
                numero: *numero,
                table: sceaux::table(rang),
                du: tranche.du,
                au: tranche.au,
                scellees: *sealed.0,
                trouvees: *there.0,
            });
        }
    }
}
