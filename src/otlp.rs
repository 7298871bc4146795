//! Sending what requests tell to a collector of OpenTelemetry (OTLP over HTTP, JSON). A collector that is slow, or gone, costs what it was not
//! told: nothing waits for it, and nothing is kept for it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::http::Recus;

/// Spans of one message, at most.
const LOT: usize = 1_024;
/// Between two messages, so that each has several spans.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest time of a message.
const TOTAL: Duration = Duration::from_secs(5);

/// Who sends.
#[derive(Debug)]
pub(crate) struct Exportateur {
    client: Client,
    adresse: String,
}

impl Exportateur {
    /// To the collector at this address, whose certificate these authorities may have signed too.
    pub(crate) fn new(adresse: &str, ca: Option<&[u8]>) -> anyhow::Result<Self> {
        let authorities =
            ca.map(Certificate::from_pem_bundle).transpose().context("TRAITANT_CA")?;
        let client = Client::builder().timeout(TOTAL).redirect(Policy::none());
        let client = client.tls_certs_merge(authorities.unwrap_or_default());
        let adresse = format!("{}/v1/traces", adresse.trim_end_matches('/'));
        Ok(Self { client: client.build().context("TRAITANT_OTLP")?, adresse })
    }

    /// Sends until `stop`, then what is there already, once.
    pub(crate) async fn run(self, mut recus: Recus, stop: CancellationToken) {
        let (mut spans, mut reached) = (Vec::with_capacity(LOT), true);
        loop {
            let ends = tokio::select! {
                read = recus.spans.recv_many(&mut spans, LOT) => read == 0,
                () = stop.cancelled() => {
                    while let Ok(span) = recus.spans.try_recv() {
                        spans.push(span);
                    }
                    true
                }
            };
            if !spans.is_empty() {
                let sent = self.send(std::mem::take(&mut spans)).await;
                if sent.is_ok() != reached {
                    reached = sent.is_ok();
                    match sent {
                        Ok(()) => tracing::info!("traces reach their collector again"),
                        Err(error) => {
                            tracing::warn!(%error, "traces do not reach their collector, and are lost");
                        }
                    }
                }
                let lost = recus.perdus.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    tracing::warn!(lost, "traces found no room");
                }
            }
            if ends {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    async fn send(&self, spans: Vec<Value>) -> Result<(), reqwest::Error> {
        let of = |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
        let version = env!("CARGO_PKG_VERSION");
        let body = json!({ "resourceSpans": [{
            "resource": { "attributes": [of("service.name", "traitant"), of("service.version", version)] },
            "scopeSpans": [{ "scope": { "name": "traitant", "version": version }, "spans": spans }],
        }] });
        let sent = self.client.post(&self.adresse).json(&body).send().await;
        // An address that is told in a log may hold a password.
        sent.and_then(reqwest::Response::error_for_status).map_err(reqwest::Error::without_url)?;
        Ok(())
    }
}
