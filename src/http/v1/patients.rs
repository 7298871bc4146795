//! Persons: registered by a caisse, read by those who may, and what caisses record of their life.

mod actes;
mod conflits;
mod demande;
mod fusions;
mod rectifications;
mod scissions;
mod traits;
mod vue;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::vue::OrganismeVue;
use self::vue::PatientVue;
use crate::domain::droits::Demarche;
use crate::domain::identifiers::{
    DateNaissanceAmo, IdentifiantPersonne, Organisme, RangGemellaire,
};
use crate::domain::ids::PatientId;
use crate::domain::patient::{ClePatient, Identite, NouveauPatient, Sexe};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Corps};
use crate::http::idempotency::{rendre, show, show_version};
use crate::http::lecture::{Nom, lecture};
use crate::http::openapi::{about, routes};
use crate::http::problem::Refus;
use crate::http::v1::acte::{consultation, creation};
use crate::services::patients;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(get))
        .routes(routes!(find))
        .routes(routes!(traits::find))
        .merge(about("vie-du-patient", actes::router()))
        .merge(about("vie-du-patient", fusions::router()))
        .merge(about("vie-du-patient", scissions::router()))
        .merge(about("vie-du-patient", conflits::router()))
        .merge(about("vie-du-patient", rectifications::router()))
}

lecture! {
    /// Patient à enregistrer.
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
        nom: Nom<80>,
        /// Premier prénom.
        prenom: Nom<80>,
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: DateNaissanceAmo,
        /// Rang gémellaire, 1 par défaut.
        rang: Option<RangGemellaire>,
        /// Sexe à l'état civil ; absent, c'est celui que dit le premier chiffre du NIR ou du NIA, s'il y en a un.
        sexe: Option<Sexe>,
        /// Organisme de rattachement.
        organisme: Organisme,
        /// Premier jour de l'affiliation.
        affilie_du: NaiveDate,
    }
}

impl PatientDemande {
    /// The person to register.
    pub(crate) fn into_domain(self) -> NouveauPatient {
        NouveauPatient {
            identite: Identite {
                nom: self.nom.0,
                prenom: self.prenom.0,
                date_naissance: self.date_naissance,
                rang: self.rang.unwrap_or(RangGemellaire::ONE),
                sexe: self.sexe,
            },
            identifiant: self.identifiant,
            ouvrant_droit: self.ouvrant_droit,
            organisme: self.organisme,
            affilie_du: self.affilie_du,
        }
    }
}

lecture! {
    /// Recherche d'un patient, comme la carte Vitale le désigne.
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
}

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

/// Patient désigné par son numéro.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PatientTrouveVue {
    /// Identifiant interne, à utiliser ensuite.
    patient_id: PatientId,
}

creation! {
    /// Enregistrer un patient
    ///
    /// Une caisse enregistre un patient qui dépend d'elle. Le numéro d'un de ses patients est refusé ; une
    /// personne qui dépend d'une autre caisse se prend en charge par une mutation.
    create: EnregistrerPatient = "/v1/patients", PatientDemande
        => 201 PatientVue "Patient enregistré" ("Location"), ["patient_existant", "trop_d_essais"],
    |core, demande, recue| patients::create(core, demande, &recue.into_domain(), |patient| {
        let location = format!("/v1/patients/{}", patient.patient.id);
        let version = Some(patient.version);
        rendre(StatusCode::CREATED, Some(location), version, &PatientVue::new(patient))
    }).await
}

consultation! {
    /// Lire un patient
    ///
    /// Une caisse que le patient a quittée n'en lit que ce qui fut de son temps ; un médecin, ni l'adresse
    /// ni la couverture. Un dossier fusionné répond 410 avec l'identifiant du dossier conservé.
    get: LirePatient = "/v1/patients/{id}" => PatientVue "Le patient et ses faits datés", [],
    (core, contexte, Chemin(id): Chemin<PatientId>) {
        let patient = patients::get(core, contexte, id).await?;
        let version = patient.get().version;
        show_version(&patient.map(|patient| PatientVue::new(&patient)), version)
    }
}

/// Rechercher un patient
///
/// Par un numéro, une date de naissance et un rang, jamais dans l'adresse. Un médecin trouve le
/// patient dont il lit la carte ; une caisse, ses assurés ; un patient, lui-même. La recherche laisse
/// une trace, infructueuse aussi ; plusieurs essais infructueux sont ralentis, puis refusés.
#[utoipa::path(
    post,
    path = "/v1/patients/recherche",
    operation_id = "rechercher_patient",
    responses((status = 200, description = "Le patient", body = PatientTrouveVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable", "patient_ambigu", "trop_d_essais"])))
)]
async fn find(
    State(state): State<AppState>,
    appel: Appel,
    corps: Corps<RecherchePatientDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::RechercherPatient)?;
    let patient_id = patients::find(&state.core, &contexte, &corps.valeur.into_domain()).await?;
    show(&patient_id.map(|patient_id| PatientTrouveVue { patient_id }))
}
