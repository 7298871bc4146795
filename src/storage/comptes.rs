//! What was written since the program began, counted by kind when it is committed and never before: what is undone was
//! never counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::evaluation::CodeDetermine;
use crate::domain::evenement::Fact;
use crate::domain::vocabulary::Vocabulaire;

/// An event: its kind, and the word that sorts those of its kind, if there is one.
type Sorte = (&'static str, Option<String>);

/// How many of each.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Comptees {
    pub evenements: BTreeMap<Sorte, u64>,
    /// Evaluations, by the code that the law determined.
    pub evaluations: BTreeMap<&'static str, u64>,
}

impl Comptees {
    /// What a transaction is about to tell: feuilles that are told together are one event here, and as many evaluations.
    pub(super) fn tell(&mut self, fact: &Fact) {
        let sorte = (fact.nature.mot(), fact.sorte().map(str::to_owned));
        add(&mut self.evenements, sorte, 1);
    }

    /// What a transaction is about to evaluate.
    pub(super) fn evaluate(&mut self, code: CodeDetermine) {
        add(&mut self.evaluations, code.mot(), 1);
    }
}

/// One more, or many.
fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, many: u64) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(many);
}

/// What this program wrote.
#[derive(Debug, Default)]
pub(super) struct Comptes(Mutex<Comptees>);

impl Comptes {
    /// A transaction was committed.
    pub(super) fn add(&self, written: Comptees) {
        if written == Comptees::default() {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (sorte, many) in written.evenements {
            add(&mut all.evenements, sorte, many);
        }
        for (code, many) in written.evaluations {
            add(&mut all.evaluations, code, many);
        }
    }

    pub(super) fn read(&self) -> Comptees {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
