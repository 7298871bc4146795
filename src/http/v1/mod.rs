//! Version 1 of the API: one file or one folder a resource, with its shapes, its handlers and their documentation.

pub(crate) mod a_faire;
pub(crate) mod abonnements;
pub(crate) mod acces;
mod acte;
pub(crate) mod adressages;
pub(crate) mod annuaire;
pub(crate) mod conciliations;
pub(crate) mod courriers;
pub(crate) mod creances;
pub(crate) mod declarations;
pub(crate) mod departs;
pub(crate) mod dossier_complet;
pub(crate) mod evaluation;
pub(crate) mod evenements;
pub(crate) mod exports;
pub(crate) mod familles;
pub(crate) mod feuilles_de_soins;
pub(crate) mod instruction;
pub(crate) mod loi;
pub(crate) mod medecins;
pub(crate) mod medecins_traitants;
pub(crate) mod moi;
pub(crate) mod neutralisations;
pub(crate) mod operations;
pub(crate) mod patientele;
pub(crate) mod patients;
pub(crate) mod reevaluations;
pub(crate) mod reglement;
pub(crate) mod remunerations;
pub(crate) mod representations;
pub(crate) mod reprises;
pub(crate) mod simulations;
pub(crate) mod statistiques;
pub(crate) mod travaux;

use utoipa_axum::router::OpenApiRouter;

use super::AppState;
use super::openapi::about;

/// Every route of version 1. Registered through the documenting router: an undocumented route is
/// impossible.
pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(about("simulations", simulations::router()))
        .merge(about("feuilles-de-soins", feuilles_de_soins::router()))
        .merge(about("creances", creances::router()))
        .merge(about("declarations", declarations::router()))
        .merge(about("medecin-traitant", medecins_traitants::router()))
        .merge(about("medecin-traitant", departs::router()))
        .merge(about("adressages", adressages::router()))
        .merge(about("conciliations", conciliations::router()))
        .merge(about("patients", patients::router()))
        .merge(about("reevaluations", reevaluations::router()))
        .merge(about("patients", representations::router()))
        .merge(about("patients", dossier_complet::router()))
        .merge(about("reprises", reprises::router()))
        .merge(about("exports", exports::router()))
        .merge(about("courriers", courriers::router()))
        .merge(about("medecins", medecins::router()))
        .merge(about("operations", operations::router()))
        .merge(about("medecin-traitant", neutralisations::router()))
        .merge(about("medecins", patientele::router()))
        .merge(about("medecins", remunerations::router()))
        .merge(about("moi", moi::router()))
        .merge(about("moi", acces::router()))
        .merge(about("moi", a_faire::router()))
        .merge(about("evenements", evenements::router()))
        .merge(about("evenements", abonnements::router()))
        .merge(about("loi", loi::router()))
        .merge(about("medecins", annuaire::router()))
        .merge(about("statistiques", statistiques::router()))
        .merge(familles::router())
        .merge(travaux::router())
}
