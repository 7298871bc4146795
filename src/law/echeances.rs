//! Which values are close to the end of their verification: what somebody has to read again, and by when.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Law;
use super::parameters::Parametre;
use crate::domain::calendar::lendemain;

/// Days before which an end is close: two months, to read the texts of a new year.
pub const PREAVIS: u64 = 60;

/// The parameters whose values were verified for days of care up to the same day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echeance {
    /// Last day of care for which they were verified.
    pub verifie_jusqu_au: NaiveDate,
    pub parametres: Vec<Parametre>,
}

impl Law {
    /// The ends of verification up to a day, included, the nearest first. Only values that go on beyond it count:
    /// what is over, or unknown, is not waiting for anybody.
    pub fn echeances(&self, jusqu_au: NaiveDate) -> Vec<Echeance> {
        let mut ends: BTreeMap<NaiveDate, Vec<Parametre>> = BTreeMap::new();
        for (parametre, historique) in self.parametres().iter() {
            let end = historique.verifie_jusqu_au;
            let goes_on = lendemain(end).is_some_and(|beyond| historique.est_a_verifier(beyond));
            if end <= jusqu_au && goes_on {
                ends.entry(end).or_default().push(parametre);
            }
        }
        let told = |(verifie_jusqu_au, parametres)| Echeance { verifie_jusqu_au, parametres };
        ends.into_iter().map(told).collect()
    }

    /// Last day of care for which every value that goes on was verified; nothing when none of them ends.
    pub fn verifiee_jusqu_au(&self) -> Option<NaiveDate> {
        self.echeances(NaiveDate::MAX).first().map(|first| first.verifie_jusqu_au)
    }
}
