//! The law, as anybody may read it.

use chrono::NaiveDate;

use super::{ServiceError, Services};
pub use crate::law::livre::{Comparaison, LoiDuJour, ParametreDuJour, rang};
pub use crate::law::references::{Reference, Verification};
pub use crate::law::rule::Fiche;

impl Services {
    /// The law of a day of care; of today when no day is asked for.
    pub fn loi_du(&self, jour: Option<NaiveDate>) -> Result<LoiDuJour, ServiceError> {
        Ok(self.law.du_jour(jour.unwrap_or_else(|| self.clock.today()))?)
    }

    /// What differs between the laws of two days of care.
    pub fn comparer_lois(&self, du: NaiveDate, au: NaiveDate) -> Result<Comparaison, ServiceError> {
        Ok(self.law.comparer(du, au)?)
    }
}
