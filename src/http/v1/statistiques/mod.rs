//! Statistics: tables of counts and amounts, about nobody, in JSON or for a spreadsheet.

mod vue;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::vue::csv;
pub(super) use self::vue::{DefinitionVue, definitions};
use self::vue::{DefinitionsVue, StatistiqueVue};
use crate::domain::droits::Demarche;
use crate::domain::statistiques::{Axe, FormatStatistiques, Methode, Tableau};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::extract::{Appel, Chemin, Requete};
use crate::http::idempotency::json as respond_json;
use crate::http::lecture::{Entier, lecture};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::{AppState, accept};
use crate::services::statistiques::{self, Demande};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(define)).routes(routes!(table))
}

lecture! {
    /// Ce qu'un tableau compte.
    struct StatistiquesDemande {
        /// Dernier jour d'un mois ; celui du dernier mois terminé par défaut. Ce qui s'écoule est compté depuis le 1er janvier.
        #[schema(example = "2026-10-31")]
        jour: Option<NaiveDate>,
        /// Nombre d'années : celle du jour, et celles d'avant au 31 décembre. Une par défaut.
        annees: Option<Entier<1, 10>>,
        /// Méthode de classement des consultations ; cour_2013 par défaut.
        methode: Option<Methode>,
        /// Ventilation ; aucune par défaut. Chaque tableau dit les siennes.
        par: Option<Axe>,
        /// Ce qui était connu à cet instant ; tout ce qui l'est par défaut.
        connu_le: Option<DateTime<Utc>>,
        /// Forme de la réponse ; json par défaut, ou celle de l'en-tête Accept.
        format: Option<FormatStatistiques>,
    }
}

/// Lire les définitions des statistiques
///
/// Chaque tableau, ses ventilations et ses chiffres, chacun avec son numérateur et son dénominateur ; et ce que le registre
/// ne tient pas.
#[utoipa::path(
    get,
    path = "/v1/statistiques",
    operation_id = "lire_definitions_statistiques",
    responses((status = 200, description = "Les définitions", body = DefinitionsVue))
)]
async fn define() -> Result<Response, Refus> {
    respond_json(&DefinitionsVue::new(Tableau::TOUS))
}

/// The forms of a table: `format` counts before what is accepted.
const FORMES: [(FormatStatistiques, &str); 2] =
    [(FormatStatistiques::Json, "application/json"), (FormatStatistiques::Csv, "text/csv")];

/// Lire un tableau de statistiques
///
/// Des nombres, personne en particulier : un nombre de 1 à 10 n'est pas dit, ni ceux qui le rendraient par différence. Une
/// caisse lit ce qui est de ses assurés, le rôle statistiques tout le registre.
#[utoipa::path(
    get,
    path = "/v1/statistiques/{tableau}",
    operation_id = "lire_statistiques",
    params(("tableau" = Tableau, Path, description = "Nom du tableau, que les définitions donnent")),
    responses((status = 200, description = "Le tableau", content(
        (StatistiqueVue = "application/json"), (String = "text/csv")), headers(("Content-Disposition")))),
    extensions(("x-problemes" = json!(["forme_indisponible"])))
)]
async fn table(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(tableau): Chemin<Tableau>,
    Requete(demande): Requete<StatistiquesDemande>,
    headers: HeaderMap,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireStatistiques)?;
    let core = &state.core;
    let jour = demande.jour.unwrap_or_else(|| statistiques::default_day(core));
    if !statistiques::is_month_end(jour) {
        let attendu =
            "attendu : le dernier jour d'un mois, car deux jours voisins diffèrent d'une personne";
        return Err(Refus::parametre("jour", "pas_une_fin_de_mois", attendu));
    }
    verify_axis(tableau, demande.par)?;
    let asked = Demande {
        tableau,
        jour,
        annees: demande.annees.and_then(|own| i32::try_from(own.0).ok()).unwrap_or(1),
        methode: demande.methode.unwrap_or(Methode::Cour2013),
        axe: demande.par,
        connu_le: demande.connu_le,
    };
    let format = match demande.format {
        Some(format) => format,
        None => accept::voulue(&headers, &FORMES)?,
    };
    let found = statistiques::read(core, &contexte, asked).await?;
    let mut response = match format {
        FormatStatistiques::Json => respond_json(&StatistiqueVue::new(&found))?,
        FormatStatistiques::Csv => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (header::CACHE_CONTROL, "private, no-store"),
            ];
            (headers, csv(&found)).into_response()
        }
    };
    let how = if format == FormatStatistiques::Csv { "attachment" } else { "inline" };
    let name = format!("{how}; filename=\"{}-{jour}.{}\"", tableau.mot(), format.mot());
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Whether a table may be broken down by what is asked.
pub(super) fn verify_axis(tableau: Tableau, asked: Option<Axe>) -> Result<(), Refus> {
    let Some(axe) = asked.filter(|axe| !tableau.axes().contains(axe)) else { return Ok(()) };
    let known: Vec<&str> = tableau.axes().iter().map(|one| one.mot()).collect();
    let attendu =
        format!("« {} » ne ventile pas ce tableau ; attendu : {}", axe.mot(), known.join(", "));
    Err(Refus::parametre("par", "champ_inadapte", attendu))
}
