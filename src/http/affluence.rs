//! How many requests are answered at once. Those that read and those that write have places of their own, as many as there are connections
//! to the database for them; a few wait for one, for a moment. What comes beyond is told at once to come back: what was let in is answered
//! soon, and a crowd that writes keeps nobody from reading.

use std::convert::Infallible;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Body as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::AppState;
use super::fhir;
use super::problem::Refus;

/// How long a request waits for a place at most. The length of the queues keeps waits far below, as long as the database answers.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many may wait for each one that reads.
const FILE_LECTURES: usize = 16;
/// How many may wait for each one that writes.
const FILE_ECRITURES: usize = 12;

/// Operations that change nothing and send a body all the same: what they look for must not stand in an address.
const LECTURES: [&str; 10] = [
    "/v1/declarations/apercu",
    "/v1/familles/consultation",
    "/v1/medecins-traitants/consultation",
    "/v1/operations/apercu",
    "/v1/operations/import/apercu",
    "/v1/patients/recherche",
    "/v1/patients/recherche-par-traits",
    "/v1/patients/{id}/fusions/apercu",
    "/v1/simulations/reformes",
    "/v1/simulations/registre",
];

/// Operations that ask nothing of the database, or take their own pace from who sends: a lot, a file.
const A_LEUR_PAS: [&str; 4] =
    ["/v1/simulations", "/v1/simulations/lots", "/v1/feuilles-de-soins/lots", "/v1/reprises"];

/// The places of a service.
#[derive(Debug, Clone)]
pub(super) struct Affluence {
    lectures: Arc<Salle>,
    ecritures: Arc<Salle>,
}

impl Affluence {
    /// Those of so many connections to the database: writings leave a quarter of them to readings. Whoever is here is counted where
    /// lots look.
    pub(super) fn of(connexions: u32, [lectures, ecritures]: [Arc<AtomicUsize>; 2]) -> Self {
        let all = usize::try_from(connexions).unwrap_or(Semaphore::MAX_PERMITS).max(1);
        let writers = all.saturating_sub((all / 4).max(1)).max(1);
        Self {
            lectures: Arc::new(Salle::new(all, FILE_LECTURES, lectures)),
            ecritures: Arc::new(Salle::new(writers, FILE_ECRITURES, ecritures)),
        }
    }

    /// Requests that have a place, and those that wait for one: of readings, then of writings.
    pub(super) fn presents(&self) -> [(&'static str, usize, usize); 2] {
        let count = |name, salle: &Salle| {
            let (here, running) = (salle.presents.load(Ordering::Relaxed), salle.courants());
            (name, running, here.saturating_sub(running))
        };
        [count("read", &self.lectures), count("write", &self.ecritures)]
    }

    /// Where a request waits, if it is counted.
    fn salle(&self, request: &Request) -> Option<&Arc<Salle>> {
        let path = request.extensions().get::<MatchedPath>()?.as_str();
        if !path.starts_with("/v1/") && !path.starts_with(fhir::BASE) {
            return None;
        }
        match *request.method() {
            Method::GET | Method::HEAD => Some(&self.lectures),
            Method::POST if A_LEUR_PAS.contains(&path) => None,
            Method::POST if LECTURES.contains(&path) || path.ends_with("/_search") => {
                Some(&self.lectures)
            }
            Method::POST | Method::PUT | Method::PATCH | Method::DELETE => Some(&self.ecritures),
            // Nothing is done under another name.
            _ => None,
        }
    }
}

/// The places of one kind.
#[derive(Debug)]
struct Salle {
    courants: Arc<Semaphore>,
    /// How many may be answered at once.
    places: usize,
    /// Those that are answered and those that wait.
    presents: Arc<AtomicUsize>,
    /// The most of both.
    most: usize,
}

impl Salle {
    fn new(places: usize, file: usize, presents: Arc<AtomicUsize>) -> Self {
        let courants = Arc::new(Semaphore::new(places));
        let most = places.saturating_add(places.saturating_mul(file));
        Self { courants, places, presents, most }
    }

    fn courants(&self) -> usize {
        self.places.saturating_sub(self.courants.available_permits())
    }

    /// Whether one more may come in.
    fn is_open(&self) -> bool {
        self.presents.load(Ordering::Relaxed) < self.most
    }
}

/// One of those that are here, for as long as it is.
#[derive(Debug)]
struct Present(Arc<Salle>);

impl Present {
    fn new(salle: &Arc<Salle>) -> Option<Self> {
        let before = salle.presents.fetch_add(1, Ordering::Relaxed);
        let own = Self(Arc::clone(salle));
        (before < salle.most).then_some(own)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.presents.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place among those that are answered.
#[derive(Debug)]
struct Place {
    _present: Present,
    _courant: OwnedSemaphorePermit,
}

/// The place of a request: taken once its body has arrived, so that whoever sends slowly keeps nobody waiting; left with its answer.
#[derive(Debug, Clone)]
pub(super) struct Entree {
    salle: Arc<Salle>,
    place: Arc<Mutex<Option<Place>>>,
}

impl Entree {
    fn new(salle: &Arc<Salle>) -> Self {
        Self { salle: Arc::clone(salle), place: Arc::default() }
    }

    fn keep(&self, place: Option<Place>) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// Takes its place, for which it waits a moment.
    async fn take(&self) -> Result<(), Refus> {
        let present = Present::new(&self.salle).ok_or_else(Refus::affluence)?;
        let waiting = timeout(PATIENCE, Arc::clone(&self.salle.courants).acquire_owned()).await;
        let Ok(Ok(courant)) = waiting else { return Err(Refus::affluence()) };
        self.keep(Some(Place { _present: present, _courant: courant }));
        Ok(())
    }
}

/// The way out, for what waits knowingly and asks nothing of the database meanwhile.
#[derive(Debug)]
pub(crate) struct Sortie(Option<Entree>);

impl Sortie {
    /// Leaves the place of the request.
    pub(crate) fn prend(&self) {
        if let Some(entree) = &self.0 {
            entree.keep(None);
        }
    }
}

impl FromRequestParts<AppState> for Sortie {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get().cloned()))
    }
}

/// Takes the place of a request whose body has arrived.
pub(crate) fn enter(of: &Extensions) -> impl Future<Output = Result<(), Refus>> + Send + use<> {
    let entree = of.get::<Entree>().cloned();
    async move {
        match entree {
            Some(entree) => entree.take().await,
            None => Ok(()),
        }
    }
}

/// Lets a request in, or tells it at once to come back.
pub(super) async fn limit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(salle) = state.affluence.salle(&request) else { return next.run(request).await };
    let entree = Entree::new(salle);
    let entered = if request.body().is_end_stream() {
        entree.take().await
    } else {
        salle.is_open().then_some(()).ok_or_else(Refus::affluence)
    };
    if let Err(refus) = entered {
        return refus.into_response();
    }
    request.extensions_mut().insert(entree.clone());
    let response = next.run(request).await;
    entree.keep(None);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::openapi::routes_and_contract;

    #[test]
    fn the_operations_that_are_named_are_those_of_the_contract() {
        let (_routes, contrat) = routes_and_contract();
        for path in LECTURES.iter().chain(&A_LEUR_PAS) {
            let known = contrat.document.paths.paths.get(*path);
            assert!(known.is_some_and(|item| item.post.is_some()), "{path}");
        }
    }
}
