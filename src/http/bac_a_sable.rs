//! What the sandbox alone has, outside the contract: its people with their tokens, its clock, its reset. In
//! production these addresses do not exist.

use std::error::Error;
use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

use super::extract::{Corps, lire_formulaire};
use super::idempotency::{Anonymous, json as respond_json};
use super::lecture::{Entier, lecture};
use super::problem::{Code, Refus};
use super::{AppState, health};
use crate::domain::declaration::SignatureAnnoncee;
use crate::services::ChampInvalide;

/// What a sandbox takes some time to answer.
pub type Futur<'a, T> = Pin<Box<dyn Future<Output = Result<T, Panne>> + Send + 'a>>;
/// Why a sandbox does not answer: its log says it, nobody else needs it.
pub type Panne = Box<dyn Error + Send + Sync>;

/// How far ahead of the machine the clock of a sandbox may go, in days: thirty years.
const AVANCE_MAX: i64 = 10_958;

/// What a sandbox does beside the service.
pub trait BacASable: Debug + Send + Sync {
    /// Looks where another process, the command `avancer` for one, put the clock.
    fn suivre(&self) -> Futur<'_, ()>;
    /// Its people, each with a token.
    fn liste(&self) -> Futur<'_, Liste>;
    /// Its clock.
    fn horloge(&self) -> Horloge;
    /// Moves its clock forward by so many days, and runs what is then due.
    fn avancer(&self, jours: i64) -> Futur<'_, Horloge>;
    /// Forgets everything, and makes its people anew.
    fn remettre_a_zero(&self) -> Futur<'_, Horloge>;
    /// What a card or an account says of a signature: the proof that it was taken now. A gesture that a browser sends
    /// again, under the same key, shows the same proof again.
    fn prouver(&self, cle: &str, signature: &SignatureAnnoncee) -> Result<String, Panne>;
    /// The feuille of a consultation of today, by first name and RPPS; nothing when nobody is called so.
    fn consultation<'a>(&'a self, prenom: &'a str, rpps: &'a str) -> Futur<'a, Option<Value>>;
}

/// Everybody in the sandbox, and how to act as each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Liste {
    /// Until when the tokens are valid, for the clock of the machine.
    pub jetons_jusqu_au: DateTime<Utc>,
    /// Patients.
    pub patients: Vec<PatientDuBac>,
    /// Doctors.
    pub medecins: Vec<MedecinDuBac>,
    /// Caisses of the patients, and the national register of doctors.
    pub autres: Vec<AutreDuBac>,
}

impl Anonymous for Liste {}

/// A patient of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PatientDuBac {
    /// First name, by which the commands call the person.
    pub prenom: String,
    /// Birth name.
    pub nom: String,
    /// What the person is there for.
    pub sert_a: String,
    /// Internal id.
    pub patient_id: String,
    /// nir or nia.
    pub type_identifiant: String,
    /// Invented number.
    pub identifiant: String,
    /// As on the card.
    pub date_naissance: String,
    /// Régime, caisse and centre, when the sandbox was made.
    pub organisme: String,
    /// Who may choose for the person.
    pub representants: Vec<RepresentantDuBac>,
    /// Token of the person.
    pub jeton: String,
}

/// Somebody of the sandbox who may choose for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepresentantDuBac {
    /// First name.
    pub prenom: String,
    /// The quality in which they sign.
    pub role: String,
}

/// A doctor of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MedecinDuBac {
    /// Practice name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// What the doctor is there for.
    pub sert_a: String,
    /// RPPS.
    pub rpps: String,
    /// Code of the specialty.
    pub specialite: String,
    /// Number under which feuilles are billed.
    pub numero_facturation: Option<String>,
    /// Place of practice.
    pub cabinet: String,
    /// Token of the doctor.
    pub jeton: String,
}

/// A caisse or the national register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AutreDuBac {
    /// Role of the token.
    pub role: String,
    /// Régime, caisse and centre; the subject of an agent of the register.
    pub cle: String,
    /// What it is there for.
    pub sert_a: String,
    /// Its token.
    pub jeton: String,
}

/// The clock of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Horloge {
    /// The instant that it shows.
    pub maintenant: DateTime<Utc>,
    /// The civil day in Paris.
    pub jour: NaiveDate,
    /// How far ahead of the machine it is, in days.
    pub avance_jours: i64,
}

impl Anonymous for Horloge {}

lecture! {
    /// Où mettre l'horloge.
    struct AvanceDemande {
        /// Combien de jours plus loin.
        jours: Option<Entier<1, 10958>>,
        /// Le jour où aller.
        jour: Option<NaiveDate>,
    }
}

/// The addresses of the sandbox; in production, one sentence.
pub(super) fn router(bac: Option<&Arc<dyn BacASable>>) -> Router<AppState> {
    if bac.is_none() {
        return Router::new()
            .route("/bac-a-sable", any(absent))
            .route("/bac-a-sable/{*rest}", any(absent));
    }
    Router::new()
        .route("/bac-a-sable/liste", get(liste))
        .route("/bac-a-sable/horloge", get(horloge).post(avancer))
        .route("/bac-a-sable/remise-a-zero", post(remettre_a_zero))
}

/// Answers at the time of the sandbox, whoever moved its clock a moment ago.
pub(super) async fn follow(
    State(bac): State<Option<Arc<dyn BacASable>>>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(bac) = bac
        && !health::is_asked(request.uri())
        && let Err(why) = bac.suivre().await
    {
        // The database does not answer: the request says so better.
        tracing::debug!(%why, "the clock of the sandbox could not be read");
    }
    next.run(request).await
}

/// The sandbox of the service.
pub(super) fn of(state: &AppState) -> Result<&dyn BacASable, Refus> {
    state.bac_a_sable.as_deref().ok_or_else(non)
}

fn non() -> Refus {
    Refus::new(
        Code::Introuvable,
        "Le bac à sable n'existe pas en production : ni personnes fictives, ni jetons, ni horloge à déplacer.",
    )
}

async fn absent() -> Refus {
    non()
}

/// What is told when the sandbox itself fails.
pub(super) fn panne(why: &Panne) -> Refus {
    tracing::error!(%why, "the sandbox failed");
    Refus::new(
        Code::ErreurInterne,
        "Le bac à sable n'a pas pu répondre ; l'erreur est enregistrée.",
    )
}

async fn liste(State(state): State<AppState>) -> Result<Response, Refus> {
    respond_json(&of(&state)?.liste().await.map_err(|why| panne(&why))?)
}

async fn horloge(State(state): State<AppState>) -> Result<Response, Refus> {
    respond_json(&of(&state)?.horloge())
}

async fn avancer(State(state): State<AppState>, request: Request) -> Result<Response, Refus> {
    let from_page = refuse_elsewhere(request.headers())?;
    let asked: AvanceDemande = if from_page {
        lire_formulaire(request, &state).await?
    } else {
        Corps::from_request(request, &state).await?.valeur
    };
    let bac = of(&state)?;
    let jours = jours(&asked, bac.horloge()).map_err(|wrong| Refus::champs(vec![wrong]))?;
    let moved = bac.avancer(jours).await.map_err(|why| panne(&why))?;
    answer(from_page, &moved)
}

/// How many days further the clock goes.
fn jours(asked: &AvanceDemande, now: Horloge) -> Result<i64, ChampInvalide> {
    let jours = match (&asked.jours, asked.jour) {
        (Some(jours), None) => jours.0,
        (None, Some(jour)) => {
            let jours = jour.signed_duration_since(now.jour).num_days();
            if jours < 1 {
                let expected = "attendu : un jour à venir ; l'horloge ne recule pas, mais le bac à sable se remet à zéro";
                return Err(ChampInvalide::new("/jour", "date_passee", expected));
            }
            jours
        }
        (Some(_), Some(_)) | (None, None) => {
            let expected = "attendu : « jours » ou « jour », l'un des deux";
            return Err(ChampInvalide::new("/jours", "un_seul_des_deux", expected));
        }
    };
    if now.avance_jours.saturating_add(jours) > AVANCE_MAX {
        let expected = "attendu : trente ans d'avance au plus";
        return Err(ChampInvalide::new("/jours", "hors_bornes", expected));
    }
    Ok(jours)
}

async fn remettre_a_zero(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Refus> {
    let from_page = refuse_elsewhere(&headers)?;
    let made = of(&state)?.remettre_a_zero().await.map_err(|why| panne(&why))?;
    answer(from_page, &made)
}

/// Refuses what a page of somebody else sends from the reader's browser; says whether it is a form of ours.
pub(super) fn refuse_elsewhere(headers: &HeaderMap) -> Result<bool, Refus> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !matches!(text("sec-fetch-site"), None | Some("same-origin" | "none")) {
        return Err(Refus::new(Code::RoleInterdit, "Cette action se demande depuis ce site même."));
    }
    let kind = text(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    Ok(kind.starts_with("application/x-www-form-urlencoded"))
}

/// A form goes back to its page, a program reads the clock.
fn answer(from_page: bool, horloge: &Horloge) -> Result<Response, Refus> {
    if from_page {
        return Ok(Redirect::to("/#horloge").into_response());
    }
    let mut response = respond_json(horloge)?;
    *response.status_mut() = StatusCode::OK;
    Ok(response)
}
