//! Giving events their places in the feed, once they are committed.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Destinataire;
use super::destinataires::{connues, destinataires, executants};
use crate::services::{Core, ServiceError};
use crate::storage::abonnements;
use crate::storage::fil::{self, NouvellePlace};

/// Events that get their places together, at first, and when many wait that are not of many feuilles.
const ENSEMBLE: i64 = 200;
const FOULE: i64 = 1_000;
/// Feuilles of the events of one publication beyond which the next one takes fewer events.
const FEUILLES: usize = 2_000;
/// How long an instance that nothing wakes waits before it looks for what another one left behind when it ended.
const OUBLIS: Duration = Duration::from_secs(5);
/// How long a publication gathers what is committed around the same time: nobody who asks waits for it, only who is woken.
const GROUPE: Duration = Duration::from_millis(50);

/// Publishes everything that waits. Whoever reads the feed after a commit finds what it told.
pub async fn publish(core: &Core) -> Result<(), ServiceError> {
    let veille = core.veille();
    let _alone = veille.une_seule.lock().await;
    if !fil::pending(&mut *core.public("fil.en_attente").await?).await? {
        return Ok(());
    }
    // Those of a takeover are hundreds of thousands: each publication looks past those that were published before.
    let mut limite = ENSEMBLE;
    loop {
        let (taken, feuilles) = publish_some(core, limite).await?;
        if i64::try_from(taken).is_ok_and(|taken| taken < limite) {
            return Ok(());
        }
        limite = if feuilles > FEUILLES { ENSEMBLE } else { FOULE };
    }
}

/// Publishes some of the events that wait; says how many there were, and how many feuilles they were about.
async fn publish_some(core: &Core, limite: i64) -> Result<(usize, usize), ServiceError> {
    let mut job = core.job("fil.publier").await?;
    let (mut position, evenements) = fil::take(job.conn(), limite).await?;
    if evenements.is_empty() {
        job.forget().await?;
        return Ok((0, 0));
    }
    let recentes = core.veille().recentes.take(&evenements);
    let autour = fil::alentours(job.conn(), &evenements, recentes).await?;
    let (today, mut places) = (core.today(), Vec::new());
    for evenement in &evenements {
        position = position.saturating_add(1);
        let (sequence, nature) = (evenement.sequence, evenement.nature);
        let all = [(Destinataire::Statistiques, None)]
            .into_iter()
            .chain(destinataires(evenement, &autour, today));
        places.extend(all.map(|(destinataire, effet_du)| NouvellePlace {
            executants: executants(evenement, &autour, &destinataire),
            destinataire,
            position,
            sequence,
            nature,
            effet_du,
        }));
    }
    let mut reperes: BTreeSet<u32> =
        places.iter().map(|place| place.destinataire.repere()).collect();
    // Who is told of a reception has no place of their own: they are woken all the same.
    for feuille in evenements.iter().flat_map(|evenement| connues(evenement, &autour)) {
        reperes.insert(Destinataire::Personne(feuille.patient_id).repere());
        reperes.insert(Destinataire::Medecin(feuille.executant).repere());
    }
    fil::insert(job.conn(), &places).await?;
    abonnements::enqueue(job.conn(), &places, core.now()).await?;
    fil::write_tete(job.conn(), position, &reperes).await?;
    job.close().await?;
    core.veille().publish(Some(reperes));
    Ok((evenements.len(), evenements.iter().map(|one| one.feuilles.len()).sum()))
}

/// Publishes what this instance commits as soon as it is committed, and what another one left.
pub async fn keep_published(core: &Core) {
    loop {
        // Whether it was woken or not, there may be something.
        tokio::time::timeout(OUBLIS, core.veille().reveil.notified()).await.unwrap_or_default();
        tokio::time::sleep(GROUPE).await;
        if let Err(error) = publish(core).await {
            tracing::warn!(%error, "events could not be published");
        }
    }
}

/// Wakes those who wait here for what another instance publishes.
pub async fn keep_listening(core: &Core) {
    loop {
        match core.listen().await {
            Ok(mut told) => {
                // What was told before is looked for.
                core.veille().publish(None);
                while let Ok(marks) = told.next().await {
                    core.veille().publish(Some(marks));
                }
            }
            Err(error) => tracing::warn!(%error, "publications of other instances are not heard"),
        }
        core.veille().publish(None);
        tokio::time::sleep(OUBLIS).await;
    }
}
