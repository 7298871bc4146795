//! Version 1 of the API: one file or one folder a resource, with its shapes, its handlers and their documentation.

pub(crate) mod adressages;
pub(crate) mod conciliations;
pub(crate) mod creances;
pub(crate) mod declarations;
pub(crate) mod departs;
pub(crate) mod evaluation;
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
pub(crate) mod representations;
pub(crate) mod simulations;

use utoipa_axum::router::OpenApiRouter;

use super::AppState;

/// Every route of version 1. Registered through the documenting router: an undocumented route is
/// impossible.
pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(simulations::router())
        .merge(feuilles_de_soins::router())
        .merge(creances::router())
        .merge(declarations::router())
        .merge(medecins_traitants::router())
        .merge(departs::router())
        .merge(adressages::router())
        .merge(conciliations::router())
        .merge(patients::router())
        .merge(reevaluations::router())
        .merge(representations::router())
        .merge(medecins::router())
        .merge(operations::router())
        .merge(neutralisations::router())
        .merge(patientele::router())
        .merge(moi::router())
        .merge(loi::router())
}
