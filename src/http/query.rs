//! Parameters that an operation does not have are refused, whatever the operation: a misspelt name must
//! not be lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::problem::{Refus, est_redite};
use crate::services::ChampInvalide;

/// The operations that have parameters in their address, from the document of the API: they read
/// them, and refuse the others, by themselves, so that everything wrong is told at once; and those that need no token.
#[derive(Debug, Clone)]
pub(super) struct Declares(Arc<(Operations, Operations)>);

type Operations = BTreeSet<(&'static str, String)>;

/// What is wrong in the address of a request, for who calls to be told once known: without a token, that is what is said.
#[derive(Debug, Clone)]
pub(super) struct Surplus(pub(super) Refus);

impl Declares {
    /// What a document declares.
    pub(super) fn of(document: &OpenApi) -> Self {
        let (mut found, mut public) = (BTreeSet::new(), BTreeSet::new());
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
                if operation.as_ref().is_some_and(|operation| !needs_a_token(operation)) {
                    public.insert((method, path.clone()));
                }
            }
        }
        Self(Arc::new((found, public)))
    }

    fn reads(&self, method: &str, path: &str) -> bool {
        holds(&self.0.0, method, path)
    }

    fn is_public(&self, method: &str, path: &str) -> bool {
        holds(&self.0.1, method, path)
    }
}

fn holds(operations: &Operations, method: &str, path: &str) -> bool {
    operations.iter().any(|(known, template)| *known == method && template == path)
}

/// Whether an operation says which tokens it takes; one that takes none says so by a requirement without a name.
fn needs_a_token(operation: &Operation) -> bool {
    let asked = serde_json::to_value(&operation.security).unwrap_or_default();
    asked.as_array().is_some_and(|all| {
        !all.is_empty() && all.iter().all(|one| one.as_object().is_some_and(|one| !one.is_empty()))
    })
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
    mut request: Request,
    next: Next,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let template = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    // HEAD is answered by GET.
    let method = if request.method() == "HEAD" { "GET" } else { request.method().as_str() };
    if query.is_empty() || declared.reads(method, template) {
        return next.run(request).await;
    }
    let wrong = form_urlencoded::parse(query.as_bytes())
        .map(|(name, _)| {
            if est_redite(&name) {
                let message = "champ inconnu ; aucun n'est attendu";
                return ChampInvalide::new(format!("/{name}"), "champ_inconnu", message);
            }
            ChampInvalide::new("", "champ_inconnu", "un champ inconnu ; aucun n'est attendu")
        })
        .collect();
    let refus = Refus::champs(wrong).en_parametres();
    if declared.is_public(method, template) {
        return refus.into_response();
    }
    request.extensions_mut().insert(Surplus(refus));
    next.run(request).await
}
