//! The legal engine against sources from outside.

mod boundaries;
mod facturation;
mod parameters;
mod patient;
mod properties;
mod published_examples;
mod registry;
mod situations;
pub mod support;
