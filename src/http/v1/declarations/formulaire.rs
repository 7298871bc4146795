//! The form of a declaration, to be signed on paper or kept as a record.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::vue::{phrase, shown};
use crate::domain::declaration::Signature;
use crate::domain::droits::Demarche;
use crate::domain::ids::DeclarationId;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin};
use crate::http::problem::{Code, Refus};
use crate::http::schemas::Fichier;
use crate::papiers::{Formulaire, PapierError, Signe, formulaire};
use crate::services::declarations::{self, Dossier};

/// Imprimer une déclaration
///
/// Le formulaire en PDF : qui choisit qui, les signatures reçues et leur preuve, un cadre pour chacune de celles qui
/// manquent, le numéro, l'empreinte du contenu et un code qui les porte ; une page pour qui signe à la place du patient.
/// Il se lit avec un lecteur d'écran (PDF/UA-1) et s'archive (PDF/A-2a). Le numéro de sécurité sociale n'y est pas.
#[utoipa::path(
    get,
    path = "/v1/declarations/{id}/formulaire.pdf",
    operation_id = "lire_formulaire",
    responses((status = 200, description = "Le formulaire", content_type = "application/pdf", body = Fichier,
        headers(("Content-Disposition"))))
)]
pub(super) async fn form(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<DeclarationId>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireFormulaire)?;
    let seen = declarations::get(&state.core, &contexte, id).await?;
    let dossier = seen.into_inner();
    let numero = dossier.declaration.numero.to_string();
    let pdf = tokio::task::spawn_blocking(move || printed(&dossier)).await.map_err(unprintable)?;
    let pdf = pdf.map_err(unprintable)?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{numero}.pdf\"")),
    ];
    Ok((headers, pdf).into_response())
}

fn unprintable(error: impl std::fmt::Display) -> Refus {
    tracing::error!(%error, "a form could not be printed");
    Refus::new(
        Code::ErreurInterne,
        "Le formulaire n'a pas pu être imprimé ; l'erreur est enregistrée.",
    )
}

/// The form of a declaration, as its reader may see it.
fn printed(dossier: &Dossier) -> Result<Vec<u8>, PapierError> {
    let declaration = &dossier.declaration;
    let signe = |one: &Signature| Signe {
        role: one.role,
        rpps: declaration.signataire(one).map(|rpps| rpps.to_string()),
        moyen: one.moyen,
        preuve: one.mode_preuve(),
        signe_le: one.signe_le,
    };
    let missing = dossier.cote.as_ref().map(|cote| declaration.manquantes(cote));
    formulaire(&Formulaire {
        numero: &declaration.numero.to_string(),
        situation: &phrase(&dossier.situation),
        contenu: &shown(&declaration.contenu, dossier.nomme).to_string(),
        empreinte: &declaration.contenu_sha256.to_string(),
        enregistre_le: declaration.enregistre_le,
        signatures: declaration.signatures.iter().map(signe).collect(),
        manquantes: missing
            .unwrap_or_default()
            .iter()
            .map(|wanted| (wanted.role, wanted.rpps.map(|rpps| rpps.to_string())))
            .collect(),
    })
}
