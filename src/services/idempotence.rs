//! A creation asked twice under one key is done once and answered twice alike.

use super::{Contexte, ServiceError, Services};
use crate::domain::digest::Empreinte;
use crate::storage::Tx;
use crate::storage::idempotence::{self, Claim};

/// A creation under a key.
#[derive(Debug, Clone)]
pub struct Demande {
    /// The key that the caller chose.
    pub cle: String,
    /// Digest of the operation and of the request.
    pub requete: Empreinte,
}

/// An answer, as it must be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendu {
    /// Status.
    pub statut: u16,
    /// Headers and body, in a form that only the renderer reads.
    pub reponse: Vec<u8>,
}

/// What a creation gave: something new, or the answer of the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Memoire {
    /// Done now.
    Faite(Rendu),
    /// Done before.
    Rejouee(Rendu),
}

impl Services {
    /// Claims the key of a creation in its transaction. When it was answered already, gives that
    /// answer, and there is nothing more to do.
    pub(super) async fn claim(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        demande: &Demande,
    ) -> Result<Option<Memoire>, ServiceError> {
        let (appelant, now) = (contexte.acteur.cle(), self.clock.now());
        let claim = idempotence::claim(
            tx,
            self.db.coffre(),
            &appelant,
            &demande.cle,
            &demande.requete,
            now,
        );
        match claim.await {
            Ok(Claim::New) => Ok(None),
            Ok(Claim::Answered { statut, reponse }) => {
                Ok(Some(Memoire::Rejouee(Rendu { statut, reponse })))
            }
            Ok(Claim::OtherRequest) => Err(ServiceError::CleReutilisee),
            Err(error) if error.is_lock_timeout() => Err(ServiceError::CleEnCours),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the answer of a creation and commits both.
    pub(super) async fn keep(
        &self,
        mut tx: Tx,
        contexte: &Contexte,
        demande: &Demande,
        rendu: Rendu,
    ) -> Result<Memoire, ServiceError> {
        let appelant = contexte.acteur.cle();
        idempotence::save(
            &mut tx,
            self.db.coffre(),
            &appelant,
            &demande.cle,
            rendu.statut,
            &rendu.reponse,
        )
        .await?;
        tx.commit().await?;
        Ok(Memoire::Faite(rendu))
    }
}
