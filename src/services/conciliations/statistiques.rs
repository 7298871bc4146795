//! How long the insured persons of a caisse wait: counts, nobody in particular.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::calendar::{Periode, debut_de_mois, lendemain, plus_mois};
use crate::domain::conciliation::{Attente, EtatConciliation};
use crate::services::{Contexte, Core, ServiceError};
use crate::storage::conciliations;

/// Months that the statistics show when nothing else is asked: this one and those before.
const MOIS_PAR_DEFAUT: i32 = 12;

/// How people of a caisse waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistiques {
    /// Régime and caisse, five digits.
    pub caisse: String,
    /// Days on which searches ended.
    pub periode: Periode,
    /// Searches open now, and the days waited until today.
    pub ouvertes: Attente,
    /// Searches that ended in the period.
    pub terminees: Attente,
    /// The same, by outcome.
    pub par_issue: BTreeMap<EtatConciliation, Attente>,
    /// The same, by month of the end.
    pub par_mois: BTreeMap<NaiveDate, Attente>,
}

/// The days that statistics count: those asked for, or this month and the eleven before.
/// `None` when they end before they begin.
pub fn period(core: &Core, du: Option<NaiveDate>, au: Option<NaiveDate>) -> Option<Periode> {
    let today = core.today();
    let first = plus_mois(debut_de_mois(today), 1_i32.saturating_sub(MOIS_PAR_DEFAUT));
    let au = au.or_else(|| lendemain(today));
    Periode::new(du.or(first)?, Some(au?)).ok()
}

/// The waiting of those who asked the caller, a caisse, for help.
pub async fn count(
    core: &Core,
    contexte: &Contexte,
    periode: Periode,
) -> Result<Statistiques, ServiceError> {
    let mut search = core.search(contexte).await?;
    let (code, today) = (contexte.acteur().identite(), core.today());
    let (du, au) = (periode.du(), periode.au().unwrap_or(NaiveDate::MAX));
    let waited = conciliations::waited(search.conn(), &code, du, au).await?;
    let waiting = conciliations::waiting(search.conn(), &code, today).await?;
    drop(search);
    let mut statistics = Statistiques {
        caisse: code,
        periode,
        ouvertes: Attente::default(),
        terminees: Attente::default(),
        par_issue: BTreeMap::new(),
        par_mois: BTreeMap::new(),
    };
    for (jours, nombre) in waiting {
        statistics.ouvertes.add(jours, nombre);
    }
    for group in waited {
        statistics.terminees.add(group.jours, group.nombre);
        statistics.par_issue.entry(group.etat).or_default().add(group.jours, group.nombre);
        statistics.par_mois.entry(group.mois).or_default().add(group.jours, group.nombre);
    }
    Ok(statistics)
}
