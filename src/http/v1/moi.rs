//! What a token says about its bearer, and who looked at their data.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::droits::{Demarche, Portee};
use crate::domain::ids::{AccesId, RequestId};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, Requete};
use crate::http::idempotency::{Anonymous, json as respond_json, show};
use crate::http::openapi::routes;
use crate::http::pagination::{self, PageDemande, PaginationVue};
use crate::http::problem::Refus;
use crate::http::schemas::{OperationTracee, RoleAppelant};
use crate::services::patients;
use crate::services::patients::AccesLu;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(whoami)).routes(routes!(accesses))
}

/// Porteur du jeton.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoiVue {
    /// Rôle.
    #[schema(value_type = RoleAppelant)]
    role: &'static str,
    /// RPPS du médecin, identifiant interne du patient, code de la caisse, ou referentiel.
    #[schema(example = "99900001233")]
    identite: String,
    /// Portées du jeton.
    portees: Vec<Portee>,
}

impl Anonymous for MoiVue {}

/// Savoir qui l'on est
///
/// Ce que le jeton prouve de son porteur.
#[utoipa::path(
    get,
    path = "/v1/moi",
    operation_id = "lire_moi",
    responses((status = 200, description = "Le porteur du jeton", body = MoiVue))
)]
async fn whoami(appel: Appel) -> Result<Response, Refus> {
    let acteur = *appel.acteur();
    respond_json(&MoiVue {
        role: acteur.role().mot(),
        identite: acteur.identite(),
        portees: appel.portees().collect(),
    })
}

/// The question that cursors of accesses are bound to.
const ACCES: &str = "acces";

/// Accès au dossier du patient, les derniers d'abord.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccesListeVue {
    /// Accès.
    donnees: Vec<AccesVue>,
    /// Pour la suite.
    pagination: PaginationVue,
}

/// Une lecture du dossier.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccesVue {
    /// Identifiant de l'accès.
    id: AccesId,
    /// Instant.
    survenu_le: DateTime<Utc>,
    /// Rôle de l'appelant.
    #[schema(value_type = RoleAppelant)]
    role: String,
    /// RPPS, code de caisse ou identifiant du patient.
    #[schema(example = "99900001233")]
    appelant: String,
    /// Ce qui a été lu.
    #[schema(value_type = OperationTracee)]
    operation: String,
    /// Requête.
    identifiant_correlation: RequestId,
}

impl From<AccesLu> for AccesVue {
    fn from(acces: AccesLu) -> Self {
        Self {
            id: acces.id,
            survenu_le: acces.survenu_le,
            role: acces.role,
            appelant: acces.identite,
            operation: acces.operation,
            identifiant_correlation: acces.requete_id,
        }
    }
}

/// Savoir qui a consulté son dossier
///
/// Chaque lecture des données d'un patient laisse une trace, écrite avant la réponse. Le patient la
/// lit ici.
#[utoipa::path(
    get,
    path = "/v1/moi/acces",
    operation_id = "lister_acces",
    responses((status = 200, description = "Les accès, les derniers d'abord", body = AccesListeVue,
        headers(("Link")))),
    extensions(("x-problemes" = json!(["role_interdit", "curseur_autre_requete"])))
)]
async fn accesses(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<PageDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerAcces)?;
    let limit = demande.limite.map_or(50, |limite| limite.0);
    let before = pagination::lire::<AccesId>(ACCES, demande.curseur)?;
    let found = patients::accesses(&state.core, &contexte, before, limit.saturating_add(1)).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let last = found.get().get(size.saturating_sub(1)).filter(|_| found.get().len() > size);
    let curseur_suivant = last.map(|last| pagination::ecrire(ACCES, &last.id.to_string()));
    let link = curseur_suivant
        .as_ref()
        .map(|curseur| format!("</v1/moi/acces?limite={limit}&curseur={curseur}>; rel=\"next\""));
    let pagination = PaginationVue { curseur_suivant };
    let mut response = show(&found.map(|found| AccesListeVue {
        donnees: found.into_iter().take(size).map(AccesVue::from).collect(),
        pagination,
    }))?;
    if let Some(value) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
        response.headers_mut().insert(header::LINK, value);
    }
    Ok(response)
}
