//! A resource: what FHIR forbids to write is not in it, and its answer.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::TYPE;
use crate::domain::calendar::{Periode, veille};
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::ids::PatientId;
use crate::http::idempotency::{Anonymous, json as anonymous, show};
use crate::http::problem::Refus;
use crate::services::{Seen, ServiceError};

/// RPPS, as FrCore identifies a professional.
pub(super) const RPPS: &str = "https://rpps.esante.gouv.fr";
/// Régime, caisse and centre: nine digits.
pub(super) const ORGANISME: &str = "urn:x-traitant:organisme";
/// Kinds of identifiers, in FrCore.
pub(super) const NATURES: &str = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203";

/// A resource of FHIR: no null, no empty text, list or object.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Ressource(Value);

/// The doctors and what the service can do: public data.
impl Anonymous for Publique {}

/// A resource that shows nobody.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Publique(pub(super) Ressource);

impl Ressource {
    /// A resource of a type, under an id when it has one.
    pub(super) fn new(kind: &str, id: Option<String>, content: Value) -> Self {
        let mut whole = Map::new();
        whole.insert("resourceType".to_owned(), kind.into());
        whole.extend(id.map(|id| ("id".to_owned(), id.into())));
        if let Value::Object(content) = content {
            whole.extend(content);
        }
        Self(filled(Value::Object(whole)).unwrap_or_default())
    }

    fn texte(&self, pointeur: &str) -> Option<&str> {
        self.0.pointer(pointeur).and_then(Value::as_str)
    }

    /// Its type and its id: where it is under the façade.
    pub(super) fn chemin(&self) -> Option<String> {
        Some(format!("{}/{}", self.texte("/resourceType")?, self.texte("/id")?))
    }

    /// Its version, as a header writes it.
    pub(super) fn etag(&self) -> Option<String> {
        self.texte("/meta/versionId").map(|version| format!("W/\"{version}\""))
    }

    /// Since when it is known.
    pub(super) fn connue_le(&self) -> Option<&str> {
        self.texte("/meta/lastUpdated")
    }

    /// What a header says of it: its version and since when it is known.
    fn headers(&self) -> HeaderMap {
        let known = self.connue_le().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        let known = known.map(|instant| instant.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        let said = [
            (header::CONTENT_TYPE, Some(TYPE.to_owned())),
            (header::ETAG, self.etag()),
            (header::LAST_MODIFIED, known),
        ];
        said.into_iter()
            .filter_map(|(name, text)| Some((name, HeaderValue::try_from(text?).ok()?)))
            .collect()
    }
}

/// A text whose blanks are those that a string of FHIR may have: French writes others before `:` and `€`.
fn plain(text: String) -> String {
    let other = |one: char| one.is_whitespace() && !one.is_ascii();
    if text.contains(other) { text.replace(other, " ") } else { text }
}

/// What is left of a value once what FHIR forbids is taken out.
fn filled(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| Value::String(plain(text))),
        Value::Array(all) => {
            let kept: Vec<Value> = all.into_iter().filter_map(filled).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        Value::Object(all) => {
            let kept: Map<String, Value> =
                all.into_iter().filter_map(|(name, value)| Some((name, filled(value)?))).collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Bool(_) | Value::Number(_) => Some(value),
    }
}

/// Answers what shows somebody, once its trace is safe.
pub(super) fn montrer(seen: &Seen<Ressource>) -> Result<Response, Refus> {
    show(seen).map(|response| typed(response, seen.get()))
}

/// Answers what shows nobody.
pub(super) fn publier(ressource: Ressource) -> Result<Response, Refus> {
    let publique = Publique(ressource);
    anonymous(&publique).map(|response| typed(response, &publique.0))
}

fn typed(mut response: Response, ressource: &Ressource) -> Response {
    response.headers_mut().extend(ressource.headers());
    response
}

/// Version and instant of what is known.
pub(super) fn meta(version: Option<i32>, instant: DateTime<Utc>) -> Value {
    json!({ "versionId": version.map(|one| one.to_string()), "lastUpdated": moment(instant) })
}

/// An instant, as FHIR writes it.
pub(super) fn moment(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Days from the first to the last, included.
pub(super) fn periode(effet: Periode) -> Value {
    json!({ "start": effet.du(), "end": effet.au().and_then(veille) })
}

/// A reference to a person.
pub(super) fn au_patient(id: PatientId) -> Value {
    json!({ "reference": format!("Patient/{id}"), "type": "Patient" })
}

/// A reference to a doctor, with his number.
pub(super) fn au_praticien(rpps: Rpps) -> Value {
    json!({
        "reference": format!("Practitioner/{rpps}"), "type": "Practitioner",
        "identifier": { "system": RPPS, "value": rpps.as_str() },
    })
}

/// One coding of a concept.
pub(super) fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }] })
}

/// The id of a thing of a person: both, so that it is read again as the operations of `/v1` read it, by person.
pub(super) fn double(patient: PatientId, thing: Uuid) -> String {
    format!("{}{}", patient.uuid().simple(), thing.simple())
}

/// The person and the thing of such an id; of another one there is nothing.
pub(super) fn simple(id: &str) -> Result<(PatientId, Uuid), Refus> {
    let read = |text: &str| {
        let plain = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        Uuid::try_parse(text).ok().filter(|_| plain)
    };
    let both = id.split_at_checked(32);
    let both = both.and_then(|(patient, thing)| read(patient).zip(read(thing)));
    both.map(|(patient, thing)| (PatientId::from_uuid(patient), thing)).ok_or_else(inconnue)
}

/// Nothing is under an id, or nothing that the caller may see.
pub(super) fn inconnue() -> Refus {
    Refus::from(ServiceError::Introuvable)
}

/// An organisme on which somebody depends.
pub(super) fn a_l_organisme(organisme: &Organisme) -> Value {
    json!({
        "identifier": { "system": ORGANISME, "value": organisme.as_str() },
        "display": organisme.libelle_regime(),
    })
}
