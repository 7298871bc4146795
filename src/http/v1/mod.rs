//! Version 1 of the API: one file a resource, with its shapes, its handlers and their documentation.

pub(crate) mod declarations;
pub(crate) mod evaluation;
pub(crate) mod feuilles_de_soins;
pub(crate) mod loi;
pub(crate) mod medecins;
pub(crate) mod medecins_traitants;
pub(crate) mod moi;
pub(crate) mod patients;
pub(crate) mod simulations;

use utoipa_axum::router::OpenApiRouter;

use super::AppState;

/// Every route of version 1. Registered through the documenting router: an undocumented route is
/// impossible.
pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(simulations::router())
        .merge(feuilles_de_soins::router())
        .merge(declarations::router())
        .merge(medecins_traitants::router())
        .merge(patients::router())
        .merge(medecins::router())
        .merge(moi::router())
        .merge(loi::router())
}
