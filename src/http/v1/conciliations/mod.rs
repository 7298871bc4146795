//! Files of conciliation: opened, doctors contacted, ended, read, counted.

mod demande;
mod vue;

use axum::http::StatusCode;
use chrono::NaiveDate;
use utoipa_axum::router::OpenApiRouter;

use self::demande::{ConciliationDemande, ContactDemande, MedecinTrouveDemande, ReponseDemande};
use self::vue::{ConciliationVue, ConciliationsVue, StatistiquesConciliationVue};
use super::adressages::CorpsVideDemande;
use crate::domain::ids::{ConciliationId, PatientId};
use crate::http::AppState;
use crate::http::extract::{Chemin, Requete};
use crate::http::idempotency::{json as respond_json, rendre, show, show_version};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::v1::acte::{acte, consultation, creation};
use crate::services::Rendu;
use crate::services::conciliations;
use crate::services::conciliations::ConciliationLue;
use crate::services::conciliations::Ending;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(list))
        .routes(routes!(statistics))
        .routes(routes!(get))
        .routes(routes!(contact))
        .routes(routes!(answer))
        .routes(routes!(found))
        .routes(routes!(abandon))
        .routes(routes!(close))
}

lecture! {
    /// La période d'une statistique.
    struct PeriodeStatistiques {
        /// Premier jour de fin de recherche compté.
        du: Option<NaiveDate>,
        /// Premier jour qui n'est plus compté ; demain par défaut.
        au: Option<NaiveDate>,
    }
}

/// Renders a file, with its version as ETag.
fn render(statut: StatusCode) -> impl Fn(&ConciliationLue) -> Result<Rendu, serde_json::Error> {
    move |lue| {
        let location = (statut == StatusCode::CREATED)
            .then(|| format!("/v1/conciliations/{}", lue.conciliation.id));
        rendre(statut, location, Some(lue.conciliation.version), &ConciliationVue::new(lue))
    }
}

creation! {
    /// Saisir le conciliateur
    ///
    /// Le patient, ou sa caisse pour lui, ouvre une recherche quand aucun médecin ne l'accepte. Une seule
    /// est ouverte à la fois. Elle n'a pas d'effet sur les remboursements.
    open: OuvrirConciliation = "/v1/patients/{id}/conciliations" (patient: PatientId), ConciliationDemande
        => 201 ConciliationVue "La conciliation ouverte" ("Location"), ["conciliation_ouverte"],
    |core, demande, recue| {
        conciliations::open(core, demande, patient, recue.into_domain(), render(StatusCode::CREATED)).await
    }
}

consultation! {
    /// Lire les conciliations d'un patient
    ///
    /// La dernière demandée d'abord. Une caisse qui n'est plus celle du patient lit celles de son temps.
    list: ListerConciliations = "/v1/patients/{id}/conciliations"
        => ConciliationsVue "Les conciliations", [],
    (core, contexte, Chemin(patient): Chemin<PatientId>) {
        let all = conciliations::list(core, contexte, patient).await?;
        show(&all.map(|all| ConciliationsVue::new(&all)))
    }
}

consultation! {
    /// Lire une conciliation
    ///
    /// Avec ses contacts, leurs réponses et les actions possibles maintenant. Le patient et sa caisse la lisent.
    get: LireConciliation = "/v1/conciliations/{id}" => ConciliationVue "La conciliation", [],
    (core, contexte, Chemin(id): Chemin<ConciliationId>) {
        let lue = conciliations::get(core, contexte, id).await?;
        let version = lue.get().conciliation.version;
        show_version(&lue.map(|lue| ConciliationVue::new(&lue)), version)
    }
}

acte! {
    /// Noter un médecin contacté
    ///
    /// Par le patient ou par sa caisse, avec la réponse si elle est déjà connue. Le refus d'une
    /// déclaration par ce médecin peut être cité : il vaut réponse.
    contact: ContacterConciliation = "/v1/conciliations/{id}/contacts" (ConciliationId),
        ContactDemande => 200 ConciliationVue "La conciliation et ses contacts", ["transition_interdite"],
    |core, demande, vu, recue| {
        conciliations::add_contact(core, demande, vu, recue.into_domain(), render(StatusCode::OK)).await
    }
}

acte! {
    /// Noter la réponse d'un médecin contacté
    ///
    /// Un médecin resté sans réponse peut encore répondre ; un accord ou un refus reste écrit.
    answer: RepondreConciliation = "/v1/conciliations/{id}/reponses" (ConciliationId),
        ReponseDemande => 200 ConciliationVue "La conciliation et ses contacts", ["transition_interdite"],
    |core, demande, vu, recue| {
        conciliations::answer(core, demande, vu, recue.into_domain(), render(StatusCode::OK)).await
    }
}

acte! {
    /// Terminer par un médecin trouvé
    ///
    /// Le médecin a donné son accord ; reste à déclarer ce choix.
    found: TrouverConciliation = "/v1/conciliations/{id}/medecin-trouve" (ConciliationId),
        MedecinTrouveDemande => 200 ConciliationVue "La conciliation terminée", ["transition_interdite"],
    |core, demande, vu, recue| {
        conciliations::end(core, demande, vu, Ending::Found(recue.rpps), render(StatusCode::OK)).await
    }
}

acte! {
    /// Abandonner une recherche
    ///
    /// Le patient renonce, ou la caisse l'écrit pour lui.
    abandon: AbandonnerConciliation = "/v1/conciliations/{id}/abandon" (ConciliationId),
        CorpsVideDemande => 200 ConciliationVue "La conciliation abandonnée", ["transition_interdite"],
    |core, demande, vu, _recue| {
        conciliations::end(core, demande, vu, Ending::Abandoned, render(StatusCode::OK)).await
    }
}

acte! {
    /// Clore une recherche sans médecin
    ///
    /// La caisse constate que la recherche n'aboutit pas.
    close: CloreConciliation = "/v1/conciliations/{id}/cloture" (ConciliationId),
        CorpsVideDemande => 200 ConciliationVue "La conciliation close", ["transition_interdite"],
    |core, demande, vu, _recue| {
        conciliations::end(core, demande, vu, Ending::Closed, render(StatusCode::OK)).await
    }
}

consultation! {
    /// Lire l'attente des assurés de sa caisse
    ///
    /// Recherches ouvertes, et durée en jours entiers de celles qui se sont terminées dans la période : des
    /// nombres, personne en particulier. Les douze derniers mois par défaut.
    statistics: StatistiquesConciliations = "/v1/conciliations/statistiques"
        => StatistiquesConciliationVue "L'attente", [],
    (core, contexte, Requete(periode): Requete<PeriodeStatistiques>) {
        let days = conciliations::period(core, periode.du, periode.au).ok_or_else(|| {
            Refus::parametre("au", "avant_debut", "attendu : une fin qui suit « du »")
        })?;
        let statistics = conciliations::count(core, contexte, days).await?;
        respond_json(&StatistiquesConciliationVue::new(&statistics))
    }
}
