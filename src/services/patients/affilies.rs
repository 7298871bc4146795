//! The persons of a caisse: listed by what they have, or looked for by what people know of them.

use chrono::{Datelike, NaiveDate};

use crate::domain::calendar::age_revolu;
use crate::domain::identifiers::CommuneExercice;
use crate::domain::ids::PatientId;
use crate::domain::patient::Identite;
use crate::domain::ressemblance::Traits;
use crate::services::pages::PageVoulue;
use crate::services::{Contexte, Core, Seen, ServiceError};
use crate::storage::Connection;
use crate::storage::patients::affilies::{self, QuestionAffilies};

pub use crate::storage::patients::affilies::Affilie;

/// Persons read together.
const TRANCHE: i64 = 1_000;
/// Slices of persons looked at for one page, at most.
const TRANCHES: usize = 20;
/// The most persons given by a search by traits.
pub const RESSEMBLANCES: usize = 5;
/// The least score of whoever is given.
pub const SCORE: u8 = 70;
/// The most persons compared by a search: those of a large caisse born in one year are fewer.
const COMPARES: i64 = 60_000;

/// Which affiliates are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionListe {
    /// With a médecin traitant today, or without.
    pub avec: Option<bool>,
    /// Youngest and oldest, in years.
    pub ages: (u8, u8),
    pub commune: Option<CommuneExercice>,
    pub code_postal: Option<String>,
}

/// A page of affiliates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAffilies {
    pub affilies: Vec<Affilie>,
    /// The last one looked at, when others follow.
    pub suite: Option<PatientId>,
    pub total: Option<u64>,
    /// The day of the list.
    pub jour: NaiveDate,
}

impl QuestionListe {
    /// Whether somebody is looked for: what the database cannot compare is compared here.
    fn cherche(&self, one: &Affilie, jour: NaiveDate) -> bool {
        let age = age_revolu(one.identite.date_naissance.pour_calcul_age(), jour);
        let (least, most) = self.ages;
        let adresse = one.adresse.as_ref();
        let commune = adresse.and_then(|adresse| adresse.commune);
        let postcode = adresse.map(|adresse| adresse.code_postal.as_str());
        (least..=most).contains(&age)
            && self.commune.is_none_or(|asked| commune == Some(asked))
            && self.code_postal.as_deref().is_none_or(|asked| postcode == Some(asked))
    }
}

/// The living affiliates of the calling caisse, in the order of their ids. A page looks at a bounded number of
/// persons: it may be short, or empty, before the last.
pub async fn list_affilies(
    core: &Core,
    contexte: &Contexte,
    question: &QuestionListe,
    page: PageVoulue<PatientId>,
) -> Result<Seen<PageAffilies>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let (caisse, jour) = (contexte.acteur().identite(), core.today());
    let asked = stored(&caisse, jour, question);
    let limit = usize::try_from(page.limite).unwrap_or(usize::MAX);
    let (mut found, mut place, mut suite) = (Vec::new(), page.apres, None);
    for _ in 0..TRANCHES {
        let slice = slice(core, search.conn(), &asked, place).await?;
        let Slice { affilies, last, whole } = slice;
        place = last;
        found.extend(affilies.into_iter().filter(|one| question.cherche(one, jour)));
        suite = last.filter(|_| whole);
        if found.len() > limit {
            found.truncate(limit);
            suite = found.last().map(|one: &Affilie| one.patient_id);
            break;
        }
        if suite.is_none() {
            break;
        }
    }
    let total = if page.avec_total {
        Some(count(core, search.conn(), &asked, question).await?)
    } else {
        None
    };
    let persons: Vec<PatientId> = found.iter().map(|one| one.patient_id).collect();
    search.show_all(persons, PageAffilies { affilies: found, suite, total, jour }).await
}

/// What the database compares: years of birth, and whether there is a médecin traitant.
fn stored<'a>(caisse: &'a str, jour: NaiveDate, question: &QuestionListe) -> QuestionAffilies<'a> {
    let (least, most) = question.ages;
    let first = jour.year().saturating_sub(i32::from(most)).saturating_sub(1);
    let last = jour.year().saturating_sub(i32::from(least));
    QuestionAffilies { caisse, jour, nes: (first, last), avec: question.avec }
}

/// Persons read together: the last of them, and whether others may follow.
struct Slice {
    affilies: Vec<Affilie>,
    last: Option<PatientId>,
    whole: bool,
}

async fn slice(
    core: &Core,
    conn: &mut Connection,
    asked: &QuestionAffilies<'_>,
    apres: Option<PatientId>,
) -> Result<Slice, ServiceError> {
    let affilies = affilies::list(conn, core.coffre(), asked, apres, TRANCHE).await?;
    let last = affilies.last().map(|one| one.patient_id);
    let whole = i64::try_from(affilies.len()).is_ok_and(|count| count == TRANCHE);
    Ok(Slice { affilies, last, whole })
}

async fn count(
    core: &Core,
    conn: &mut Connection,
    asked: &QuestionAffilies<'_>,
    question: &QuestionListe,
) -> Result<u64, ServiceError> {
    let (mut total, mut place) = (0_usize, None);
    loop {
        let Slice { affilies, last, whole } = slice(core, conn, asked, place).await?;
        let looked_for = affilies.iter().filter(|one| question.cherche(one, asked.jour)).count();
        total = total.saturating_add(looked_for);
        place = last;
        if !whole {
            return Ok(u64::try_from(total).unwrap_or(u64::MAX));
        }
    }
}

/// Somebody who resembles what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ressemblance {
    pub patient_id: PatientId,
    pub identite: Identite,
    /// Out of a hundred.
    pub score: u8,
}

/// Who resembles what was asked, the nearest first; whether there were others.
pub type Ressemblances = (Vec<Ressemblance>, bool);

/// The affiliates of the calling caisse who resemble traits: born that day, or that year when the date may be wrong.
/// Who finds nobody used one of their tries with that birth date.
pub async fn find_by_traits(
    core: &Core,
    contexte: &Contexte,
    traits: &Traits,
    approche: bool,
) -> Result<Seen<Ressemblances>, ServiceError> {
    let (caisse, jour, coffre) = (contexte.acteur().identite(), core.today(), core.coffre());
    let birth = traits.date_naissance;
    let year = birth.as_str().get(..4).unwrap_or_default().to_owned();
    let (first, last) = if approche {
        (format!("{year}-00-00"), format!("{year}-99-99"))
    } else {
        (birth.to_string(), birth.to_string())
    };
    let search = core.search(contexte).await?;
    let looking = async |conn: &mut Connection| {
        let scope = (caisse.as_str(), jour);
        let born = affilies::born(conn, coffre, scope, (&first, &last), COMPARES).await?;
        let scored = born.into_iter().map(|(patient_id, identite)| {
            let score = traits.score(&identite);
            Ressemblance { patient_id, identite, score }
        });
        Ok(scored.filter(|one| one.score >= SCORE).collect())
    };
    let (search, mut found) = search.by_traits(&birth, looking).await?;
    found.sort_by_key(|one| (std::cmp::Reverse(one.score), one.patient_id));
    let others = found.len() > RESSEMBLANCES;
    found.truncate(RESSEMBLANCES);
    let persons: Vec<PatientId> = found.iter().map(|one| one.patient_id).collect();
    search.show_all(persons, (found, others)).await
}
