//! Lots: many feuilles received together, each for itself.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use tokio::sync::oneshot;

use super::connues::{Envoyee, already_received};
use super::reception::{Issues, Ligne, Trouvee, open_months, store_all};
use super::{FeuilleEvaluee, NouvelleFeuille, evaluee, verify_sender};
use crate::services::faits::Praticiens;
use crate::services::{Contexte, Core, ServiceError};

/// A feuille of a lot that the register has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reception {
    /// The feuille and its evaluations.
    pub evaluee: FeuilleEvaluee,
    /// Whether it had been received before, the same.
    pub deja_recue: bool,
}

/// Lanes of a lot. The feuilles of one number of a person are all in one lane, so that lanes seldom wait
/// for each other's locks and keep several cores busy: while PostgreSQL works for some, others decide.
pub(super) const VOIES: usize = 4;

/// From how many lines on a batch is shared out among the lanes; a smaller one is one transaction.
const PARTAGE: usize = 256;

/// The lane of a feuille.
fn voie(nouvelle: &NouvelleFeuille) -> usize {
    let mut hasher = DefaultHasher::new();
    nouvelle.cle.numero.hash(&mut hasher);
    usize::try_from(hasher.finish() >> 32).unwrap_or_default() % VOIES
}

/// The turn of a batch, or of the part of it that is in one lane: it begins when the one before it is committed, so
/// that the feuilles of one person are evaluated in their order and no connection waits for a lock of its own lot. What
/// a batch does without the database overlaps. The turn of who waits for nobody is the default.
#[derive(Debug, Default)]
struct Tour {
    avant: Vec<oneshot::Receiver<()>>,
    apres: Vec<oneshot::Sender<()>>,
}

impl Tour {
    /// The turn that follows this one.
    fn suivant(&mut self) -> Self {
        let (apres, avant) = oneshot::channel();
        self.apres.push(apres);
        Self { avant: vec![avant], apres: Vec::new() }
    }

    /// Waits for the turns before. One that was given up is not waited for.
    async fn wait(&mut self) {
        for avant in self.avant.drain(..) {
            avant.await.unwrap_or_default();
        }
    }

    /// Lets the next ones go.
    fn pass(&mut self) {
        for apres in self.apres.drain(..) {
            apres.send(()).unwrap_or_default();
        }
    }
}

/// The turns of a batch, one a lane. Those of the first batch of a lot wait for nobody.
#[derive(Debug, Default)]
pub struct Tours([Tour; VOIES]);

impl Tours {
    /// The turns of the batch that follows.
    #[must_use]
    pub fn suivants(&mut self) -> Self {
        Self(self.0.each_mut().map(Tour::suivant))
    }

    /// One turn in all the lanes.
    fn ensemble(self) -> Tour {
        self.0.into_iter().fold(Tour::default(), |mut all, tour| {
            all.avant.extend(tour.avant);
            all.apres.extend(tour.apres);
            all
        })
    }
}

/// What batches of one lot tell each other: once a feuille was already received, those that follow are
/// likely to be, and are looked for before anything is written.
#[derive(Debug, Default)]
pub struct Suite {
    deja_recues: AtomicBool,
    /// The doctors about whom an earlier batch asked.
    praticiens: Praticiens,
}

impl Suite {
    /// Whether feuilles of the lot were already received.
    pub(super) fn deja_recues(&self) -> bool {
        self.deja_recues.load(Ordering::Relaxed)
    }

    /// The doctors about whom an earlier batch asked.
    pub(super) const fn praticiens(&self) -> &Praticiens {
        &self.praticiens
    }
}

/// The lines of a batch that are treated together, each with its place in the batch.
#[derive(Debug, Default)]
struct Part {
    places: Vec<usize>,
    lignes: Vec<Ligne>,
}

/// Stores and evaluates a batch of feuilles, each for itself: one that is refused stops no other.
/// The answers are in the order of the feuilles.
pub async fn receive(
    core: &Core,
    contexte: &Contexte,
    nouvelles: Vec<NouvelleFeuille>,
    suite: &Suite,
    tours: Tours,
) -> Vec<Result<Reception, ServiceError>> {
    let shared = nouvelles.len() >= PARTAGE;
    let mut answers = Vec::with_capacity(nouvelles.len());
    let mut parts: [Part; VOIES] = std::array::from_fn(|_| Part::default());
    for (place, nouvelle) in nouvelles.into_iter().enumerate() {
        let verified = verify_sender(core, contexte, &nouvelle.feuille);
        // What is in a lane is answered below.
        answers.push(Err(match verified {
            Ok(date_soins) => {
                let voie = if shared { voie(&nouvelle) } else { 0 };
                if let Some(part) = parts.get_mut(voie) {
                    part.places.push(place);
                    part.lignes.push(Ligne { nouvelle, date_soins });
                }
                ServiceError::Indisponible
            }
            Err(error) => error,
        }));
    }
    let turns = if shared {
        tours.0
    } else {
        let mut whole = Some(tours.ensemble());
        std::array::from_fn(|_| whole.take().unwrap_or_default())
    };
    let lanes = parts.into_iter().zip(turns);
    let lanes = lanes.map(|(part, tour)| receive_part(core, contexte, part, suite, tour));
    let received = futures_util::future::join_all(lanes).await;
    for (place, answer) in received.into_iter().flatten() {
        if let Some(own) = answers.get_mut(place) {
            *own = answer;
        }
    }
    answers
}

async fn receive_part(
    core: &Core,
    contexte: &Contexte,
    part: Part,
    suite: &Suite,
    mut tour: Tour,
) -> Vec<(usize, Result<Reception, ServiceError>)> {
    let lignes = Arc::new(part.lignes);
    let done = receive_lines(core, contexte, lignes, suite, &mut tour).await;
    part.places.into_iter().zip(done).collect()
}

async fn receive_lines(
    core: &Core,
    contexte: &Contexte,
    lignes: Arc<Vec<Ligne>>,
    suite: &Suite,
    tour: &mut Tour,
) -> Vec<Result<Reception, ServiceError>> {
    if lignes.is_empty() {
        tour.wait().await;
        return Vec::new();
    }
    let issues = match transact(core, contexte, &lignes, suite, tour).await {
        Ok(issues) => issues,
        Err(error) => return apart(core, contexte, lignes, suite, error).await,
    };
    tour.pass();
    if issues.iter().flatten().any(|found| !found.nouvelle) {
        suite.deja_recues.store(true, Ordering::Relaxed);
    }
    give_back(core, contexte, &lignes, issues).await
}

/// One transaction for all the lines.
async fn transact(
    core: &Core,
    contexte: &Contexte,
    lignes: &Arc<Vec<Ligne>>,
    suite: &Suite,
    tour: &mut Tour,
) -> Result<Issues, ServiceError> {
    let days: BTreeSet<NaiveDate> = lignes.iter().map(|ligne| ligne.date_soins).collect();
    open_months(core, &days).await?;
    // Before a connection is taken: whoever holds one waits for nobody's turn.
    tour.wait().await;
    let _voie = core.lots().voie().await;
    let mut many = core.many(contexte).await?;
    let issues = store_all(&mut many, lignes, suite).await?;
    // What is refused may have been a try with a number, which is written.
    if issues.iter().any(|issue| issue.as_ref().map_or(true, |found| found.nouvelle)) {
        many.close().await?;
    }
    Ok(issues)
}

/// The transaction failed and nothing was written: each line is tried alone, so that whoever is
/// the cause stops nobody. When the database itself is gone, each line says so.
async fn apart(
    core: &Core,
    contexte: &Contexte,
    lignes: Arc<Vec<Ligne>>,
    suite: &Suite,
    error: ServiceError,
) -> Vec<Result<Reception, ServiceError>> {
    let gone = matches!(&error, ServiceError::Storage(error) if error.is_temporary() && !error.is_lock_timeout());
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
        let mut tour = Tour::default();
        done.extend(Box::pin(receive_lines(core, contexte, one, suite, &mut tour)).await);
    }
    done
}

/// The answers: what was stored, and what was already received.
async fn give_back(
    core: &Core,
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
                Some(Ok(Reception { evaluee: evaluee(core, recue), deja_recue: false }))
            }
            Ok(Trouvee { recue, nouvelle: false }) => {
                known.push((recue, &ligne.nouvelle.feuille));
                None
            }
            Err(error) => Some(Err(error)),
        })
        .collect();
    let found = match already_received(core, contexte, known).await {
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
