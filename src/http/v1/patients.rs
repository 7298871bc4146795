//! Persons: registered by a caisse, read by those who may.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Portee;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{
    DateNaissanceAmo, IdentifiantPersonne, Organisme, RangGemellaire,
};
use crate::domain::ids::PatientId;
use crate::domain::patient::{
    ClePatient, IdentifiantPatient, Identite, NouveauPatient, Patient, UsageIdentifiant,
};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Corps};
use crate::http::idempotency::{json as respond_json, rendre, respond};
use crate::http::lecture::{Nom, lecture};
use crate::http::problem::Refus;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(get)).routes(routes!(find))
}

/// Patient à enregistrer.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "identifiant": { "type": "nir", "valeur": "186022B03399191" },
    "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
    "organisme": { "regime": "01", "caisse": "131", "centre": "0000" },
    "affilie_du": "2012-09-01"
}))]
pub(crate) struct PatientDemande {
    /// Numéro du patient lui-même.
    identifiant: IdentifiantPersonne,
    /// Numéro de l'assuré dont il est ayant droit.
    ouvrant_droit: Option<IdentifiantPersonne>,
    /// Nom de naissance.
    #[schema(inline)]
    nom: Nom<80>,
    /// Premier prénom.
    #[schema(inline)]
    prenom: Nom<80>,
    /// Date de naissance connue de l'Assurance maladie.
    date_naissance: DateNaissanceAmo,
    /// Rang gémellaire, 1 par défaut.
    rang: Option<RangGemellaire>,
    /// Organisme de rattachement.
    organisme: Organisme,
    /// Premier jour de l'affiliation.
    affilie_du: NaiveDate,
}
lecture!(PatientDemande {
    identifiant,
    ouvrant_droit,
    nom,
    prenom,
    date_naissance,
    rang,
    organisme,
    affilie_du,
});

/// Recherche d'un patient, comme la carte Vitale le désigne.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "identifiant": { "type": "nir", "valeur": "172080100199557" },
    "date_naissance": "1972-08-09", "rang": 1
}))]
pub(crate) struct RecherchePatientDemande {
    /// Numéro du patient ou de l'assuré.
    identifiant: IdentifiantPersonne,
    /// Date de naissance connue de l'Assurance maladie.
    date_naissance: DateNaissanceAmo,
    /// Rang gémellaire, 1 par défaut.
    rang: Option<RangGemellaire>,
}
lecture!(RecherchePatientDemande { identifiant, date_naissance, rang });

impl RecherchePatientDemande {
    /// The key of the search.
    pub(crate) fn into_domain(self) -> ClePatient {
        ClePatient {
            numero: self.identifiant,
            date_naissance: self.date_naissance,
            rang: self.rang.unwrap_or(RangGemellaire::ONE),
        }
    }
}

/// Patient trouvé.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PatientTrouveVue {
    /// Identifiant interne, à utiliser ensuite.
    patient_id: PatientId,
}

/// Patient et ses faits datés. Ses numéros ne sont jamais rendus.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PatientVue {
    /// Identifiant interne.
    patient_id: PatientId,
    /// Noms et naissance.
    identites: Vec<IdentiteVue>,
    /// Numéros, par nature et usage.
    identifiants: Vec<IdentifiantVue>,
    /// Caisses.
    affiliations: Vec<AffiliationVue>,
}

/// Noms et naissance, pendant une période.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IdentiteVue {
    /// Nom de naissance.
    #[schema(example = "ESSAI-LECA")]
    nom: String,
    /// Premier prénom.
    #[schema(example = "ANGE")]
    prenom: String,
    /// Date de naissance.
    date_naissance: DateNaissanceAmo,
    /// Rang gémellaire.
    rang: RangGemellaire,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
}

/// Numéro d'une personne, sans sa valeur.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IdentifiantVue {
    /// Type.
    #[serde(rename = "type")]
    #[schema(example = "nir")]
    kind: &'static str,
    /// Usage.
    usage: UsageIdentifiant,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
}

/// Caisse, pendant une période.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AffiliationVue {
    /// Organisme.
    organisme: OrganismeVue,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
}

/// Organisme de rattachement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganismeVue {
    /// Régime.
    #[schema(example = "01")]
    regime: String,
    /// Régime, en clair.
    #[schema(example = "régime général")]
    regime_libelle: &'static str,
    /// Caisse.
    #[schema(example = "131")]
    caisse: String,
    /// Centre.
    #[schema(example = "0000")]
    centre: String,
}

impl OrganismeVue {
    /// The shape of an organisme.
    pub(crate) fn new(organisme: &Organisme) -> Self {
        Self {
            regime: organisme.regime().to_owned(),
            regime_libelle: organisme.libelle_regime().unwrap_or_default(),
            caisse: organisme.caisse().to_owned(),
            centre: organisme.centre().to_owned(),
        }
    }
}

impl PatientVue {
    fn new(patient: &Patient) -> Self {
        let identite = |fait: &FaitDate<Identite>| IdentiteVue {
            nom: fait.valeur.nom.clone(),
            prenom: fait.valeur.prenom.clone(),
            date_naissance: fait.valeur.date_naissance,
            rang: fait.valeur.rang,
            effet_du: fait.effet.du(),
            effet_au: fait.effet.au(),
        };
        let identifiant = |fait: &FaitDate<IdentifiantPatient>| IdentifiantVue {
            kind: fait.valeur.numero.kind(),
            usage: fait.valeur.usage,
            effet_du: fait.effet.du(),
            effet_au: fait.effet.au(),
        };
        let affiliation = |fait: &FaitDate<Organisme>| AffiliationVue {
            organisme: OrganismeVue::new(&fait.valeur),
            effet_du: fait.effet.du(),
            effet_au: fait.effet.au(),
        };
        Self {
            patient_id: patient.id,
            identites: patient.identites.iter().map(identite).collect(),
            identifiants: patient.identifiants.iter().map(identifiant).collect(),
            affiliations: patient.affiliations.iter().map(affiliation).collect(),
        }
    }
}

/// Enregistrer un patient
///
/// Une caisse enregistre un patient qui dépend d'elle. Un numéro individuel déjà connu est refusé :
/// deux enregistrements d'une même personne ne se créent pas, même au même instant.
#[utoipa::path(
    post,
    path = "/v1/patients",
    tag = "Patients",
    operation_id = "enregistrer_patient",
    security(("jeton" = ["administration"])),
    params(("Idempotency-Key" = String, Header, description = "Clé de cette création, par exemple un UUID ; la même à chaque nouvel essai.")),
    request_body = PatientDemande,
    responses((status = 201, description = "Patient enregistré", body = PatientVue,
        headers(("Location" = String, description = "Adresse du patient")))),
    extensions(("x-problemes" = json!(["role_interdit", "patient_existant"])))
)]
async fn create(
    State(state): State<AppState>,
    appel: Appel,
    cle: CleIdempotence,
    corps: Corps<PatientDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Portee::Administration)?;
    let demande = corps.valeur;
    let nouveau = NouveauPatient {
        identite: Identite {
            nom: demande.nom.0,
            prenom: demande.prenom.0,
            date_naissance: demande.date_naissance,
            rang: demande.rang.unwrap_or(RangGemellaire::ONE),
        },
        identifiant: demande.identifiant,
        ouvrant_droit: demande.ouvrant_droit,
        organisme: demande.organisme,
        affilie_du: demande.affilie_du,
    };
    let memoire = state
        .services
        .create_patient(&contexte, &cle.demande(corps.requete), &nouveau, |patient| {
            let location = format!("/v1/patients/{}", patient.id);
            rendre(StatusCode::CREATED, Some(location), None, &PatientVue::new(patient))
        })
        .await?;
    respond(memoire)
}

/// Lire un patient
#[utoipa::path(
    get,
    path = "/v1/patients/{id}",
    tag = "Patients",
    operation_id = "lire_patient",
    security(("jeton" = ["declarations.lire"])),
    params(("id" = PatientId, Path, description = "Identifiant du patient")),
    responses((status = 200, description = "Le patient et ses faits datés", body = PatientVue)),
    extensions(("x-problemes" = json!(["introuvable"])))
)]
async fn get(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<PatientId>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Portee::DeclarationsLire)?;
    let patient = state.services.get_patient(&contexte, id).await?;
    respond_json(&PatientVue::new(&patient))
}

/// Rechercher un patient
///
/// Par un numéro, une date de naissance et un rang, jamais dans l'adresse. Un médecin trouve le
/// patient dont il lit la carte ; une caisse, ses assurés ; un patient, lui-même. La recherche laisse
/// une trace.
#[utoipa::path(
    post,
    path = "/v1/patients/recherche",
    tag = "Patients",
    operation_id = "rechercher_patient",
    security(("jeton" = ["declarations.lire"])),
    request_body = RecherchePatientDemande,
    responses((status = 200, description = "Le patient", body = PatientTrouveVue)),
    extensions(("x-problemes" = json!(["introuvable"])))
)]
async fn find(
    State(state): State<AppState>,
    appel: Appel,
    corps: Corps<RecherchePatientDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Portee::DeclarationsLire)?;
    let patient_id = state.services.find_patient(&contexte, &corps.valeur.into_domain()).await?;
    respond_json(&PatientTrouveVue { patient_id })
}
