//! The only place with axum: routes, bodies, problems, documentation.
//!
//! Middleware, from the outside in: what browsers may do → other sites → request id and log line → compression of answers → their weight → panics → time
//! limit → rate limit → text of headers → size limit → decompression → route. Refusals travel inwards-out as values and
//! are written once, by the layer that logs.

#![warn(missing_docs)]

mod accept;
mod affluence;
pub mod analyseurs;
mod bac_a_sable;
mod champs;
mod chemin;
mod conditionnel;
mod debit;
mod delai;
mod docs;
mod error;
mod extract;
mod fhir;
mod health;
mod idempotency;
mod illisible;
mod interne;
mod json;
mod lecture;
mod mesures;
mod openapi;
mod pages;
mod pagination;
mod poids;
mod problem;
mod query;
mod request_log;
mod schemas;
mod traces;
mod transport;
mod v1;
mod verification;
mod vue;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use self::affluence::Affluence;
use self::debit::Debits;
use self::mesures::Instruments;
use self::poids::Poids;
use self::query::Declares;
use crate::auth::{Preuves, Verifier};
use crate::services::Core;

pub use self::bac_a_sable::{
    AutreDuBac, BacASable, Futur, Horloge, Liste, MedecinDuBac, Panne, PatientDuBac,
    RepresentantDuBac,
};
pub use self::debit::DebitConfig;
pub use self::illisible::refus_illisible;
pub use self::interne::{Interne, Question, QuestionRefusee};
pub use self::mesures::router as mesures_router;
pub use self::openapi::{document as openapi_document, yaml as openapi_yaml};
pub use self::traces::{Recus, Traceur};
pub use self::v1::feuilles_de_soins::lots::{
    BilanLot, FormeReponse, LotInterrompu, ReponsesLot, ResultatLigne, evaluer_lot,
};

pub use self::v1::reprises::{Annonce, FichierRefuse, Lues, ReceptionRefusee, lire, recevoir};

/// Largest body accepted.
const BODY_LIMIT: usize = 256 * 1024;
/// Longest time for a body to arrive.
const BODY_TIME_LIMIT: Duration = Duration::from_secs(20);
/// Longest time to establish an answer, unless its operation is accorded more.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

/// What handlers share. Cheap to clone: each layer of each request does.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Partage>);

/// The pieces of what handlers share.
#[derive(Debug, Clone)]
pub struct Partage {
    core: Core,
    verifier: Arc<Verifier>,
    preuves: Arc<Preuves>,
    corps_limite: Duration,
    delai: Duration,
    origines: transport::Origines,
    origine_fhir: Option<Arc<str>>,
    debits: Arc<Debits>,
    affluence: Affluence,
    instruments: Arc<Instruments>,
    traceur: Option<Traceur>,
    poids: Poids,
    bac_a_sable: Option<Arc<dyn BacASable>>,
    simulateur: bool,
    dossier: bool,
    documentation: bool,
    interne: Option<Arc<Interne>>,
}

impl AppState {
    /// The use cases, and what checks tokens and proofs.
    pub fn new(core: Core, verifier: Verifier, preuves: Preuves) -> Self {
        let (verifier, preuves) = (Arc::new(verifier), Arc::new(preuves));
        let affluence = Affluence::of(core.connections_max(), core.presents());
        Self(Arc::new(Partage {
            core,
            verifier,
            preuves,
            corps_limite: BODY_TIME_LIMIT,
            delai: TIME_LIMIT,
            debits: Arc::default(),
            affluence,
            instruments: Arc::default(),
            traceur: None,
            poids: Poids::default(),
            origines: transport::Origines::default(),
            origine_fhir: None,
            bac_a_sable: None,
            simulateur: false,
            dossier: false,
            documentation: true,
            interne: None,
        }))
    }

    /// The same, with one piece more: before anybody shares it.
    fn with(mut self, piece: impl FnOnce(&mut Partage)) -> Self {
        piece(Arc::make_mut(&mut self.0));
        self
    }

    /// The same, where a caller may ask no more than that.
    #[must_use]
    pub fn with_debits(self, config: DebitConfig) -> Self {
        self.with(|own| own.debits = Arc::new(Debits::new(config)))
    }

    /// The same, which tells its requests to whoever follows traces.
    #[must_use]
    pub fn with_traceur(self, traceur: Traceur) -> Self {
        self.with(|own| own.traceur = Some(traceur))
    }

    /// What checks proofs of signature.
    pub fn preuves(&self) -> &Preuves {
        &self.preuves
    }

    /// The same, where pages of these sites may read the answers.
    #[must_use]
    pub fn with_origins(self, origines: &[String]) -> Self {
        self.with(|own| own.origines = transport::Origines(origines.into()))
    }

    /// The same, whose façade of FHIR is reached there rather than where a request says.
    #[must_use]
    pub fn with_origine_fhir(self, origine: Option<&str>) -> Self {
        self.with(|own| own.origine_fhir = origine.map(Arc::from))
    }

    /// The same, in a sandbox: its people, its clock and its pages are there.
    #[must_use]
    pub fn with_sandbox(self, bac: Arc<dyn BacASable>) -> Self {
        self.with(|own| own.bac_a_sable = Some(bac)).with_simulateur().with_dossier()
    }

    /// The same, with the page on which anybody asks what care would be paid back.
    #[must_use]
    pub fn with_simulateur(self) -> Self {
        self.with(|own| own.simulateur = true)
    }

    /// The same, with the page on which a patient reads their own record.
    #[must_use]
    pub fn with_dossier(self) -> Self {
        self.with(|own| own.dossier = true)
    }

    /// The same, without the page from which the API is tried.
    #[must_use]
    pub fn without_documentation(self) -> Self {
        self.with(|own| own.documentation = false)
    }

    /// The same, whose pages ask this service what they show.
    fn with_interne(self) -> Self {
        if self.interne.is_some() || (self.bac_a_sable.is_none() && !self.dossier) {
            return self;
        }
        let interne = Arc::new(Interne(service(self.clone())));
        self.with(|own| own.interne = Some(interne))
    }

    /// The same, where an answer takes no longer than that, unless its operation was accorded more. For tests.
    #[must_use]
    pub fn with_time_limit(self, limit: Duration) -> Self {
        self.with(|own| own.delai = limit)
    }

    /// The same, where a body has that long to arrive. For tests.
    #[must_use]
    pub fn with_body_time_limit(self, limit: Duration) -> Self {
        self.with(|own| own.corps_limite = limit)
    }
}

impl Deref for AppState {
    type Target = Partage;

    fn deref(&self) -> &Partage {
        &self.0
    }
}

/// The whole application.
pub fn router(state: AppState) -> Router {
    service(state.with_interne())
}

fn service(state: AppState) -> Router {
    let (routes, contrat) = openapi::routes_and_contract();
    Router::new()
        .merge(
            routes.layer(
                ServiceBuilder::new()
                    .layer(from_fn_with_state(Declares::of(&contrat.document), query::verify))
                    .layer(from_fn(pagination::link))
                    .layer(from_fn(conditionnel::revalidate)),
            ),
        )
        .merge(docs::router(contrat, state.documentation))
        .merge(fhir::router())
        .merge(pages::router(&state))
        .merge(bac_a_sable::router(state.bac_a_sable.as_ref()))
        .fallback(extract::route_inconnue)
        .method_not_allowed_fallback(extract::methode_interdite)
        .layer(
            // One layer made of many, the outermost first: a request copies the whole of what is inside each layer
            // of a router, and only what the pieces of one layer share.
            ServiceBuilder::new()
                .layer(from_fn(transport::protect))
                .layer(from_fn_with_state(state.origines.clone(), transport::share))
                .layer(from_fn_with_state(state.clone(), request_log::observe))
                .layer(transport::compress())
                .layer(from_fn_with_state(state.poids.clone(), poids::limit))
                .layer(CatchPanicLayer::custom(request_log::on_panic))
                .layer(from_fn_with_state(state.delai, delai::limit))
                .layer(from_fn_with_state(state.clone(), debit::limit))
                .layer(from_fn_with_state(state.clone(), affluence::limit))
                .layer(from_fn(transport::require_text))
                .layer(DefaultBodyLimit::max(BODY_LIMIT))
                .layer(from_fn(transport::decompress))
                .layer(from_fn_with_state(state.bac_a_sable.clone(), bac_a_sable::follow)),
        )
        .with_state(state)
}
