//! The legal engine against sources from outside.

mod argent;
mod boundaries;
mod ccam;
mod contrats;
mod facturation;
mod hopital;
mod indetermine;
mod livre;
mod parameters;
mod patient;
mod properties;
mod published_examples;
mod registre;
mod registry;
mod situations;
pub mod support;
