//! What a token says about its bearer.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::droits::Portee;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::Appel;
use crate::http::idempotency::{Anonymous, json as respond_json};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::schemas::RoleAppelant;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(whoami))
}

/// Porteur du jeton.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoiVue {
    /// Rôle.
    #[schema(value_type = RoleAppelant)]
    role: &'static str,
    /// RPPS du médecin, identifiant interne du patient, code de la caisse, ou referentiel.
    #[schema(example = "99900001233")]
    identite: String,
    /// Portées du jeton.
    portees: Vec<Portee>,
}

impl Anonymous for MoiVue {}

/// Savoir qui l'on est
///
/// Ce que le jeton prouve de son porteur.
#[utoipa::path(
    get,
    path = "/v1/moi",
    operation_id = "lire_moi",
    responses((status = 200, description = "Le porteur du jeton", body = MoiVue))
)]
async fn whoami(appel: Appel) -> Result<Response, Refus> {
    let acteur = *appel.acteur();
    respond_json(&MoiVue {
        role: acteur.role().mot(),
        identite: acteur.identite(),
        portees: appel.portees().collect(),
    })
}
