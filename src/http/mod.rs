//! The only place with axum: routes, bodies, problems, documentation.
//!
//! Middleware, from the outside in: request id and log line → panics → time limit → size limit →
//! route. Refusals travel inwards-out as values and are written once, by the outermost layer.

#![warn(missing_docs)]

mod docs;
mod error;
mod extract;
mod health;
mod idempotency;
mod json;
mod lecture;
mod openapi;
mod pagination;
mod problem;
mod query;
mod request_log;
mod schemas;
mod v1;
mod verification;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use tower_http::catch_panic::CatchPanicLayer;

use self::query::Declares;
use crate::auth::Verifier;
use crate::services::Services;

pub use self::openapi::{document as openapi_document, yaml as openapi_yaml};
pub use self::v1::feuilles_de_soins::lots::{
    BilanLot, FormeReponse, LotInterrompu, ReponsesLot, ResultatLigne, evaluer_lot,
};

/// Largest body accepted.
const BODY_LIMIT: usize = 256 * 1024;
/// Longest time for a body to arrive.
const BODY_TIME_LIMIT: Duration = Duration::from_secs(20);
/// Longest time to establish an answer.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// What handlers share.
#[derive(Debug, Clone)]
pub struct AppState {
    services: Services,
    verifier: Arc<Verifier>,
    corps_limite: Duration,
}

impl AppState {
    /// Services, and what checks tokens.
    pub fn new(services: Services, verifier: Verifier) -> Self {
        Self { services, verifier: Arc::new(verifier), corps_limite: BODY_TIME_LIMIT }
    }

    /// The same, where a body has that long to arrive. For tests.
    #[must_use]
    pub const fn with_body_time_limit(mut self, limit: Duration) -> Self {
        self.corps_limite = limit;
        self
    }
}

/// The whole application.
pub fn router(state: AppState) -> Router {
    let (routes, document) = openapi::routes_and_document();
    let yaml = openapi::to_yaml(&document);
    Router::new()
        .merge(routes.layer(from_fn_with_state(Declares::of(&document), query::verify)))
        .merge(docs::router(&document, yaml))
        .fallback(extract::route_inconnue)
        .method_not_allowed_fallback(extract::methode_interdite)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(TIME_LIMIT, request_log::limit_time))
        .layer(CatchPanicLayer::custom(request_log::on_panic))
        .layer(from_fn_with_state(state.clone(), request_log::observe))
        .with_state(state)
}
