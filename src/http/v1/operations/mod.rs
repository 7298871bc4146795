//! Operations on a doctor: counted, recorded, confirmed, imported from a file, watched, undone.

mod demande;
mod fichier;
mod vue;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use self::demande::OperationDemande;
use self::vue::{CompteVue, OperationVue};
use crate::domain::droits::Demarche;
use crate::domain::ids::OperationId;
use crate::http::AppState;
use crate::http::conditionnel::SiCorrespond;
use crate::http::extract::{Appel, Chemin, CleIdempotence, Corps};
use crate::http::idempotency::{etag, json as respond_json, rendre, respond};
use crate::http::lecture::{Texte, lecture};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::v1::acte::{acte, consultation, creation};
use crate::services::Rendu;
use crate::services::operations;
use crate::services::operations::Suivi;
use crate::services::patients;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(create))
        .routes(routes!(fichier::import))
        .routes(routes!(fichier::preview_import))
        .routes(routes!(get))
        .routes(routes!(cancel))
        .routes(routes!(confirm))
}

lecture! {
    /// Annulation d'une opération.
    #[schema(example = json!({ "motif": "retraite reportée" }))]
    pub(crate) struct AnnulationOperationDemande {
        /// Motif, sans donnée médicale.
        motif: Option<Texte<1, 200>>,
    }
}

/// Renders an operation, with its version as ETag.
fn render(statut: StatusCode) -> impl Fn(&Suivi) -> Result<Rendu, serde_json::Error> {
    move |suivi| {
        let location = format!("/v1/operations/{}", suivi.operation.id);
        rendre(statut, Some(location), Some(suivi.operation.version), &OperationVue::new(suivi))
    }
}

/// Compter ce que ferait une opération
///
/// À blanc : rien n'est enregistré. Dit combien de désignations seraient closes, combien ne perdraient
/// que la ligne du médecin, combien de patients seraient seulement prévenus et combien auraient une
/// neutralisation.
#[utoipa::path(
    post,
    path = "/v1/operations/apercu",
    operation_id = "apercu_operation",
    responses((status = 200, description = "Le compte", body = CompteVue)),
    extensions(("x-problemes" = json!(["operation_existante"])))
)]
async fn preview(
    State(state): State<AppState>,
    appel: Appel,
    corps: Corps<OperationDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ApercuOperation)?;
    let tests = patients::accepts_test_numbers(&state.core);
    let nouvelle = corps.valeur.into_domain(tests).map_err(Refus::champs)?;
    let portee = operations::preview(&state.core, &contexte, &nouvelle).await?;
    respond_json(&CompteVue::new(&portee))
}

creation! {
    /// Enregistrer ce qui arrive à un médecin
    ///
    /// Retraite, cessation, décès, changement de département, de cabinet ou de spécialité, suspension. Les
    /// faits du médecin changent aussitôt ; ses patients sont traités par un travail de fond, chacun à part,
    /// sans bloquer personne. Retraite, cessation, décès et changement de département closent la ligne du
    /// médecin ; un changement de cabinet ou de spécialité ne la clôt que dans une désignation conjointe
    /// dont les conditions ne tiennent plus ; une suspension prévient les patients.
    ///
    /// Une caisse agit sur l'exercice dans son département, et ne clôt que les lignes de ses patients. Arrêter
    /// l'exercice est un acte national : un agent du référentiel le prépare (`a_confirmer`), un autre le confirme.
    create: EnregistrerOperation = "/v1/operations", OperationDemande
        => 202 OperationVue "L'opération, dont le travail commence" ("Location"), ["operation_existante"],
    |core, demande, recue| {
        let tests = patients::accepts_test_numbers(core);
        let nouvelle = recue.into_domain(tests).map_err(Refus::champs)?;
        operations::create(core, demande, &nouvelle, render(StatusCode::ACCEPTED)).await
    }
}

consultation! {
    /// Suivre une opération
    ///
    /// Son état, et combien de patients sont traités. La lisent qui l'a enregistrée, le référentiel et chaque caisse
    /// concernée par un acte national : elle n'y compte que ses patients.
    get: LireOperation = "/v1/operations/{id}" => OperationVue "L'opération", [],
    (core, contexte, Chemin(id): Chemin<OperationId>) {
        let suivi = operations::get(core, contexte, id).await?;
        let mut response = respond_json(&OperationVue::new(&suivi))?;
        if let Ok(version) = HeaderValue::from_str(&etag(suivi.operation.version)) {
            response.headers_mut().insert(header::ETAG, version);
        }
        Ok(response)
    }
}

acte! {
    /// Annuler une opération
    ///
    /// Les faits du médecin sont remis aussitôt ; un travail de fond rouvre exactement ce qu'elle a clos. Un
    /// patient qui a choisi un autre médecin entre-temps garde ce choix. La dernière opération sur un médecin
    /// s'annule d'abord. Une caisse annule un acte national pour ses propres patients.
    cancel: AnnulerOperation = "/v1/operations/{id}/annulation" (OperationId), AnnulationOperationDemande
        => 202 OperationVue "L'opération, dont l'annulation commence" ("Location"), ["annulation_impossible"],
    |core, demande, vu, recue| {
        let motif = recue.motif.map(|text| text.0);
        operations::cancel(core, demande, vu, motif.as_deref(), render(StatusCode::ACCEPTED)).await
    }
}

/// Confirmer un acte national
///
/// Par un autre agent que celui qui l'a préparé. Chaque caisse concernée est prévenue.
#[utoipa::path(
    post,
    path = "/v1/operations/{id}/confirmation",
    operation_id = "confirmer_operation",
    responses((status = 202, description = "L'opération, dont le travail commence", body = OperationVue,
        headers(("Location")))),
    extensions(("x-problemes" = json!(["meme_agent", "transition_interdite"])))
)]
async fn confirm(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<OperationId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ConfirmerOperation)?;
    let requete = format!("operation {id} {version} confirmation");
    let demande = cle.demande_sans_corps(contexte, &requete);
    let rendre = render(StatusCode::ACCEPTED);
    respond(operations::confirm(&state.core, &demande, (id, version), rendre).await)
}
