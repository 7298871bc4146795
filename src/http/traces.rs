//! What is told of each request to whoever follows it from one service to the next (OpenTelemetry): its route, never its address; how it
//! ended, never about whom. The attributes are those below, and no others: what a log line holds does not come here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use uuid::Uuid;

/// Spans that wait to be sent, at most: the next ones are lost, and counted.
const FILE: usize = 2_048;

/// Where spans are told, without ever waiting.
#[derive(Debug, Clone)]
pub struct Traceur {
    file: Sender<Value>,
    perdus: Arc<AtomicU64>,
}

/// What is sent, and how many spans found no room.
#[derive(Debug)]
pub struct Recus {
    /// The spans, as they are sent.
    pub spans: Receiver<Value>,
    /// Those that found no room since this was last read.
    pub perdus: Arc<AtomicU64>,
}

/// Where a request comes from, in the words of W3C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origine {
    pub(super) trace: String,
    parent: String,
    /// Whether the caller keeps this trace.
    echantillonnee: bool,
}

impl Origine {
    /// That of a `traceparent`, when it is one: `00-<trace>-<span>-<flags>`.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get("traceparent")?.to_str().ok()?;
        let mut parts = value.split('-').skip(1);
        let (trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?);
        let well_formed = |text: &str, length: usize| {
            text.len() == length
                && text.bytes().all(|b| b.is_ascii_hexdigit())
                && text.bytes().any(|b| b != b'0')
        };
        let known = well_formed(trace, 32) && well_formed(parent, 16);
        let flags = u8::from_str_radix(flags, 16).ok()?;
        let (trace, parent) = (trace.to_ascii_lowercase(), parent.to_ascii_lowercase());
        known.then_some(Self { trace, parent, echantillonnee: flags & 1 == 1 })
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fin<'a> {
    pub(super) methode: &'a str,
    pub(super) route: &'a str,
    pub(super) statut: u16,
    /// The code of the refusal, if it was refused.
    pub(super) code: &'a str,
    pub(super) fin: DateTime<Utc>,
    pub(super) duree: Duration,
}

impl Traceur {
    /// A place to tell spans, and what takes them from there.
    pub fn new() -> (Self, Recus) {
        let (file, spans) = channel(FILE);
        let perdus = Arc::new(AtomicU64::new(0));
        (Self { file, perdus: Arc::clone(&perdus) }, Recus { spans, perdus })
    }

    /// Tells how a request ended, if somebody keeps its trace.
    pub(super) fn tell(
        &self,
        origine: Option<&Origine>,
        (trace, span): (Uuid, Uuid),
        fin: Fin<'_>,
    ) {
        if origine.is_some_and(|origine| !origine.echantillonnee) {
            return;
        }
        if self.file.try_send(rendered(origine, (trace, span), fin)).is_err() {
            self.perdus.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn rendered(origine: Option<&Origine>, (trace, span): (Uuid, Uuid), fin: Fin<'_>) -> Value {
    let end = fin.fin.timestamp_nanos_opt().unwrap_or_default();
    let began = end.saturating_sub(i64::try_from(fin.duree.as_nanos()).unwrap_or_default());
    let text = |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
    let mut attributes = vec![
        text("http.request.method", fin.methode),
        text("http.route", fin.route),
        json!({ "key": "http.response.status_code", "value": { "intValue": fin.statut.to_string() } }),
    ];
    if fin.code != "-" {
        attributes.push(text("error.type", fin.code));
    }
    let of_span = span.simple().to_string();
    let id = of_span.get(16..).unwrap_or_default();
    let mut rendered = json!({
        "traceId": origine.map_or_else(|| trace.simple().to_string(), |origine| origine.trace.clone()),
        "spanId": id,
        "name": format!("{} {}", fin.methode, fin.route),
        "kind": 2,
        "startTimeUnixNano": began.to_string(),
        "endTimeUnixNano": end.to_string(),
        "attributes": attributes,
        "status": if fin.statut >= 500 { json!({ "code": 2 }) } else { json!({}) },
    });
    if let (Some(origine), Some(members)) = (origine, rendered.as_object_mut()) {
        members.insert("parentSpanId".to_owned(), origine.parent.clone().into());
    }
    rendered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_read_as_w3c_writes_it_and_a_full_queue_loses_what_comes() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", value.parse().unwrap());
            Origine::of(&headers)
        };
        let known = of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
        assert_eq!(known.trace, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(known.echantillonnee);
        for wrong in [
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        let (traceur, mut recus) = Traceur::new();
        let fin = Fin {
            methode: "GET",
            route: "/v1/patients/{id}",
            statut: 200,
            code: "-",
            fin: DateTime::UNIX_EPOCH,
            duree: Duration::from_millis(2),
        };
        for _ in 0..FILE + 3 {
            traceur.tell(None, (Uuid::from_u128(1), Uuid::from_u128(2)), fin);
        }
        assert_eq!(recus.perdus.load(Ordering::Relaxed), 3);
        let first = recus.spans.try_recv().unwrap();
        assert_eq!(first["name"], "GET /v1/patients/{id}");
        // Whoever keeps nothing of its trace is told nothing.
        let unkept = of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
        traceur.tell(unkept.as_ref(), (Uuid::from_u128(1), Uuid::from_u128(2)), fin);
        assert_eq!(recus.spans.len(), FILE - 1);
    }
}
