//! Tests over a real PostgreSQL: the whole application, in the words of its callers.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test that cannot go on fails, and its harness reads the environment"
)]

mod support;

mod access;
mod changements_caisse;
mod conflits;
mod deces;
mod declarations;
mod errors;
mod feuilles;
mod fusions;
mod idempotency;
mod identites;
mod jobs;
mod migrations;
mod openapi;
mod races;
mod readme;
mod sandbox;
mod schema;
mod scissions;
mod service;
mod story;
