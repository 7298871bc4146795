//! Read-only FHIR R4 façade (`docs/FHIR.md`): the same services, rights and traces as the operations of `/v1`, in the
//! shapes of FHIR. Nothing is read here that an operation does not give; a refusal is an `OperationOutcome`.

mod adresse;
mod bundle;
mod capacites;
mod couverture;
mod eligibilite;
mod equipe;
mod feuille;
mod forme;
mod issue;
mod jeton;
mod patient;
mod praticien;
mod preuve;
mod recherche;
mod ressource;
mod trace;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use self::recherche::sans_parametre;
use super::{AppState, conditionnel};

pub(super) use self::issue::outcome;

/// Where everything of the façade is.
pub(super) const BASE: &str = "/fhir/r4";

/// The media type of every answer.
pub(super) const TYPE: &str = "application/fhir+json";

/// The interactions that `metadata` announces.
pub(super) fn router() -> Router<AppState> {
    let plain = Router::new()
        .route("/fhir/r4/Patient/{id}", get(patient::read))
        .route("/fhir/r4/Patient/{id}/_history/{version}", get(patient::version))
        .route("/fhir/r4/Practitioner/{id}", get(praticien::read))
        .route("/fhir/r4/PractitionerRole/{id}", get(praticien::read_role))
        .route("/fhir/r4/CareTeam/{id}", get(equipe::read))
        .route("/fhir/r4/CareTeam/{id}/_history/{version}", get(equipe::version))
        .route("/fhir/r4/Coverage/{id}", get(couverture::read))
        .route("/fhir/r4/Claim/{id}", get(feuille::read_claim))
        .route("/fhir/r4/ClaimResponse/{id}", get(feuille::read_response))
        .route("/fhir/r4/ClaimResponse/{id}/_history/{version}", get(feuille::response_version))
        .route("/fhir/r4/CoverageEligibilityRequest/$submit", post(eligibilite::submit))
        .route("/fhir/r4/Provenance/{id}", get(preuve::read))
        .layer(from_fn(sans_parametre));
    Router::new()
        .route("/fhir/r4/metadata", get(capacites::read))
        .route("/fhir/r4/Patient", get(patient::search))
        .route("/fhir/r4/Patient/_search", post(patient::search_by_form))
        .route("/fhir/r4/Patient/{id}/_history", get(patient::history))
        .route("/fhir/r4/Practitioner", get(praticien::search))
        .route("/fhir/r4/Practitioner/_search", post(praticien::search))
        .route("/fhir/r4/PractitionerRole", get(praticien::search_roles))
        .route("/fhir/r4/PractitionerRole/_search", post(praticien::search_roles))
        .route("/fhir/r4/CareTeam", get(equipe::search))
        .route("/fhir/r4/CareTeam/_search", post(equipe::search))
        .route("/fhir/r4/CareTeam/{id}/_history", get(equipe::history))
        .route("/fhir/r4/Coverage", get(couverture::search))
        .route("/fhir/r4/Coverage/_search", post(couverture::search))
        .route("/fhir/r4/Claim", get(feuille::search_claims))
        .route("/fhir/r4/Claim/_search", post(feuille::search_claims))
        .route("/fhir/r4/ClaimResponse", get(feuille::search_responses))
        .route("/fhir/r4/ClaimResponse/_search", post(feuille::search_responses))
        .route("/fhir/r4/ClaimResponse/{id}/_history", get(feuille::response_history))
        .route("/fhir/r4/Provenance", get(preuve::search))
        .route("/fhir/r4/Provenance/_search", post(preuve::search))
        .route("/fhir/r4/AuditEvent", get(trace::search))
        .route("/fhir/r4/AuditEvent/_search", post(trace::search))
        .merge(plain)
        .layer(from_fn(conditionnel::revalidate))
        .layer(from_fn(forme::verifie))
}
