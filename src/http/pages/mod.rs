//! Pages for a browser: whole without a script, from this service alone, readable on a telephone, by a screen
//! reader and on paper.

mod accueil;
mod attente;
mod blocs;
mod champs;
mod choisir;
mod dossier;
pub(crate) mod ecriture;
mod essai;
mod frise;
mod graphes;
mod membres;
mod paye;
pub(crate) mod phrases;
mod recit;
mod requete;
mod simulateur;
mod tableau_de_bord;
mod tableaux;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::AppState;

/// What a page of ours may do: show itself and its style, send its forms here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
/// The same, with the script that makes it nicer.
const POLICY_VIVE: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; \
                           base-uri 'none'; frame-ancestors 'none'";

/// The pages: those of the sandbox, or the way to the documentation; the simulator when it is asked for.
pub(super) fn router(state: &AppState) -> Router<AppState> {
    let mut pages = Router::new().route("/style.css", get(style));
    if state.bac_a_sable.is_some() {
        pages = pages
            .route("/", get(accueil::page))
            .route("/bac-a-sable/personnes/{cle}", get(accueil::personne));
    } else {
        pages = pages.route("/", get(|| async { Redirect::temporary("/docs/") }));
    }
    if state.bac_a_sable.is_some() && state.interne.is_some() {
        pages = pages
            .route("/bac-a-sable", get(essai::page).post(essai::joue))
            .route("/copier.js", get(script));
    }
    if state.dossier && state.interne.is_some() {
        pages = pages.route("/mon-medecin-traitant", get(dossier::page).post(dossier::lit));
    }
    let board = get(tableau_de_bord::ouvrir).post(tableau_de_bord::afficher);
    pages = pages.route("/tableau-de-bord", board);
    if state.simulateur {
        pages = pages.route("/simulateur", get(simulateur::page));
    }
    pages
}

async fn style() -> Response {
    piece("text/css; charset=utf-8", include_str!("style.css"))
}

async fn script() -> Response {
    piece("text/javascript; charset=utf-8", include_str!("copier.js"))
}

/// What pages share.
pub(super) fn piece(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, text).into_response()
}

/// Where the reader finds this service, as their browser says it.
fn site(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let known = |host: &&str| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c))
    };
    format!("http://{}", host.filter(known).unwrap_or("127.0.0.1:8080"))
}

/// A page of ours around its content.
pub(super) fn html(status: StatusCode, title: &str, body: &str) -> Response {
    entiere((status, title), body, ("", POLICY))
}

/// The same, with buttons that copy, where there are scripts.
fn html_vive(status: StatusCode, title: &str, body: &str) -> Response {
    entiere((status, title), body, ("<script src=\"/copier.js\" defer></script>\n", POLICY_VIVE))
}

fn entiere(
    (status, title): (StatusCode, &str),
    body: &str,
    (script, policy): (&str, &'static str),
) -> Response {
    let title = echappe(title);
    let page = format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} — Traitant</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n\
         <link rel=\"icon\" href=\"data:,\">\n{script}</head>\n<body>\n\
         <a class=\"saut\" href=\"#contenu\">Aller au contenu</a>\n{body}\n\
         <footer><p>Traitant {}</p></footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    let named = |name: &'static str| HeaderName::from_static(name);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (named("content-security-policy"), HeaderValue::from_static(policy)),
        (named("x-content-type-options"), HeaderValue::from_static("nosniff")),
        (named("referrer-policy"), HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, page).into_response()
}

/// Pieces of a page, one after the other.
pub(super) fn suite(pieces: impl Iterator<Item = String>) -> String {
    pieces.collect()
}

/// A text between two tags.
fn contenu(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text inside a page, or inside the quotes of an attribute.
pub(super) fn echappe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
