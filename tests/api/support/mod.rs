//! What tests share: a server, a database each, an application, and callers with verbs.

pub mod app;
pub mod auth;
mod bac;
pub mod cessation;
pub mod contract;
pub mod database;
pub mod fhir;
pub mod issuer;
pub mod logs;
pub mod medecins;
pub mod papier;
pub mod patientele;
pub mod process;
mod reply;
pub mod server;
pub mod vie;

pub use app::TestApp;
