//! The legal engine against sources from outside.

mod argent;
mod boundaries;
mod ccam;
mod conseils;
mod contrats;
mod expertise;
mod facturation;
mod hopital;
mod indetermine;
mod lendemain;
mod livre;
mod lues;
mod nomenclature;
mod oracle;
mod parameters;
mod patient;
mod phrases;
mod properties;
mod published_examples;
mod recits;
mod registre;
mod registry;
mod remunerations;
mod situations;
pub mod support;
