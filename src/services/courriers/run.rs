//! The job of letters: events of one snapshot, in their order, written lot after lot.

use std::collections::BTreeSet;

use super::print;
use super::redaction::Redaction;
use crate::domain::courrier::{Lettre, Lot};
use crate::domain::digest::Empreinte;
use crate::domain::export::EtatExport;
use crate::domain::fil::Destinataire;
use crate::domain::ids::{CourriersId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::{Core, ServiceError, fil};
use crate::storage::courriers::contenu::{self, Dit};
use crate::storage::courriers::{self, Avancement};
use crate::storage::taches::Tache;

/// The job that writes some.
pub const ECRIRE: &str = "ecrire_courriers";
/// Events looked at for one lot.
const LOT: i64 = 500;

/// Writes letters, from nothing: what an earlier run left is removed, and one that still runs ends without effect.
pub async fn run(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let id = task.charge.get("courriers_id").and_then(|id| id.as_str()?.parse().ok());
    let Some(id): Option<CourriersId> = id else { return Ok(()) };
    let known = courriers::get(&mut *core.public("courriers.of_task").await?, id).await?;
    let Some(one) = known.filter(|one| one.etat == EtatExport::EnPreparation) else {
        return Ok(());
    };
    // What is committed has its place in the feed.
    fil::publish(core).await?;
    let (etablis_le, caisse, voulu) = (core.now(), one.caisse(), one.demande);
    let lecteur = Destinataire::Caisse(caisse.code());
    let (asked, days) = ((&lecteur, voulu.nature), (voulu.du, voulu.au));
    let mut snapshot = core.snapshot("courriers.read").await?;
    let (first, last, prevus) = contenu::span(&mut snapshot, asked, days).await?;
    let mut job = core.job("courriers.begin").await?;
    let begun = courriers::begin(job.conn(), id, u64::try_from(prevus).unwrap_or_default()).await?;
    job.close().await?;
    let Some(essai) = begun else { return Ok(()) };
    let mut redaction = Redaction::new(core, caisse);
    let (mut place, mut rang, mut done) = (first.saturating_sub(1), 0_i32, Avancement::default());
    loop {
        let found = contenu::events(&mut snapshot, asked, days, (place, last), LOT).await?;
        let Some(next) = found.last().map(|one| one.position) else { break };
        place = next;
        let mut pile = Pile::default();
        for dit in &found {
            pile.add(&mut redaction, &mut snapshot, (voulu.nature, dit), &mut done).await?;
        }
        let Pile { lettres, personnes } = pile;
        let mut job = core.job("courriers.lot").await?;
        let printed = u64::try_from(lettres.len()).unwrap_or_default();
        done.lettres = done.lettres.saturating_add(printed);
        if !core.still_ours(task).await?
            || !courriers::progress(job.conn(), (id, essai), &done).await?
        {
            return Ok(());
        }
        if printed > 0 {
            rang = rang.saturating_add(1);
            // The same demand of the same day makes the same bytes, whichever demand it is.
            let name = format!(
                "{}-{}-{}-{}-{rang}",
                caisse.code(),
                voulu.nature.mot(),
                voulu.du,
                voulu.au
            );
            let (pdf, texte) = print(lettres, voulu.recto_verso, name).await?;
            let lot = Lot {
                rang,
                lettres: printed,
                octets_pdf: length(&pdf),
                sha256_pdf: Empreinte::of(&pdf),
                octets_texte: length(texte.as_bytes()),
                sha256_texte: Empreinte::of(&texte),
            };
            let persons: Vec<PatientId> = personnes.into_iter().collect();
            let content = (pdf.as_slice(), texte.as_bytes(), persons.as_slice());
            courriers::insert_lot(job.conn(), core.coffre(), (id, essai, &lot), content).await?;
        }
        job.close().await?;
    }
    drop(snapshot);
    let mut job = core.job("courriers.end").await?;
    courriers::finish(job.conn(), (id, essai), etablis_le).await?;
    job.close().await
}

/// The letters of the next lot, and whom they show.
#[derive(Debug, Default)]
struct Pile {
    lettres: Vec<Lettre>,
    personnes: BTreeSet<PatientId>,
}

impl Pile {
    async fn add(
        &mut self,
        redaction: &mut Redaction<'_>,
        conn: &mut crate::storage::Connection,
        (nature, dit): (crate::domain::courrier::NatureCourrier, &Dit),
        done: &mut Avancement,
    ) -> Result<(), ServiceError> {
        done.traites = done.traites.saturating_add(1);
        match redaction.write(conn, nature, dit).await? {
            Ok(written) => {
                self.lettres.extend(written.lettres);
                self.personnes.extend(written.personnes);
            }
            Err(reason) => {
                let count = done.sans_objet.entry(reason).or_default();
                *count = count.saturating_add(1);
            }
        }
        Ok(())
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
