//! A declaration that waits is signed, refused, cancelled, or expires.

use chrono::{DateTime, Utc};

use super::ecart::explain;
use super::effect::{fact, take_effect};
use super::parties::{conditions, famille};
use super::signature::{keep, signature};
use super::{Dossier, SignatureRecue, dossier_of, named, one};
use crate::domain::declaration::{Declaration, DeclarationRefusee, Signee};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{DeclarationId, PatientId};
use crate::services::core::Act;
use crate::services::{Core, Demande, Done, Exit, Render, ServiceError, VersionsVues};
use crate::storage::declarations;

/// The declaration that a caller saw: its id and its version.
type Viewed = (DeclarationId, VersionsVues);

/// Adds a signature to a declaration that waits.
pub async fn sign(
    core: &Core,
    demande: &Demande,
    seen: Viewed,
    recue: &SignatureRecue,
    rendre: impl Render<Dossier>,
) -> Done {
    let (mut act, mut declaration) = take(core, demande, seen).await?;
    let (acteur, now) = (demande.contexte.acteur(), core.now());
    let signature =
        signature(core, &declaration, acteur, recue, now).map_err(|why| why.of_signature(None))?;
    let patient = act.patient;
    let known = act.look().await?;
    let famille = famille(core, act.conn(), patient, known).await?;
    let conditions = conditions(core, &famille, &declaration, signature.signe_le, now)?;
    let outcome = match declaration.sign(signature, &recue.preuve, acteur, &conditions) {
        Err(DeclarationRefusee::ContenuDifferent(_)) => {
            let signed = (&famille, &declaration, recue.contenu_sha256);
            return Err(explain(core, act.conn(), signed).await?.of_signature(None).into());
        }
        signed => signed.map_err(|why| why.of_signature(None))?,
    };
    let instant = act.instant;
    if let Some(signature) = declaration.signatures.last() {
        keep(&mut act, &declaration, signature, instant).await?;
    }
    advance(&mut act, &mut declaration, NatureEvenement::DeclarationSignee).await?;
    if matches!(outcome, Signee::Complete(_)) {
        take_effect(&mut act, &declaration, &[]).await?;
    }
    finish(act, declaration, rendre).await
}

/// A doctor refuses a declaration that names him.
pub async fn refuse(
    core: &Core,
    demande: &Demande,
    seen: Viewed,
    motif: Option<&str>,
    rendre: impl Render<Dossier>,
) -> Done {
    let (mut act, mut declaration) = take(core, demande, seen).await?;
    declaration.refuse(motif.map(str::to_owned))?;
    advance(&mut act, &mut declaration, NatureEvenement::DeclarationRefusee).await?;
    finish(act, declaration, rendre).await
}

/// Somebody cancels a declaration before its effect.
pub async fn cancel(
    core: &Core,
    demande: &Demande,
    seen: Viewed,
    motif: Option<&str>,
    rendre: impl Render<Dossier>,
) -> Done {
    let (mut act, mut declaration) = take(core, demande, seen).await?;
    declaration.cancel(motif.map(str::to_owned))?;
    advance(&mut act, &mut declaration, NatureEvenement::DeclarationAnnulee).await?;
    finish(act, declaration, rendre).await
}

/// Lets the declarations that waited too long expire; gives how many.
pub async fn expire(core: &Core, limit: i64) -> Result<usize, ServiceError> {
    let now = core.now();
    let mut job = core.job("declaration.expired").await?;
    let waiting = declarations::expired(job.conn(), now, limit).await?;
    drop(job);
    let mut expired = 0;
    for (patient, id) in waiting {
        expired += usize::from(expire_one(core, patient, id, now).await?);
    }
    Ok(expired)
}

/// Lets one declaration expire, unless somebody signed it meanwhile.
async fn expire_one(
    core: &Core,
    patient: PatientId,
    id: DeclarationId,
    now: DateTime<Utc>,
) -> Result<bool, ServiceError> {
    let mut job = core.job("declaration.expire").await?;
    let Some(mut writing) = job.on(patient).await? else { return Ok(false) };
    let found = declarations::get(writing.conn(), core.coffre(), patient, id).await?;
    let Some(mut declaration) = found else { return Ok(false) };
    if declaration.expire(now).is_err() {
        return Ok(false);
    }
    let instant = writing.instant;
    declarations::advance(writing.conn(), &mut declaration, instant).await?;
    writing.tell(fact(&declaration, NatureEvenement::DeclarationExpiree));
    job.close().await?;
    Ok(true)
}

/// Opens an act on a declaration, and gives it as it stands, if the caller saw it so.
pub(super) async fn take<'a>(
    core: &'a Core,
    demande: &'a Demande,
    (id, version): Viewed,
) -> Result<(Act<'a>, Declaration), Exit> {
    let mut opening = core.open(demande).await?;
    let seen = one(core, opening.conn(), id).await?;
    let named = named(demande.contexte.acteur(), &seen);
    let mut act = match opening.on(seen.patient_id, named).await {
        // The record was merged meanwhile: the declaration went on as its next version.
        Err(ServiceError::PatientFusionne(_)) => {
            let actuelle = seen.version.saturating_add(1);
            return Err(ServiceError::VersionPerimee { attendue: version, actuelle }.into());
        }
        opened => opened?,
    };
    // Read again: somebody may have written before the lock was had.
    let found = declarations::get(act.conn(), core.coffre(), seen.patient_id, id).await?;
    let declaration = found.ok_or(ServiceError::Introuvable)?;
    version.verify(declaration.version)?;
    Ok((act, declaration))
}

/// Writes the next state of a declaration, and tells it.
pub(super) async fn advance(
    act: &mut Act<'_>,
    declaration: &mut Declaration,
    nature: NatureEvenement,
) -> Result<(), ServiceError> {
    let instant = act.instant;
    declarations::advance(act.conn(), declaration, instant).await?;
    act.tell(fact(declaration, nature));
    Ok(())
}

/// Ends an act whose answer is a declaration.
pub(super) async fn finish(
    mut act: Act<'_>,
    declaration: Declaration,
    rendre: impl Render<Dossier>,
) -> Done {
    let (core, acteur) = (act.core(), *act.contexte().acteur());
    act.acquires(named(&acteur, &declaration));
    let rapports = act.rapports_apres(named(&acteur, &declaration)).await?;
    let known = act.particularites;
    let dossier = dossier_of(core, act.conn(), declaration, (&rapports, known)).await?;
    Ok(act.close(rendre(&dossier.vue_par(&acteur))?).await?)
}
