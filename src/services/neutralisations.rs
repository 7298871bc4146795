//! The months during which a person left without médecin traitant bears no majoration.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::core::{Fact, Writing};
use super::patients::seen;
use super::{Contexte, Core, Seen, ServiceError, latest_knowledge};
use crate::domain::calendar::{Periode, plus_mois};
use crate::domain::designation::Segment;
use crate::domain::evenement::NatureEvenement;
use crate::domain::fait_date::FaitDate;
use crate::domain::frise::{est_ferme_par, medecins_le};
use crate::domain::ids::PatientId;
use crate::domain::operation::{Neutralisation, Operation, ResultatOperation};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::storage::patients::faits::{self, Genre};
use crate::storage::{neutralisations, operations};

/// The neutralisations of a person, as known at an instant. A caisse of before reads those of its time.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
    connu_le: Option<DateTime<Utc>>,
) -> Result<Seen<Vec<FaitDate<Neutralisation>>>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let known = connu_le.unwrap_or_else(latest_knowledge);
    let found = neutralisations::list(access.conn(), patient, known).await?;
    let seen = seen(&access.droit.vue, found);
    access.show(seen).await
}

/// Brings the neutralisations of a person to what the timeline calls for.
pub(super) async fn neutralise(
    writing: &mut Writing<'_>,
    segments: &[Segment],
    standing: &[Operation],
) -> Result<(), ServiceError> {
    let (core, patient, instant) = (writing.core(), writing.patient, writing.instant);
    let wanted: Vec<(&Operation, Periode)> = standing
        .iter()
        .filter_map(|operation| Some((operation, neutralised(core, segments, operation)?)))
        .collect();
    let stored = if writing.particularites.neutralisations {
        neutralisations::list(writing.conn(), patient, latest_knowledge()).await?
    } else {
        Vec::new()
    };
    for known in &stored {
        let same = |(operation, effet): &(&Operation, Periode)| {
            operation.id == known.valeur.operation_id && *effet == known.effet
        };
        if !wanted.iter().any(same) {
            faits::replace(writing.conn(), Genre::Neutralisation, patient, known.id, instant)
                .await?;
            tell(writing, known, NatureEvenement::NeutralisationRetiree);
        }
    }
    for (operation, effet) in wanted {
        let same = |known: &FaitDate<Neutralisation>| {
            known.valeur.operation_id == operation.id && known.effet == effet
        };
        if stored.iter().any(same) {
            continue;
        }
        let neutralisation = Neutralisation {
            medecin_id: operation.medecin_id,
            rpps: operation.rpps,
            operation_id: operation.id,
            motif: operation.nature,
        };
        let fait = core.fait(neutralisation, effet, instant);
        neutralisations::insert(writing.conn(), patient, &fait).await?;
        let done = (ResultatOperation::Fermee, true);
        operations::mark(writing.conn(), operation.id, patient, done, instant).await?;
        tell(writing, &fait, NatureEvenement::NeutralisationOuverte);
    }
    Ok(())
}

/// The days that an operation neutralises: from the day on which the person is left without
/// médecin traitant, for the months of the law, until a new one takes effect.
fn neutralised(core: &Core, segments: &[Segment], operation: &Operation) -> Option<Periode> {
    let jour = operation.effet_du;
    if !operation.nature.neutralise() {
        return None;
    }
    if !est_ferme_par(segments, operation.id) || !medecins_le(segments, jour).is_empty() {
        return None;
    }
    let months = months(core, jour);
    let end = plus_mois(jour, i32::try_from(months).ok()?)?;
    let next = segments
        .iter()
        .map(|segment| segment.effet.du())
        .filter(|du| *du > jour && *du < end)
        .min()
        .filter(|_| valeur_ou_zero(core, Parametre::NeutralisationCesseAuChoix, jour) == 1);
    Periode::new(jour, Some(next.unwrap_or(end))).ok()
}

/// How many months the law neutralises, for a doctor who leaves on a day.
pub(super) fn months(core: &Core, jour: NaiveDate) -> i64 {
    valeur_ou_zero(core, Parametre::NeutralisationDepartMt, jour)
}

/// The value of a parameter on a day; zero on the days before its first.
fn valeur_ou_zero(core: &Core, parametre: Parametre, jour: NaiveDate) -> i64 {
    core.law()
        .parametres()
        .get(parametre)
        .and_then(|history| history.en_vigueur(jour))
        .and_then(|found| found.valeur)
        .unwrap_or_default()
}

fn tell(writing: &mut Writing<'_>, fait: &FaitDate<Neutralisation>, nature: NatureEvenement) {
    let donnees = json!({
        "effet_au": fait.effet.au(),
        "motif": fait.valeur.motif.mot(),
        "operation_id": fait.valeur.operation_id,
    });
    let fact = Fact::of(nature).doctor(fait.valeur.medecin_id).effective(fait.effet.du());
    writing.tell(fact.with(donnees));
}
