//! Which caisse a person depends on.

use chrono::NaiveDate;

use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Organisme;

/// The organisme of a day among those of a person, by first day; or the last one before: a person
/// between two caisses is still followed by the one that they left.
pub(super) fn organisme_le(
    affiliations: impl IntoIterator<Item = (Periode, Organisme)>,
    jour: NaiveDate,
) -> Option<Organisme> {
    let known = affiliations.into_iter().filter(|(effet, _)| effet.du() <= jour);
    known.last().map(|(_, organisme)| organisme)
}

/// The caisses of a person, by first day.
#[derive(Debug, Clone)]
pub(super) struct Affiliations(pub(super) Vec<FaitDate<Organisme>>);

impl Affiliations {
    /// The caisse on a day.
    pub(super) fn le(&self, jour: NaiveDate) -> Option<Organisme> {
        organisme_le(self.0.iter().map(|fait| (fait.effet, fait.valeur)), jour)
    }
}
