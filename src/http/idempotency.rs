//! Answers of creations, in the form in which they are kept and given again.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::problem::{Code, Refus};
use crate::services::{Done, Exit, Rendu, Seen};

/// Headers and body of an answer.
#[derive(Debug, Serialize, Deserialize)]
struct Reponse {
    location: Option<String>,
    etag: Option<String>,
    corps: String,
}

/// Renders an answer that idempotency keeps.
pub(crate) fn rendre(
    statut: StatusCode,
    location: Option<String>,
    version: Option<i32>,
    corps: &impl Serialize,
) -> Result<Rendu, serde_json::Error> {
    let reponse =
        Reponse { location, etag: version.map(etag), corps: serde_json::to_string(corps)? };
    Ok(Rendu { statut: statut.as_u16(), reponse: serde_json::to_vec(&reponse)? })
}

/// The strong ETag of a version.
pub(crate) fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

/// Gives the answer of an act, done now or before.
pub(crate) fn respond(done: Done) -> Result<Response, Refus> {
    let (rendu, rejouee) = Exit::outcome(done)?.into_parts();
    let mut response = respond_anonymous(&rendu)?;
    if rejouee {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Gives the answer of something that was only tried, and shows nobody.
pub(crate) fn respond_anonymous(rendu: &Rendu) -> Result<Response, Refus> {
    let broken = || Refus::new(Code::ErreurInterne, "La réponse enregistrée est illisible.");
    let reponse: Reponse =
        serde_json::from_slice(&rendu.reponse).map_err(|_unreadable| broken())?;
    let status = StatusCode::from_u16(rendu.statut).map_err(|_unknown| broken())?;
    let mut response = (status, reponse.corps).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let optional: [(HeaderName, Option<String>); 2] =
        [(header::LOCATION, reponse.location), (header::ETAG, reponse.etag)];
    for (name, value) in optional {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// A shape that shows nobody in particular: it is answered without a trace.
pub(crate) trait Anonymous: Serialize {}

/// A reading that shows nobody.
pub(crate) fn json(corps: &impl Anonymous) -> Result<Response, Refus> {
    written(corps)
}

/// The same, with the ETag of its version.
pub(crate) fn json_version(corps: &impl Anonymous, version: i32) -> Result<Response, Refus> {
    let mut response = json(corps)?;
    set_etag(&mut response, version);
    Ok(response)
}

fn set_etag(response: &mut Response, version: i32) {
    if let Ok(value) = HeaderValue::from_str(&etag(version)) {
        response.headers_mut().insert(header::ETAG, value);
    }
}

/// A reading that shows somebody, to a caller who may see it.
pub(crate) fn show<T: Serialize>(seen: &Seen<T>) -> Result<Response, Refus> {
    written(seen.get())
}

/// The same, with the ETag of its version.
pub(crate) fn show_version<T: Serialize>(seen: &Seen<T>, version: i32) -> Result<Response, Refus> {
    let mut response = show(seen)?;
    set_etag(&mut response, version);
    Ok(response)
}

/// A JSON answer that is not kept. Never cached by anybody in between.
fn written(corps: &impl Serialize) -> Result<Response, Refus> {
    let bytes = serde_json::to_vec(corps)
        .map_err(|_unwritable| Refus::new(Code::ErreurInterne, "La réponse est illisible."))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}
