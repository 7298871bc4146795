//! The feuilles of a person, page by page.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::FeuilleEvaluee;
use crate::domain::acteur::Acteur;
use crate::domain::droits::Relation;
use crate::domain::ids::{FeuilleId, PatientId};
use crate::services::pages::PageVoulue;
use crate::services::{Contexte, Core, Seen, ServiceError};
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::feuilles_de_soins::{self, FeuilleRecue, QuestionFeuilles};
use crate::storage::{Connection, faits};

/// A page of feuilles, and after which one the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFeuilles {
    /// The feuilles, each with its evaluations.
    pub feuilles: Vec<FeuilleEvaluee>,
    /// The last one read, when others follow.
    pub suite: Option<FeuilleId>,
    /// How many there are, if it was asked.
    pub total: Option<u64>,
}

/// The feuilles of a person whose care took place between two days, both included. A doctor sees
/// his own, a caisse those of the days of its time.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
    jours: (NaiveDate, NaiveDate),
    page: PageVoulue<FeuilleId>,
) -> Result<Seen<PageFeuilles>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let executant = match contexte.acteur() {
        Acteur::Medecin(rpps) => Some(*rpps),
        Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => None,
    };
    let records = faits::records(search.conn(), &[patient]).await?;
    let limite = usize::try_from(page.limite).unwrap_or(usize::MAX);
    let question = QuestionFeuilles {
        dossiers: records.into_keys().collect(),
        executant,
        jours,
        apres: page.apres,
        limite: page.lus(),
    };
    let mut found = feuilles_de_soins::of_person(search.conn(), core.coffre(), &question).await?;
    // A doctor who never billed learns of the person only what he may know anyway.
    let billed: &[Relation] = match executant {
        Some(_) if !found.is_empty() => &[Relation::Executant],
        _ => &[],
    };
    let mut access = search.on(patient, billed).await?;
    let more = found.len() > limite;
    found.truncate(limite);
    let suite = found.last().filter(|_| more).map(|last| last.feuille.id);
    let vue = access.droit.vue.clone();
    let seen = |recue: &FeuilleRecue| {
        recue.feuille.feuille.soins.date_soins().is_some_and(|jour| vue.contient(jour))
    };
    found.retain(seen);
    let mut total = None;
    if page.avec_total {
        let all = QuestionFeuilles { apres: None, limite: i64::MAX, ..question };
        let all = feuilles_de_soins::of_person(access.conn(), core.coffre(), &all).await?;
        total = u64::try_from(all.iter().filter(|recue| seen(recue)).count()).ok();
    }
    let feuilles = with_evaluations(core, access.conn(), found).await?;
    access.show(PageFeuilles { feuilles, suite, total }).await
}

/// Feuilles with all their evaluations, each with its law.
pub(in crate::services) async fn with_evaluations(
    core: &Core,
    conn: &mut Connection,
    found: Vec<FeuilleRecue>,
) -> Result<Vec<FeuilleEvaluee>, ServiceError> {
    let ids: Vec<FeuilleId> = found.iter().map(|recue| recue.feuille.id).collect();
    let mut later: BTreeMap<FeuilleId, Vec<EvaluationEnregistree>> = BTreeMap::new();
    for one in evaluations::later(conn, core.coffre(), &ids).await? {
        later.entry(one.feuille_id).or_default().push(one);
    }
    let mut feuilles = Vec::with_capacity(found.len());
    for FeuilleRecue { feuille, evaluation } in found {
        let mut evaluations = Vec::new();
        let after = later.remove(&feuille.id).unwrap_or_default();
        for one in std::iter::once(evaluation).chain(after) {
            let law = core.law_of(conn, one.loi_id).await?;
            evaluations.push((one, law));
        }
        let (a_reexaminer, decidees) = (Vec::new(), Vec::new());
        feuilles.push(FeuilleEvaluee { feuille, evaluations, a_reexaminer, decidees });
    }
    Ok(feuilles)
}
