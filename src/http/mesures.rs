//! Measures for Prometheus, on an address of their own: they name routes and codes, never anybody.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use tokio::time::timeout;

use super::AppState;
use super::affluence::Affluence;
use super::health::SILENCE;
use crate::services::mesures::{Comptees, Mesures, comptees, mesurer};

type Labels = Vec<(&'static str, String)>;

/// What is measured.
pub(crate) struct Instruments {
    registry: Registry,
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    connections: Family<Labels, Gauge>,
    present: Family<Labels, Gauge>,
    jobs: Family<Labels, Gauge>,
    late: Family<Labels, Gauge<i64, AtomicI64>>,
    events: Family<Labels, Counter>,
    evaluations: Family<Labels, Counter>,
    unpublished: Gauge,
    lag: Gauge,
    messages: Family<Labels, Gauge>,
    verified: Gauge,
    key: Gauge,
    keys: Gauge,
}

impl fmt::Debug for Instruments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Instruments(…)")
    }
}

/// Half a millisecond, then twice as much each time, up to sixteen seconds.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Default for Instruments {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("traitant");
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", build);
        let requests = Family::default();
        let help = "Requests answered, by route, status and code of the refusal";
        registry.register("http_requests", help, requests.clone());
        let make: fn() -> Histogram = durations;
        let durations = Family::new_with_constructor(make);
        let help = "Time from the head of a request to the head of its answer";
        registry.register_with_unit(
            "http_request_duration",
            help,
            Unit::Seconds,
            durations.clone(),
        );
        let connections = Family::default();
        registry.register("db_connections", "Connections to the database", connections.clone());
        let present = Family::default();
        let help = "Requests that have a place, and those that wait for one";
        registry.register("requests_present", help, present.clone());
        let jobs = Family::default();
        registry.register("jobs", "Jobs that are not done", jobs.clone());
        let late = Family::default();
        let help = "For how long the oldest job of a kind has been due";
        registry.register_with_unit("job_lateness", help, Unit::Seconds, late.clone());
        let events = Family::default();
        let help =
            "What was recorded, by kind; ends of designations by reason, declarations by proof";
        registry.register("events", help, events.clone());
        let evaluations = Family::default();
        let help = "Evaluations that were stored, by the code that the law determined";
        registry.register("evaluations", help, evaluations.clone());
        let unpublished = Gauge::default();
        let help = "Events that have no place in the feed yet";
        registry.register("feed_unpublished", help, unpublished.clone());
        let lag = Gauge::default();
        let help = "For how long the oldest event without a place in the feed has been waiting";
        registry.register_with_unit("feed_lag", help, Unit::Seconds, lag.clone());
        let messages = Family::default();
        let help = "Messages to subscriptions that did not arrive yet, or were given up";
        registry.register("webhook_messages", help, messages.clone());
        let verified = Gauge::default();
        let help = "End of the last day for which every value of the law is verified, since 1970";
        registry.register_with_unit("law_verified_until", help, Unit::Seconds, verified.clone());
        let key = Gauge::default();
        let help = "Version of the master key under which is written";
        registry.register("master_key_version", help, key.clone());
        let keys = Gauge::default();
        let help =
            "Versions of the master key that are needed: more than one while it is being rotated";
        registry.register("master_key_versions", help, keys.clone());
        Self {
            registry,
            requests,
            durations,
            connections,
            present,
            jobs,
            late,
            events,
            evaluations,
            unpublished,
            lag,
            messages,
            verified,
            key,
            keys,
        }
    }
}

impl Instruments {
    /// One request that was answered.
    pub(super) fn answered(
        &self,
        (method, route): (&str, &str),
        (status, code): (u16, &str),
        took: Duration,
    ) {
        let route = || ("route", route.to_owned());
        let labels = vec![
            ("method", method.to_owned()),
            route(),
            ("status", status.to_string()),
            ("code", code.to_owned()),
        ];
        self.requests.get_or_create(&labels).inc();
        self.durations.get_or_create(&vec![route()]).observe(took.as_secs_f64());
    }

    /// Those that are here now, of readings and of writings.
    fn presents(&self, affluence: &Affluence) {
        for (kind, running, waiting) in affluence.presents() {
            for (name, many) in [("running", running), ("waiting", waiting)] {
                let labels = vec![("kind", kind.to_owned()), ("state", name.to_owned())];
                self.present.get_or_create(&labels).set(i64::try_from(many).unwrap_or(i64::MAX));
            }
        }
    }

    fn read(&self, state: &Mesures) {
        let used = state.connexions.saturating_sub(state.connexions_libres);
        for (name, many) in [("idle", state.connexions_libres), ("used", used)] {
            self.connections.get_or_create(&vec![("state", name.to_owned())]).set(many.into());
        }
        // A kind of which nothing is left is not told any more.
        self.jobs.clear();
        self.late.clear();
        for waiting in &state.taches {
            let kind = ("kind", waiting.nature.clone());
            self.jobs
                .get_or_create(&vec![kind.clone(), ("state", waiting.etat.clone())])
                .set(waiting.nombre);
            if waiting.etat == "en_attente" {
                self.late.get_or_create(&vec![kind]).set(waiting.retard);
            }
        }
        let retards = &state.retards;
        self.unpublished.set(retards.evenements);
        self.lag.set(retards.evenements_secondes);
        for (name, many) in [("waiting", retards.envois), ("abandoned", retards.envois_abandonnes)]
        {
            self.messages.get_or_create(&vec![("state", name.to_owned())]).set(many);
        }
        self.key.set(state.version_cle.into());
        self.keys.set(i64::try_from(state.versions_cle).unwrap_or(i64::MAX));
        let until =
            state.loi_verifiee_jusqu_au.and_then(|day| day.succ_opt()?.and_hms_opt(0, 0, 0));
        self.verified.set(until.map_or(i64::MAX, |end| end.and_utc().timestamp()));
    }

    /// Counts that only grow are brought to what the program has counted.
    fn count(&self, written: &Comptees) {
        let raise = |family: &Family<Labels, Counter>, labels: Labels, total: u64| {
            let counter = family.get_or_create(&labels);
            counter.inc_by(total.saturating_sub(counter.get()));
        };
        for ((kind, detail), total) in &written.evenements {
            let detail = detail.as_deref().unwrap_or("-").to_owned();
            let labels = vec![("kind", (*kind).to_owned()), ("detail", detail)];
            raise(&self.events, labels, *total);
        }
        for (code, total) in &written.evaluations {
            raise(&self.evaluations, vec![("code", (*code).to_owned())], *total);
        }
    }

    fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The address of measures. It is not for callers: whoever reaches it reads how much everybody asks.
pub fn router(state: AppState) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(state)
}

async fn metrics(State(state): State<AppState>) -> Response {
    let instruments: &Arc<Instruments> = &state.instruments;
    // What the service counts itself is told all the same.
    match timeout(SILENCE, mesurer(&state.core)).await {
        Ok(Ok(measured)) => instruments.read(&measured),
        Ok(Err(error)) => tracing::warn!(%error, "the database was not measured"),
        Err(_elapsed) => tracing::warn!("the database was not measured: it does not answer"),
    }
    instruments.presents(&state.affluence);
    instruments.count(&comptees(&state.core));
    match instruments.text() {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "measures could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
