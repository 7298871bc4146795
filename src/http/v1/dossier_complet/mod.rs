//! Everything that is kept on one person: for a program, or as a page to be read.

mod page;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::droits::Demarche;
use crate::domain::ids::PatientId;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Requete};
use crate::http::idempotency::show;
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::pages;
use crate::http::problem::Refus;
use crate::http::v1::acces::AccesVue;
use crate::http::v1::feuilles_de_soins::FeuilleVue;
use crate::services::ServiceError;
use crate::services::dossier_complet::{self, DossierComplet};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(export))
}

lecture! {
    struct DossierCompletDemande {
        /// La page à lire plutôt que le JSON.
        page: Option<bool>,
    }
}

/// Tout ce qui est gardé sur une personne.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DossierCompletVue {
    /// La personne.
    patient_id: PatientId,
    /// Instant de la lecture.
    etabli_le: DateTime<Utc>,
    /// Ce que le registre garde, table par table, tel qu'il le garde ; ce qui est chiffré y est en clair.
    rubriques: Vec<RubriqueVue>,
    /// Feuilles de soins, chacune avec toutes ses évaluations et leurs motifs.
    feuilles_de_soins: Vec<FeuilleVue>,
    /// Qui a consulté le dossier, les derniers d'abord.
    acces: Vec<AccesVue>,
}

/// Ce qu'une table garde d'une personne.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RubriqueVue {
    /// Table.
    #[schema(example = "identite_patient")]
    rubrique: &'static str,
    /// Ce qu'elle contient.
    #[schema(example = "Noms, prénoms, sexe et naissance")]
    titre: &'static str,
    /// Ses lignes, celles qui ont été remplacées comprises ; ce qui est vide est absent.
    #[schema(value_type = Vec<Object>)]
    lignes: Vec<Value>,
}

impl DossierCompletVue {
    fn new(dossier: DossierComplet) -> Result<Self, ServiceError> {
        let rubriques = dossier.rubriques.into_iter().map(|(rubrique, lignes)| RubriqueVue {
            rubrique: rubrique.table,
            titre: rubrique.titre,
            lignes,
        });
        Ok(Self {
            patient_id: dossier.patient,
            etabli_le: dossier.etabli_le,
            rubriques: rubriques.collect(),
            feuilles_de_soins: dossier
                .feuilles
                .iter()
                .map(FeuilleVue::new)
                .collect::<Result<_, _>>()?,
            acces: dossier.acces.iter().map(AccesVue::new).collect(),
        })
    }
}

/// Exporter tout ce qui est gardé sur un patient
///
/// Droit d'accès (RGPD, art. 15) : chaque ligne du registre qui le nomme, dans tous ses dossiers, avec son histoire ; ses feuilles de
/// soins et leurs évaluations ; qui l'a consulté. Pour le patient, un titulaire de l'autorité parentale avant seize ans, et un
/// auditeur de sa caisse (portée « audit »). L'export laisse lui-même une trace.
#[utoipa::path(
    get,
    path = "/v1/patients/{id}/dossier-complet",
    operation_id = "exporter_dossier",
    responses((status = 200, description = "Le dossier complet",
               content((DossierCompletVue = "application/json"), (String = "text/html"))))
)]
async fn export(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
    Requete(demande): Requete<DossierCompletDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ExporterDossier)?;
    let seen = dossier_complet::export(&state.core, &contexte, id).await?;
    let seen = seen.try_map(DossierCompletVue::new)?;
    if demande.page == Some(true) {
        let title = "Tout ce qui est gardé sur vous";
        return Ok(pages::html(StatusCode::OK, title, &page::body(title, seen.get())));
    }
    show(&seen)
}
