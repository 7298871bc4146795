//! What a caisse records of a person's life, one address an act.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use super::demande::{
    AdresseDemande, ChangementIdentifiantDemande, DecesDemande, OrganismeDemande,
    RectificationDecesDemande, RectificationIdentifiantDemande, StatutDemande,
};
use super::vue::PatientVue;
use crate::domain::droits::Demarche;
use crate::domain::ids::PatientId;
use crate::domain::patient::UsageIdentifiant;
use crate::domain::vie::DossierPatient;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Corps, SiCorrespond};
use crate::http::idempotency::{rendre, respond};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::services::Rendu;
use crate::services::patients;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(change_organisme))
        .routes(routes!(change_statut))
        .routes(routes!(change_identifiant))
        .routes(routes!(correct_identifiant))
        .routes(routes!(change_adresse))
        .routes(routes!(record_deces))
        .routes(routes!(correct_deces))
}

/// Renders a person, with their version as ETag.
fn render(dossier: &DossierPatient) -> Result<Rendu, serde_json::Error> {
    rendre(StatusCode::OK, None, Some(dossier.version), &PatientVue::new(dossier))
}

/// Changer de caisse ou de régime
///
/// La désignation continue sans signature ni interruption : elle appartient à la personne. L'ancien
/// organisme ne lit plus que ce qui fut de son temps ; le nouveau, tout.
#[utoipa::path(
    post,
    path = "/v1/patients/{id}/changements-d-organisme",
    operation_id = "changer_organisme",
    responses((status = 200, description = "Le patient et ses faits datés", body = PatientVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable"])))
)]
async fn change_organisme(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<OrganismeDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ChangerOrganisme)?;
    let demande = cle.demande(contexte, corps.requete);
    let recue = corps.valeur;
    let vue = (id, version);
    let change = (recue.organisme, recue.effet_du);
    respond(patients::change_organisme(&state.core, &demande, vue, change, render).await)
}

/// Changer de statut
///
/// Un statut hors du parcours de soins (AME, passage, sans droits, hors de France) met la désignation en
/// sommeil ; « ordinaire » la réveille. La déclaration reste.
#[utoipa::path(
    post,
    path = "/v1/patients/{id}/changements-de-statut",
    operation_id = "changer_statut",
    responses((status = 200, description = "Le patient et ses faits datés", body = PatientVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable"])))
)]
async fn change_statut(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<StatutDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ChangerStatut)?;
    let demande = cle.demande(contexte, corps.requete);
    let recue = corps.valeur;
    let vue = (id, version);
    let change = (recue.statut, recue.effet_du);
    respond(patients::change_statut(&state.core, &demande, vue, change, render).await)
}

/// Changer de numéro
///
/// D'un numéro d'attente à un NIR, ou d'un NIR à un autre : l'ancien fut juste et désigne toujours la
/// personne. Sans numéro, pour l'usage « ouvrant_droit », le patient devient assuré à titre personnel.
#[utoipa::path(
    post,
    path = "/v1/patients/{id}/changements-d-identifiant",
    operation_id = "changer_identifiant",
    responses((status = 200, description = "Le patient et ses faits datés", body = PatientVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable", "patient_existant"])))
)]
async fn change_identifiant(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<ChangementIdentifiantDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ChangerIdentifiant)?;
    let demande = cle.demande(contexte, corps.requete);
    let recue = corps.valeur;
    let vue = (id, version);
    let usage = recue.usage.unwrap_or(UsageIdentifiant::Individuel);
    let change = (usage, recue.identifiant, recue.effet_du);
    respond(patients::change_identifiant(&state.core, &demande, vue, change, render).await)
}

/// Rectifier un numéro
///
/// Le numéro enregistré n'était pas celui de la personne : une version le remplace, avec le motif. Il ne
/// la désigne plus, sauf pour qui demande ce que le registre savait avant.
#[utoipa::path(
    post,
    path = "/v1/patients/{id}/rectifications-d-identifiant",
    operation_id = "rectifier_identifiant",
    responses((status = 200, description = "Le patient et ses faits datés", body = PatientVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable", "patient_existant"])))
)]
async fn correct_identifiant(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<RectificationIdentifiantDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::RectifierIdentifiant)?;
    let demande = cle.demande(contexte, corps.requete);
    let recue = corps.valeur;
    let vue = (id, version);
    let usage = recue.usage.unwrap_or(UsageIdentifiant::Individuel);
    let jour = recue.jour.unwrap_or_else(|| state.core.clock().today());
    let right = (usage, recue.identifiant, jour);
    let motif = recue.motif;
    respond(patients::correct_identifiant(&state.core, &demande, vue, right, motif, render).await)
}

/// Changer d'adresse
///
/// Aucune désignation n'en dépend : il n'y a pas de condition géographique.
#[utoipa::path(
    post,
    path = "/v1/patients/{id}/changements-d-adresse",
    operation_id = "changer_adresse",
    responses((status = 200, description = "Le patient et ses faits datés", body = PatientVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable"])))
)]
async fn change_adresse(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<AdresseDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ChangerAdresse)?;
    let demande = cle.demande(contexte, corps.requete);
    let recue = corps.valeur;
    let vue = (id, version);
    respond(patients::change_adresse(&state.core, &demande, vue, recue.into_domain(), render).await)
}

/// Enregistrer un décès
///
/// Même connu tard. Le jour du décès est le dernier de la désignation ; celles qui commenceraient après
/// n'ont jamais pris effet.
#[utoipa::path(
    post,
    path = "/v1/patients/{id}/deces",
    operation_id = "declarer_deces",
    responses((status = 200, description = "Le patient et ses faits datés", body = PatientVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable"])))
)]
async fn record_deces(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<DecesDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::DeclarerDeces)?;
    let demande = cle.demande(contexte, corps.requete);
    let recue = corps.valeur;
    let vue = (id, version);
    let deces = (recue.jour, recue.source);
    respond(patients::record_deces(&state.core, &demande, vue, deces, render).await)
}

/// Rectifier un décès
///
/// Un autre jour, ou aucun décès : la désignation redevient ce que les déclarations disent.
#[utoipa::path(
    post,
    path = "/v1/patients/{id}/rectifications-de-deces",
    operation_id = "rectifier_deces",
    responses((status = 200, description = "Le patient et ses faits datés", body = PatientVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable"])))
)]
async fn correct_deces(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<RectificationDecesDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::RectifierDeces)?;
    let demande = cle.demande(contexte, corps.requete);
    let recue = corps.valeur;
    let vue = (id, version);
    let (jour, motif) = (recue.jour().map_err(Refus::champs)?, recue.motif);
    respond(patients::correct_deces(&state.core, &demande, vue, jour, motif, render).await)
}
