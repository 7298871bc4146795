//! Purges: what is older than the period that was set is removed, slice by sealed slice, and leaves a record by which what is left is
//! still verified. A slice that is not what was sealed is never touched: a purge would hide who changed it.

mod evenements;
mod feuilles;
mod personnes;
mod traces;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::core::Job;
use super::{Core, ServiceError, sceaux, statistiques};
use crate::domain::conservation::{Classe, Conservation};
use crate::domain::ids::PatientId;
use crate::domain::vocabulary::Vocabulaire as _;
use crate::storage::purges::{self, Ancre, Motif, Retrait};
use crate::storage::sceaux::Sceau;
use crate::storage::{StorageError, Tx, sceaux as tranches};

/// Rows removed in one transaction, at most.
const BLOC: i64 = 2_000;
/// Seals read at once.
const PAGE: i64 = 200;

/// What is to be removed, and under what.
#[derive(Debug, Clone)]
pub struct Demande<'a> {
    pub conservation: &'a Conservation,
    /// The agreement to eliminate; none: everything is tried, and forgotten.
    pub visa: Option<&'a str>,
}

/// What was removed of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compte {
    pub classe: Classe,
    pub regle: String,
    /// First day of what is kept.
    pub depuis: NaiveDate,
    /// Rows, or records of persons, that were removed.
    pub retirees: u64,
    /// Those that are old enough, and that something still needs.
    pub retenues: u64,
}

/// Why a purge stops.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// Somebody else purges.
    #[error("another purge runs")]
    EnCours,
    /// The role of the database may not remove rows.
    #[error("the role may not remove rows")]
    Droits,
    /// A slice is not what was sealed.
    #[error("table {table} of seal {sceau} is not what was sealed")]
    Alteree { sceau: i64, table: &'static str },
}

impl From<StorageError> for PurgeError {
    fn from(error: StorageError) -> Self {
        Self::Service(error.into())
    }
}

/// A class that is being purged.
struct Passe<'a> {
    core: &'a Core,
    demande: &'a Demande<'a>,
    classe: Classe,
    regle: String,
    depuis: NaiveDate,
    avant: DateTime<Utc>,
}

/// What a transaction removed, and where the next one goes on.
struct Bloc<P> {
    retirees: u64,
    retenues: u64,
    suite: Option<P>,
}

/// A table of a slice, as it was before.
struct Part {
    seal: Sceau,
    rang: i16,
    lignes: Vec<Vec<u8>>,
}

/// Purges every class that has a period, as the owner of the tables, while the service runs. Interrupted, it goes on when it is
/// asked again. `vu` is told how many seals, or persons, were looked at since the last time.
pub async fn purge(
    core: &Core,
    demande: &Demande<'_>,
    vu: impl Fn(usize),
) -> Result<Vec<Compte>, PurgeError> {
    sceaux::seal(core).await?;
    while !statistiques::follow(core, statistiques::RATTRAPAGE).await? {}
    let mut all = Vec::new();
    for classe in Classe::TOUS.iter().copied() {
        let period = demande.conservation.debut(classe, core.today());
        let Some((depuis, regle)) = period.zip(demande.conservation.regle(classe)) else {
            continue;
        };
        let avant = depuis.and_time(NaiveTime::MIN).and_utc();
        let passe = Passe { core, demande, classe, regle: regle.clone(), depuis, avant };
        let (retirees, retenues) = match classe {
            Classe::Traces => traces::purge(&passe, &vu).await?,
            Classe::Evenements => evenements::purge(&passe, &vu).await?,
            Classe::Feuilles => feuilles::purge(&passe, &vu).await?,
            Classe::Personnes => personnes::purge(&passe, &vu).await?,
        };
        all.push(Compte { classe, regle, depuis, retirees, retenues });
    }
    Ok(all)
}

impl Passe<'_> {
    /// Begins a transaction that removes rows; gives the role of the database too.
    async fn begin(&self, name: &'static str) -> Result<(Job<'_>, String), PurgeError> {
        let mut job = self.core.job(name).await?;
        let moyens = purges::begin(job.conn()).await?;
        if !moyens.droit {
            return Err(PurgeError::Droits);
        }
        if !moyens.seul {
            return Err(PurgeError::EnCours);
        }
        Ok((job, moyens.par))
    }

    /// Reads what is to lose rows, and refuses what is not as it was sealed, or as the last purge left it.
    async fn read(&self, tx: &mut Tx, what: Vec<(Sceau, i16)>) -> Result<Vec<Part>, PurgeError> {
        let mut parts = Vec::new();
        for (seal, rang) in what {
            let lignes = tranches::lignes(tx, &seal, rang).await?;
            let left = purges::ancres(tx, (seal.numero, seal.numero)).await?;
            if left.get(&(seal.numero, rang)).or(sealed(&seal, rang).as_ref())
                != Some(&Ancre::of(&lignes))
            {
                return Err(PurgeError::Alteree {
                    sceau: seal.numero,
                    table: tranches::table(rang),
                });
            }
            parts.push(Part { seal, rang, lignes });
        }
        Ok(parts)
    }

    /// Writes what was removed of each, and what is left.
    async fn write(&self, tx: &mut Tx, parts: &[Part], par: &str) -> Result<(), PurgeError> {
        let now = self.core.now();
        let mut before = purges::last(tx).await?;
        for Part { seal, rang, lignes } in parts {
            let left = tranches::lignes(tx, seal, *rang).await?;
            let gone = without(lignes, &left);
            if gone.is_empty() {
                continue;
            }
            let motif = Motif {
                classe: self.classe,
                regle: self.regle.clone(),
                avant: self.avant,
                visa: self.demande.visa.unwrap_or_default().to_owned(),
                par: par.to_owned(),
            };
            let ancres = (Ancre::of(&gone), Ancre::of(&left));
            let coffre = self.core.coffre();
            let own = Retrait::of(coffre, before.as_ref(), motif, (seal, *rang), ancres, now);
            purges::insert(tx, &own).await?;
            before = Some(own);
        }
        Ok(())
    }

    /// Ends a transaction: keeps it, or forgets it when everything is only tried.
    async fn close(&self, job: Job<'_>) -> Result<(), PurgeError> {
        let done = if self.demande.visa.is_some() { job.close().await } else { job.forget().await };
        Ok(done?)
    }

    /// Goes through the slices that have rows of some tables from before, and removes what it may of each, block by block.
    async fn each<P>(
        &self,
        rangs: &[i16],
        vu: &impl Fn(usize),
        mut bloc: impl AsyncFnMut(&Sceau, Option<P>) -> Result<Bloc<P>, PurgeError>,
    ) -> Result<(u64, u64), PurgeError> {
        let (mut retirees, mut retenues) = (0_u64, 0_u64);
        let mut first = 1;
        loop {
            let mut snapshot = self.core.snapshot("purge.tranches").await?;
            let page = tranches::from(&mut snapshot, first, PAGE).await?;
            let Some(last) = page.last().map(|seal| seal.numero) else { break };
            let left = purges::ancres(&mut snapshot, (first, last)).await?;
            drop(snapshot);
            first = last.saturating_add(1);
            let looked = page.len();
            let reached =
                page.iter().any(|seal| seal.tranche.du.is_some_and(|du| du >= self.avant));
            for seal in
                page.into_iter().filter(|seal| seal.tranche.du.is_none_or(|du| du < self.avant))
            {
                if rangs.iter().all(|rang| is_empty(&seal, *rang, &left)) {
                    continue;
                }
                let mut after = None;
                loop {
                    let done = bloc(&seal, after.take()).await?;
                    retirees = retirees.saturating_add(done.retirees);
                    retenues = retenues.saturating_add(done.retenues);
                    after = done.suite;
                    if after.is_none() {
                        break;
                    }
                }
            }
            vu(looked);
            if reached {
                break;
            }
        }
        Ok((retirees, retenues))
    }
}

/// What a seal says of a table.
fn sealed(seal: &Sceau, rang: i16) -> Option<Ancre> {
    let (lignes, empreinte) = seal.tranche.de_la_table(rang)?;
    Some(Ancre { lignes, empreinte: empreinte.to_vec() })
}

fn is_empty(seal: &Sceau, rang: i16, left: &BTreeMap<(i64, i16), Ancre>) -> bool {
    let sealed = sealed(seal, rang);
    left.get(&(seal.numero, rang)).or(sealed.as_ref()).is_none_or(|ancre| ancre.lignes == 0)
}

/// Those of some digests in order that are not among others in the same order.
fn without(before: &[Vec<u8>], left: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut left = left.iter().peekable();
    let gone = before.iter().filter(|own| left.next_if_eq(own).is_none());
    gone.cloned().collect()
}

/// How many are not taken, among so many.
fn kept(all: usize, taken: usize) -> u64 {
    u64::try_from(all.saturating_sub(taken)).unwrap_or(u64::MAX)
}

/// Whether a block was full, so that others may follow.
fn full(found: usize) -> bool {
    i64::try_from(found).is_ok_and(|found| found >= BLOC)
}

/// Persons of whom something is to be removed.
type Personnes = std::collections::BTreeSet<PatientId>;
