//! The job of an export: pages of one snapshot, each written sealed with whom it shows.

use super::colonnes;
use super::fichier::Fichier;
use super::lignes::{Page, Source};
use crate::domain::export::{EtatExport, entete};
use crate::domain::ids::{ExportId, PatientId};
use crate::services::{Core, ServiceError, fil};
use crate::storage::exports::{self, contenu};
use crate::storage::taches::Tache;

/// The job that makes one.
pub const EXPORTER: &str = "exporter";

/// Makes a file, from nothing: what an earlier run left is removed, and one that still runs ends without effect.
pub async fn run(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let id = task.charge.get("export_id").and_then(|id| id.as_str()?.parse::<ExportId>().ok());
    let Some(id) = id else { return Ok(()) };
    let known = exports::get(&mut *core.public("export.of_task").await?, id).await?;
    let Some(export) = known.filter(|one| one.etat == EtatExport::EnPreparation) else {
        return Ok(());
    };
    // What is committed has its place in the feed: the fewer events are told twice.
    fil::publish(core).await?;
    let (etabli_le, today) = (core.now(), core.today());
    let mut snapshot = core.snapshot("export.read").await?;
    // The first statement fixes what all of them see: an event up to this place, and what it tells, were committed.
    let position = contenu::tete(&mut snapshot).await?;
    let voulu = export.demande;
    let source = Source::new(core, voulu, export.caisse().code(), (today, position));
    let prevues = source.prevues(&mut snapshot).await?;
    let mut job = core.job("export.begin").await?;
    let begun = exports::begin(job.conn(), id, prevues).await?;
    job.close().await?;
    let Some(essai) = begun else { return Ok(()) };
    let mut fichier = Fichier::default();
    let heading = entete(voulu.format, colonnes::noms(voulu));
    // An empty file is a piece too: without any, it would not be a gzip file.
    let mut waiting = Some(Page { texte: heading, ..Page::default() });
    let mut suite = Some(source.debut());
    while let Some(page) = waiting.take() {
        if !keep(core, (id, essai), &mut fichier, &page).await? || !core.still_ours(task).await? {
            return Ok(());
        }
        if let Some(from) = suite {
            let next = source.page(&mut snapshot, from).await?;
            suite = next.suite;
            waiting = Some(next);
        }
    }
    drop(snapshot);
    let mut job = core.job("export.end").await?;
    exports::finish(job.conn(), (id, essai), &fichier.manifeste((etabli_le, position))).await?;
    job.close().await
}

/// Keeps a page, and says how far the file is; `false` when another run began since.
async fn keep(
    core: &Core,
    (id, essai): (ExportId, i32),
    fichier: &mut Fichier,
    page: &Page,
) -> Result<bool, ServiceError> {
    let mut job = core.job("export.bloc").await?;
    let counts = (page.traitees, page.lignes);
    if !exports::progress(job.conn(), (id, essai), counts).await? {
        return Ok(false);
    }
    if !page.texte.is_empty() || fichier.est_vide() {
        let (rang, piece) = fichier.bloc(&page.texte);
        let persons: Vec<PatientId> = page.personnes.iter().copied().collect();
        let place = (id, essai, rang);
        exports::insert_bloc(job.conn(), core.coffre(), place, (&piece, &persons)).await?;
    }
    job.close().await?;
    Ok(true)
}
