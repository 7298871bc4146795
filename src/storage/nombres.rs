//! Numbers of rows and of bytes: never negative here, `bigint` in the database.

/// A number as the database keeps it.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that the database kept.
pub(super) fn read(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
