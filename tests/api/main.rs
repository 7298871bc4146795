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

mod a_faire;
mod a_revoir;
mod access;
mod actes_nationaux;
mod actes_reunis;
mod adressages;
mod affluence;
mod annulations;
mod apres_deces;
mod au_repos;
mod bac_a_sable;
mod base;
mod caduques;
mod cartes;
mod ccam;
mod cessations;
mod changements_caisse;
mod cles;
mod conciliations;
mod conflits;
mod conjointes;
mod contenus;
mod contestations;
mod corps;
mod corrections;
mod courriers;
mod creances;
mod curseurs;
mod cycle;
mod debits;
mod deces;
mod declarations;
mod delais;
mod diagnostic;
mod doctors;
mod dossier;
mod dossier_complet;
mod droits;
mod enveloppe;
mod errors;
mod essai;
mod essais;
mod etat_civil;
mod etats;
mod evaluer;
mod evenements;
mod exemples;
mod explications;
mod exports;
mod familles;
mod feuilles;
mod fhir;
mod fiches;
mod formulaires;
mod fusions;
mod fusions_suites;
mod horloges;
mod http;
mod idempotency;
mod identites;
mod impossible;
mod jetons;
mod jobs;
mod lendemain;
mod liens;
mod limitations;
mod liste_feuilles;
mod loi;
mod lots;
mod manuel;
mod mesures;
mod migrations;
mod mineurs;
mod modele;
mod mutations;
mod neutralisations;
mod openapi;
mod operations;
mod otlp;
mod outremer;
mod pages;
mod pannes;
mod parameters;
mod parcours;
mod patientele;
mod preuves;
mod production;
mod purges;
mod races;
mod readme;
mod receptions;
mod rectifications;
mod reevaluations;
mod reformes;
mod registre_decide;
mod registre_scelle;
mod rejeu;
mod remunerations;
mod replique;
mod representants;
mod reprises;
mod retours;
mod retraits;
mod sandbox;
mod sceaux;
mod schema;
mod scissions;
mod scissions_feuilles;
mod service;
mod sexes;
mod signatures;
mod simulateur;
mod simulations;
mod simulations_connues;
mod simulations_lots;
mod situations;
mod statistiques;
mod story;
mod tableau_de_bord;
mod texts;
mod trouver;
mod volontes;
mod webhooks;
