//! The feuilles of the patients of a caisse that a clerk should look at again, page by page.
//!
//! The feuilles are found by their persons, some at a time: nothing is kept for it when a feuille is
//! received. A page looks at a bounded number of persons, and may so be short, or empty, before the last.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::feuilles_de_soins::{Tenue, tenues};
use super::{Contexte, Core, Seen, ServiceError};
use crate::domain::a_revoir::{self as revue, Alentours, Autour, MotifRevue, Raison};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::storage::evaluations::EvaluationEnregistree;
use crate::storage::feuilles_de_soins::FeuilleEnregistree;
use crate::storage::{Connection, a_revoir, avis_ponctuels, faits};

/// Persons read together.
const TRANCHE: i64 = 64;
/// Slices of persons looked at for one page, at most.
const TRANCHES: usize = 16;

/// Where a page ended: a person, and the last of their feuilles that was shown; all of them, without.
pub type Place = (PatientId, Option<FeuilleId>);

/// Which feuilles are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuestionRevue {
    /// First and last day of care.
    pub jours: (NaiveDate, NaiveDate),
    /// Only for reasons that appeared from this instant on.
    pub depuis: Option<DateTime<Utc>>,
    /// Only for this reason.
    pub motif: Option<MotifRevue>,
    /// After this place.
    pub apres: Option<Place>,
    pub limite: usize,
    /// Whether all of them are counted too, whatever the page.
    pub avec_total: bool,
}

/// A feuille to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleARevoir {
    /// The person, whatever the record that received the feuille.
    pub patient_id: PatientId,
    pub feuille: FeuilleEnregistree,
    /// Its last evaluation.
    pub derniere: EvaluationEnregistree,
    /// Why.
    pub raisons: Vec<Raison>,
}

/// A page of them, and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRevue {
    /// By person, then as they came.
    pub feuilles: Vec<FeuilleARevoir>,
    /// Where this page ended, when others may follow.
    pub suite: Option<Place>,
    /// How many there are, if it was asked.
    pub total: Option<u64>,
}

/// Lists the feuilles of those who depend on the calling caisse that something calls to look at
/// again. Each person shown is traced.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    question: &QuestionRevue,
) -> Result<Seen<PageRevue>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let caisse = contexte.acteur().identite();
    let mut page = PageRevue::default();
    let mut place = question.apres;
    for _ in 0..TRANCHES {
        let scope = (caisse.as_str(), core.today());
        let from = place.map(|(person, _)| person);
        let mut persons = a_revoir::persons(search.conn(), scope, from, TRANCHE).await?;
        let whole = persons.len() >= usize::try_from(TRANCHE).unwrap_or(usize::MAX);
        let next = persons.last().filter(|_| whole).map(|last| (*last, None));
        persons.retain(|person| place != Some((*person, None)));
        let found = to_look_at(core, search.conn(), (&caisse, &persons), question).await?;
        let beyond = |one: &FeuilleARevoir| {
            place.is_none_or(|(person, last)| {
                one.patient_id != person || last.is_some_and(|last| one.feuille.id > last)
            })
        };
        page.feuilles.extend(found.into_iter().filter(beyond));
        place = next;
        if page.feuilles.len() > question.limite {
            page.feuilles.truncate(question.limite);
            let last = page.feuilles.last();
            place = last.map(|last| (last.patient_id, Some(last.feuille.id)));
            break;
        }
        if place.is_none() {
            break;
        }
    }
    page.suite = place;
    if question.avec_total {
        page.total = Some(count(core, search.conn(), &caisse, question).await?);
    }
    let persons: Vec<PatientId> = page.feuilles.iter().map(|one| one.patient_id).collect();
    search.show_all(persons, page).await
}

/// Counts the feuilles of a question over all the persons of the caisse.
async fn count(
    core: &Core,
    conn: &mut Connection,
    caisse: &str,
    question: &QuestionRevue,
) -> Result<u64, ServiceError> {
    let (mut total, mut after) = (0_u64, None::<PatientId>);
    loop {
        let scope = (caisse, core.today());
        let mut persons = a_revoir::persons(conn, scope, after, TRANCHE).await?;
        let whole = persons.len() >= usize::try_from(TRANCHE).unwrap_or(usize::MAX);
        let last = persons.last().copied();
        // The bound is a person already looked at.
        persons.retain(|person| after != Some(*person));
        let found = to_look_at(core, conn, (caisse, &persons), question).await?;
        total = total.saturating_add(u64::try_from(found.len()).unwrap_or(u64::MAX));
        after = last;
        if !whole || last.is_none() {
            return Ok(total);
        }
    }
}

/// The feuilles of some persons that something calls to look at again, by person, then by id.
async fn to_look_at(
    core: &Core,
    conn: &mut Connection,
    (caisse, persons): (&str, &[PatientId]),
    question: &QuestionRevue,
) -> Result<Vec<FeuilleARevoir>, ServiceError> {
    let owners = faits::records(conn, persons).await?;
    let held = tenues(core, conn, &owners, question.jours).await?.into_iter();
    let feuilles: Vec<FeuilleARevoir> =
        held.map(|Tenue { patient: patient_id, kept: feuille, last: derniere, .. }| {
            FeuilleARevoir { patient_id, feuille, derniere, raisons: Vec::new() }
        })
        .collect();
    let Some(oldest) = feuilles.iter().map(|one| one.derniere.connu_le).min() else {
        return Ok(Vec::new());
    };
    let around = around(conn, caisse, (persons, &owners), oldest).await?;
    let nothing = Alentours::default();
    let ruptures = ruptures(conn, &feuilles).await?;
    let deces: BTreeMap<PatientId, (NaiveDate, DateTime<Utc>)> = faits::deaths(conn, persons, None)
        .await?
        .into_iter()
        .map(|one| (one.patient_id, (one.jour, one.enregistre_le)))
        .collect();
    let mut found = Vec::new();
    for mut one in feuilles {
        let Some(jours) = one.feuille.feuille.soins.jours() else { continue };
        let of = one.patient_id;
        let autour = Autour {
            jours,
            connu_le: one.derniere.connu_le,
            alentours: around.get(&of).unwrap_or(&nothing),
            ruptures: ruptures.get(&one.feuille.id).map_or(&[], Vec::as_slice),
            deces: deces.get(&of).copied(),
        };
        one.raisons = revue::raisons(&one.derniere.evaluation, &autour);
        one.raisons.retain(|raison| {
            question.motif.is_none_or(|motif| motif == raison.motif)
                && question.depuis.is_none_or(|depuis| depuis <= raison.apparue_le)
        });
        if !one.raisons.is_empty() {
            found.push(one);
        }
    }
    found.sort_by_key(|one| (one.patient_id, one.feuille.id));
    Ok(found)
}

/// What was recorded since an instant about some persons, records merged into theirs included, and the
/// reevaluations applied to them.
pub(super) async fn around(
    conn: &mut Connection,
    caisse: &str,
    (persons, owners): (&[PatientId], &BTreeMap<PatientId, PatientId>),
    since: DateTime<Utc>,
) -> Result<BTreeMap<PatientId, Alentours>, ServiceError> {
    let records: Vec<PatientId> = owners.keys().copied().collect();
    let mut around: BTreeMap<PatientId, Alentours> = BTreeMap::new();
    for (record, fait) in a_revoir::faits(conn, &records, since).await? {
        let owner = owners.get(&record).copied().unwrap_or(record);
        around.entry(owner).or_default().faits.push(fait);
    }
    for (person, one) in a_revoir::reexamens(conn, caisse, persons, since).await? {
        around.entry(person).or_default().reexamens.push(one);
    }
    Ok(around)
}

/// What contradicts the opinions of some feuilles, when it is of the same person: an opinion is kept under
/// the record that received its feuille.
async fn ruptures(
    conn: &mut Connection,
    feuilles: &[FeuilleARevoir],
) -> Result<BTreeMap<FeuilleId, Vec<revue::Rupture>>, ServiceError> {
    let owners: BTreeMap<FeuilleId, PatientId> =
        feuilles.iter().map(|one| (one.feuille.id, one.patient_id)).collect();
    let records: BTreeSet<PatientId> = feuilles.iter().map(|one| one.feuille.patient_id).collect();
    let records: Vec<PatientId> = records.into_iter().collect();
    let mut found: BTreeMap<FeuilleId, Vec<revue::Rupture>> = BTreeMap::new();
    for one in avis_ponctuels::ruptures(conn, &records, None).await? {
        if owners.get(&one.avis) == Some(&one.proprietaire) {
            let rupture = revue::Rupture { par: one.par.feuille, enregistre_le: one.enregistre_le };
            found.entry(one.avis).or_default().push(rupture);
        }
    }
    Ok(found)
}
