//! Lots: one feuille a line, in and out, in the same order, as long as the sender wishes.
//!
//! Lines are taken as answers are read: a slow reader slows the sender, and memory does not grow with
//! the lot. Feuilles of one person are done in their order, those of different persons together.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::demande::FeuilleDemande;
use super::vue::FeuilleVue;
use crate::auth::Portee;
use crate::http::AppState;
use crate::http::extract::Appel;
use crate::http::json::Json;
use crate::http::lecture::lire_document;
use crate::http::problem::{Code, Probleme, Refus};
use crate::services::{Contexte, Services};

/// Longest line, in bytes.
const LIGNE_MAX: usize = 64 * 1024;
/// Feuilles under way at once.
const ENSEMBLE: usize = 8;
/// Queues among which persons are spread, so that feuilles of one person follow each other.
const FILES: usize = 64;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(submit))
}

/// What became of a line: received now; received before, the same; refused.
const ENREGISTREE: &str = "enregistree";
const DEJA_RECUE: &str = "deja_recue";
const REFUSEE: &str = "refusee";

/// Réponse à une ligne.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LigneLotVue)]
pub(crate) struct LigneLotVue {
    /// Numéro de la ligne, à partir de 1.
    ligne: u64,
    /// enregistree, deja_recue ou refusee.
    #[schema(example = "enregistree")]
    resultat: &'static str,
    /// La feuille et ses évaluations ; null si la ligne est refusée.
    feuille: Option<FeuilleVue>,
    /// Le problème, si la ligne est refusée.
    probleme: Option<Probleme>,
}

/// Enregistrer et évaluer un lot de feuilles de soins
///
/// Une feuille par ligne (NDJSON), autant qu'on veut ; une réponse par ligne, dans le même ordre. Une
/// ligne refusée n'arrête pas les autres. Une feuille déjà reçue à l'identique est rendue telle quelle :
/// un lot interrompu se renvoie en entier. Les lignes vides sont ignorées.
#[utoipa::path(
    post,
    path = "/v1/feuilles-de-soins/lots",
    tag = "Feuilles de soins",
    operation_id = "enregistrer_lot",
    security(("jeton" = ["feuilles.evaluer"])),
    request_body(content = String, content_type = "application/x-ndjson", description = "Une feuille par ligne"),
    responses((status = 200, description = "Une réponse par ligne", content_type = "application/x-ndjson", body = LigneLotVue)),
    extensions(("x-problemes" = json!(["type_de_contenu"])))
)]
async fn submit(
    State(state): State<AppState>,
    appel: Appel,
    request: Request,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Portee::FeuillesEvaluer)?;
    let lignes = lignes_ndjson(request)?;
    let lot = Arc::new(Lot {
        services: state.services.clone(),
        contexte,
        files: std::array::from_fn(|_| Mutex::new(())),
    });
    let answers = lignes
        .map(move |(ligne, text)| {
            let lot = Arc::clone(&lot);
            async move { lot.answer(ligne, text).await }
        })
        .buffered(ENSEMBLE);
    let headers =
        [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::OK, headers, Body::from_stream(answers)).into_response())
}

/// What the lines of a lot share.
struct Lot {
    services: Services,
    contexte: Contexte,
    files: [Mutex<()>; FILES],
}

impl Lot {
    /// The answer to a line, with its end of line. Only an answer that cannot be written stops the lot.
    async fn answer(
        &self,
        ligne: u64,
        text: Result<Vec<u8>, Refus>,
    ) -> Result<Bytes, serde_json::Error> {
        let vue = match self.receive(text).await {
            Ok((feuille, resultat)) => {
                LigneLotVue { ligne, resultat, feuille: Some(feuille), probleme: None }
            }
            Err(refus) => LigneLotVue {
                ligne,
                resultat: REFUSEE,
                feuille: None,
                probleme: Some(refus.probleme(self.contexte.requete_id)),
            },
        };
        let mut bytes = serde_json::to_vec(&vue)?;
        bytes.push(b'\n');
        Ok(Bytes::from(bytes))
    }

    async fn receive(
        &self,
        text: Result<Vec<u8>, Refus>,
    ) -> Result<(FeuilleVue, &'static str), Refus> {
        let text = text?;
        let json = Json::parse(&text).map_err(|error| {
            let cause = Json::cause(&text, &error);
            let detail = format!(
                "La ligne n'est pas un document JSON lisible : {cause} (colonne {}).",
                error.column()
            );
            Refus::new(Code::CorpsIllisible, detail)
        })?;
        let demande: FeuilleDemande = lire_document(&json).map_err(Refus::champs)?;
        let nouvelle =
            demande.into_domain(self.services.accepts_test_numbers()).map_err(Refus::champs)?;
        let mut hasher = DefaultHasher::new();
        nouvelle.cle.date_naissance.pour_calcul_age().hash(&mut hasher);
        let place = usize::try_from(hasher.finish()).unwrap_or_default() % FILES;
        let turn = self.files.get(place).map(Mutex::lock);
        let _turn = match turn {
            Some(waiting) => Some(waiting.await),
            None => None,
        };
        let (evaluee, known) = self.services.receive_feuille(&self.contexte, &nouvelle).await?;
        let resultat = if known { DEJA_RECUE } else { ENREGISTREE };
        Ok((FeuilleVue::new(&self.services, &evaluee)?, resultat))
    }
}

/// The lines of a request that announces NDJSON, numbered from 1, without the empty ones.
pub(crate) fn lignes_ndjson(
    request: Request,
) -> Result<BoxStream<'static, (u64, Result<Vec<u8>, Refus>)>, Refus> {
    let announced = request.headers().get(header::CONTENT_TYPE);
    let is_ndjson = announced
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|mime| mime.trim().eq_ignore_ascii_case("application/x-ndjson"));
    if !is_ndjson {
        return Err(Refus::new(
            Code::TypeDeContenu,
            "Le lot doit être annoncé par Content-Type: application/x-ndjson.",
        ));
    }
    Ok(lines(request.into_body().into_data_stream()).boxed())
}

/// The lines of a body, numbered from 1, without the empty ones.
fn lines(body: BodyDataStream) -> impl Stream<Item = (u64, Result<Vec<u8>, Refus>)> {
    stream::unfold(Reader { body, kept: Vec::new(), ligne: 0, done: false }, Reader::next)
}

struct Reader {
    body: BodyDataStream,
    kept: Vec<u8>,
    ligne: u64,
    done: bool,
}

impl Reader {
    /// The next line that says something.
    async fn next(mut self) -> Option<((u64, Result<Vec<u8>, Refus>), Self)> {
        let mut too_long = false;
        loop {
            if let Some(end) = self.kept.iter().position(|byte| *byte == b'\n') {
                let rest = self.kept.split_off(end.saturating_add(1));
                let line = std::mem::replace(&mut self.kept, rest);
                if let Some(item) = self.line(line, too_long) {
                    return Some((item, self));
                }
                too_long = false;
                continue;
            }
            if self.kept.len() > LIGNE_MAX {
                self.kept.clear();
                too_long = true;
            }
            if self.done {
                let line = std::mem::take(&mut self.kept);
                return self.line(line, too_long).map(|item| (item, self));
            }
            match self.body.next().await {
                Some(Ok(bytes)) => self.kept.extend_from_slice(&bytes),
                // The sender went away: what was whole is done, the rest was never a line.
                Some(Err(_gone)) => {
                    self.kept.clear();
                    self.done = true;
                }
                None => self.done = true,
            }
        }
    }

    fn line(&mut self, line: Vec<u8>, too_long: bool) -> Option<(u64, Result<Vec<u8>, Refus>)> {
        let ended = line.ends_with(b"\n");
        let empty = line.iter().all(u8::is_ascii_whitespace);
        if ended || !empty || too_long {
            self.ligne = self.ligne.saturating_add(1);
        }
        if too_long || line.len() > LIGNE_MAX {
            let detail = format!("Une ligne a au plus {LIGNE_MAX} octets.");
            return Some((self.ligne, Err(Refus::new(Code::CorpsTropGrand, detail))));
        }
        (!empty).then_some((self.ligne, Ok(line)))
    }
}
