//! Declarations that wait for a doctor who has left, or for somebody who is dead, are closed and told; what is taken
//! back opens them again.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::effect::fact;
use crate::domain::declaration::{Declaration, Etat, MotifCaducite};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fuseau::dernier_jour;
use crate::domain::ids::{DeclarationId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::Writing;
use crate::services::{Core, ServiceError};
use crate::storage::patients::faits;
use crate::storage::{caduques, declarations};

/// The longest time for which a declaration waits: what lapsed before would not wait any more.
const ATTENTE: TimeDelta = TimeDelta::days(366);

/// Closes those for which nothing can come, and opens again those for which something can; gives how many. On the
/// last day of the practice, and on that of the death, one may still sign.
pub async fn settle(core: &Core, limit: i64) -> Result<usize, ServiceError> {
    let now = core.now();
    let since = now.checked_sub_signed(ATTENTE).unwrap_or_default();
    let mut conn = core.public("declaration.settle").await?;
    let jour = dernier_jour(now);
    let days = [jour.pred_opt().unwrap_or(jour), jour];
    let mut found = caduques::waiting(&mut conn, jour, limit).await?;
    found.extend(caduques::lapsed(&mut conn, (since, now), days, limit).await?);
    drop(conn);
    let mut settled = 0_usize;
    for (patient, id) in found {
        settled = settled.saturating_add(usize::from(settle_one(core, (patient, id), now).await?));
    }
    Ok(settled)
}

async fn settle_one(
    core: &Core,
    (patient, id): (PatientId, DeclarationId),
    now: DateTime<Utc>,
) -> Result<bool, ServiceError> {
    let mut job = core.job("declaration.settle").await?;
    let Some(mut writing) = job.on(patient).await? else { return Ok(false) };
    let found = declarations::get(writing.conn(), core.coffre(), patient, id).await?;
    let Some(mut declaration) = found else { return Ok(false) };
    let motif = motif(&mut writing, &declaration, now).await?;
    let (changed, nature) = match (declaration.etat, motif) {
        (Etat::EnAttente, Some(motif)) => {
            (declaration.lapse(motif).is_ok(), NatureEvenement::DeclarationCaduque)
        }
        (Etat::Caduque, None) => {
            (declaration.resume(now).is_ok(), NatureEvenement::DeclarationDeNouveauAttendue)
        }
        _ => return Ok(false),
    };
    if !changed {
        return Ok(false);
    }
    let instant = writing.instant;
    declarations::advance(writing.conn(), &mut declaration, instant).await?;
    let donnees = json!({
        "etat": declaration.etat.mot(),
        "version": declaration.version,
        "motif": motif.map(Vocabulaire::mot),
    });
    writing.tell(fact(&declaration, nature).with(donnees));
    job.close().await?;
    Ok(true)
}

/// Why nothing can come, on the civil day of the place that was chosen.
async fn motif(
    writing: &mut Writing<'_>,
    declaration: &Declaration,
    now: DateTime<Utc>,
) -> Result<Option<MotifCaducite>, ServiceError> {
    let (patient, jour) = (writing.patient, declaration.fuseau().jour(now));
    let deces = faits::deces(writing.conn(), patient).await?;
    if deces.is_some_and(|fait| fait.effet.du() < jour) {
        return Ok(Some(MotifCaducite::PatientDecede));
    }
    let of = (patient, declaration.id);
    let left = caduques::departure(writing.conn(), of, jour).await?;
    Ok(left.and_then(MotifCaducite::du_depart))
}
