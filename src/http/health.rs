//! Whether the service lives, and whether it can answer.

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::AppState;
use super::extract::CLES_INDISPONIBLES;
use super::openapi::routes;
use super::problem::{Code, Refus};
use crate::domain::calendar::veille;
use crate::domain::digest::Empreinte;
use crate::http::idempotency::{Anonymous, json as respond_json};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// État du processus.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VivantVue {
    /// Toujours « vivant ».
    #[schema(example = "vivant")]
    etat: &'static str,
    /// Version du programme.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

impl Anonymous for VivantVue {}

/// État du service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PretVue {
    /// Toujours « pret ».
    #[schema(example = "pret")]
    etat: &'static str,
    /// Empreinte de la loi chargée.
    regles_version: Empreinte,
    /// Dernier jour de soins couvert par la loi chargée.
    loi_couverte_jusqu_au: Option<NaiveDate>,
    /// La loi chargée couvre aujourd'hui.
    loi_couvre_aujourd_hui: bool,
}

impl Anonymous for PretVue {}

/// Savoir si le processus vit
///
/// Le processus répond, sans rien demander à la base de données.
#[utoipa::path(
    get,
    path = "/etat/vivant",
    operation_id = "etat_vivant",
    responses((status = 200, description = "Le processus vit", body = VivantVue))
)]
async fn live() -> Result<Response, Refus> {
    respond_json(&VivantVue { etat: "vivant", version: env!("CARGO_PKG_VERSION") })
}

/// Savoir si le service peut répondre
///
/// La base de données répond et les clés de l'émetteur des jetons sont connues. La réponse dit aussi jusqu'à quel jour de soins la loi est couverte.
#[utoipa::path(
    get,
    path = "/etat/pret",
    operation_id = "etat_pret",
    responses((status = 200, description = "Le service peut répondre", body = PretVue)),
    extensions(("x-problemes" = json!(["service_indisponible"])))
)]
async fn ready(State(state): State<AppState>) -> Result<Response, Refus> {
    let core = &state.core;
    core.ready().await?;
    if !state.verifier.ready() {
        return Err(Refus::new(Code::ServiceIndisponible, CLES_INDISPONIBLES));
    }
    let couverture = core.law().couverture();
    respond_json(&PretVue {
        etat: "pret",
        regles_version: *state.core.law().empreinte(),
        loi_couverte_jusqu_au: couverture.au().and_then(veille),
        loi_couvre_aujourd_hui: couverture.contient(state.core.clock().today()),
    })
}
