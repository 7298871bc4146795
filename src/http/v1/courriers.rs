//! Letters to patients: asked for by a caisse, followed, given lot by lot; and the last one of a person.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use crate::domain::courrier::{Courriers, DemandeCourriers, Lot, NatureCourrier, SansObjet};
use crate::domain::digest::Empreinte;
use crate::domain::droits::Demarche;
use crate::domain::export::EtatExport;
use crate::domain::ids::{CourriersId, PatientId};
use crate::http::extract::{Appel, Chemin, Chemins};
use crate::http::idempotency::{Anonymous, json_version, rendre};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::schemas::Fichier;
use crate::http::v1::acte::{consultation, creation};
use crate::http::vue::vue;
use crate::http::{AppState, accept};
use crate::services::Rendu;
use crate::services::courriers::{self, Forme};
use crate::services::exports::CONSERVATION;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(get))
        .routes(routes!(lot))
        .routes(routes!(of_person))
}

lecture! {
    /// Courriers à écrire aux assurés de la caisse qui appelle.
    #[schema(example = json!({ "nature": "depart_medecin", "du": "2025-06-01", "au": "2025-06-15" }))]
    pub(crate) struct CourriersDemandes {
        /// Ce dont parle le courrier.
        nature: NatureCourrier,
        /// Premier jour où ce qui appelle un courrier a été enregistré.
        du: NaiveDate,
        /// Dernier de ces jours, passé.
        au: NaiveDate,
        /// Chaque courrier commence au recto d'une feuille imprimée des deux côtés : une page blanche précède celui qui
        /// commencerait au verso. Non, par défaut.
        recto_verso: Option<bool>,
    }
}

vue! {
    /// Lot de courriers, imprimés ensemble.
    pub(crate) struct LotCourriersVue(id: CourriersId, lot: &Lot) {
        /// Numéro du lot, à partir de 1.
        #[schema(example = 1)]
        rang: i32 = lot.rang,
        /// Courriers du lot.
        #[schema(example = 120)]
        lettres: u64 = lot.lettres,
        /// Taille du fichier PDF.
        #[schema(example = 250_000)]
        octets_pdf: u64 = lot.octets_pdf,
        /// Son empreinte.
        sha256_pdf: Empreinte = lot.sha256_pdf,
        /// Taille du texte.
        #[schema(example = 90_000)]
        octets_texte: u64 = lot.octets_texte,
        /// Son empreinte.
        sha256_texte: Empreinte = lot.sha256_texte,
        /// Adresse où le lire : en PDF, ou en texte par `Accept: text/plain`.
        #[schema(example = "/v1/courriers/0192f0c4-0000-7000-8000-000000000001/lots/1")]
        contenu: String = format!("/v1/courriers/{id}/lots/{}", lot.rang),
    }
}

vue! {
    /// Événements sans courrier, par raison.
    pub(crate) struct SansObjetVue(raison: SansObjet, nombre: u64) {
        /// Pourquoi.
        raison: SansObjet = raison,
        /// Combien.
        #[schema(example = 3)]
        nombre: u64 = nombre,
    }
}

vue! {
    /// Courriers demandés, et leur manifeste quand ils sont prêts.
    pub(crate) struct CourriersVue(one: &Courriers) {
        /// Identifiant.
        id: CourriersId = one.id,
        /// Ce dont parle le courrier.
        nature: NatureCourrier = one.demande.nature,
        /// Premier jour où ce qui appelle un courrier a été enregistré.
        du: NaiveDate = one.demande.du,
        /// Dernier de ces jours.
        au: NaiveDate = one.demande.au,
        /// Chaque courrier commence au recto d'une feuille.
        recto_verso: bool = one.demande.recto_verso,
        /// Avancement.
        etat: EtatExport = one.etat,
        /// Version : le début de l'ETag, qui change avec l'état.
        #[schema(example = 2)]
        version: i32 = one.version,
        /// Demande.
        enregistre_le: DateTime<Utc> = one.enregistre_le,
        /// Les courriers ne sont plus conservés après cet instant.
        expire_le: Option<DateTime<Utc>> = one.enregistre_le.checked_add_signed(CONSERVATION),
        /// Événements de cette nature et de ces jours.
        #[schema(example = 123)]
        prevus: u64 = one.prevus,
        /// Ceux d'entre eux qui ont été parcourus.
        #[schema(example = 123)]
        traites: u64 = one.traites,
        /// Courriers écrits : un par destinataire.
        #[schema(example = 120)]
        lettres: u64 = one.lettres,
        /// Événements sans courrier, par raison.
        sans_objet: Vec<SansObjetVue> =
            one.sans_objet.iter().map(|(raison, nombre)| SansObjetVue::new(*raison, *nombre)).collect(),
        /// Instant dont les courriers sont l'image.
        etablis_le: Option<DateTime<Utc>> = one.etablis_le,
        /// Lots, quand ils sont prêts.
        lots: Vec<LotCourriersVue> = one.lots.iter().map(|lot| LotCourriersVue::new(one.id, lot)).collect(),
    }
}

impl Anonymous for CourriersVue {}

/// Renders letters asked for, with their version as ETag.
fn accepted(one: &Courriers) -> Result<Rendu, serde_json::Error> {
    let location = format!("/v1/courriers/{}", one.id);
    rendre(StatusCode::ACCEPTED, Some(location), Some(one.version), &CourriersVue::new(one))
}

creation! {
    /// Demander des courriers
    ///
    /// Les lettres d'une nature, pour ce qui a été enregistré de ses assurés de tel jour à tel jour : départ du médecin traitant,
    /// choix fait en leur nom, fin de la période sans majoration, seizième anniversaire. Un travail de fond les écrit
    /// par lots, chacun en un fichier PDF et en texte ; suivre son avancement à l'adresse rendue. Ce qui a été annulé depuis
    /// n'est écrit à personne, et compté. La même demande faite deux fois le même jour donne les mêmes fichiers (docs/COURRIERS.md).
    create: DemanderCourriers = "/v1/courriers", CourriersDemandes
        => 202 CourriersVue "Les courriers, qui s'écrivent" ("Location"), ["transition_interdite"],
    |core, demande, recue| {
        let voulu = DemandeCourriers {
            nature: recue.nature,
            du: recue.du,
            au: recue.au,
            recto_verso: recue.recto_verso.unwrap_or(false),
        };
        courriers::create(core, demande, voulu, accepted).await
    }
}

consultation! {
    /// Suivre des courriers demandés
    ///
    /// Leur avancement, puis leur manifeste. Seule la caisse qui les a demandés le lit.
    get: LireCourriers = "/v1/courriers/{id}" => CourriersVue "Les courriers", [],
    (core, contexte, Chemin(id): Chemin<CourriersId>) {
        let one = courriers::get(core, contexte, id).await?;
        json_version(&CourriersVue::new(&one), one.version)
    }
}

/// Lire un lot de courriers
///
/// Le fichier à imprimer, en PDF, chaque courrier à sa page et sous son signet ; ou les mêmes mots en texte, par
/// `Accept: text/plain`, un saut de page entre deux courriers. Chaque personne qui y figure peut lire que la caisse l'a lu.
#[utoipa::path(
    get,
    path = "/v1/courriers/{id}/lots/{rang}",
    operation_id = "lire_lot_courriers",
    params(("rang" = i32, Path, description = "Numéro du lot", example = 1)),
    responses((status = 200, description = "Le lot", content((Fichier = "application/pdf"), (String = "text/plain")),
        headers(("Content-Disposition")))),
    extensions(("x-problemes" = json!(["forme_indisponible", "transition_interdite"])))
)]
async fn lot(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(id, rang): Chemins<CourriersId, i32>,
    headers: HeaderMap,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireLotCourriers)?;
    let forme = forme(&headers)?;
    let seen = courriers::lot(&state.core, &contexte, (id, rang), forme).await?;
    Ok(fichier(forme, &format!("courriers-{rang}"), seen.into_inner()))
}

/// Lire le courrier d'un patient
///
/// La lettre de cette nature que sa caisse lui enverrait aujourd'hui, d'après le dernier événement qui en appelle une : en PDF,
/// ou en texte par `Accept: text/plain`. Une lettre par destinataire : d'un enfant, les titulaires de l'autorité parentale.
#[utoipa::path(
    get,
    path = "/v1/patients/{id}/courriers/{nature}",
    operation_id = "lire_courrier",
    params(("nature" = NatureCourrier, Path, description = "Ce dont parle le courrier")),
    responses((status = 200, description = "Le courrier", content((Fichier = "application/pdf"), (String = "text/plain")),
        headers(("Content-Disposition")))),
    extensions(("x-problemes" = json!(["forme_indisponible", "transition_interdite"])))
)]
async fn of_person(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(id, nature): Chemins<PatientId, NatureCourrier>,
    headers: HeaderMap,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireCourrier)?;
    let forme = forme(&headers)?;
    let seen = courriers::of_person(&state.core, &contexte, (id, nature), forme).await?;
    Ok(fichier(forme, "courrier", seen.into_inner()))
}

/// What the caller wants most: a PDF, unless it is a text that is asked for.
fn forme(headers: &HeaderMap) -> Result<Forme, Refus> {
    accept::voulue(headers, &[(Forme::Pdf, "application/pdf"), (Forme::Texte, "text/plain")])
}

fn fichier(forme: Forme, nom: &str, contenu: Vec<u8>) -> Response {
    let (kind, end) = match forme {
        Forme::Pdf => ("application/pdf", "pdf"),
        Forme::Texte => ("text/plain; charset=utf-8", "txt"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::VARY, "Accept".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{nom}.{end}\"")),
    ];
    (headers, contenu).into_response()
}
