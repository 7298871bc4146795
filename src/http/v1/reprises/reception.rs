//! A file received: read on a thread of its own, a few pieces ahead, kept as its lines come.

use std::io::{self, Read};

use axum::body::Bytes;
use futures_util::stream::{Stream, StreamExt};
use tokio::sync::mpsc;

use super::lecture::{Annonce, FichierRefuse, Lues, lire};
use crate::services::reprises::{Depot, Recu};
use crate::services::{Contexte, Core, ServiceError};

/// Pieces, or groups of lines, that wait.
const AVANCE: usize = 2;

/// Why a file was not received.
#[derive(Debug, thiserror::Error)]
pub enum ReceptionRefusee {
    /// The file itself.
    #[error(transparent)]
    Fichier(#[from] FichierRefuse),
    /// The register.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Receives a file that is read; `seen` is told how many of its bytes were. A job tries it, or whoever calls.
pub async fn recevoir(
    core: &Core,
    contexte: &Contexte,
    (entree, annonce): (impl Read + Send + 'static, Annonce),
    (seen, job_follows): (impl Fn(u64), bool),
) -> Result<Recu, ReceptionRefusee> {
    let mut depot =
        Depot::begin(core, contexte, (annonce.nature, annonce.format, annonce.windows_1252))
            .await?;
    let (sender, mut receiver) = mpsc::channel::<Lues>(AVANCE);
    let reading = tokio::task::spawn_blocking(move || {
        lire(entree, annonce, |lues| sender.blocking_send(lues).is_ok())
    });
    while let Some(lues) = receiver.recv().await {
        seen(lues.octets);
        depot.add(lues.lignes, &lues.refusees).await?;
    }
    let read = reading.await.unwrap_or_else(|_panicked| {
        Err(FichierRefuse::Interrompu(io::Error::other("the reader of a file stopped")))
    });
    match read {
        Ok(whole) => Ok(depot.end(whole, job_follows).await?),
        Err(refused) => {
            depot.abandon().await?;
            Err(refused.into())
        }
    }
}

/// A body, for whoever reads it on another thread.
pub(super) struct Flux {
    pieces: mpsc::Receiver<Result<Bytes, io::Error>>,
    held: Bytes,
}

impl Flux {
    /// Takes a body as it comes.
    pub(super) fn of<S, E>(mut body: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin + Send + 'static,
        E: std::error::Error + Send + Sync + 'static,
    {
        let (sender, pieces) = mpsc::channel(AVANCE);
        tokio::spawn(async move {
            while let Some(piece) = body.next().await {
                let broken = piece.is_err();
                if sender.send(piece.map_err(io::Error::other)).await.is_err() || broken {
                    break;
                }
            }
        });
        Self { pieces, held: Bytes::new() }
    }
}

impl Read for Flux {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.held.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.held = piece?,
                None => return Ok(0),
            }
        }
        let length = self.held.len().min(out.len());
        let taken = self.held.split_to(length);
        if let Some(to) = out.get_mut(..length) {
            to.copy_from_slice(&taken);
        }
        Ok(length)
    }
}
