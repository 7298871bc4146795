//! Rotation of the master key, while services run, and which version is in use.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Core, Mode, ServiceError};
use crate::storage::rotation::COLONNES;
use crate::storage::{Db, StorageError, cles};

pub use crate::storage::cles::Version;

/// How often a service asks which version is in use.
const SUIVI: Duration = Duration::from_secs(1);
/// For how long an instance may go on writing under the version of before: much more than it takes to ask.
const PROPAGATION: Duration = Duration::from_secs(5);

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The version in use.
    pub version: u8,
    /// Rows that were written again.
    pub lignes: u64,
    /// Versions that nothing needs any more since.
    pub retirees: usize,
}

/// How far it is: pages that were looked at, and rows that were written again, since the last time; and how many pages there
/// are, when it begins again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Avance {
    Debut { pages: u64 },
    Bloc { pages: u64 },
}

/// Puts the highest version in use, writes everything again under it, and retires the others. Interrupted, it goes on.
pub async fn tourner(
    db: &Db,
    mode: Mode,
    now: impl Fn() -> DateTime<Utc>,
    vu: impl Fn(Avance),
) -> Result<Rotation, ServiceError> {
    let activated = cles::activate(db, mode, now()).await?;
    let mut lignes: u64 = 0;
    if activated || older(db).await? {
        let told = tokio::time::Instant::now();
        loop {
            let settled = told.elapsed() >= PROPAGATION;
            let written = passer(db, &vu).await?;
            lignes = lignes.saturating_add(written);
            if written == 0 && settled {
                break;
            }
            if written == 0 {
                tokio::time::sleep(SUIVI).await;
            }
        }
    }
    let retirees = cles::retire(db, now()).await?;
    Ok(Rotation { version: db.coffre().version(), lignes, retirees })
}

/// Whether a version of before is not retired.
async fn older(db: &Db) -> Result<bool, StorageError> {
    let mut conn = db.read("cles.versions").await?;
    let waiting = cles::versions(&mut conn).await?;
    Ok(waiting.iter().filter(|one| one.retiree_le.is_none()).count() > 1)
}

/// Goes once through everything that is sealed; gives how many rows were written again.
async fn passer(db: &Db, vu: &impl Fn(Avance)) -> Result<u64, StorageError> {
    let mut sizes = Vec::new();
    for column in &COLONNES {
        sizes.push((column, column.pages(db).await?));
    }
    vu(Avance::Debut { pages: sizes.iter().map(|(_, pages)| u64::from(*pages)).sum() });
    let mut written: u64 = 0;
    for (column, pages) in sizes {
        let mut page = 0;
        while page < pages {
            let done = column.bloc(db, page).await?;
            page = page.saturating_add(done.pages);
            written = written.saturating_add(done.lignes);
            vu(Avance::Bloc { pages: done.pages.into() });
        }
    }
    Ok(written)
}

/// The versions of the master key that the database knows.
pub async fn versions(core: &Core) -> Result<Vec<Version>, ServiceError> {
    let mut conn = core.snapshot("cles.versions").await?;
    Ok(cles::versions(&mut conn).await?)
}

/// Asks again and again which version is in use: what is written follows, and nothing more is read nor written under one that is
/// not here.
pub async fn suivre(core: &Core) {
    let mut before = Ok(core.version_cle());
    loop {
        tokio::time::sleep(SUIVI).await;
        let now = match core.ready().await {
            Ok(()) => Ok(core.version_cle()),
            Err(ServiceError::Storage(error)) if error.is_foreign() => Err(error.to_string()),
            // The database does not answer: whoever asks something of it says so.
            Err(_) => continue,
        };
        if now != before {
            match &now {
                Ok(version) => tracing::info!(
                    version,
                    "what is written is sealed under this version of the master key"
                ),
                Err(error) => tracing::error!(%error, "the database goes on without this service"),
            }
        }
        before = now;
    }
}
