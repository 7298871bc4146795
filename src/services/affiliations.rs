//! Which caisse a person depends on.

use chrono::NaiveDate;

use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Organisme;

/// The affiliation of a day among those of a person, by first day; or the last one before: a person
/// between two caisses is still followed by the one that they left. One that is planned does not count yet.
pub(super) fn affiliation_le(
    affiliations: impl IntoIterator<Item = (Periode, Organisme)>,
    jour: NaiveDate,
) -> Option<(Periode, Organisme)> {
    affiliations.into_iter().filter(|(effet, _)| effet.du() <= jour).last()
}

/// The caisse of a day.
pub(super) fn organisme_le(connues: &[FaitDate<Organisme>], jour: NaiveDate) -> Option<Organisme> {
    let all = connues.iter().map(|fait| (fait.effet, fait.valeur));
    affiliation_le(all, jour).map(|(_, organisme)| organisme)
}
