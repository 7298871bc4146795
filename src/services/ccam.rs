//! The CCAM of this service: loaded from the public file, then known by every evaluation.
//!
//! A load is one transaction. Acts are written as they are read, a few hundred at a time: those that the file says as
//! they were known stay, the others replace what was known, and those that it no longer has are taken away. What was
//! known at an instant stays known as it was.

use crate::domain::ccam::nx::BilanNx;
use crate::domain::ccam::{ActeCcam, Version};
use crate::domain::evaluation::FaitsConnus;
use crate::domain::feuille_de_soins::{Nomenclature, Soins};
pub use crate::storage::ccam::VersionChargee;
use crate::storage::ccam::{self, ActeEcrit, Ecrits};
use crate::storage::patients::knowledge_after;
use chrono::{DateTime, Utc};

use super::core::Job;
use super::faits::Ccam;
use super::{Core, ServiceError};

/// Acts written at once.
const PAQUET: usize = 500;

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charge {
    /// The file is known now.
    Chargee(VersionChargee),
    /// It was known already: nothing was written.
    DejaChargee(VersionChargee),
    /// The file known is more recent: nothing was written.
    PlusAncienne(VersionChargee),
}

/// A load under way. Dropped, it leaves nothing.
#[derive(Debug)]
pub struct Chargement<'a> {
    job: Job<'a>,
    instant: DateTime<Utc>,
    present: Option<VersionChargee>,
    waiting: Vec<ActeEcrit>,
    codes: Vec<String>,
    written: Ecrits,
}

impl<'a> Chargement<'a> {
    /// Begins a load, alone.
    pub async fn begin(core: &'a Core) -> Result<Self, ServiceError> {
        let mut job = core.job("ccam.charger").await?;
        ccam::lock(job.conn()).await?;
        let present = ccam::versions(job.conn()).await?.into_iter().next();
        let now = core.now();
        let instant =
            present.as_ref().map_or(now, |known| knowledge_after(known.enregistre_le, now));
        let (waiting, codes, written) = (Vec::new(), Vec::new(), Ecrits::default());
        Ok(Self { job, instant, present, waiting, codes, written })
    }

    /// Takes the next act of the file.
    pub async fn add(&mut self, acte: &ActeCcam) -> Result<(), ServiceError> {
        let acte = ActeEcrit::new(acte);
        self.codes.push(acte.code().to_owned());
        self.waiting.push(acte);
        if self.waiting.len() < PAQUET { Ok(()) } else { self.write().await }
    }

    async fn write(&mut self) -> Result<(), ServiceError> {
        let done = ccam::write(self.job.conn(), &self.waiting, self.instant).await?;
        self.waiting.clear();
        self.written.nouveaux = self.written.nouveaux.saturating_add(done.nouveaux);
        self.written.changes = self.written.changes.saturating_add(done.changes);
        Ok(())
    }

    /// Ends: the file was whole.
    pub async fn end(mut self, bilan: &BilanNx) -> Result<Charge, ServiceError> {
        if let Some(known) = self.present.take() {
            if known.empreinte == bilan.empreinte {
                return Ok(Charge::DejaChargee(known));
            }
            if bilan.version < version(&known) {
                return Ok(Charge::PlusAncienne(known));
            }
        }
        self.write().await?;
        let retires = ccam::keep_only(self.job.conn(), &self.codes, self.instant).await?;
        let chargee = VersionChargee {
            numero: bilan.version.numero.clone(),
            cree_le: bilan.version.cree_le,
            chronologique: i32::try_from(bilan.version.chronologique).unwrap_or(i32::MAX),
            empreinte: bilan.empreinte,
            enregistrements: i64::try_from(bilan.enregistrements).unwrap_or(i64::MAX),
            actes: i32::try_from(bilan.actes).unwrap_or(i32::MAX),
            nouveaux: i32::try_from(self.written.nouveaux).unwrap_or(i32::MAX),
            changes: i32::try_from(self.written.changes).unwrap_or(i32::MAX),
            retires: i32::try_from(retires).unwrap_or(i32::MAX),
            enregistre_le: self.instant,
            remplace_le: None,
        };
        ccam::insert(self.job.conn(), &chargee, &bilan.grilles).await?;
        self.job.close().await?;
        Ok(Charge::Chargee(chargee))
    }
}

fn version(known: &VersionChargee) -> Version {
    Version {
        numero: known.numero.clone(),
        cree_le: known.cree_le,
        chronologique: u32::try_from(known.chronologique).unwrap_or_default(),
    }
}

/// The versions that were loaded, the one that is known now first.
pub async fn versions(core: &Core) -> Result<Vec<VersionChargee>, ServiceError> {
    let mut conn = core.public("ccam.versions").await?;
    Ok(ccam::versions(&mut conn).await?)
}

/// Adds to the facts of a simulation what the CCAM says of its acts. Nothing is read when it has none.
pub async fn completer(
    core: &Core,
    soins: &Soins,
    faits: &mut FaitsConnus,
) -> Result<(), ServiceError> {
    let bills = |nomenclature| soins.actes.iter().any(|a| a.code.nomenclature() == nomenclature);
    if bills(Nomenclature::Ccam) {
        let mut conn = core.public("ccam.simulation").await?;
        let known = Ccam::read(&mut conn, std::iter::once(soins), None).await?;
        faits.registre.ccam = known.of(soins);
    }
    Ok(())
}
