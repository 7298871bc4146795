//! Telling beforehand that the months without majoration end, to whoever still has no médecin traitant.

use chrono::{Days, NaiveDate};
use serde_json::json;

use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{FaitId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::Fact;
use crate::services::{Core, ServiceError, latest_knowledge};
use crate::storage::patients::faits;
use crate::storage::{designations, neutralisations};

/// How long before. No text says it: two months, as before the birthday from which one chooses.
const PREAVIS: Days = Days::new(60);
/// The most told in one go.
const TOLD_AT_ONCE: i64 = 500;

/// Tells each end once. Gives how many were told.
pub async fn announce_end_of_protection(core: &Core) -> Result<usize, ServiceError> {
    let today = core.today();
    let last = today.checked_add_days(PREAVIS).unwrap_or(today);
    let mut told = 0_usize;
    let mut after = None;
    loop {
        let mut conn = core.public("protection.search").await?;
        let found = neutralisations::ending(&mut conn, (today, last), after, TOLD_AT_ONCE).await?;
        drop(conn);
        let Some(next) = found.last() else { return Ok(told) };
        after = Some(*next);
        for (_, patient, id) in &found {
            let done = announce(core, *patient, *id, (today, last)).await?;
            told = told.saturating_add(usize::from(done));
        }
    }
}

async fn announce(
    core: &Core,
    patient: PatientId,
    id: FaitId,
    (today, last): (NaiveDate, NaiveDate),
) -> Result<bool, ServiceError> {
    let mut job = core.job("protection.announce").await?;
    let Some(mut writing) = job.on(patient).await? else { return Ok(false) };
    let all = neutralisations::list(writing.conn(), patient, latest_knowledge()).await?;
    let Some(known) = all.into_iter().find(|one| one.id == id) else { return Ok(false) };
    let Some(end) = known.effet.au().filter(|end| *end > today && *end <= last) else {
        return Ok(false);
    };
    if faits::deces(writing.conn(), patient).await?.is_some()
        || designations::current(writing.conn(), patient, end).await?.is_some()
        || neutralisations::is_told(writing.conn(), patient, id).await?
    {
        return Ok(false);
    }
    let donnees = json!({
        "neutralisation_id": id,
        "effet_du": known.effet.du(),
        "effet_au": end,
        "motif": known.valeur.motif.mot(),
        "operation_id": known.valeur.operation_id,
    });
    let fact = Fact::of(NatureEvenement::NeutralisationFinProche)
        .doctor(known.valeur.medecin_id)
        .effective(end);
    writing.tell(fact.with(donnees));
    job.close().await?;
    Ok(true)
}
