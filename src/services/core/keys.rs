//! A creation asked twice under one key is done once and answered twice alike.

use chrono::{DateTime, Utc};

use super::{Contexte, Core, ServiceError};
use crate::domain::digest::Empreinte;
use crate::domain::droits::Relation;
use crate::domain::ids::PatientId;
use crate::storage::Tx;
use crate::storage::idempotence::{self, Claim, Reponse};

/// A request that writes, under a key.
#[derive(Debug, Clone)]
pub struct Demande {
    /// What is asked, by whom.
    pub contexte: Contexte,
    /// The key that the caller chose.
    pub cle: String,
    /// Digest of the operation and of the request.
    pub requete: Empreinte,
}

/// An answer, as it must be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendu {
    pub statut: u16,
    /// Headers and body, in a form that only the renderer reads.
    pub reponse: Vec<u8>,
}

/// The answer of an act: kept under its key, and traced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memoire {
    rendu: Rendu,
    rejouee: bool,
}

impl Memoire {
    /// The answer, and whether it was given before.
    pub fn into_parts(self) -> (Rendu, bool) {
        (self.rendu, self.rejouee)
    }
}

/// Writes the answer of an act, as it is kept: what `http` gives.
pub trait Render<T>: Fn(&T) -> Result<Rendu, serde_json::Error> {}

impl<T, F: Fn(&T) -> Result<Rendu, serde_json::Error>> Render<T> for F {}

/// What an act gives.
pub type Done = Result<Memoire, Exit>;

/// Why an act goes no further.
#[derive(Debug)]
pub enum Exit {
    /// It was done before, under the same key: this is its answer, traced again.
    Done(Memoire),
    /// It is refused.
    Refused(ServiceError),
}

impl<E: Into<ServiceError>> From<E> for Exit {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl Exit {
    /// The answer of an act, done now or before.
    pub fn outcome(done: Result<Memoire, Self>) -> Result<Memoire, ServiceError> {
        match done {
            Ok(memoire) | Err(Self::Done(memoire)) => Ok(memoire),
            Err(Self::Refused(error)) => Err(error),
        }
    }
}

impl Core {
    /// Claims the key of a request in the transaction of its act. What was answered already is given
    /// again, once those whom it shows are told.
    pub(super) async fn claim(&self, mut tx: Tx, demande: &Demande) -> Result<Tx, Exit> {
        let Demande { contexte, cle, requete } = demande;
        let appelant = contexte.acteur().cle();
        let claimed =
            idempotence::claim(&mut tx, self.coffre(), &appelant, cle, requete, self.now()).await;
        match claimed {
            Ok(Claim::New) => Ok(tx),
            Ok(Claim::Answered { statut, reponse, personnes, relations, inchange }) => {
                for person in &personnes {
                    self.judge_again(&mut tx, contexte, (*person, inchange), &relations).await?;
                }
                // A connection is not kept while the trace is waited for.
                drop(tx);
                self.trace_all(contexte, personnes).await?;
                let rendu = Rendu { statut, reponse };
                Err(Exit::Done(Memoire { rendu, rejouee: true }))
            }
            Ok(Claim::OtherRequest) => Err(ServiceError::CleReutilisee.into()),
            Err(error) if error.is_lock_timeout() => Err(ServiceError::CleEnCours.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses an answer to a caller who would not be given it now, unless it is the act that he made which ended what he was.
    async fn judge_again(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        (person, inchange): (PatientId, bool),
        relations: &[Relation],
    ) -> Result<(), ServiceError> {
        let acteur = contexte.acteur();
        let rapports = match self.rapports(tx, acteur, person, relations).await {
            // The record was merged since: the other one is theirs.
            Err(ServiceError::PatientFusionne(kept)) => {
                self.rapports(tx, acteur, kept, relations).await?
            }
            found => found?,
        };
        Ok(contexte.demarche.rejuger(&rapports, inchange)?)
    }

    /// Traces those whom an answer shows, says when something was last recorded about them, keeps it under its key, and commits.
    pub(super) async fn keep(
        &self,
        mut tx: Tx,
        demande: &Demande,
        (rendu, personnes, relations): (Rendu, &[PatientId], &[Relation]),
        connu_le: Option<DateTime<Utc>>,
    ) -> Result<Memoire, ServiceError> {
        let contexte = &demande.contexte;
        let traces = self.shown(contexte, personnes.iter().copied()).await?;
        let (appelant, contenu) = (contexte.acteur().cle(), rendu.reponse.as_slice());
        let statut = rendu.statut;
        let kept = Reponse { statut, contenu, personnes, relations, connu_le, traces: &traces };
        idempotence::save(&mut tx, self.coffre(), (&appelant, &demande.cle), &kept).await?;
        tx.commit().await?;
        self.veille.awake();
        Ok(Memoire { rendu, rejouee: false })
    }
}
