//! How long people waited, in whole days and about nobody in particular.

use std::collections::BTreeMap;

/// How many people waited how many days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attente(BTreeMap<i64, u64>);

impl Attente {
    /// Adds people who waited so many days.
    pub fn add(&mut self, jours: i64, nombre: u64) {
        let known = self.0.entry(jours).or_default();
        *known = known.saturating_add(nombre);
    }

    /// Adds all of others.
    pub fn plus(&mut self, others: &Self) {
        others.0.iter().for_each(|(jours, nombre)| self.add(*jours, *nombre));
    }

    /// How many people.
    pub fn nombre(&self) -> u64 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The day count that half of the people did not exceed.
    pub fn mediane(&self) -> Option<i64> {
        self.centile(50)
    }

    /// The smallest day count that this share of the people, in hundredths, did not exceed: a day
    /// count that somebody really waited, never one in between.
    pub fn centile(&self, centile: u64) -> Option<i64> {
        let rank = self.nombre().saturating_mul(centile).div_ceil(100).max(1);
        let mut seen: u64 = 0;
        self.0.iter().find_map(|(jours, count)| {
            seen = seen.saturating_add(*count);
            (seen >= rank).then_some(*jours)
        })
    }
}
