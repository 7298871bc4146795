//! Giving back what the register holds: files asked for, followed, downloaded.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::stream;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::digest::{Empreinte, Hexadecimal};
use crate::domain::droits::Demarche;
use crate::domain::export::{ColonnesExport, DemandeExport, EtatExport, NatureExport};
use crate::domain::ids::ExportId;
use crate::domain::reprise::FormatFichier;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin};
use crate::http::idempotency::{Anonymous, json_version, rendre};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::schemas::Fichier;
use crate::http::transport::streamed;
use crate::http::v1::acte::{consultation, creation};
use crate::http::vue::vue;
use crate::services::exports::{self, CONSERVATION, Suivi};
use crate::services::{Rendu, Seen, ServiceError};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(get)).routes(routes!(download))
}

lecture! {
    /// Fichier à établir, des assurés de la caisse qui appelle.
    #[schema(example = json!({ "nature": "designations", "format": "csv" }))]
    pub(crate) struct ExportDemande {
        /// Ce que sont les lignes.
        nature: NatureExport,
        /// Format du fichier.
        format: FormatFichier,
        /// Noms des colonnes : ceux du registre, par défaut, ou ceux du SNDS (désignations et évaluations).
        colonnes: Option<ColonnesExport>,
        /// Premier jour de soins, des évaluations et d'elles seules.
        soins_du: Option<NaiveDate>,
        /// Dernier jour de soins, des évaluations et d'elles seules.
        soins_au: Option<NaiveDate>,
    }
}

impl ExportDemande {
    fn lue(&self) -> Result<DemandeExport, ServiceError> {
        let soins = match (self.nature, self.soins_du, self.soins_au) {
            (NatureExport::Evaluations, Some(du), Some(au)) if du <= au => Some((du, au)),
            (NatureExport::Evaluations, Some(_), Some(_)) => {
                let message = "attendu : au plus tard le dernier jour";
                return Err(ServiceError::champ("/soins_du", "apres_la_fin", message));
            }
            (NatureExport::Evaluations, du, _) => {
                let field = if du.is_none() { "/soins_du" } else { "/soins_au" };
                let message = "attendu : le premier et le dernier jour de soins des évaluations";
                return Err(ServiceError::champ(field, "champ_requis", message));
            }
            (NatureExport::Designations | NatureExport::Mouvements, None, None) => None,
            (NatureExport::Designations | NatureExport::Mouvements, du, _) => {
                let field = if du.is_some() { "/soins_du" } else { "/soins_au" };
                let message = "attendu : rien ; seules les évaluations ont des jours de soins";
                return Err(ServiceError::champ(field, "champ_inadapte", message));
            }
        };
        let colonnes = self.colonnes.unwrap_or(ColonnesExport::Registre);
        Ok(DemandeExport { nature: self.nature, format: self.format, colonnes, soins })
    }
}

vue! {
    /// Export, et son manifeste quand il est prêt.
    pub(crate) struct ExportVue(suivi: &Suivi) {
        let export = &suivi.export;
        let whole = export.manifeste.as_ref();
        let ready = export.etat == EtatExport::Pret;

        /// Identifiant.
        id: ExportId = export.id,
        /// Ce que sont les lignes.
        nature: NatureExport = export.demande.nature,
        /// Format du fichier.
        format: FormatFichier = export.demande.format,
        /// Noms des colonnes.
        colonnes: ColonnesExport = export.demande.colonnes,
        /// Premier jour de soins, des évaluations.
        soins_du: Option<NaiveDate> = export.demande.soins.map(|(du, _)| du),
        /// Dernier jour de soins, des évaluations.
        soins_au: Option<NaiveDate> = export.demande.soins.map(|(_, au)| au),
        /// Avancement.
        etat: EtatExport = export.etat,
        /// Version : le début de l'ETag, qui change avec l'état.
        #[schema(example = 2)]
        version: i32 = export.version,
        /// Demande.
        enregistre_le: DateTime<Utc> = export.enregistre_le,
        /// Le fichier n'est plus conservé après cet instant.
        expire_le: Option<DateTime<Utc>> = export.enregistre_le.checked_add_signed(CONSERVATION),
        /// Assurés de la caisse, ou événements, quand l'export a commencé.
        #[schema(example = 1200)]
        prevues: u64 = export.prevues,
        /// Ceux d'entre eux qui ont été parcourus.
        #[schema(example = 1200)]
        traitees: u64 = export.traitees,
        /// Lignes écrites, sans l'en-tête.
        #[schema(example = 1350)]
        lignes: u64 = export.lignes,
        /// Instant dont le fichier est l'image.
        etabli_le: Option<DateTime<Utc>> = whole.map(|one| one.etabli_le),
        /// Curseur de `/v1/evenements` à cet instant : ce qui suit n'est pas dans le fichier, ce qui précède y est.
        curseur_evenements: Option<String> = suivi.curseur.as_ref().map(|one| Hexadecimal(one).to_string()),
        /// Taille du fichier compressé, tel qu'il se télécharge.
        #[schema(example = 65_536)]
        octets: Option<u64> = whole.map(|one| one.octets),
        /// Son empreinte.
        sha256: Option<Empreinte> = whole.map(|one| one.sha256),
        /// Taille de ce qu'il contient.
        #[schema(example = 1_048_576)]
        octets_contenu: Option<u64> = whole.map(|one| one.octets_contenu),
        /// Empreinte de ce qu'il contient.
        sha256_contenu: Option<Empreinte> = whole.map(|one| one.sha256_contenu),
        /// Adresse où le télécharger, quand il est prêt.
        #[schema(example = "/v1/exports/0192f0c4-0000-7000-8000-000000000001/contenu")]
        contenu: Option<String> = ready.then(|| format!("/v1/exports/{}/contenu", export.id)),
    }
}

impl Anonymous for ExportVue {}

/// Renders an export, with its version as ETag.
fn accepted(suivi: &Suivi) -> Result<Rendu, serde_json::Error> {
    let location = format!("/v1/exports/{}", suivi.export.id);
    rendre(StatusCode::ACCEPTED, Some(location), Some(suivi.export.version), &ExportVue::new(suivi))
}

creation! {
    /// Demander un export
    ///
    /// Les désignations de ceux qui dépendent de la caisse, les évaluations de leurs soins, ou ce qui lui a été dit de
    /// leurs mouvements. Un travail de fond établit le fichier, comprimé par gzip, tel que le registre est à un instant :
    /// suivre son avancement à l'adresse rendue. Le manifeste donne son empreinte, le nombre de ses lignes et le curseur du fil
    /// des événements à ce même instant : qui charge le fichier puis suit le fil ne manque rien (docs/EXPORTS.md).
    create: DemanderExport = "/v1/exports", ExportDemande
        => 202 ExportVue "L'export, qui se prépare" ("Location"), ["transition_interdite"],
    |core, demande, recue| {
        exports::create(core, demande, recue.lue()?, accepted).await
    }
}

consultation! {
    /// Suivre un export
    ///
    /// Son avancement, puis son manifeste. Seule la caisse qui l'a demandé le lit.
    get: LireExport = "/v1/exports/{id}" => ExportVue "L'export", [],
    (core, contexte, Chemin(id): Chemin<ExportId>) {
        let suivi = exports::get(core, contexte, id).await?;
        json_version(&ExportVue::new(&suivi), suivi.export.version)
    }
}

/// Télécharger un export
///
/// Le fichier comprimé (gzip), dont le manifeste donne la taille et l'empreinte. Chaque personne qui y figure peut lire que la
/// caisse l'a téléchargé.
#[utoipa::path(
    get,
    path = "/v1/exports/{id}/contenu",
    operation_id = "telecharger_export",
    responses((status = 200, description = "Le fichier", content_type = "application/gzip", body = Fichier,
        headers(("Content-Disposition")))),
    extensions(("x-problemes" = json!(["transition_interdite"])))
)]
async fn download(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<ExportId>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::TelechargerExport)?;
    let core = state.core.clone();
    let (export, manifeste) = exports::ready(&core, &contexte, id).await?;
    let jour = manifeste.etabli_le.date_naive();
    let disposition = format!("attachment; filename=\"{}\"", export.nom(jour));
    let pieces = stream::unfold(1_i32, move |rang| {
        let (core, contexte) = (core.clone(), contexte.clone());
        async move {
            if rang > manifeste.blocs {
                return None;
            }
            let piece = exports::bloc(&core, &contexte, (id, rang)).await;
            let next = if piece.is_ok() { rang.saturating_add(1) } else { i32::MAX };
            Some((piece.map(Seen::into_inner).map(Bytes::from), next))
        }
    });
    let mut response = (StatusCode::OK, streamed(pieces)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/gzip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(manifeste.octets));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
