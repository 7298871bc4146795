//! Taking over what a caisse has already: its affiliates, the doctors of its territory, the choices that were made.
//!
//! A file is received block by block ([`depot`]), then a job does each block and forgets it, so that what would become
//! of each line is known; another applies what was tried. A block is a transaction: it is done once, whichever runner
//! takes it, and one that stops anywhere goes on where it was ([`run`](self::run())).

mod affilies;
mod choix;
mod depot;
mod issues;
mod medecins;
mod run;

use chrono::TimeDelta;
use serde_json::{Value, json};

pub use self::depot::{Depot, Recu};
pub use self::run::{REPRENDRE, run, run_here};
use super::core::{Exit, Many, Opening};
use super::{Contexte, Core, Demande, Done, Render, ServiceError, VersionsVues};
use crate::domain::ids::RepriseId;
use crate::domain::medecin::NouveauMedecin;
use crate::domain::reprise::{Bilan, Defaut, EtatReprise, Refusee, Reprise};
use crate::storage::{Connection, reprises};

/// Lines of a block, each of which is a transaction when it is applied.
pub const BLOC: usize = 500;

/// How long a file that stopped arriving is kept, and one that was tried and not applied.
const RECEPTION: TimeDelta = TimeDelta::days(1);
const ATTENTE: TimeDelta = TimeDelta::days(30);

/// Registers practices of doctors, each for itself; gives what became of them.
pub(super) async fn practices(
    many: &mut Many<'_>,
    lignes: &[(u64, NouveauMedecin)],
) -> Result<(Bilan, Vec<Refusee>), ServiceError> {
    Ok(issues::compte(medecins::apply(many, lignes).await?))
}

/// Reads one of the calling caisse.
pub async fn get(core: &Core, contexte: &Contexte, id: RepriseId) -> Result<Reprise, ServiceError> {
    let mut search = core.search(contexte).await?;
    own(search.conn(), contexte, id).await
}

/// What is wrong with the lines of a file, in their order, after a place.
pub async fn refused(
    core: &Core,
    contexte: &Contexte,
    id: RepriseId,
    after: (u64, i16),
    limit: i64,
) -> Result<Vec<(u64, i16, Defaut)>, ServiceError> {
    let mut search = core.search(contexte).await?;
    own(search.conn(), contexte, id).await?;
    Ok(reprises::refused(search.conn(), id, after, limit).await?)
}

/// Begins an act on one of the calling caisse, in the version that was seen.
async fn open<'a>(
    core: &'a Core,
    demande: &'a Demande,
    (id, version): (RepriseId, VersionsVues),
) -> Result<Opening<'a>, Exit> {
    let mut opening = core.open(demande).await?;
    let seen = own(opening.conn(), &demande.contexte, id).await?;
    version.verify(seen.version)?;
    Ok(opening)
}

/// Applies what was tried: a job writes it, with what is known when it does.
pub async fn apply(
    core: &Core,
    demande: &Demande,
    (id, version): (RepriseId, VersionsVues),
    rendre: impl Render<Reprise>,
) -> Done {
    let mut opening = open(core, demande, (id, version)).await?;
    let way = (EtatReprise::Essayee, EtatReprise::EnApplication);
    if !reprises::advance(opening.conn(), id, way).await? {
        let state = "la reprise n'est pas essayée, ou elle est déjà appliquée";
        return Err(ServiceError::EtatIncompatible(state).into());
    }
    let reprise = own(opening.conn(), &demande.contexte, id).await?;
    queue(&mut opening, &reprise).await?;
    Ok(opening.close(rendre(&reprise)?).await?)
}

/// Drops what is tried, or was: its lines are removed, and nothing was registered.
pub async fn abandon(
    core: &Core,
    demande: &Demande,
    (id, version): (RepriseId, VersionsVues),
    rendre: impl Render<Reprise>,
) -> Done {
    let mut opening = open(core, demande, (id, version)).await?;
    let by = (opening.auteur_id(), core.now());
    if !reprises::abandon(opening.conn(), id, by).await? {
        let state = "la reprise n'est ni à l'essai ni essayée : elle s'applique, est appliquée ou a pris fin";
        return Err(ServiceError::EtatIncompatible(state).into());
    }
    let reprise = own(opening.conn(), &demande.contexte, id).await?;
    Ok(opening.close(rendre(&reprise)?).await?)
}

/// Forgets the lines of files that nobody applied.
pub async fn purge(core: &Core) -> Result<usize, ServiceError> {
    let ago = |delay| core.now().checked_sub_signed(delay).unwrap_or_default();
    let mut job = core.job("reprise.purge").await?;
    let stale = reprises::stale(job.conn(), (ago(RECEPTION), ago(ATTENTE))).await?;
    for id in &stale {
        reprises::remove_blocs(job.conn(), *id).await?;
        for from in [EtatReprise::EnReception, EtatReprise::Essayee] {
            reprises::advance(job.conn(), *id, (from, EtatReprise::Perimee)).await?;
        }
    }
    job.close().await?;
    Ok(stale.len())
}

async fn queue(opening: &mut Opening<'_>, reprise: &Reprise) -> Result<(), ServiceError> {
    let (key, charge) = task_of(reprise);
    opening.queue(REPRENDRE, (&key, &charge)).await
}

/// The key and the charge of the job of a takeover.
fn task_of(reprise: &Reprise) -> (String, Value) {
    (format!("{}:{}", reprise.id, reprise.version), json!({ "reprise_id": reprise.id }))
}

/// A takeover of the calling caisse; those of others do not exist for it.
async fn own(
    conn: &mut Connection,
    contexte: &Contexte,
    id: RepriseId,
) -> Result<Reprise, ServiceError> {
    let caisse = contexte.acteur().caisse();
    let found = reprises::get(conn, id).await?;
    found
        .filter(|known| caisse.is_some_and(|caisse| caisse.gere(&known.organisme)))
        .ok_or(ServiceError::Introuvable)
}
