//! Feuilles de soins: received, evaluated, read back.

mod a_revoir;
pub(crate) mod demande;
mod ecrit;
mod liste;
pub(crate) mod lots;
mod vue;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::demande::FeuilleDemande;
pub(crate) use self::lots::{BOM, une_a_une};
pub(crate) use self::vue::FeuilleVue;
use super::evaluation::EVALUATION;
use super::instruction::InstructionVue;
use crate::domain::droits::Demarche;
use crate::domain::ids::FeuilleId;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Chemins};
use crate::http::idempotency::{rendre, show};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::schemas::NumeroEvaluation;
use crate::http::v1::acte::{consultation, creation};
use crate::services::feuilles_de_soins;
use crate::services::feuilles_de_soins::FeuilleEvaluee;
use crate::services::instructions;
use crate::services::patients;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(submit))
        .routes(routes!(get))
        .routes(routes!(instruct))
        .merge(a_revoir::router())
        .merge(liste::router())
        .merge(lots::router())
}

/// The example of the documentation: a consultation with the declared médecin traitant.
pub(crate) fn exemple() -> serde_json::Value {
    json!({
        "numero_facture": "000000101",
        "support": "electronique",
        "mode_securisation": "securise",
        "date_etablissement": "2025-03-10",
        "beneficiaire": {
            "identifiant_individuel": { "type": "nir", "valeur": "158070100199152" },
            "identifiant_ouvrant_droit": { "type": "nir", "valeur": "158070100199152" },
            "qualite": "0",
            "rang": 1,
            "date_naissance": "1958-07-14",
            "organisme": { "regime": "01", "caisse": "011", "centre": "0000" },
            "complementaire": "amc"
        },
        "executant": {
            "rpps": "99900001233",
            "numero_facturation": { "type": "num_am", "valeur": "991999905" },
            "specialite": "01",
            "convention": "secteur_1"
        },
        "parcours": { "indicateur": "T", "declaration_mt": "oui" },
        "assurance": { "nature": "maladie" },
        "actes": [{
            "numero_ligne": 1,
            "date_execution": "2025-03-10",
            "nomenclature": "ngap",
            "code": "G",
            "honoraires_centimes": 3000,
            "base_remboursement_centimes": 3000
        }]
    })
}

creation! {
    /// Enregistrer et évaluer une feuille de soins
    ///
    /// La feuille est évaluée contre le registre tel qu'il était le jour des soins. Le médecin transmet
    /// les feuilles dont il est l'exécutant ; la caisse, celles de ses assurés. La même feuille (même
    /// patient, même facturation, même numéro, mêmes dates) n'est reçue qu'une fois.
    submit: EnregistrerFeuilleDeSoins = "/v1/feuilles-de-soins", FeuilleDemande
        => 201 FeuilleVue "Feuille enregistrée et évaluée" ("Location"), ["trop_d_essais", "feuille_existante", EVALUATION],
    |core, demande, recue| {
        let tests = patients::accepts_test_numbers(core);
        let nouvelle = recue.into_domain(tests).map_err(Refus::champs)?;
        feuilles_de_soins::submit(core, demande, nouvelle, |evaluee: &FeuilleEvaluee| {
            let vue = FeuilleVue::new(evaluee)?;
            let location = format!("/v1/feuilles-de-soins/{}", evaluee.feuille.id);
            Ok(rendre(StatusCode::CREATED, Some(location), None, &vue)?)
        }).await
    }
}

consultation! {
    /// Lire une feuille de soins et ses évaluations
    ///
    /// Le patient lit les siennes, la caisse celles de ses assurés, le médecin celles dont il est
    /// l'exécutant. Toute lecture laisse une trace que le patient peut lire.
    get: LireFeuilleDeSoins = "/v1/feuilles-de-soins/{id}"
        => FeuilleVue "La feuille et ses évaluations", [],
    (core, contexte, Chemin(id): Chemin<FeuilleId>) {
        let evaluee = feuilles_de_soins::get(core, contexte, id).await?;
        show(&evaluee.try_map(|evaluee| FeuilleVue::new(&evaluee))?)
    }
}

/// Lire l'instruction d'une évaluation
///
/// Pour l'agent de la caisse : toutes les règles considérées, retenues ou écartées et par quel fait, les
/// faits avec leur source et leur date, les valeurs appliquées avec leur premier jour et leurs textes.
/// La lecture laisse une trace que le patient peut lire.
#[utoipa::path(
    get,
    path = "/v1/feuilles-de-soins/{id}/evaluations/{numero}/instruction",
    operation_id = "lire_instruction",
    params(("numero" = NumeroEvaluation, Path, description = "Numéro de l'évaluation")),
    responses((status = 200, description = "Règles, faits et valeurs", body = InstructionVue))
)]
async fn instruct(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(id, numero): Chemins<FeuilleId, i16>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireInstruction)?;
    let instruction = instructions::read(&state.core, &contexte, id, numero).await?;
    show(&instruction.map(|instruction| InstructionVue::new(&instruction)))
}
