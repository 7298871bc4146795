//! Traitant keeps the register of *médecins traitants* and evaluates every *feuille de soins*
//! against that register as it stood on the day of care.
//!
//! The map, from the shell to the core. Arrows say who may import whom; `tests/house` reads the
//! sources and refuses any other arrow.
//!
//! ```text
//! main → app → http, jobs ─→ services ─→ storage ─→ domain
//!                                └─────→ law ─────→ domain
//! ```
//!
//! - [`domain`]: nouns and state machines. Pure: no clock, no network, no database.
//! - [`law`]: dated parameters, rules, amounts, reasons. Pure, and never told today's date.
//! - [`storage`]: the only place with SQL.
//! - [`services`]: use cases: authorise, open a transaction, read, decide, write.
//! - [`auth`]: tokens and proofs of signature, checked and, in the sandbox, issued.
//! - [`http`]: the only place with axum.
//! - [`jobs`]: work done later, from rows written in a business transaction.
//! - [`webhooks`]: what the feed tells, sent to those who subscribed.
//! - [`sandbox`]: synthetic people.
//! - [`postgres`]: the private PostgreSQL server of the sandbox and of the tests.
//! - [`app`], [`ajouts`], [`analyseurs`], `serve`, `otlp`, [`config`], [`telemetry`]: putting the pieces together.

pub mod ajouts;
pub mod analyseurs;
pub mod app;
pub mod auth;
pub mod config;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod law;
mod otlp;
pub mod papiers;
pub mod postgres;
pub mod sandbox;
mod serve;
pub mod services;
pub mod storage;
pub mod telemetry;
pub mod webhooks;
