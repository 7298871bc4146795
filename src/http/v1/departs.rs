//! A doctor leaves a joint designation.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use utoipa_axum::router::OpenApiRouter;

use super::medecins_traitants::DesignationVue;
use crate::domain::droits::Demarche;
use crate::domain::fin::MotifDepart;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DesignationId, PatientId};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Corps, SiCorrespond};
use crate::http::idempotency::{rendre, respond};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::services::declarations;
use crate::services::declarations::NouveauDepart;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(leave))
}

lecture! {
    /// Départ d'un médecin d'une désignation conjointe.
    #[schema(example = json!({
        "patient_id": "0192f0c4-0000-7000-8000-000000000001", "rpps": "99900001233",
        "jour": "2025-06-16", "motif": "changement_de_lieu"
    }))]
    pub(crate) struct DepartDemande {
        /// Patient de la désignation.
        patient_id: PatientId,
        /// Médecin qui part ; celui qui appelle par défaut.
        rpps: Option<Rpps>,
        /// Premier jour où il n'est plus médecin traitant ; aujourd'hui par défaut.
        jour: Option<NaiveDate>,
        /// Motif.
        motif: MotifDepart,
    }
}

/// Enregistrer le départ d'un médecin d'une désignation conjointe
///
/// Sa ligne se ferme ce jour-là, avec le motif ; les autres médecins restent et la désignation
/// continue. Le médecin se retire lui-même ; la caisse enregistre une cessation, un changement de lieu ou
/// de spécialité.
#[utoipa::path(
    post,
    path = "/v1/designations/{id}/departs",
    operation_id = "enregistrer_depart",
    responses((status = 200, description = "La désignation, telle que connue maintenant", body = DesignationVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable", "medecin_non_membre", "medecin_seul"])))
)]
async fn leave(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<DesignationId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<DepartDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::EnregistrerDepart)?;
    let DepartDemande { patient_id, rpps, jour, motif } = corps.valeur;
    let depart = NouveauDepart { rpps, jour, motif };
    let demande = cle.demande(contexte, corps.requete);
    let vue = (patient_id, id, version);
    let done = declarations::leave(&state.core, &demande, vue, depart, |left| {
        rendre(StatusCode::OK, None, Some(left.version), &DesignationVue::new(left))
    });
    respond(done.await)
}
