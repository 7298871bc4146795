//! The nouns of the register, without a database.

mod adressage;
mod attente;
mod calendar;
mod clock;
mod conciliation;
mod conjoint;
mod digest;
mod exoneration;
mod fuseau;
mod fusion;
mod histoire;
mod ids;
mod money;
mod numero;
mod operation;
mod patientele;
mod representation;
mod secret;
mod statistiques;
mod texte_libre;
