//! Parameters that an operation does not have are refused, whatever the operation: a misspelt name must
//! not be lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::problem::Refus;
use crate::services::ChampInvalide;

/// The operations that have parameters in their address, from the document of the API. They read
/// them, and refuse the others, by themselves: then everything wrong is told at once.
#[derive(Debug, Clone)]
pub(super) struct Declares(Arc<BTreeSet<(&'static str, String)>>);

impl Declares {
    /// What a document declares.
    pub(super) fn of(document: &OpenApi) -> Self {
        let mut found = BTreeSet::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("DELETE", &item.delete),
                ("PATCH", &item.patch),
            ] {
                if operation.as_ref().is_some_and(has_query) {
                    found.insert((method, path.clone()));
                }
            }
        }
        Self(Arc::new(found))
    }

    fn contains(&self, method: &str, path: &str) -> bool {
        self.0.iter().any(|(known, template)| *known == method && template == path)
    }
}

fn has_query(operation: &Operation) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(own) => own.parameter_in == ParameterIn::Query,
        // Only headers are described elsewhere.
        RefOr::Ref(_) => false,
    })
}

/// Refuses every parameter of an operation that has none.
pub(super) async fn verify(
    State(declared): State<Declares>,
    request: Request,
    next: Next,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let template = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    // HEAD is answered by GET.
    let method = if request.method() == "HEAD" { "GET" } else { request.method().as_str() };
    if query.is_empty() || declared.contains(method, template) {
        return next.run(request).await;
    }
    let wrong = form_urlencoded::parse(query.as_bytes())
        .map(|(name, _)| {
            let message = "champ inconnu ; aucun n'est attendu";
            ChampInvalide::new(format!("/{name}"), "champ_inconnu", message)
        })
        .collect();
    Refus::champs(wrong).en_parametres().into_response()
}
