//! A doctor withdraws, or the patient.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;

use super::render;
use super::vue::DeclarationVue;
use crate::domain::droits::Demarche;
use crate::domain::ids::DeclarationId;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Corps, SiCorrespond};
use crate::http::idempotency::respond;
use crate::http::lecture::{Texte, lecture};
use crate::http::problem::Refus;
use crate::services::declarations;
use crate::services::declarations::retrait::Retrait;

lecture! {
    /// Retrait d'un médecin, ou du patient.
    #[schema(example = json!({ "effet_du": "2030-01-01" }))]
    pub(crate) struct RetraitDemande {
        /// Premier jour où le médecin n'est plus médecin traitant ; demain par défaut, et au plus tôt, sauf pour
        /// la caisse qui enregistre un courrier.
        effet_du: Option<NaiveDate>,
        /// Motif, sans donnée médicale ; personne n'a à en donner.
        motif: Option<Texte<1, 200>>,
    }
}

/// Mettre fin à un choix sans en faire un autre
///
/// Un médecin désigné cesse d'être médecin traitant du patient, à compter du lendemain au plus tôt ; le
/// patient en est averti. Dans une désignation conjointe, seule sa ligne est close. Le patient, ou qui choisit
/// pour lui avant 16 ans, ou son représentant, y met fin pour tous les médecins de la déclaration, sans motif ni
/// accord ; la caisse peut l'enregistrer à réception d'un courrier. Une nouvelle déclaration, signée des deux,
/// reste possible ensuite.
#[utoipa::path(
    post,
    path = "/v1/declarations/{id}/retrait",
    operation_id = "retirer_medecin",
    responses((status = 200, description = "La déclaration, dont la désignation a une fin", body = DeclarationVue)),
    extensions(("x-problemes" = json!(["role_interdit", "transition_interdite", "non_medecin_traitant"])))
)]
pub(super) async fn withdraw(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<DeclarationId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
    corps: Corps<RetraitDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::RetirerMedecin)?;
    let retrait =
        Retrait { effet_du: corps.valeur.effet_du, motif: corps.valeur.motif.map(|text| text.0) };
    let demande = cle.demande(contexte, corps.requete);
    let vue = (id, version);
    let rendre = render(StatusCode::OK);
    respond(declarations::retrait::withdraw(&state.core, &demande, vue, &retrait, rendre).await)
}
