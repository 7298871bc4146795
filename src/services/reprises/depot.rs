//! A file that arrives: kept block by block, each in a transaction of its own, so that its sender may take all the time
//! of the world and holds no connection meanwhile.

use super::{BLOC, REPRENDRE, task_of};
use crate::domain::acteur::Acteur;
use crate::domain::digest::Empreinte;
use crate::domain::droits::{Rapports, Relation};
use crate::domain::ids::RepriseId;
use crate::domain::reprise::{
    Bilan, EtatReprise, FormatFichier, Ligne, NatureReprise, Refusee, Reprise,
};
use crate::services::{Contexte, Core, ServiceError};
use crate::storage::reprises;

/// A file whose lines arrive.
#[derive(Debug)]
pub struct Depot<'a> {
    core: &'a Core,
    reprise: Reprise,
    waiting: Vec<Ligne>,
    rang: i32,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recu {
    /// It is tried now.
    Nouvelle(Reprise),
    /// The same file was already sent, and is not applied yet.
    DejaRecue(Reprise),
}

impl Recu {
    /// The takeover.
    pub const fn reprise(&self) -> &Reprise {
        match self {
            Self::Nouvelle(reprise) | Self::DejaRecue(reprise) => reprise,
        }
    }
}

impl<'a> Depot<'a> {
    /// A file begins to arrive.
    pub async fn begin(
        core: &'a Core,
        contexte: &Contexte,
        (nature, format, windows_1252): (NatureReprise, FormatFichier, bool),
    ) -> Result<Self, ServiceError> {
        let acteur = contexte.acteur();
        contexte.demarche.juger(&own(acteur))?;
        let caisse = acteur.caisse().ok_or(ServiceError::Introuvable)?;
        let reprise = Reprise {
            id: RepriseId::from_uuid(core.ids().uuid()),
            organisme: *caisse.organisme(),
            nature,
            format,
            windows_1252,
            etat: EtatReprise::EnReception,
            version: 1,
            octets: 0,
            sha256: None,
            lignes: 0,
            illisibles: 0,
            bilan: Bilan::default(),
            requete_id: contexte.requete_id,
            enregistre_le: core.now(),
        };
        let mut many = core.many(contexte).await?;
        let auteur_id = many.auteur_id();
        reprises::insert(many.conn(), &reprise, auteur_id).await?;
        many.close().await?;
        Ok(Self { core, reprise, waiting: Vec::with_capacity(BLOC), rang: 0 })
    }

    /// Lines that were read, and what is wrong with the others.
    pub async fn add(
        &mut self,
        lignes: Vec<Ligne>,
        refusees: &[Refusee],
    ) -> Result<(), ServiceError> {
        let wrong = u64::try_from(refusees.len()).unwrap_or_default();
        let right = u64::try_from(lignes.len()).unwrap_or_default();
        self.reprise.illisibles = self.reprise.illisibles.saturating_add(wrong);
        self.reprise.lignes = self.reprise.lignes.saturating_add(wrong).saturating_add(right);
        self.waiting.extend(lignes);
        if refusees.is_empty() && self.waiting.len() < BLOC {
            return Ok(());
        }
        let mut job = self.core.job("reprise.receive").await?;
        reprises::refuse(job.conn(), self.reprise.id, refusees, true).await?;
        while self.waiting.len() >= BLOC {
            let rest = self.waiting.split_off(BLOC);
            let bloc = std::mem::replace(&mut self.waiting, rest);
            self.rang = self.rang.saturating_add(1);
            let place = (self.reprise.id, self.rang);
            reprises::insert_bloc(job.conn(), self.core.coffre(), place, &bloc).await?;
        }
        job.close().await
    }

    /// The file is whole: a job tries it, unless the same one is there already. A trial of the same that refused lines
    /// ends, and this one begins. Without a job, whoever received it tries it.
    pub async fn end(
        mut self,
        (octets, sha256): (u64, Empreinte),
        job_follows: bool,
    ) -> Result<Recu, ServiceError> {
        let (core, id) = (self.core, self.reprise.id);
        (self.reprise.octets, self.reprise.sha256) = (octets, Some(sha256));
        let mut job = core.job("reprise.received").await?;
        if !self.waiting.is_empty() {
            let place = (id, self.rang.saturating_add(1));
            reprises::insert_bloc(job.conn(), core.coffre(), place, &self.waiting).await?;
        }
        reprises::supersede(job.conn(), &self.reprise, core.now()).await?;
        if !reprises::receive(job.conn(), &self.reprise).await? {
            let same = reprises::find_same(job.conn(), &self.reprise).await?;
            reprises::remove(job.conn(), id).await?;
            let known = match same {
                Some(same) => reprises::get(job.conn(), same).await?,
                None => None,
            };
            job.close().await?;
            return known.map(Recu::DejaRecue).ok_or(ServiceError::Introuvable);
        }
        self.reprise.etat = EtatReprise::EnEssai;
        self.reprise.version = self.reprise.version.saturating_add(1);
        if job_follows {
            let (key, charge) = task_of(&self.reprise);
            core.queue(job.conn(), REPRENDRE, (&key, &charge)).await?;
        }
        job.close().await?;
        Ok(Recu::Nouvelle(self.reprise))
    }

    /// The file will never be whole: nothing is kept of it.
    pub async fn abandon(self) -> Result<(), ServiceError> {
        let mut job = self.core.job("reprise.abandon").await?;
        reprises::remove(job.conn(), self.reprise.id).await?;
        job.close().await
    }
}

/// What a caller is to the takeovers of his own caisse.
pub(super) fn own(acteur: &Acteur) -> Rapports {
    let found = Rapports::aucun(*acteur);
    if acteur.caisse().is_some() { found.avec(Relation::CaisseConcernee) } else { found }
}
