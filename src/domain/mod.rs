//! Nouns of the register and of the feuille de soins, and the state machines that move them.
//!
//! Nothing here reads a clock, a file, a network or a database: every fact is an argument. The
//! words are those of the law and of the forms, in French; the verbs are English.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod a_faire;
pub mod a_revoir;
pub mod acteur;
pub mod adressage;
pub mod annuaire;
pub mod calendar;
pub mod ccam;
pub mod clock;
pub mod conciliation;
pub mod conservation;
pub mod courrier;
pub mod creance;
pub mod declaration;
pub mod designation;
pub mod digest;
pub mod droits;
pub mod enumeration;
pub mod evaluation;
pub mod evenement;
pub mod export;
pub mod fait_date;
pub mod feuille_de_soins;
pub mod fil;
pub mod fin;
pub mod frise;
pub mod fuseau;
pub mod identifiers;
pub mod ids;
pub mod medecin;
pub mod mode;
pub mod money;
pub mod operation;
pub mod patient;
pub mod patientele;
pub mod rectification;
pub mod reevaluation;
pub mod remuneration;
pub mod representation;
pub mod reprise;
pub mod ressemblance;
pub mod statistiques;
pub mod tableur;
pub mod vie;
pub mod visite;
pub mod vocabulary;
pub mod webhook;
