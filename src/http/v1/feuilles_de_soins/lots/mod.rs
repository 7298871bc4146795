//! Lots: one feuille a line, in and out, in the same order, as long as the sender wishes.

mod lignes;
mod traitement;
mod vue;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::StreamExt;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::lignes::{BOM, une_a_une};
pub use self::traitement::{BilanLot, LotInterrompu, ReponsesLot, evaluer_lot};
pub use self::vue::{FormeReponse, ResultatLigne};
pub(crate) use self::vue::{LigneLotVue, SyntheseVue};
use crate::domain::droits::Demarche;
use crate::http::AppState;
use crate::http::extract::{Appel, Requete, exige_type};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::transport::streamed;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(submit))
}

lecture! {
    /// What the caller wants to read.
    struct LotDemande {
        /// Forme des réponses : synthese (par défaut) ou complete.
        reponse: Option<FormeReponse>,
    }
}

/// Enregistrer et évaluer un lot de feuilles de soins
///
/// Une feuille par ligne (NDJSON), autant qu'on veut ; une réponse par ligne, dans le même ordre. Une
/// ligne refusée n'arrête pas les autres. Une feuille déjà reçue à l'identique est rendue telle quelle :
/// un lot interrompu se renvoie en entier. Les lignes vides sont ignorées. Les feuilles sont prises à
/// mesure que les réponses sont lues.
///
/// Chaque réponse donne la décision et les montants (synthese) ; avec `reponse=complete`, la feuille et
/// ses évaluations avec leurs motifs, comme pour une feuille seule. Une feuille se relit toujours en
/// entier par son identifiant.
#[utoipa::path(
    post,
    path = "/v1/feuilles-de-soins/lots",
    operation_id = "enregistrer_lot",
    request_body(content = String, content_type = "application/x-ndjson", description = "Une feuille par ligne"),
    responses((status = 200, description = "Une réponse par ligne", content_type = "application/x-ndjson", body = LigneLotVue)),
    extensions(("x-problemes" = json!(["type_de_contenu"])))
)]
async fn submit(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<LotDemande>,
    request: Request,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::EnregistrerLot)?;
    exige_type(request.headers(), "application/x-ndjson", "Le lot")?;
    let forme = demande.reponse.unwrap_or(FormeReponse::Synthese);
    let entree = request.into_body().into_data_stream();
    let answers = evaluer_lot(state.core.clone(), contexte, forme, entree)
        .map(|done| done.map(|answers| answers.texte));
    let headers =
        [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::OK, headers, streamed(answers)).into_response())
}
