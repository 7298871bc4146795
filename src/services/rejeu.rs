//! Stored evaluations made again from what is stored, to prove that they still say the same.
//!
//! Nothing of the register is read: the facts are those kept with each evaluation, the law is the one
//! of its number. What the register had said otherwise than the feuille is such a fact too: it is
//! taken as it was noted.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::evaluations::ask_again;
use super::{Core, ServiceError};
use crate::domain::calendar::plus_mois;
use crate::domain::evaluation::Evaluation;
use crate::domain::feuille_de_soins::Soins;
use crate::domain::ids::FeuilleId;
use crate::law::LawError;
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::feuilles_de_soins::FeuilleRecue;
use crate::storage::{Connection, feuilles_de_soins};

/// Feuilles read at once.
const PAGE: i64 = 1_000;

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejeu {
    pub evaluations: u64,
    /// Those of them that are the same, byte for byte.
    pub identiques: u64,
    /// Those that say the same and would be written otherwise by this program.
    pub autrement_ecrites: u64,
    /// Those whose law this program only knows in part: its rules are no longer those of the time.
    /// They are not compared.
    pub autre_programme: u64,
    /// Those that do not say the same: feuille and number.
    pub differentes: Vec<(FeuilleId, i16)>,
}

impl Rejeu {
    /// Counts an evaluation that does not open.
    fn touched(&mut self, which: (FeuilleId, i16)) {
        self.evaluations = self.evaluations.saturating_add(1);
        self.differentes.push(which);
    }

    fn plus(&mut self, other: Self) {
        self.evaluations = self.evaluations.saturating_add(other.evaluations);
        self.identiques = self.identiques.saturating_add(other.identiques);
        self.autrement_ecrites = self.autrement_ecrites.saturating_add(other.autrement_ecrites);
        self.autre_programme = self.autre_programme.saturating_add(other.autre_programme);
        self.differentes.extend(other.differentes);
    }
}

/// Replays every evaluation of the feuilles of some days of care, both included; of all of them
/// without days. `vu` is told how many feuilles were looked at since the last time.
pub async fn replay(
    core: &Core,
    (du, au): (Option<NaiveDate>, Option<NaiveDate>),
    vu: impl Fn(usize),
) -> Result<Rejeu, ServiceError> {
    let mut rejeu = Rejeu::default();
    let mut conn = core.public("rejeu.days").await?;
    let Some((first, last)) = feuilles_de_soins::days(&mut conn).await? else {
        return Ok(rejeu);
    };
    let (first, last) = (du.unwrap_or(first).max(first), au.unwrap_or(last).min(last));
    let mut month = first.with_day(1).unwrap_or(first);
    while month <= last {
        let Some(next) = plus_mois(month, 1) else { break };
        // Only the days asked of the first and of the last month.
        let after_last = last.succ_opt().unwrap_or(last);
        let days = (month.max(first), next.min(after_last));
        let mut after = None;
        loop {
            let page =
                feuilles_de_soins::page_vue(&mut conn, core.coffre(), days, (after, PAGE)).await?;
            let Some(end) = page.last().map(|(id, _)| *id) else { break };
            vu(page.len());
            after = Some(end);
            rejeu.plus(replay_page(core, &mut conn, days, page).await?);
        }
        month = next;
    }
    Ok(rejeu)
}

async fn replay_page(
    core: &Core,
    conn: &mut Connection,
    days: (NaiveDate, NaiveDate),
    page: Vec<(FeuilleId, Option<FeuilleRecue>)>,
) -> Result<Rejeu, ServiceError> {
    let ids: Vec<FeuilleId> = page.iter().map(|(id, _)| *id).collect();
    let mut later: BTreeMap<FeuilleId, Vec<EvaluationEnregistree>> = BTreeMap::new();
    let mut rejeu = Rejeu::default();
    // What does not open was touched: who writes it without the keys cannot seal it.
    for (id, numero, read) in evaluations::later_vues(conn, core.coffre(), &ids).await? {
        match read {
            Some(one) => later.entry(id).or_default().push(one),
            None => rejeu.touched((id, numero)),
        }
    }
    let kept = evaluations::kept_bytes(conn, core.coffre(), days, &ids).await?;
    let kept: BTreeMap<(FeuilleId, i16), Vec<u8>> =
        kept.into_iter().map(|(id, numero, bytes)| ((id, numero), bytes)).collect();
    for (id, recue) in page {
        let Some(recue) = recue else {
            rejeu.touched((id, 1));
            continue;
        };
        let soins = &recue.feuille.feuille.soins;
        let after = later.remove(&recue.feuille.id).unwrap_or_default();
        for stored in std::iter::once(recue.evaluation).chain(after) {
            let key = (stored.feuille_id, stored.numero);
            rejeu.evaluations = rejeu.evaluations.saturating_add(1);
            let loi = core.law_of(conn, stored.loi_id).await?;
            if !loi.est_entiere() {
                rejeu.autre_programme = rejeu.autre_programme.saturating_add(1);
                continue;
            }
            let Ok(evaluation) = again(&loi.law, soins, &stored) else {
                rejeu.differentes.push(key);
                continue;
            };
            let same = evaluation == stored.evaluation;
            let made = EvaluationEnregistree { evaluation, ..stored };
            if kept.get(&key).is_some_and(|bytes| *bytes == evaluations::bytes(&made)) {
                rejeu.identiques = rejeu.identiques.saturating_add(1);
            } else if same {
                rejeu.autrement_ecrites = rejeu.autrement_ecrites.saturating_add(1);
            } else {
                rejeu.differentes.push(key);
            }
        }
    }
    Ok(rejeu)
}

/// The evaluation made from the facts that are kept with it.
fn again(
    law: &crate::law::Law,
    soins: &Soins,
    stored: &EvaluationEnregistree,
) -> Result<Evaluation, LawError> {
    let mut evaluation = ask_again(law, soins, &stored.faits)?;
    let noted = stored.evaluation.avertissements.iter();
    evaluation.avertissements.extend(noted.filter(|one| one.code.est_note()));
    Ok(evaluation)
}
