//! Which caisse a person depends on, and what a caisse of before may still read.

use chrono::NaiveDate;

use crate::domain::acteur::Caisse;
use crate::domain::fait_date::{FaitDate, en_vigueur};
use crate::domain::identifiers::Organisme;

/// The caisses of a person, by first day.
#[derive(Debug, Clone)]
pub(super) struct Affiliations(pub(super) Vec<FaitDate<Organisme>>);

impl Affiliations {
    /// The caisse on a day. Between two caisses, the one before still answers.
    pub(super) fn le(&self, jour: NaiveDate) -> Option<Organisme> {
        let before = self.0.iter().rev().find(|fait| fait.effet.du() <= jour);
        en_vigueur(&self.0, jour).or(before.map(|fait| &fait.valeur)).copied()
    }

    /// Whether a caisse reads what was written on a day: the present caisse reads everything, one of
    /// before what is of its time.
    pub(super) fn lisible(&self, caisse: &Caisse, jour: NaiveDate, aujourd_hui: NaiveDate) -> bool {
        [aujourd_hui, jour]
            .into_iter()
            .any(|day| self.le(day).is_some_and(|organisme| caisse.gere(&organisme)))
    }
}
