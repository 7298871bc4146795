//! Tests of the house itself: who may import whom, where SQL may be, how long files are, and
//! whether what the documents name exists.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    unreachable_pub,
    reason = "a test that cannot go on fails"
)]

mod architecture;
mod codes;
mod comments;
mod debian;
mod documents;
mod files;
mod packaging;
mod statements;
mod supply;
