//! A file of operations: one JSON object a line (NDJSON), each line for itself.

use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::demande::OperationDemande;
use super::vue::{ImportVue, LigneImportVue};
use crate::domain::digest::Empreinte;
use crate::domain::droits::Demarche;
use crate::domain::operation::NouvelleOperation;
use crate::http::AppState;
use crate::http::extract::{Appel, CleIdempotence, corps_entier, exige_type};
use crate::http::idempotency::{rendre, respond, respond_anonymous};
use crate::http::json::Json;
use crate::http::lecture::lire_document;
use crate::http::problem::{Code, Refus};
use crate::http::v1::feuilles_de_soins::BOM;
use crate::services::operations;
use crate::services::operations::LigneImportee;
use crate::services::patients;
use crate::services::{Demande, Rendu, ServiceError};

/// The most lines of a file.
const LIGNES_MAX: usize = 1_000;

/// A file whose lines are read: those that are operations, and those that are refused.
struct Fichier {
    lignes: Vec<(usize, NouvelleOperation)>,
    refusees: Vec<(usize, Refus)>,
    requete: Empreinte,
}

impl FromRequest<AppState> for Fichier {
    type Rejection = Refus;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refus> {
        exige_type(request.headers(), "application/x-ndjson", "Le fichier")?;
        let head = format!("{} {}\n", request.method(), request.uri().path());
        let bytes = corps_entier(request, state).await?;
        let requete = Empreinte::of([head.as_bytes(), &bytes].concat());
        let tests = patients::accepts_test_numbers(&state.core);
        let mut file = Self { lignes: Vec::new(), refusees: Vec::new(), requete };
        let blank = |line: &[u8]| line.iter().all(u8::is_ascii_whitespace);
        for (index, line) in
            bytes.strip_prefix(BOM).unwrap_or(&bytes).split(|byte| *byte == b'\n').enumerate()
        {
            if blank(line) {
                continue;
            }
            let number = index.saturating_add(1);
            match read(line, tests) {
                Ok(operation) => file.lignes.push((number, operation)),
                Err(refus) => file.refusees.push((number, refus)),
            }
        }
        let count = file.lignes.len().saturating_add(file.refusees.len());
        if (1..=LIGNES_MAX).contains(&count) {
            Ok(file)
        } else {
            let detail =
                format!("Le fichier compte {count} lignes ; attendu : de 1 à {LIGNES_MAX}.");
            Err(Refus::new(Code::CorpsIllisible, detail))
        }
    }
}

/// Reads one line.
fn read(line: &[u8], tests: bool) -> Result<NouvelleOperation, Refus> {
    let json = Json::parse(line).map_err(|error| {
        let cause = Json::cause(line, &error);
        Refus::new(Code::CorpsIllisible, format!("La ligne n'est pas un objet JSON : {cause}."))
    })?;
    let demande: OperationDemande = lire_document(&json).map_err(Refus::champs)?;
    demande.into_domain(tests).map_err(Refus::champs)
}

/// Renders what became of the lines, with those that were refused before.
fn render(
    simulation: bool,
    refusees: Vec<(usize, Refus)>,
) -> impl FnOnce(Vec<(usize, LigneImportee)>) -> Result<Rendu, serde_json::Error> {
    move |done| {
        let outcome = |(number, line): (usize, LigneImportee)| match line {
            LigneImportee::Enregistree(suivi) => {
                LigneImportVue::accepted(simulation, number, &suivi)
            }
            LigneImportee::Refusee(error) => LigneImportVue::refused(number, &Refus::from(error)),
        };
        let lines = refusees
            .iter()
            .map(|(number, refus)| LigneImportVue::refused(*number, refus))
            .chain(done.into_iter().map(outcome))
            .collect();
        rendre(StatusCode::OK, None, None, &ImportVue::new(simulation, lines))
    }
}

/// Importer un fichier d'opérations
///
/// Une opération par ligne (NDJSON), sous la même forme que l'enregistrement d'une seule ; mille lignes
/// au plus. Chaque ligne vaut pour elle-même : une ligne refusée, ou déjà enregistrée, n'arrête pas les
/// autres.
#[utoipa::path(
    post,
    path = "/v1/operations/import",
    operation_id = "importer_operations",
    request_body(content = String, content_type = "application/x-ndjson", description = "Une opération par ligne"),
    responses((status = 200, description = "Le résultat de chaque ligne", body = ImportVue))
)]
pub(super) async fn import(
    State(state): State<AppState>,
    appel: Appel,
    cle: CleIdempotence,
    request: Request,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ImporterOperations)?;
    let fichier = Fichier::from_request(request, &state).await?;
    let demande: Demande = cle.demande(contexte, fichier.requete);
    let rendre = render(false, fichier.refusees);
    let lignes = fichier.lignes;
    respond(operations::import(&state.core, &demande, lignes, rendre).await)
}

/// Compter ce que ferait un fichier d'opérations
///
/// À blanc : le résultat que donnerait l'import, sans rien enregistrer.
#[utoipa::path(
    post,
    path = "/v1/operations/import/apercu",
    operation_id = "apercu_import_operations",
    request_body(content = String, content_type = "application/x-ndjson", description = "Une opération par ligne"),
    responses((status = 200, description = "Le résultat qu'aurait chaque ligne", body = ImportVue))
)]
pub(super) async fn preview_import(
    State(state): State<AppState>,
    appel: Appel,
    request: Request,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ApercuImportOperations)?;
    let fichier = Fichier::from_request(request, &state).await?;
    let rendre = render(true, fichier.refusees);
    let done = operations::preview_import(&state.core, &contexte, fichier.lignes).await?;
    let broken = |error: serde_json::Error| Refus::from(ServiceError::from(error));
    respond_anonymous(&rendre(done).map_err(broken)?)
}
