//! Periods as PostgreSQL ranges.

use std::ops::Bound;

use chrono::NaiveDate;
use sqlx::postgres::types::PgRange;

use super::StorageError;
use crate::domain::calendar::Periode;

/// The range of a period.
pub(super) fn to_range(periode: Periode) -> PgRange<NaiveDate> {
    PgRange {
        start: Bound::Included(periode.du()),
        end: periode.au().map_or(Bound::Unbounded, Bound::Excluded),
    }
}

/// The period of a range, which PostgreSQL gives back closed at its start and open at its end.
pub(super) fn to_periode(
    range: &PgRange<NaiveDate>,
    table: &'static str,
) -> Result<Periode, StorageError> {
    let wrong = |what: &str| StorageError::inconsistent(table, "effet", what);
    let Bound::Included(du) = range.start else { return Err(wrong("no first day")) };
    let au = match range.end {
        Bound::Excluded(au) => Some(au),
        Bound::Unbounded => None,
        Bound::Included(_) => return Err(wrong("closed at its end")),
    };
    Periode::new(du, au).map_err(|error| wrong(&error.to_string()))
}
