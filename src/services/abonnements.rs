//! Subscriptions: where a caisse, a doctor's software or the register of doctors is sent what its feed tells.

use chrono::{DateTime, TimeDelta, Utc};

use super::core::{Contexte, Core, Demande, Done, Exit, Opening, Render};
use super::pages::{PageVoulue, Trouves};
use super::{Mode, ServiceError, fil};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::ids::{AbonnementId, EvenementId};
use crate::domain::webhook::AdresseWebhook;
use crate::storage::abonnements::{self, Abonnement, Secret};

pub use crate::storage::abonnements::{AbonnementLu, Echec, Envoi};

/// Subscriptions of one owner, at most.
const PAR_PROPRIETAIRE: usize = 20;
/// How long the secret of before signs too, when its owner does not say.
const DEUX_SECRETS: TimeDelta = TimeDelta::hours(24);
/// After how long a message that did not arrive is sent again; after the last one it is given up.
const DELAIS: [TimeDelta; 8] = [
    TimeDelta::seconds(5),
    TimeDelta::seconds(30),
    TimeDelta::minutes(2),
    TimeDelta::minutes(10),
    TimeDelta::hours(1),
    TimeDelta::hours(4),
    TimeDelta::hours(12),
    TimeDelta::hours(24),
];
/// How long whoever took a message has to send it.
const BAIL: TimeDelta = TimeDelta::minutes(1);
/// Messages taken together.
pub const ENSEMBLE: i64 = 32;

/// A subscription to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelAbonnement {
    pub adresse: AdresseWebhook,
    pub natures: Vec<NatureEvenement>,
}

/// A subscription and its secret, which is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvecSecret {
    pub abonnement: AbonnementLu,
    pub secret: Secret,
}

/// Refuses an address to which this service does not send: a host that the operator did not name, or no https.
fn verify(core: &Core, adresse: &AdresseWebhook) -> Result<(), ServiceError> {
    if !core.hotes().acceptent(adresse) {
        let message =
            "attendu : une adresse d'un hôte que l'exploitant a autorisé (TRAITANT_WEBHOOKS)";
        return Err(ServiceError::champ("/adresse", "hote_non_autorise", message));
    }
    if !adresse.est_securisee() && core.mode() == Mode::Production {
        return Err(ServiceError::champ("/adresse", "https_requis", "attendu : une adresse https"));
    }
    Ok(())
}

/// Makes a subscription.
pub async fn create(
    core: &Core,
    demande: &Demande,
    nouvel: &NouvelAbonnement,
    rendre: impl Render<AvecSecret>,
) -> Done {
    // What was told before is not announced.
    fil::publish(core).await?;
    let mut opening = core.open(demande).await?;
    verify(core, &nouvel.adresse)?;
    let acteur = *demande.contexte.acteur();
    let proprietaire = acteur.cle();
    let known = abonnements::list(opening.conn(), &proprietaire).await?;
    if known.len() >= PAR_PROPRIETAIRE {
        let message = format!("au plus {PAR_PROPRIETAIRE} abonnements : en supprimer un");
        return Err(ServiceError::champ("/adresse", "trop_d_abonnements", message).into());
    }
    let abonnement = Abonnement {
        id: AbonnementId::from_uuid(core.ids().uuid()),
        proprietaire,
        destinataire: Destinataire::de(&acteur),
        adresse: nouvel.adresse.clone(),
        natures: nouvel.natures.clone(),
        enregistre_le: core.now(),
    };
    let secret = Secret::fresh();
    abonnements::insert(opening.conn(), core.coffre(), &abonnement, &secret).await?;
    finish(opening, (abonnement.id, secret), rendre).await
}

/// Gives a subscription another secret: both sign for some hours.
pub async fn renew(
    core: &Core,
    demande: &Demande,
    (id, heures): (AbonnementId, Option<i64>),
    rendre: impl Render<AvecSecret>,
) -> Done {
    let mut opening = own(core, demande, id).await?;
    let (now, secret) = (core.now(), Secret::fresh());
    let both = heures.and_then(TimeDelta::try_hours).unwrap_or(DEUX_SECRETS);
    let until = now.checked_add_signed(both).unwrap_or(now);
    abonnements::renew(opening.conn(), core.coffre(), (id, &secret), until).await?;
    finish(opening, (id, secret), rendre).await
}

/// Ends a subscription.
pub async fn delete(
    core: &Core,
    demande: &Demande,
    id: AbonnementId,
    rendre: impl Render<AbonnementLu>,
) -> Done {
    let mut opening = own(core, demande, id).await?;
    let known = one(&mut opening, id).await?;
    abonnements::delete(opening.conn(), id).await?;
    let rendu = rendre(&known)?;
    Ok(opening.close(rendu).await?)
}

/// Sends again what was given up: one message, or all.
pub async fn replay(
    core: &Core,
    demande: &Demande,
    (id, evenement): (AbonnementId, Option<EvenementId>),
    rendre: impl Render<AbonnementLu>,
) -> Done {
    let mut opening = own(core, demande, id).await?;
    let replayed = abonnements::replay(opening.conn(), id, evenement, core.now()).await?;
    if replayed == 0 && evenement.is_some() {
        let attendu = "un événement dont le message est abandonné : /echecs les donne";
        return Err(ServiceError::champ("/evenement_id", "evenement_inconnu", attendu).into());
    }
    let known = one(&mut opening, id).await?;
    let rendu = rendre(&known)?;
    Ok(opening.close(rendu).await?)
}

/// Opens an act on a subscription of the caller; those of others do not exist.
async fn own<'a>(
    core: &'a Core,
    demande: &'a Demande,
    id: AbonnementId,
) -> Result<Opening<'a>, Exit> {
    let mut opening = core.open(demande).await?;
    let owner = demande.contexte.acteur().cle();
    if abonnements::lock(opening.conn(), id, &owner).await? {
        Ok(opening)
    } else {
        Err(ServiceError::Introuvable.into())
    }
}

async fn one(opening: &mut Opening<'_>, id: AbonnementId) -> Result<AbonnementLu, ServiceError> {
    let owner = opening.contexte().acteur().cle();
    let all = abonnements::list(opening.conn(), &owner).await?;
    all.into_iter().find(|one| one.id == id).ok_or(ServiceError::Introuvable)
}

async fn finish(
    mut opening: Opening<'_>,
    (id, secret): (AbonnementId, Secret),
    rendre: impl Render<AvecSecret>,
) -> Done {
    let abonnement = one(&mut opening, id).await?;
    let rendu = rendre(&AvecSecret { abonnement, secret })?;
    Ok(opening.close(rendu).await?)
}

/// The subscriptions of the caller.
pub async fn list(core: &Core, contexte: &Contexte) -> Result<Vec<AbonnementLu>, ServiceError> {
    let mut search = core.search(contexte).await?;
    Ok(abonnements::list(search.conn(), &contexte.acteur().cle()).await?)
}

/// What was given up of a subscription of the caller.
pub async fn echecs(
    core: &Core,
    contexte: &Contexte,
    id: AbonnementId,
    page: PageVoulue<i64>,
) -> Result<Trouves<Echec>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let owner = contexte.acteur().cle();
    if !abonnements::exists(search.conn(), id, &owner).await? {
        return Err(ServiceError::Introuvable);
    }
    let whose = (id, owner.as_str());
    let found = abonnements::echecs(search.conn(), whose, page.apres, page.lus()).await?;
    let counted = async {
        let all = abonnements::list(search.conn(), &owner).await?;
        Ok(all.iter().find(|one| one.id == id).map_or(0, |one| one.abandonnes))
    };
    let total = page.compter::<ServiceError>(counted).await?;
    Ok((found, total))
}

/// Takes some messages that are due, to be sent outside of any transaction.
pub async fn take(core: &Core) -> Result<Vec<Envoi>, ServiceError> {
    fil::publish(core).await?;
    let now = core.now();
    let lease = now.checked_add_signed(BAIL).unwrap_or(now);
    let mut job = core.job("envoi.take").await?;
    let found = abonnements::take(job.conn(), core.coffre(), (now, lease), ENSEMBLE).await?;
    job.close().await?;
    Ok(found)
}

/// Writes what became of a message: arrived, to be sent again later and later, or given up. Who says that it is gone for
/// ever is not asked again.
pub async fn settle(
    core: &Core,
    envoi: &Envoi,
    outcome: Result<(), &Refus>,
) -> Result<(), ServiceError> {
    let (key, now) = ((envoi.abonnement, envoi.sequence), core.now());
    let mut job = core.job("envoi.settle").await?;
    match outcome {
        Ok(()) => abonnements::done(job.conn(), key).await?,
        Err(refus) => {
            let next = usize::try_from(envoi.essai).ok().and_then(|count| count.checked_sub(1));
            let delay = next.and_then(|count| DELAIS.get(count)).filter(|_| !refus.definitif);
            let again: Option<DateTime<Utc>> =
                delay.and_then(|delay| now.checked_add_signed(*delay));
            abonnements::failed(job.conn(), key, &refus.raison, (again, now)).await?;
        }
    }
    job.close().await
}

/// Why a message did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refus {
    /// In French: the owner of the subscription reads it.
    pub raison: String,
    /// Whether to try again makes no sense.
    pub definitif: bool,
}
