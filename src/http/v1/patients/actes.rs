//! What a caisse records of a person's life, one address an act.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use super::demande::{
    AdresseDemande, ChangementIdentifiantDemande, DecesDemande, OrganismeDemande,
    RectificationDecesDemande, RectificationIdentifiantDemande, StatutDemande,
};
use super::vue::PatientVue;
use crate::domain::droits::Demarche;
use crate::domain::ids::PatientId;
use crate::domain::patient::UsageIdentifiant;
use crate::domain::vie::DossierPatient;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Corps, SiCorrespond};
use crate::http::idempotency::{rendre, respond};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
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

/// Declares an act on a record: its page of the contract, its operation and its address, its body, the problems
/// of its own beside the usual two, and what is asked of the service.
macro_rules! acte {
    (
        $(#[$doc:meta])*
        $name:ident: $demarche:ident = $operation:tt $path:tt, $corps:ty, [$($probleme:tt)*],
        |$core:ident, $demande:ident, $vue:ident, $recue:ident| $done:expr
    ) => {
        $(#[$doc])*
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $operation,
            responses((status = 200, description = "Le patient et ses faits datés", body = PatientVue)),
            extensions(("x-problemes" = json!(["role_interdit", "introuvable" $(, $probleme)*])))
        )]
        async fn $name(
            State(state): State<AppState>,
            appel: Appel,
            Chemin(id): Chemin<PatientId>,
            SiCorrespond(version): SiCorrespond,
            cle: CleIdempotence,
            corps: Corps<$corps>,
        ) -> Result<Response, Refus> {
            let contexte = appel.exige(Demarche::$demarche)?;
            let ($core, $recue, $vue) = (&state.core, corps.valeur, (id, version));
            let $demande = &cle.demande(contexte, corps.requete);
            respond($done.await)
        }
    };
}

acte! {
    /// Changer de caisse ou de régime
    ///
    /// La désignation continue sans signature ni interruption : elle appartient à la personne. L'ancien
    /// organisme ne lit plus que ce qui fut de son temps ; le nouveau, tout.
    change_organisme: ChangerOrganisme =
        "changer_organisme" "/v1/patients/{id}/changements-d-organisme", OrganismeDemande, [],
    |core, demande, vue, recue| {
        patients::change_organisme(core, demande, vue, (recue.organisme, recue.effet_du), render)
    }
}

acte! {
    /// Changer de statut
    ///
    /// Un statut hors du parcours de soins (AME, passage, sans droits, hors de France) met la désignation en
    /// sommeil ; « ordinaire » la réveille. La déclaration reste.
    change_statut: ChangerStatut =
        "changer_statut" "/v1/patients/{id}/changements-de-statut", StatutDemande, [],
    |core, demande, vue, recue| {
        patients::change_statut(core, demande, vue, (recue.statut, recue.effet_du), render)
    }
}

acte! {
    /// Changer de numéro
    ///
    /// D'un numéro d'attente à un NIR, ou d'un NIR à un autre : l'ancien fut juste et désigne toujours la
    /// personne. Sans numéro, pour l'usage « ouvrant_droit », le patient devient assuré à titre personnel.
    change_identifiant: ChangerIdentifiant =
        "changer_identifiant" "/v1/patients/{id}/changements-d-identifiant",
        ChangementIdentifiantDemande, ["patient_existant"],
    |core, demande, vue, recue| {
        let usage = recue.usage.unwrap_or(UsageIdentifiant::Individuel);
        let change = (usage, recue.identifiant, recue.effet_du);
        patients::change_identifiant(core, demande, vue, change, render)
    }
}

acte! {
    /// Rectifier un numéro
    ///
    /// Le numéro enregistré n'était pas celui de la personne : une version le remplace, avec le motif. Il ne
    /// la désigne plus, sauf pour qui demande ce que le registre savait avant.
    correct_identifiant: RectifierIdentifiant =
        "rectifier_identifiant" "/v1/patients/{id}/rectifications-d-identifiant",
        RectificationIdentifiantDemande, ["patient_existant"],
    |core, demande, vue, recue| {
        let usage = recue.usage.unwrap_or(UsageIdentifiant::Individuel);
        let jour = recue.jour.unwrap_or_else(|| core.clock().today());
        let right = (usage, recue.identifiant, jour);
        patients::correct_identifiant(core, demande, vue, right, recue.motif, render)
    }
}

acte! {
    /// Changer d'adresse
    ///
    /// Aucune désignation n'en dépend : il n'y a pas de condition géographique.
    change_adresse: ChangerAdresse =
        "changer_adresse" "/v1/patients/{id}/changements-d-adresse", AdresseDemande, [],
    |core, demande, vue, recue| {
        patients::change_adresse(core, demande, vue, recue.into_domain(), render)
    }
}

acte! {
    /// Enregistrer un décès
    ///
    /// Même connu tard. Le jour du décès est le dernier de la désignation ; celles qui commenceraient après
    /// n'ont jamais pris effet.
    record_deces: DeclarerDeces = "declarer_deces" "/v1/patients/{id}/deces", DecesDemande, [],
    |core, demande, vue, recue| {
        patients::record_deces(core, demande, vue, (recue.jour, recue.source), render)
    }
}

acte! {
    /// Rectifier un décès
    ///
    /// Un autre jour, ou aucun décès : la désignation redevient ce que les déclarations disent.
    correct_deces: RectifierDeces =
        "rectifier_deces" "/v1/patients/{id}/rectifications-de-deces",
        RectificationDecesDemande, [],
    |core, demande, vue, recue| {
        let jour = recue.jour().map_err(Refus::champs)?;
        patients::correct_deces(core, demande, vue, jour, recue.motif, render)
    }
}
