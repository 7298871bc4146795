//! Giving events their places in the feed, once they are committed.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Destinataire;
use super::destinataires::destinataires;
use crate::services::{Core, ServiceError};
use crate::storage::abonnements;
use crate::storage::fil::{self, NouvellePlace};

/// Events that get their places together.
const ENSEMBLE: i64 = 200;
/// How long an instance that nothing wakes waits before it looks for what another one left behind when it ended.
const OUBLIS: Duration = Duration::from_secs(5);
/// How long a publication gathers what is committed around the same time.
const GROUPE: Duration = Duration::from_millis(20);

/// Publishes everything that waits. Whoever reads the feed after a commit finds what it told.
pub async fn publish(core: &Core) -> Result<(), ServiceError> {
    let veille = core.veille();
    let _alone = veille.une_seule.lock().await;
    while publish_some(core).await? {}
    Ok(())
}

/// Publishes some of the events that wait; says whether there may be others.
async fn publish_some(core: &Core) -> Result<bool, ServiceError> {
    if !fil::pending(&mut *core.public("fil.en_attente").await?).await? {
        return Ok(false);
    }
    let mut job = core.job("fil.publier").await?;
    let (mut position, evenements) = fil::take(job.conn(), ENSEMBLE).await?;
    let autour = fil::alentours(job.conn(), &evenements).await?;
    let (today, mut places) = (core.today(), Vec::new());
    for evenement in &evenements {
        position = position.saturating_add(1);
        let (sequence, nature) = (evenement.sequence, evenement.nature);
        let destinataire = Destinataire::Statistiques;
        places.push(NouvellePlace { destinataire, position, sequence, nature, effet_du: None });
        for (destinataire, effet_du) in destinataires(evenement, &autour, today) {
            places.push(NouvellePlace { destinataire, position, sequence, nature, effet_du });
        }
    }
    let mut reperes: BTreeSet<String> =
        places.iter().map(|place| place.destinataire.repere()).collect();
    // Persons of a reception are not named by their place: they are woken all the same.
    for evenement in &evenements {
        let known = evenement.feuilles.iter().filter_map(|id| autour.feuilles.get(id));
        reperes.extend(known.map(|one| Destinataire::Personne(one.patient_id).repere()));
    }
    fil::insert(job.conn(), &places).await?;
    abonnements::enqueue(job.conn(), &places, core.now()).await?;
    let all: Vec<String> = reperes.iter().cloned().collect();
    fil::write_tete(job.conn(), position, &all).await?;
    job.close().await?;
    core.veille().publish(Some(reperes));
    Ok(!evenements.is_empty())
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
