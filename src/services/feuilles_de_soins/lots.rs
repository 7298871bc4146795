//! Lots: many feuilles received together, each for itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use tokio::sync::oneshot;

use super::connues::Envoyee;
use super::reception::{Issues, Ligne, Trouvee};
use super::{FeuilleEvaluee, NouvelleFeuille};
use crate::services::{Contexte, ServiceError, Services};

/// A feuille of a lot that the register has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reception {
    /// The feuille and its evaluations.
    pub evaluee: FeuilleEvaluee,
    /// Whether it had been received before, the same.
    pub deja_recue: bool,
}

/// The turn of a batch: it locks its persons after the batch before it did, so that the feuilles of
/// one person are evaluated in their order, while the batches themselves overlap.
#[derive(Debug)]
pub struct Tour {
    avant: Option<oneshot::Receiver<()>>,
    apres: Option<oneshot::Sender<()>>,
}

impl Tour {
    /// The turn of who waits for nobody.
    pub const fn seul() -> Self {
        Self { avant: None, apres: None }
    }

    /// The turn that follows this one.
    #[must_use]
    pub fn suivant(&mut self) -> Self {
        let (apres, avant) = oneshot::channel();
        self.apres = Some(apres);
        Self { avant: Some(avant), apres: None }
    }

    /// Waits for the turn before. One that was given up is not waited for.
    pub(super) async fn wait(&mut self) {
        if let Some(avant) = self.avant.take() {
            avant.await.unwrap_or_default();
        }
    }

    /// Lets the next one go.
    pub(super) fn pass(&mut self) {
        if let Some(apres) = self.apres.take() {
            apres.send(()).unwrap_or_default();
        }
    }
}

/// What batches of one lot tell each other: once a feuille was already received, those that follow are
/// likely to be, and are looked for before anything is written.
#[derive(Debug, Default)]
pub struct Suite(AtomicBool);

impl Services {
    /// Stores and evaluates a batch of feuilles, each for itself: one that is refused stops no other.
    /// The answers are in the order of the feuilles.
    pub async fn receive_feuilles(
        &self,
        contexte: &Contexte,
        nouvelles: Vec<NouvelleFeuille>,
        suite: &Suite,
        mut tour: Tour,
    ) -> Vec<Result<Reception, ServiceError>> {
        let mut refused = Vec::new();
        let mut lignes = Vec::with_capacity(nouvelles.len());
        for nouvelle in nouvelles {
            match self.verify_sender(contexte, &nouvelle.feuille) {
                Ok(date_soins) => {
                    refused.push(None);
                    lignes.push(Ligne { nouvelle, date_soins });
                }
                Err(error) => refused.push(Some(error)),
            }
        }
        let done = self.receive_lines(contexte, Arc::new(lignes), suite, &mut tour).await;
        let mut done = done.into_iter();
        refused
            .into_iter()
            .map(|error| match error {
                Some(error) => Err(error),
                None => done.next().unwrap_or(Err(ServiceError::Indisponible)),
            })
            .collect()
    }

    async fn receive_lines(
        &self,
        contexte: &Contexte,
        lignes: Arc<Vec<Ligne>>,
        suite: &Suite,
        tour: &mut Tour,
    ) -> Vec<Result<Reception, ServiceError>> {
        if lignes.is_empty() {
            tour.wait().await;
            return Vec::new();
        }
        let cherche = suite.0.load(Ordering::Relaxed);
        let issues = match self.transact(contexte, &lignes, cherche, tour).await {
            Ok(issues) => issues,
            Err(error) => return self.apart(contexte, lignes, suite, error).await,
        };
        if issues.iter().flatten().any(|found| !found.nouvelle) {
            suite.0.store(true, Ordering::Relaxed);
        }
        self.give_back(contexte, &lignes, issues).await
    }

    /// One transaction for all the lines.
    async fn transact(
        &self,
        contexte: &Contexte,
        lignes: &Arc<Vec<Ligne>>,
        cherche: bool,
        tour: &mut Tour,
    ) -> Result<Issues, ServiceError> {
        let days: BTreeSet<NaiveDate> = lignes.iter().map(|ligne| ligne.date_soins).collect();
        self.open_months(&days).await?;
        let mut tx = self.db.begin("feuille.receive").await?;
        let issues = self.store_all(&mut tx, contexte, lignes, cherche, tour).await?;
        if issues.iter().flatten().any(|found| found.nouvelle) {
            tx.commit().await?;
        }
        Ok(issues)
    }

    /// The transaction failed and nothing was written: each line is tried alone, so that whoever is
    /// the cause stops nobody. When the database itself is gone, each line says so.
    async fn apart(
        &self,
        contexte: &Contexte,
        lignes: Arc<Vec<Ligne>>,
        suite: &Suite,
        error: ServiceError,
    ) -> Vec<Result<Reception, ServiceError>> {
        let gone = matches!(&error, ServiceError::Storage(error) if error.is_temporary());
        if gone || lignes.len() == 1 {
            let count = lignes.len();
            tracing::warn!(%error, count, "lines of a lot are not stored");
            let others = std::iter::repeat_with(|| Err(ServiceError::Indisponible));
            return std::iter::once(Err(error)).chain(others).take(count).collect();
        }
        tracing::warn!(%error, "lines of a lot are tried one by one");
        let mut done = Vec::with_capacity(lignes.len());
        for ligne in Arc::into_inner(lignes).unwrap_or_default() {
            let one = Arc::new(vec![ligne]);
            let mut tour = Tour::seul();
            done.extend(Box::pin(self.receive_lines(contexte, one, suite, &mut tour)).await);
        }
        done
    }

    /// The answers: what was stored, and what was already received.
    async fn give_back(
        &self,
        contexte: &Contexte,
        lignes: &[Ligne],
        issues: Issues,
    ) -> Vec<Result<Reception, ServiceError>> {
        let mut known: Vec<Envoyee<'_>> = Vec::new();
        let answers: Vec<Option<Result<Reception, ServiceError>>> = issues
            .into_iter()
            .zip(lignes)
            .map(|(issue, ligne)| match issue {
                Ok(Trouvee { recue, nouvelle: true }) => {
                    Some(Ok(Reception { evaluee: self.evaluee(recue), deja_recue: false }))
                }
                Ok(Trouvee { recue, nouvelle: false }) => {
                    known.push((recue, &ligne.nouvelle.feuille));
                    None
                }
                Err(error) => Some(Err(error)),
            })
            .collect();
        let found = match self.already_received(contexte, known).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "feuilles already received cannot be given back");
                Vec::new()
            }
        };
        let mut found =
            found.into_iter().map(|one| one.map(|evaluee| Reception { evaluee, deja_recue: true }));
        answers
            .into_iter()
            .map(|answer| {
                answer.unwrap_or_else(|| found.next().unwrap_or(Err(ServiceError::Indisponible)))
            })
            .collect()
    }
}
