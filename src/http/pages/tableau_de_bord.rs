//! « Tableau de bord »: the tables of the statistics as charts with their numbers beside, as they all are at one instant.
//!
//! The token comes in the body of a form and goes nowhere: the page that answers does not have it.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDate, SecondsFormat};

use super::blocs::{BLOCS, Fichier, bloc, secretes};
use super::{echappe, html, suite};
use crate::domain::calendar::en_toutes_lettres;
use crate::domain::droits::Demarche;
use crate::domain::statistiques::Methode;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::bac_a_sable::panne;
use crate::http::extract::{Appel, corps_non_lu};
use crate::http::problem::{Code, Refus};
use crate::http::v1::statistiques::csv;
use crate::services::statistiques::{self, Statistique, default_day, exemple, is_month_end};

/// Years of a table that is not broken down.
pub(super) const ANNEES: i32 = 5;

/// What a form says.
type Reponses = BTreeMap<String, String>;

/// The page before anything is asked.
pub(super) async fn ouvrir(State(state): State<AppState>) -> Result<Response, Refus> {
    let form = formulaire(&state, &Reponses::new()).await?;
    Ok(entiere(StatusCode::OK, &format!("{PRESENTATION}{form}")))
}

/// What is shown once a token says who asks, or of invented numbers.
pub(super) async fn afficher(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Refus> {
    let (mut parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let bytes = Bytes::from_request(whole, &state).await.map_err(|why| corps_non_lu(&why))?;
    let answers: Reponses = form_urlencoded::parse(&bytes)
        .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let form = formulaire(&state, &answers).await?;
    let (methode, jour) = match voulu(&state, &answers) {
        Ok(asked) => asked,
        Err(sentence) => return Ok(refusee(StatusCode::UNPROCESSABLE_ENTITY, sentence, &form)),
    };
    let demandes = BLOCS.map(|one| one.demande(jour, methode));
    let file = answers.get("csv").and_then(|word| Fichier::lit(word));
    let sandbox = state.bac_a_sable.is_some();
    if let Some(file) = file.filter(|file| file.invente && sandbox) {
        let found = exemple(&state.core, &[file.bloc.demande(jour, methode)]);
        let invented = found.first().map(|found| fichier(found, jour));
        return invented.ok_or_else(|| Refus::new(Code::Introuvable, "Ce tableau n'existe pas."));
    }
    if answers.contains_key("exemple") && sandbox {
        let found = exemple(&state.core, &demandes);
        return Ok(entiere(StatusCode::OK, &format!("{INVENTES}{}{form}", contenu(&found, true))));
    }
    let token = answers.get("jeton").map(|token| HeaderValue::from_str(&format!("Bearer {token}")));
    parts.headers.remove(header::AUTHORIZATION);
    if let Some(Ok(token)) = token {
        parts.headers.insert(header::AUTHORIZATION, token);
    }
    let asked = Appel::from_request_parts(&mut parts, &state).await;
    let contexte = match asked.and_then(|appel| appel.exige(Demarche::LireStatistiques)) {
        Ok(contexte) => contexte,
        Err(refus) => return Ok(refusee(statut(&refus), &refus.detail, &form)),
    };
    if let Some(file) = file {
        let demande = file.bloc.demande(jour, methode);
        let found = statistiques::read(&state.core, &contexte, demande).await?;
        return Ok(fichier(&found, jour));
    }
    match statistiques::read_all(&state.core, &contexte, &demandes).await {
        Ok(found) => Ok(entiere(StatusCode::OK, &format!("{}{form}", contenu(&found, false)))),
        Err(error) => {
            let refus = Refus::from(error);
            Ok(refusee(statut(&refus), &refus.detail, &form))
        }
    }
}

const PRESENTATION: &str = "<p>Les tableaux par lesquels la Cour des comptes a évalué le médecin traitant en 2013, et d'autres, \
    depuis les données du registre : des nombres, personne en particulier. Une caisse lit ce qui est de ses assurés, le rôle \
    « statistiques » tout le registre.</p>\n";
const INVENTES: &str = "<p class=\"bilan\"><strong>Chiffres inventés</strong>, pour montrer la page : une population de cent mille \
    personnes, qui n'est dans aucun registre.</p>\n";

/// The method and the day that are asked, or what is wrong.
fn voulu(state: &AppState, answers: &Reponses) -> Result<(Methode, NaiveDate), &'static str> {
    let methode = match answers.get("methode") {
        None => Methode::Cour2013,
        Some(word) => Methode::du_mot(word).ok_or("Choisissez une méthode de la liste.")?,
    };
    let Some(written) = answers.get("jour") else {
        return Ok((methode, default_day(&state.core)));
    };
    let jour = written.parse().ok().filter(|jour| is_month_end(*jour));
    let jour = jour.ok_or("Donnez le dernier jour d'un mois, par exemple 2026-10-31.")?;
    Ok((methode, jour))
}

fn statut(refus: &Refus) -> StatusCode {
    StatusCode::from_u16(refus.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn refusee(status: StatusCode, sentence: &str, form: &str) -> Response {
    let said = format!(
        "<div class=\"bilan\" role=\"alert\"><h2>À corriger</h2>\n<p>{}</p></div>\n",
        echappe(sentence)
    );
    entiere(status, &format!("{said}{form}"))
}

/// A table as a file.
fn fichier(found: &Statistique, jour: NaiveDate) -> Response {
    let axe = found.demande.axe.map(|axe| format!("-{}", axe.mot())).unwrap_or_default();
    let tableau = found.demande.tableau.mot();
    let name = format!("attachment; filename=\"{tableau}{axe}-{jour}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, csv(found)).into_response()
}

fn entiere(status: StatusCode, content: &str) -> Response {
    let body = format!(
        "<nav aria-label=\"Pages\"><ul><li><a href=\"/\">Accueil</a></li>\
         <li><a href=\"/docs/\">Documentation de l'API</a></li></ul></nav>\n\
         <main id=\"contenu\">\n<h1>Tableau de bord du parcours de soins</h1>\n{content}</main>"
    );
    html(status, "Tableau de bord", &body)
}

/// A method, after « la méthode ».
const fn dite(methode: Methode) -> &'static str {
    match methode {
        Methode::Cour2013 => "celle de la Cour des comptes (2013)",
        Methode::Snds => "celle du SNDS",
    }
}

/// What is asked: by a token, or in a sandbox by one click.
async fn formulaire(state: &AppState, answers: &Reponses) -> Result<String, Refus> {
    let methode = answers.get("methode").map_or(Methode::Cour2013.mot(), String::as_str);
    let options = Methode::TOUS.iter().map(|one| {
        let chosen = if one.mot() == methode { " selected" } else { "" };
        format!("<option value=\"{}\"{chosen}>{}</option>", one.mot(), dite(*one))
    });
    let jour = answers.get("jour").cloned();
    let jour = jour.unwrap_or_else(|| default_day(&state.core).to_string());
    let envoi = if let Some(bac) = &state.bac_a_sable {
        let liste = bac.liste().await.map_err(|why| panne(&why))?;
        let own = liste.autres.iter().find(|one| one.role == "statistiques");
        format!(
            "<input type=\"hidden\" name=\"jeton\" value=\"{}\">\
             <button name=\"exemple\" value=\"oui\">Voir des chiffres inventés</button>\
             <button class=\"sobre\">Voir ceux de ce bac à sable</button>",
            echappe(own.map(|one| one.jeton.as_str()).unwrap_or_default())
        )
    } else {
        "<label for=\"jeton\">Jeton <span class=\"aide\">D'une caisse ou du rôle « statistiques ». Il n'est gardé nulle part.\
         </span></label><input id=\"jeton\" name=\"jeton\" type=\"password\" autocomplete=\"off\" required>\
         <div><button>Voir</button></div>"
            .to_owned()
    };
    Ok(format!(
        "<form id=\"demande\" class=\"a-l-ecran\" method=\"post\" action=\"/tableau-de-bord\">\n<fieldset><legend>Ce qu'il faut montrer</legend>\n\
         <label for=\"jour\">Au <span class=\"aide\">Le dernier jour d'un mois ; ce qui s'écoule est compté depuis le 1er janvier.\
         </span></label><input id=\"jour\" name=\"jour\" type=\"date\" value=\"{}\">\n\
         <label for=\"methode\">Méthode de classement des consultations</label>\
         <select id=\"methode\" name=\"methode\">{}</select>\n{envoi}</fieldset></form>\n",
        echappe(&jour),
        suite(options)
    ))
}

/// The tables, after what all of them have in common.
fn contenu(found: &[Statistique], inventes: bool) -> String {
    let Some(first) = found.first() else { return String::new() };
    let demande = &first.demande;
    let caisse = match &first.caisse {
        None if inventes => "Cent mille personnes inventées".to_owned(),
        Some(caisse) => format!("Assurés de la caisse {}", echappe(caisse)),
        None => "Tout le registre".to_owned(),
    };
    let connu = first.connu_le.map_or_else(
        || if inventes { "chiffres inventés" } else { "rien n'est encore compté" }.to_owned(),
        |instant| {
            format!(
                "<time datetime=\"{}\">{} UTC</time>",
                instant.to_rfc3339_opts(SecondsFormat::Micros, true),
                instant.format("%d/%m/%Y à %H:%M:%S")
            )
        },
    );
    let retard = if first.en_retard {
        " Quelque chose a été enregistré depuis, et n'est pas encore compté."
    } else {
        ""
    };
    let methode = dite(demande.methode);
    let names = found.iter().filter(|one| one.demande.axe.is_none());
    let names = names.map(|one| {
        let (word, title) = (one.demande.tableau.mot(), one.demande.tableau.titre());
        format!("<li><a href=\"#{word}\">{}</a></li>", echappe(title))
    });
    let blocks = found.iter().zip(BLOCS).map(|(one, shown)| bloc(one, shown, inventes));
    format!(
        "<dl><dt>Périmètre</dt><dd>{caisse}</dd><dt>Au</dt><dd>{}</dd><dt>Tel que connu</dt><dd>{connu}.{retard}</dd>\
         <dt>Méthode</dt><dd>{methode}, pour les consultations</dd><dt>Petits nombres</dt><dd>{}</dd></dl>\n\
         <nav aria-label=\"Tableaux\" class=\"a-l-ecran\"><ul>{}</ul></nav>\n{}",
        en_toutes_lettres(demande.jour),
        secretes(),
        suite(names),
        suite(blocks)
    )
}
