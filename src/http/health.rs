//! Whether the service lives, and whether it can answer.

use std::time::Duration;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::AppState;
use super::extract::CLES_INDISPONIBLES;
use super::openapi::routes;
use super::problem::{Code, Refus};
use crate::domain::digest::Empreinte;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::idempotency::{Anonymous, json as respond_json};
use crate::services::{ServiceError, loi};

/// How long the database may take to say that it is there.
pub(super) const SILENCE: Duration = Duration::from_secs(2);

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// Whether a supervisor asks, who has no token and is answered whatever else happens.
pub(super) fn is_asked(uri: &Uri) -> bool {
    uri.path().starts_with("/etat/")
}

/// État du processus.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VivantVue {
    /// Toujours « vivant ».
    #[schema(example = "vivant")]
    etat: &'static str,
    /// Version du programme.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

impl Anonymous for VivantVue {}

/// État du service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PretVue {
    /// Toujours « pret ».
    #[schema(example = "pret")]
    etat: &'static str,
    /// Empreinte de la loi chargée.
    regles_version: Empreinte,
    /// Dernier jour de soins pour lequel toutes les valeurs de la loi chargée ont été vérifiées.
    #[schema(example = "2026-12-31")]
    loi_verifiee_jusqu_au: Option<NaiveDate>,
    /// Toutes les valeurs de la loi chargée ont été vérifiées pour des soins d'aujourd'hui.
    loi_verifiee_aujourd_hui: bool,
    /// Valeurs qui ne sont plus vérifiées, ou ne le seront plus dans les soixante jours, par jour.
    loi_echeances: Vec<EcheanceVue>,
    /// Fichiers de valeurs ajoutées avec lesquels la loi a été chargée.
    loi_ajouts: Vec<AjoutVue>,
}

impl Anonymous for PretVue {}

/// Valeurs dont la vérification s'arrête le même jour.
#[derive(Debug, Serialize, ToSchema)]
struct EcheanceVue {
    /// Dernier jour de soins pour lequel elles ont été vérifiées.
    #[schema(example = "2026-12-31")]
    verifie_jusqu_au: NaiveDate,
    /// Codes des paramètres.
    #[schema(example = json!(["PF_MONTANT"]))]
    parametres: Vec<&'static str>,
}

/// Fichier de valeurs ajoutées.
#[derive(Debug, Serialize, ToSchema)]
struct AjoutVue {
    /// Nom du fichier.
    #[schema(example = "2027-01-01-participation.toml")]
    fichier: String,
    /// SHA-256 de son contenu.
    sha256: Empreinte,
}

/// Savoir si le processus vit
///
/// Le processus répond, sans rien demander à la base de données.
#[utoipa::path(
    get,
    path = "/etat/vivant",
    operation_id = "etat_vivant",
    responses((status = 200, description = "Le processus vit", body = VivantVue))
)]
async fn live() -> Result<Response, Refus> {
    respond_json(&VivantVue { etat: "vivant", version: env!("CARGO_PKG_VERSION") })
}

/// Savoir si le service peut répondre
///
/// La base de données répond et les clés de l'émetteur des jetons sont connues. La réponse dit aussi quelles valeurs de la loi sont à vérifier bientôt.
#[utoipa::path(
    get,
    path = "/etat/pret",
    operation_id = "etat_pret",
    responses((status = 200, description = "Le service peut répondre", body = PretVue)),
    extensions(("x-problemes" = json!(["service_indisponible"])))
)]
async fn ready(State(state): State<AppState>) -> Result<Response, Refus> {
    let core = &state.core;
    // Whoever watches asks again soon: a database that is silent is told as soon as one that is gone.
    timeout(SILENCE, core.ready()).await.unwrap_or(Err(ServiceError::Indisponible))?;
    if !state.verifier.ready() {
        return Err(Refus::new(Code::ServiceIndisponible, CLES_INDISPONIBLES));
    }
    let (law, today) = (core.law(), core.clock().today());
    let verified = law.verifiee_jusqu_au();
    let ajouts = law.ajouts().iter();
    respond_json(&PretVue {
        etat: "pret",
        regles_version: *law.empreinte(),
        loi_verifiee_jusqu_au: verified,
        loi_verifiee_aujourd_hui: verified.is_none_or(|last| today <= last),
        loi_echeances: loi::echeances(core)
            .into_iter()
            .map(|end| EcheanceVue {
                verifie_jusqu_au: end.verifie_jusqu_au,
                parametres: end.parametres.into_iter().map(Vocabulaire::mot).collect(),
            })
            .collect(),
        loi_ajouts: ajouts
            .map(|(fichier, sha256)| AjoutVue { fichier: fichier.clone(), sha256: *sha256 })
            .collect(),
    })
}
