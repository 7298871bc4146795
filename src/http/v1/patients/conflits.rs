//! The queue of conflicts between designations of merged records.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use utoipa_axum::router::OpenApiRouter;

use super::fusions::ChevauchementVue;
use crate::domain::droits::Demarche;
use crate::domain::ids::{ConflitId, DeclarationId, FusionId, PatientId};
use crate::domain::vie::fusion::{Conflit, EtatConflit};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Requete};
use crate::http::idempotency::{rendre, show_version};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::pagination::{Cadre, Page, PageDemande, Tranche, montrer};
use crate::http::problem::Refus;
use crate::http::schemas::ActionConflit;
use crate::http::v1::acte::{acte, consultation};
use crate::http::vue::vue;
use crate::services::patients;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(settle))
}

/// The question that cursors of conflicts are bound to.
const CONFLITS: &str = "conflits";

lecture! {
    /// Choix d'une déclaration parmi les deux d'un conflit.
    #[schema(example = json!({ "declaration_id": "0192f0c4-0000-7000-8000-000000000001" }))]
    pub(crate) struct ResolutionDemande {
        /// Déclaration qui vaut les jours du conflit.
        declaration_id: DeclarationId,
    }
}

vue! {
    /// Conflit entre les désignations de deux dossiers fusionnés.
    pub(crate) struct ConflitVue(conflit: &Conflit) {
        let open = conflit.etat == EtatConflit::Ouvert;

        /// Identifiant.
        id: ConflitId = conflit.id,
        /// Patient.
        patient_id: PatientId = conflit.patient_id,
        /// Fusion qui l'a fait naître.
        fusion_id: FusionId = conflit.fusion_id,
        /// Version, à rendre dans If-Match.
        #[schema(example = 1)]
        version: i32 = conflit.version,
        /// État.
        etat: EtatConflit = conflit.etat,
        /// Ce qui se contredit. Tant que le conflit est ouvert, la déclaration conservée vaut.
        chevauchement: ChevauchementVue = ChevauchementVue::new(&conflit.chevauchement),
        /// Déclaration choisie, ou null.
        declaration_retenue: Option<DeclarationId> = conflit.retenue,
        /// Cette version est connue depuis cet instant.
        enregistre_le: DateTime<Utc> = conflit.enregistre_le,
        /// Ce que l'appelant peut faire maintenant.
        #[schema(value_type = Vec<ActionConflit>)]
        actions: Vec<&'static str> = open.then_some("resoudre").into_iter().collect(),
    }
}

/// Open conflicts of a caisse, the oldest first.
type ConflitsVue = Page<ConflitVue>;

/// Lister les conflits à résoudre
///
/// Ceux, ouverts, des patients qui dépendent de la caisse qui appelle.
#[utoipa::path(
    get,
    path = "/v1/conflits-de-designations",
    operation_id = "lister_conflits",
    responses((status = 200, description = "Les conflits ouverts, le plus ancien d'abord", body = ConflitsVue))
)]
async fn list(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<PageDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerConflits)?;
    let cadre = Cadre::new(&state.core, contexte.acteur(), CONFLITS);
    let page = demande.voulue::<ConflitId>(&cadre)?;
    let found = patients::list_conflits(&state.core, &contexte, page).await?;
    let key = |conflit: &Conflit| conflit.id.to_string();
    montrer(found.map(|found| Tranche::suivie(found, page.limite, &cadre, key)), ConflitVue::new)
}

consultation! {
    /// Lire un conflit
    ///
    /// Ouvert ou clos, dans son état présent. La caisse dont dépend le patient le lit.
    get: LireConflit = "/v1/conflits-de-designations/{id}"
        => ConflitVue "Le conflit", ["patient_fusionne"],
    (core, contexte, Chemin(id): Chemin<ConflitId>) {
        let conflit = patients::get_conflit(core, contexte, id).await?;
        let version = conflit.get().version;
        show_version(&conflit.map(|conflit| ConflitVue::new(&conflit)), version)
    }
}

acte! {
    /// Résoudre un conflit
    ///
    /// En choisissant une des deux déclarations : les jours du conflit, celles de l'autre dossier ne comptent
    /// pas. Ce qui fut déclaré depuis la fusion compte comme toujours.
    settle: ResoudreConflit = "/v1/conflits-de-designations/{id}/resolution" (ConflitId),
        ResolutionDemande => 200 ConflitVue "Le conflit résolu", ["conflit_clos", "patient_fusionne"],
    |core, demande, vu, recue| {
        patients::settle_conflit(core, demande, vu, recue.declaration_id, |conflit: &Conflit| {
            rendre(StatusCode::OK, None, Some(conflit.version), &ConflitVue::new(conflit))
        }).await
    }
}
