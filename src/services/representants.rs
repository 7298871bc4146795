//! The death of somebody who represents others, or its correction, is told to each of those, and to whom it takes a
//! signature from; the protection of such a person ends what they do for others.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::core::{Act, Fact};
use super::declarations::follow_link;
use super::taches::Tache;
use super::{Core, ServiceError, latest_knowledge};
use crate::domain::calendar::Periode;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::PatientId;
use crate::domain::representation::{FinRepresentation, Representant, Representation};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::representations::{self, Enregistree};

/// The job that tells those whom somebody represents.
pub const PREVENIR: &str = "prevenir_representes";

/// The days of a death, as they were known and as they are.
type Deces = (Option<NaiveDate>, Option<NaiveDate>);

/// Queues the telling, in the transaction of what it tells.
pub(super) async fn tell_represented(
    act: &mut Act<'_>,
    (avant, apres): Deces,
) -> Result<(), ServiceError> {
    let patient = act.patient;
    if representations::ever_represented_by(act.conn(), patient).await?.is_empty() {
        return Ok(());
    }
    let key = format!("{patient}-{}", act.instant.timestamp_micros());
    let charge = json!({ "representant": patient, "avant": avant, "apres": apres });
    act.opening().queue(PREVENIR, (&key, &charge)).await
}

/// The job that ends the links of somebody who is protected.
pub const FINIR: &str = "finir_liens_du_protege";

/// Queues the end of what somebody who comes to be protected does for others (Code civil, 395, 2°, 445, 480, 483, 494-1): they
/// may depend on other caisses, and each link ends in the transaction of its person.
pub(super) async fn end_represented(
    act: &mut Act<'_>,
    protege: Periode,
) -> Result<(), ServiceError> {
    let patient = act.patient;
    if representations::ever_represented_by(act.conn(), patient).await?.is_empty() {
        return Ok(());
    }
    let key = format!("{patient}-{}", act.instant.timestamp_micros());
    let charge = json!({ "representant": patient, "du": protege.du(), "au": protege.au() });
    act.opening().queue(FINIR, (&key, &charge)).await
}

/// Ends them on the first day of the protection; one that would begin during it never does.
pub async fn run_protection(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let text = |name: &str| task.charge.get(name).and_then(Value::as_str);
    let day = |name: &str| text(name).and_then(|day| day.parse::<NaiveDate>().ok());
    let who: Option<PatientId> = text("representant").and_then(|id| id.parse().ok());
    let days = day("du").and_then(|du| Periode::new(du, day("au")).ok());
    let Some((representant, protege)) = who.zip(days) else { return Ok(()) };
    for patient in represented(core, representant).await? {
        end_one(core, patient, representant, protege).await?;
    }
    Ok(())
}

/// Those whom somebody represents, or did: read and let go, each is then written about in a transaction of their own.
async fn represented(core: &Core, representant: PatientId) -> Result<Vec<PatientId>, ServiceError> {
    let mut conn = core.public("representants.search").await?;
    Ok(representations::ever_represented_by(&mut conn, representant).await?)
}

async fn end_one(
    core: &Core,
    patient: PatientId,
    representant: PatientId,
    protege: Periode,
) -> Result<(), ServiceError> {
    let coffre = core.coffre();
    let mut job = core.job("representants.end").await?;
    let Some(mut writing) = job.on(patient).await? else { return Ok(()) };
    let instant = writing.instant;
    let all =
        representations::recorded(writing.conn(), coffre, patient, latest_knowledge()).await?;
    for one in all {
        let theirs = one.representant() == Representant::Patient(representant);
        let Enregistree { mut lien, mort, .. } = one;
        if !theirs || !lien.nature.regle().exige_capacite || !lien.effet.chevauche(&protege) {
            continue;
        }
        let before = lien.clone().jusqu_au_deces(mort).map(|lien| lien.effet);
        representations::replace(writing.conn(), &lien, instant).await?;
        lien.motif_fin = Some(FinRepresentation::ProtectionDuRepresentant);
        let after = lien.effet.jusqu_au(protege.du()).filter(|_| lien.effet.du() < protege.du());
        if let Some(effet) = after {
            lien.effet = effet;
            lien.version = lien.version.saturating_add(1);
            lien.enregistre_le = instant;
            representations::insert(writing.conn(), coffre, &lien).await?;
        }
        if let Some(known) = before {
            follow_link(&mut writing, lien.id, (known, after)).await?;
        }
        let donnees = json!({
            "representation_id": lien.id,
            "nature": lien.nature.mot(),
            "effet_au": lien.effet.au(),
            "motif_fin": lien.motif_fin.map(Vocabulaire::mot),
        });
        let fact = Fact::of(NatureEvenement::RepresentationTerminee).effective(lien.effet.du());
        writing.tell(fact.with(donnees));
    }
    job.close().await
}

/// Tells each person whom the dead represents, or represents again: each in a transaction of their own.
pub async fn run(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let Some((representant, days)) = of_task(&task.charge) else { return Ok(()) };
    for patient in represented(core, representant).await? {
        tell_one(core, patient, representant, days).await?;
    }
    Ok(())
}

async fn tell_one(
    core: &Core,
    patient: PatientId,
    representant: PatientId,
    (avant, apres): Deces,
) -> Result<(), ServiceError> {
    let mut job = core.job("representants.tell").await?;
    let Some(mut writing) = job.on(patient).await? else { return Ok(()) };
    let conn = writing.conn();
    let all = representations::recorded(conn, core.coffre(), patient, latest_knowledge()).await?;
    for Enregistree { lien, fusionne_dans, .. } in all {
        let Representant::Patient(id) = lien.representant else { continue };
        let whose = fusionne_dans.unwrap_or(id);
        let until = |mort| lien.clone().jusqu_au_deces(mort);
        let (before, after) = (until(avant), until(apres));
        if whose != representant || before == after {
            continue;
        }
        let effet = |link: Option<&Representation>| link.map(|link| link.effet);
        if let Some(known) = effet(before.as_ref()) {
            follow_link(&mut writing, lien.id, (known, effet(after.as_ref()))).await?;
        }
        let nature = match apres {
            Some(_) => NatureEvenement::RepresentationTerminee,
            None => NatureEvenement::RepresentationEnregistree,
        };
        let shown = after.as_ref().or(before.as_ref()).unwrap_or(&lien);
        let donnees = json!({
            "representation_id": lien.id,
            "nature": lien.nature.mot(),
            "effet_au": shown.effet.au(),
            "motif_fin": shown.motif_fin.map(Vocabulaire::mot),
        });
        writing.tell(Fact::of(nature).effective(lien.effet.du()).with(donnees));
    }
    job.close().await
}

/// Who died, and the days that a job carries.
fn of_task(charge: &Value) -> Option<(PatientId, Deces)> {
    let text = |name: &str| charge.get(name).and_then(Value::as_str);
    let day = |name: &str| text(name).and_then(|day| day.parse().ok());
    Some((text("representant")?.parse().ok()?, (day("avant"), day("apres"))))
}
