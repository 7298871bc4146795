//! The job of a takeover: its blocks, a few at a time, tried and forgotten, or applied.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::issues::{Issue, Issues, compte, refus};
use super::{affilies, choix, medecins};
use crate::domain::acteur::{Acteur, Auteur};
use crate::domain::droits::Demarche;
use crate::domain::identifiers::IdentifiantPersonne;
use crate::domain::ids::RepriseId;
use crate::domain::reprise::{Contenu, EtatReprise, Ligne, NatureReprise, Reprise};
use crate::services::core::Many;
use crate::services::{Contexte, Core, ServiceError};
use crate::storage::reprises;
use crate::storage::reprises::choix::{release, save, undo};
use crate::storage::taches::Tache;

/// The job that tries or applies one.
pub const REPRENDRE: &str = "reprendre";

/// Blocks under way at once: while PostgreSQL writes one, another is made ready.
const ENSEMBLE: usize = 3;
/// Blocks after which the job says that it still runs.
const PAGE: usize = 24;
/// After how many times as many pages as the last time PostgreSQL is told again how much the register holds.
const CROISSANCE: usize = 4;

/// Tries or applies a takeover, from where an earlier run stopped.
pub async fn run(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let id = task.charge.get("reprise_id").and_then(|id| id.as_str()?.parse().ok());
    match id {
        Some(id) => walk(core, id, Some(task), |_done| ()).await,
        None => Ok(()),
    }
}

/// The same, at once and by whoever asks; `seen` is told how many lines were done.
pub async fn run_here(
    core: &Core,
    id: RepriseId,
    seen: impl Fn(u64) + Sync,
) -> Result<(), ServiceError> {
    walk(core, id, None, seen).await
}

async fn walk(
    core: &Core,
    id: RepriseId,
    task: Option<&Tache>,
    seen: impl Fn(u64) + Sync,
) -> Result<(), ServiceError> {
    let mut conn = core.public("reprise.of_task").await?;
    let Some(reprise) = reprises::get(&mut conn, id).await? else { return Ok(()) };
    let (application, next) = match reprise.etat {
        EtatReprise::EnEssai => (false, EtatReprise::Essayee),
        EtatReprise::EnApplication => (true, EtatReprise::Appliquee),
        EtatReprise::EnReception
        | EtatReprise::Essayee
        | EtatReprise::Appliquee
        | EtatReprise::Perimee
        | EtatReprise::Abandonnee => return Ok(()),
    };
    let sujet = reprises::sender(&mut conn, core.coffre(), id).await?;
    let left = reprises::blocs(&mut conn, id, application).await?;
    drop(conn);
    let auteur = Auteur { acteur: Acteur::Caisse(reprise.caisse()), sujet };
    let contexte =
        Contexte { auteur, demarche: Demarche::ExecuterReprise, requete_id: reprise.requete_id };
    let travail = Travail { core, contexte: &contexte, reprise: &reprise, application };
    let mut measured = 0_usize;
    for (done, page) in left.chunks(PAGE).enumerate() {
        if application && done > measured.saturating_mul(CROISSANCE) {
            let mut job = core.job("reprise.measure").await?;
            reprises::measure(job.conn()).await?;
            job.close().await?;
            measured = done;
        }
        stream::iter(page.iter().copied())
            .map(|rang| travail.bloc(rang))
            .buffer_unordered(ENSEMBLE)
            .try_for_each(|done| {
                seen(done);
                std::future::ready(Ok(()))
            })
            .await?;
        if let Some(task) = task
            && !core.still_ours(task).await?
        {
            return Ok(());
        }
    }
    let mut job = core.job("reprise.end").await?;
    if reprises::advance(job.conn(), id, (reprise.etat, next)).await? && application {
        reprises::remove_blocs(job.conn(), id).await?;
    }
    job.close().await
}

/// What the blocks of a takeover share.
struct Travail<'a> {
    core: &'a Core,
    contexte: &'a Contexte,
    reprise: &'a Reprise,
    application: bool,
}

impl Travail<'_> {
    /// Does a block, unless somebody else did; gives how many lines it has.
    async fn bloc(&self, rang: i32) -> Result<u64, ServiceError> {
        let (core, place) = (self.core, (self.reprise.id, rang));
        let mut conn = core.public("reprise.bloc").await?;
        let lignes = reprises::bloc(&mut conn, core.coffre(), place).await?;
        drop(conn);
        let mut many = core.many(self.contexte).await?;
        if self.application && !reprises::pass(many.conn(), place, true).await? {
            return Ok(0);
        }
        let mut essais = Vec::new();
        let issues = match self.apply(&mut many, &lignes, &mut essais).await {
            Ok(issues) => issues,
            Err(error) if temporary(&error) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, rang, "a block of a takeover is done line by line");
                drop(many);
                many = core.many(self.contexte).await?;
                if self.application && !reprises::pass(many.conn(), place, true).await? {
                    return Ok(0);
                }
                essais.clear();
                self.one_by_one(&mut many, &lignes, &mut essais).await?
            }
        };
        if !self.application {
            // A trial: all of it is forgotten but the answer.
            drop(many);
            many = core.many(self.contexte).await?;
            if !reprises::pass(many.conn(), place, false).await? {
                return Ok(0);
            }
        }
        for numero in &essais {
            core.count_try(many.conn(), self.contexte, numero).await?;
        }
        let (bilan, refusees) = compte(issues);
        reprises::refuse(many.conn(), self.reprise.id, &refusees, false).await?;
        // Last: the other blocks wait for this row.
        reprises::tally(many.conn(), self.reprise.id, &bilan).await?;
        many.close().await?;
        Ok(bilan.total())
    }

    async fn apply(
        &self,
        many: &mut Many<'_>,
        lignes: &[Ligne],
        essais: &mut Vec<IdentifiantPersonne>,
    ) -> Result<Issues, ServiceError> {
        match self.reprise.nature {
            NatureReprise::Affilies => {
                let wanted = |ligne: &Ligne| match &ligne.contenu {
                    Contenu::Affilie(one) => Some((ligne.numero, (**one).clone())),
                    Contenu::Medecin(_) | Contenu::Choix(_) => None,
                };
                let lignes: Vec<_> = lignes.iter().filter_map(wanted).collect();
                affilies::apply(many, &lignes, (essais, self.application)).await
            }
            NatureReprise::Medecins => {
                let wanted = |ligne: &Ligne| match &ligne.contenu {
                    Contenu::Medecin(one) => Some((ligne.numero, (**one).clone())),
                    Contenu::Affilie(_) | Contenu::Choix(_) => None,
                };
                let lignes: Vec<_> = lignes.iter().filter_map(wanted).collect();
                medecins::apply(many, &lignes).await
            }
            NatureReprise::Choix => {
                let wanted = |ligne: &Ligne| match &ligne.contenu {
                    Contenu::Choix(one) => Some((ligne.numero, (**one).clone())),
                    Contenu::Affilie(_) | Contenu::Medecin(_) => None,
                };
                let lignes: Vec<_> = lignes.iter().filter_map(wanted).collect();
                choix::apply(many, (self.reprise.id, self.application), &lignes).await
            }
        }
    }

    /// One line stops nobody: each is undone alone.
    async fn one_by_one(
        &self,
        many: &mut Many<'_>,
        lignes: &[Ligne],
        essais: &mut Vec<IdentifiantPersonne>,
    ) -> Result<Issues, ServiceError> {
        let mut issues = Issues::new();
        for ligne in lignes {
            save(many.conn()).await?;
            match self.apply(many, std::slice::from_ref(ligne), essais).await {
                Ok(done) => {
                    release(many.conn()).await?;
                    issues.extend(done);
                }
                Err(error) if temporary(&error) => return Err(error),
                Err(error) => {
                    tracing::error!(%error, ligne = ligne.numero, "a line of a takeover failed");
                    undo(many.conn()).await?;
                    issues.push((ligne.numero, internal()));
                }
            }
        }
        Ok(issues)
    }
}

fn temporary(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Storage(error) if error.is_temporary())
}

fn internal() -> Issue {
    refus("", "erreur_interne", "cette ligne n'a pas pu être reprise ; l'erreur est enregistrée")
}
