//! What a caisse records of a person's life, one address an act.

use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;

use super::demande::{
    AdresseDemande, ChangementIdentifiantDemande, DecesDemande, OrganismeDemande,
    RectificationDecesDemande, RectificationIdentifiantDemande, StatutDemande,
};
use super::vue::PatientVue;
use crate::domain::ids::PatientId;
use crate::domain::patient::UsageIdentifiant;
use crate::domain::vie::DossierPatient;
use crate::http::AppState;
use crate::http::idempotency::rendre;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::v1::acte::acte;
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

acte! {
    /// Changer de caisse ou de régime
    ///
    /// La désignation continue sans signature ni interruption : elle appartient à la personne. L'ancien
    /// organisme ne lit plus que ce qui fut de son temps ; le nouveau, tout.
    change_organisme: ChangerOrganisme = "changer_organisme" "/v1/patients/{id}/changements-d-organisme",
        PatientId, OrganismeDemande => PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        patients::change_organisme(core, demande, vu, (recue.organisme, recue.effet_du), render)
    }
}

acte! {
    /// Changer de statut
    ///
    /// Un statut hors du parcours de soins (AME, passage, sans droits, hors de France) met la désignation en
    /// sommeil ; « ordinaire » la réveille. La déclaration reste.
    change_statut: ChangerStatut = "changer_statut" "/v1/patients/{id}/changements-de-statut",
        PatientId, StatutDemande => PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        patients::change_statut(core, demande, vu, (recue.statut, recue.effet_du), render)
    }
}

acte! {
    /// Changer de numéro
    ///
    /// D'un numéro d'attente à un NIR, ou d'un NIR à un autre : l'ancien fut juste et désigne toujours la
    /// personne. Sans numéro, pour l'usage « ouvrant_droit », le patient devient assuré à titre personnel.
    change_identifiant: ChangerIdentifiant = "changer_identifiant" "/v1/patients/{id}/changements-d-identifiant",
        PatientId, ChangementIdentifiantDemande => PatientVue "Le patient et ses faits datés", ["patient_existant"],
    |core, demande, vu, recue| {
        let usage = recue.usage.unwrap_or(UsageIdentifiant::Individuel);
        let change = (usage, recue.identifiant, recue.effet_du);
        patients::change_identifiant(core, demande, vu, change, render)
    }
}

acte! {
    /// Rectifier un numéro
    ///
    /// Le numéro enregistré n'était pas celui de la personne : une version le remplace, avec le motif. Il ne
    /// la désigne plus, sauf pour qui demande ce que le registre savait avant.
    correct_identifiant: RectifierIdentifiant = "rectifier_identifiant" "/v1/patients/{id}/rectifications-d-identifiant",
        PatientId, RectificationIdentifiantDemande => PatientVue "Le patient et ses faits datés", ["patient_existant"],
    |core, demande, vu, recue| {
        let usage = recue.usage.unwrap_or(UsageIdentifiant::Individuel);
        let jour = recue.jour.unwrap_or_else(|| core.clock().today());
        let right = (usage, recue.identifiant, jour);
        patients::correct_identifiant(core, demande, vu, right, recue.motif, render)
    }
}

acte! {
    /// Changer d'adresse
    ///
    /// Aucune désignation n'en dépend : il n'y a pas de condition géographique.
    change_adresse: ChangerAdresse = "changer_adresse" "/v1/patients/{id}/changements-d-adresse",
        PatientId, AdresseDemande => PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        patients::change_adresse(core, demande, vu, recue.into_domain(), render)
    }
}

acte! {
    /// Enregistrer un décès
    ///
    /// Même connu tard. Le jour du décès est le dernier de la désignation ; celles qui commenceraient après
    /// n'ont jamais pris effet.
    record_deces: DeclarerDeces = "declarer_deces" "/v1/patients/{id}/deces",
        PatientId, DecesDemande => PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        patients::record_deces(core, demande, vu, (recue.jour, recue.source), render)
    }
}

acte! {
    /// Rectifier un décès
    ///
    /// Un autre jour, ou aucun décès : la désignation redevient ce que les déclarations disent.
    correct_deces: RectifierDeces = "rectifier_deces" "/v1/patients/{id}/rectifications-de-deces",
        PatientId, RectificationDecesDemande => PatientVue "Le patient et ses faits datés", [],
    |core, demande, vu, recue| {
        let jour = recue.jour().map_err(Refus::champs)?;
        patients::correct_deces(core, demande, vu, jour, recue.motif, render)
    }
}
