//! Answers before the caller gives up, and the operations that take longer because they were asked to.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, timeout_at};

use super::AppState;
use super::problem::{Code, Refus};

/// How much longer a request may take than others, in seconds, as its own operation says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delai(Arc<AtomicU64>);

impl Delai {
    /// That much more, for what the caller waits for knowingly.
    pub(crate) fn accorde(&self, more: Duration) {
        self.0.fetch_max(more.as_secs(), Ordering::Relaxed);
    }

    fn seconds(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

impl FromRequestParts<AppState> for Delai {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// Answers within the usual time, and what the operation was accorded beyond it.
pub(super) async fn limit(
    State(usual): State<Duration>,
    mut request: Request,
    next: Next,
) -> Response {
    let (began, delai) = (Instant::now(), Delai::default());
    request.extensions_mut().insert(delai.clone());
    let mut answer = std::pin::pin!(next.run(request));
    let mut allowed = usual;
    loop {
        let until = began.checked_add(allowed).unwrap_or(began);
        if let Ok(response) = timeout_at(until, &mut answer).await {
            return response;
        }
        // It may have been accorded meanwhile.
        let now = usual.saturating_add(delai.seconds());
        if now <= allowed {
            return Refus::new(Code::DelaiDepasse, "La réponse a demandé trop de temps.")
                .into_response();
        }
        allowed = now;
    }
}
