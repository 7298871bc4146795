//! Giving back what the register holds: a caisse asks for a file, a job makes it from one snapshot, it is downloaded
//! piece by piece.
//!
//! Making a file shows nobody: its pieces are sealed. Whoever downloads one is shown the persons of each piece, and their
//! traces are safe before it is given.

mod colonnes;
mod fichier;
mod lignes;
mod run;

use chrono::TimeDelta;
use serde_json::json;

pub use self::run::{EXPORTER, run};
use super::{Contexte, Core, Demande, Done, Render, Seen, ServiceError};
use crate::domain::export::{DemandeExport, EtatExport, Export, Manifeste};
use crate::domain::fil::Destinataire;
use crate::domain::ids::ExportId;
use crate::storage::{Connection, exports, fil};

/// How long a file is kept after it was asked for.
pub const CONSERVATION: TimeDelta = TimeDelta::days(7);
/// Files of a caisse that are being made, at most.
const EN_COURS: i64 = 10;

/// A file, and from where its reader follows the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suivi {
    pub export: Export,
    /// Sealed for this reader; once the file is whole.
    pub curseur: Option<Vec<u8>>,
}

/// Asks for a file of the persons of the calling caisse.
pub async fn create(
    core: &Core,
    demande: &Demande,
    voulu: DemandeExport,
    rendre: impl Render<Suivi>,
) -> Done {
    colonnes::verify(voulu)?;
    let mut opening = core.open(demande).await?;
    let contexte = &demande.contexte;
    let caisse = contexte.acteur().caisse().ok_or(ServiceError::Introuvable)?;
    if exports::count_waiting(opening.conn(), &caisse.code()).await? >= EN_COURS {
        let state = "dix exports de cette caisse se préparent déjà : attendre la fin de l'un d'eux";
        return Err(ServiceError::EtatIncompatible(state).into());
    }
    let now = core.now();
    let export = Export {
        id: ExportId::from_uuid(core.ids().uuid()),
        organisme: *caisse.organisme(),
        demande: voulu,
        etat: EtatExport::EnPreparation,
        version: 1,
        prevues: 0,
        traitees: 0,
        lignes: 0,
        manifeste: None,
        requete_id: contexte.requete_id,
        enregistre_le: now,
    };
    let auteur_id = opening.auteur_id();
    exports::insert(opening.conn(), &export, auteur_id).await?;
    let (key, charge) = (export.id.to_string(), json!({ "export_id": export.id }));
    opening.queue(EXPORTER, (&key, &charge)).await?;
    let suivi = Suivi { export, curseur: None };
    Ok(opening.close(rendre(&suivi)?).await?)
}

/// Reads how far a file of the calling caisse is.
pub async fn get(core: &Core, contexte: &Contexte, id: ExportId) -> Result<Suivi, ServiceError> {
    let mut search = core.search(contexte).await?;
    let export = own(search.conn(), contexte, id).await?;
    let reader = Destinataire::de(contexte.acteur()).to_string();
    let seal = |whole: &Manifeste| fil::seal(core.coffre(), &reader, whole.position);
    let curseur = export.manifeste.as_ref().map(seal).transpose()?;
    Ok(Suivi { export, curseur })
}

/// The manifest of a file that can be downloaded.
pub async fn ready(
    core: &Core,
    contexte: &Contexte,
    id: ExportId,
) -> Result<(Export, Manifeste), ServiceError> {
    let mut search = core.search(contexte).await?;
    let export = own(search.conn(), contexte, id).await?;
    match (export.etat, export.manifeste) {
        (EtatExport::Pret, Some(manifeste)) => Ok((export, manifeste)),
        (EtatExport::Perime, _) => Err(ServiceError::EtatIncompatible(
            "l'export n'est plus conservé : en demander un autre",
        )),
        (EtatExport::EnPreparation | EtatExport::Pret, _) => {
            Err(ServiceError::EtatIncompatible("l'export n'est pas encore prêt"))
        }
    }
}

/// A piece of a file, once those whom it shows are told.
pub async fn bloc(
    core: &Core,
    contexte: &Contexte,
    (id, rang): (ExportId, i32),
) -> Result<Seen<Vec<u8>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    own(search.conn(), contexte, id).await?;
    let found = exports::bloc(search.conn(), core.coffre(), (id, rang)).await?;
    let (contenu, personnes) = found.ok_or(ServiceError::Introuvable)?;
    search.show_all(personnes, contenu).await
}

/// Forgets the files that nobody should need any more; gives how many.
pub async fn purge(core: &Core) -> Result<u64, ServiceError> {
    let before = core.now().checked_sub_signed(CONSERVATION).unwrap_or_default();
    let mut job = core.job("export.purge").await?;
    let forgotten = exports::expire(job.conn(), before).await?;
    job.close().await?;
    Ok(forgotten)
}

/// A file of the calling caisse; those of others do not exist for it.
async fn own(
    conn: &mut Connection,
    contexte: &Contexte,
    id: ExportId,
) -> Result<Export, ServiceError> {
    let caisse = contexte.acteur().caisse();
    let found = exports::get(conn, id).await?;
    found
        .filter(|known| caisse.is_some_and(|caisse| caisse.gere(&known.organisme)))
        .ok_or(ServiceError::Introuvable)
}
