//! One line for each request, and the one place where refusals are written.
//!
//! The line names the route, never the address: an address holds ids. It names the role of the
//! caller, never who it is.

use std::any::Any;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::AppState;
use super::debit::Debit;
use super::extract::{Role, corps_trop_grand};
use super::fhir;
use super::interne::Interieur;
use super::problem::{Code, Refus, respond, respond_as};
use super::traces::{Fin, Origine};
use crate::domain::ids::RequestId;

/// Gives the request its id, runs it, writes its refusal if there is one, and logs one line.
pub(super) async fn observe(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let requete_id = given_id(request.headers())
        .unwrap_or_else(|| RequestId::from_uuid(state.core.ids().uuid()));
    let origine = Origine::of(request.headers());
    let trace_id = origine.as_ref().map(|origine| origine.trace.clone());
    request.extensions_mut().insert(requete_id);
    let method = named(request.method());
    let of_fhir = request.uri().path().starts_with(fhir::BASE);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(inconnue)".to_owned(), |path| path.as_str().to_owned());
    let inside = request.extensions().get::<Interieur>().is_some();
    let (role, debit) = (Role::default(), Debit::default());
    request.extensions_mut().insert(role.clone());
    request.extensions_mut().insert(debit.clone());
    let span = tracing::info_span!("requete", %requete_id, trace_id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let role = role.0.get().copied().unwrap_or("-");
    let refus = response.extensions_mut().remove::<Refus>().or_else(|| bare_refusal(&response));
    if let Some(refus) = &refus {
        let said = std::mem::take(response.headers_mut());
        response = if of_fhir {
            respond_as(refus, (fhir::TYPE, fhir::outcome(refus, requete_id)))
        } else {
            respond(refus, requete_id)
        };
        // What the layers within know of what would be accepted.
        for name in [header::ALLOW, header::ACCEPT_ENCODING] {
            if let Some(value) = said.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
    }
    if let Ok(value) = HeaderValue::from_str(&requete_id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    debit.announce(response.headers_mut());
    let took = began.elapsed();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let code = refus.as_ref().map_or("-", |refus| refus.code.as_str());
    let status = response.status().as_u16();
    state.instruments.answered((method, &route), (status, code), took);
    if let Some(traceur) = &state.traceur {
        let (ids, fin) = (state.core.ids(), state.core.clock().now());
        let (methode, route) = (method, route.as_str());
        let ended = Fin { methode, route, statut: status, code, fin, duree: took };
        traceur.tell(origine.as_ref(), (ids.uuid(), ids.uuid()), ended);
    }
    if inside {
        return response;
    }
    span.in_scope(|| {
        tracing::info!(method, route, status, code, role, micros, "request");
    });
    response
}

/// A method that HTTP names; any other word may be anything, and is neither logged nor counted.
fn named(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    known.into_iter().find(|name| *name == method.as_str()).unwrap_or("(autre)")
}

/// The id that the caller gave, when it is a UUID.
fn given_id(headers: &HeaderMap) -> Option<RequestId> {
    headers.get("x-request-id")?.to_str().ok()?.parse().ok()
}

/// A refusal by a layer that does not know our problems.
fn bare_refusal(response: &Response) -> Option<Refus> {
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Some(corps_trop_grand()),
        // Of ours, only refusals have this status: here, a page of the documentation is missing.
        StatusCode::NOT_FOUND => {
            Some(Refus::new(Code::Introuvable, "Cette adresse n'existe pas ; voir /docs."))
        }
        _ => None,
    }
}

/// A panic is our mistake: the reader gets a number, the log gets the message.
#[expect(clippy::needless_pass_by_value, reason = "the shape that the layer expects")]
pub(super) fn on_panic(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(panic = message, "a handler panicked");
    Refus::new(Code::ErreurInterne, "Le service n'a pas pu répondre ; l'erreur est enregistrée.")
        .into_response()
}
