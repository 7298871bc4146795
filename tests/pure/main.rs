//! Tests of the pure core: identifiers, calendar, law. No database, no network.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test that cannot go on fails"
)]

mod creances;
mod fins;
mod frise;
mod identifiers;
mod law;
