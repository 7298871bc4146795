//! Tests of the pure core (identifiers, calendar, law), of tokens and of settings. No database, no network but the
//! machine's own.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test that cannot go on fails"
)]

mod ajouts;
mod analyseurs;
mod annuaire;
mod auth;
mod bac_a_sable;
mod ccam;
mod config;
mod courriers;
mod creances;
mod domain;
mod droits;
mod evenements;
mod exports;
mod fins;
mod frise;
mod identifiers;
mod law;
mod reprises;
mod tableur;
mod webhooks;
