//! What `loi.toml` says of the whole law, and what becomes of days of care that nobody verified yet.

use chrono::NaiveDate;
use serde::Deserialize;

use super::InvalidLaw;
use super::parameters::civil;
use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// What becomes of an answer that reads a value beyond the day until which it was verified.
    AuDela ("au_dela") {
        /// It is given with the last value, and a warning.
        Avertir = 1 "avertir",
        /// It is refused.
        Refuser = 2 "refuser",
    }
);

/// The covered period, and the number of the reasoning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Couverture {
    /// First day of care covered.
    pub(super) premier_jour: NaiveDate,
    /// Last day of care for which the values of the tree were verified.
    pub(super) verifie_jusqu_au: NaiveDate,
    pub(super) moteur: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LawFile {
    couverture_du: toml::value::Datetime,
    verifie_jusqu_au: toml::value::Datetime,
    moteur: u32,
}

impl Couverture {
    pub(super) fn embedded() -> Result<Self, InvalidLaw> {
        let file: LawFile = toml::from_str(include_str!("loi.toml"))
            .map_err(|error| InvalidLaw::Couverture(error.to_string()))?;
        let day = |date: toml::value::Datetime| {
            civil(&toml::Value::Datetime(date))
                .ok_or_else(|| InvalidLaw::Couverture("two civil days are expected".to_owned()))
        };
        Ok(Self {
            premier_jour: day(file.couverture_du)?,
            verifie_jusqu_au: day(file.verifie_jusqu_au)?,
            moteur: file.moteur,
        })
    }
}
