//! Taking over what a caisse has: files sent, tried, read back, applied.

mod colonnes;
mod lecture;
mod lignes;
mod reception;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::stream;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::lecture::analyser;
pub use self::lecture::{Annonce, FichierRefuse, Lues, lire};
use self::reception::Flux;
pub use self::reception::{ReceptionRefusee, recevoir};
use crate::domain::digest::Empreinte;
use crate::domain::droits::Demarche;
use crate::domain::ids::RepriseId;
use crate::domain::reprise::{
    ActionReprise, Defaut, EtatReprise, FormatFichier, NatureReprise, Reprise,
};
use crate::domain::tableur::{self, MARQUE};
use crate::http::AppState;
use crate::http::conditionnel::SiCorrespond;
use crate::http::delai::Delai;
use crate::http::extract::{
    Appel, Chemin, CleIdempotence, Requete, corps_rompu, jeu_de_caracteres,
};
use crate::http::idempotency::{Anonymous, json_version, rendre, respond, respond_anonymous};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::pagination::{self, Cadre, Curseur, Limite, Page, SansRappel, Tranche, publier};
use crate::http::problem::{Code, Refus};
use crate::http::transport;
use crate::http::v1::acte::consultation;
use crate::http::vue::vue;
use crate::services::{Contexte, Core, Rendu, ServiceError, reprises};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(send))
        .routes(routes!(get))
        .routes(routes!(lines))
        .routes(routes!(report))
        .routes(routes!(apply))
        .routes(routes!(abandon))
}

/// Lines of a report read at once.
const PAGE: i64 = 1_000;

lecture! {
    struct LignesDemande {
        /// Nombre d'éléments par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente.
        curseur: Option<Curseur>,
    }

    /// What the lines of a file are.
    struct RepriseDemande {
        /// Ce que sont les lignes : affilies, medecins ou choix.
        nature: NatureReprise,
    }
}

vue! {
    /// Fichier à reprendre, et ce que ses lignes deviennent.
    pub(crate) struct RepriseVue(reprise: &Reprise) {
        let bilan = &reprise.bilan;

        /// Identifiant.
        id: RepriseId = reprise.id,
        /// Ce que sont les lignes.
        nature: NatureReprise = reprise.nature,
        /// Format du fichier.
        format: FormatFichier = reprise.format,
        /// Avancement.
        etat: EtatReprise = reprise.etat,
        /// Version : le début de l'ETag, qui change avec l'état.
        #[schema(example = 2)]
        version: i32 = reprise.version,
        /// Réception.
        enregistree_le: DateTime<Utc> = reprise.enregistre_le,
        /// Taille du fichier.
        #[schema(example = 1_048_576)]
        octets: u64 = reprise.octets,
        /// Empreinte du fichier ; null s'il n'est pas arrivé en entier.
        sha256: Option<Empreinte> = reprise.sha256,
        /// Lignes du fichier, sans l'en-tête ni les lignes vides.
        #[schema(example = 1200)]
        lignes: u64 = reprise.lignes,
        /// Lignes examinées par l'essai, ou par l'application quand elle a commencé.
        #[schema(example = 1200)]
        traitees: u64 = bilan.total().saturating_add(reprise.illisibles),
        /// Lignes que l'application enregistre, ou a enregistrées.
        #[schema(example = 1150)]
        nouvelles: u64 = bilan.nouvelles,
        /// Lignes dont le registre dit déjà autant : elles ne changent rien.
        #[schema(example = 40)]
        deja_connues: u64 = bilan.deja_connues,
        /// Lignes refusées : voir le rapport.
        #[schema(example = 10)]
        refusees: u64 = bilan.refusees.saturating_add(reprise.illisibles),
        /// Ce que la caisse peut faire maintenant.
        actions: Vec<ActionReprise> = reprise.actions(),
    }

    /// Ce qui ne va pas dans une ligne.
    pub(crate) struct LigneRefuseeVue(ligne: u64, defaut: Defaut) {
        /// Numéro de la ligne dans le fichier, à partir de 1.
        #[schema(example = 42)]
        ligne: u64 = ligne,
        /// Champ, ou rien pour la ligne entière.
        #[schema(example = "date_naissance")]
        champ: String = defaut.champ,
        /// Code stable.
        #[schema(example = "hors_calendrier")]
        code: String = defaut.code,
        /// Ce qui est attendu.
        #[schema(example = "attendu : une date qui existe dans le calendrier")]
        message: String = defaut.message,
    }
}

impl Anonymous for RepriseVue {}

/// Refused lines, in the order of the file.
type LignesRefuseesVue = Page<LigneRefuseeVue>;

impl Anonymous for LigneRefuseeVue {}

/// Renders a takeover that ended.
fn ended(reprise: &Reprise) -> Result<Rendu, serde_json::Error> {
    rendre(StatusCode::OK, None, Some(reprise.version), &RepriseVue::new(reprise))
}

/// Renders a takeover, with its version as ETag.
fn accepted(reprise: &Reprise) -> Result<Rendu, serde_json::Error> {
    let location = format!("/v1/reprises/{}", reprise.id);
    rendre(StatusCode::ACCEPTED, Some(location), Some(reprise.version), &RepriseVue::new(reprise))
}

/// Longest time for a file to be received.
const FICHIER: Duration = Duration::from_hours(1);

/// Envoyer un fichier à reprendre
///
/// Affiliés, médecins ou choix d'avant : un objet par ligne (NDJSON), ou un tableau CSV à points-virgules dont
/// l'en-tête nomme les champs (`identifiant.valeur`). UTF-8, avec ou sans marque, ou Windows-1252 déclaré par
/// `charset=windows-1252`. Rien n'est enregistré : un travail essaie chaque ligne et l'oublie. Le même fichier
/// renvoyé, lu de la même façon, rend la même reprise ; si son essai avait refusé des lignes, un nouvel essai prend sa place. Reprendre dans l'ordre : médecins, affiliés, choix.
#[utoipa::path(
    post,
    path = "/v1/reprises",
    operation_id = "deposer_reprise",
    request_body(content((String = "application/x-ndjson"), (String = "text/csv")), description = "Le fichier"),
    responses((status = 202, description = "La reprise, dont l'essai commence", body = RepriseVue,
        headers(("Location"))))
)]
async fn send(
    State(state): State<AppState>,
    delai: Delai,
    appel: Appel,
    Requete(demande): Requete<RepriseDemande>,
    request: Request,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::DeposerReprise)?;
    // A file arrives as slowly as its sender likes, and says so by arriving.
    delai.accorde(FICHIER);
    let (format, windows_1252) = announced(request.headers())?;
    let annonce = Annonce { nature: demande.nature, format, windows_1252 };
    let core = state.core.clone();
    let flux = Flux::of(request.into_body().into_data_stream());
    let received =
        recevoir(&core, &contexte, (flux, annonce), (|_octets| (), true)).await.map_err(refused)?;
    let rendu = accepted(received.reprise()).map_err(ServiceError::from)?;
    respond_anonymous(&rendu)
}

/// What a file is announced to be.
fn announced(headers: &HeaderMap) -> Result<(FormatFichier, bool), Refus> {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = text.unwrap_or_default().split(';').map(str::trim);
    let format = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "application/x-ndjson" => FormatFichier::Ndjson,
        "text/csv" => FormatFichier::Csv,
        _ => {
            let detail =
                "Le fichier doit être annoncé par Content-Type: application/x-ndjson ou text/csv.";
            return Err(Refus::new(Code::TypeDeContenu, detail));
        }
    };
    let charset = jeu_de_caracteres(parts);
    match charset.as_deref() {
        None | Some("utf-8") => Ok((format, false)),
        Some("windows-1252" | "cp1252") => Ok((format, true)),
        Some(_) => {
            let detail = "L'encodage du fichier est utf-8 ou windows-1252.";
            Err(Refus::new(Code::TypeDeContenu, detail))
        }
    }
}

fn refused(why: ReceptionRefusee) -> Refus {
    match why {
        ReceptionRefusee::Service(error) => Refus::from(error),
        ReceptionRefusee::Fichier(FichierRefuse::Illisible(detail)) => {
            Refus::new(Code::CorpsIllisible, detail)
        }
        ReceptionRefusee::Fichier(FichierRefuse::Interrompu(error)) => {
            tracing::info!(%error, "a file was not received");
            if transport::is_broken(&error) {
                return corps_rompu();
            }
            if error.kind() == std::io::ErrorKind::FileTooLarge {
                return Refus::new(Code::CorpsTropGrand, "Le fichier dépasse la taille acceptée.");
            }
            Refus::new(Code::CorpsTropLent, "Le fichier n'est pas arrivé en entier.")
        }
    }
}

consultation! {
    /// Suivre une reprise
    ///
    /// Son avancement, et ce que ses lignes deviennent. Seule la caisse qui l'a envoyée la lit.
    get: LireReprise = "/v1/reprises/{id}" => RepriseVue "La reprise", [],
    (core, contexte, Chemin(id): Chemin<RepriseId>) {
        let reprise = reprises::get(core, contexte, id).await?;
        json_version(&RepriseVue::new(&reprise), reprise.version)
    }
}

consultation! {
    /// Lister les lignes refusées d'une reprise
    ///
    /// Champ par champ, sans aucune valeur du fichier.
    lines: ListerLignesReprise = "/v1/reprises/{id}/lignes" => LignesRefuseesVue "Les lignes refusées", [],
    (core, contexte, Chemin(id): Chemin<RepriseId>, Requete(demande): Requete<LignesDemande>) {
        let cadre = Cadre::new(core, contexte.acteur(), &format!("reprise:{id}"));
        let page = pagination::voulue::<Place>(&cadre, (demande.limite, demande.curseur, None))?;
        let (read, limite) = (page.lus(), page.limite);
        let after = page.apres.unwrap_or_default();
        let found = reprises::refused(core, contexte, id, (after.0, after.1), read).await?;
        let key = |one: &(u64, i16, Defaut)| Place(one.0, one.1).to_string();
        let shown = Tranche::suivie((found, None), limite, &cadre, key);
        publier(shown, SansRappel {}, |(ligne, _, defaut)| LigneRefuseeVue::new(*ligne, defaut.clone()))
    }
}

/// Télécharger le rapport d'une reprise
///
/// Les lignes refusées, en CSV à points-virgules, pour un tableur : aucune cellule n'y est une formule.
#[utoipa::path(
    get,
    path = "/v1/reprises/{id}/rapport",
    operation_id = "telecharger_rapport_reprise",
    responses((status = 200, description = "Le rapport", content_type = "text/csv", body = String,
        headers(("Content-Disposition"))))
)]
async fn report(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<RepriseId>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::TelechargerRapportReprise)?;
    let core = state.core.clone();
    // Refused before anything is answered.
    reprises::get(&core, &contexte, id).await?;
    let first = format!("{MARQUE}ligne;champ;code;message\r\n");
    let pages = stream::unfold(Some(Place::default()), move |after| {
        let (core, contexte) = (core.clone(), contexte.clone());
        async move { page(&core, &contexte, id, after?).await }
    });
    let pages = stream::StreamExt::chain(
        stream::iter([Ok::<Bytes, ServiceError>(Bytes::from(first))]),
        pages,
    );
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rapport.csv\""),
    ];
    Ok((StatusCode::OK, headers, transport::streamed(pages)).into_response())
}

/// A page of a report, and where the next one begins.
async fn page(
    core: &Core,
    contexte: &Contexte,
    id: RepriseId,
    after: Place,
) -> Option<(Result<Bytes, ServiceError>, Option<Place>)> {
    let found = match reprises::refused(core, contexte, id, (after.0, after.1), PAGE).await {
        Ok(found) => found,
        Err(error) => return Some((Err(error), None)),
    };
    let last = found.last().map(|(ligne, rang, _)| Place(*ligne, *rang))?;
    let mut text = String::new();
    for (ligne, _, Defaut { champ, code, message }) in &found {
        tableur::ligne(&mut text, [ligne.to_string().as_str(), champ, code, message]);
    }
    Some((Ok(Bytes::from(text)), Some(last)))
}

/// Appliquer une reprise essayée
///
/// Un travail enregistre ses lignes, avec ce que le registre sait quand il passe ; une ligne refusée n'arrête pas
/// les autres. Interrompu, il reprend où il en était ; rien n'est fait deux fois.
#[utoipa::path(
    post,
    path = "/v1/reprises/{id}/execution",
    operation_id = "executer_reprise",
    responses((status = 202, description = "La reprise, dont l'application commence", body = RepriseVue,
        headers(("Location")))),
    extensions(("x-problemes" = json!(["transition_interdite"])))
)]
async fn apply(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<RepriseId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ExecuterReprise)?;
    let requete = format!("reprise {id} {version} execution");
    let demande = cle.demande_sans_corps(contexte, &requete);
    respond(reprises::apply(&state.core, &demande, (id, version), accepted).await)
}

/// Abandonner une reprise qui n'est pas appliquée
///
/// À l'essai ou essayée, elle prend fin : ses lignes sont effacées, rien n'est enregistré, et son rapport se lit
/// encore.
#[utoipa::path(
    post,
    path = "/v1/reprises/{id}/abandon",
    operation_id = "abandonner_reprise",
    responses((status = 200, description = "La reprise, abandonnée", body = RepriseVue)),
    extensions(("x-problemes" = json!(["transition_interdite"])))
)]
async fn abandon(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<RepriseId>,
    SiCorrespond(version): SiCorrespond,
    cle: CleIdempotence,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::AbandonnerReprise)?;
    let requete = format!("reprise {id} {version} abandon");
    let demande = cle.demande_sans_corps(contexte, &requete);
    respond(reprises::abandon(&state.core, &demande, (id, version), ended).await)
}

/// Where a page of refused lines ended.
#[derive(Debug, Clone, Copy, Default)]
struct Place(u64, i16);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (ligne, rang) = text.split_once(' ').unwrap_or((text, "0"));
        Ok(Self(ligne.parse()?, rang.parse()?))
    }
}
