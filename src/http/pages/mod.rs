//! Pages for a browser: whole without a script, from this service alone, readable on a telephone, by a screen
//! reader and on paper.

mod accueil;
mod blocs;
mod champs;
mod graphes;
mod simulateur;
mod tableau_de_bord;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::AppState;

/// What a page of ours may do: show itself and its style, send its forms here.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// The pages: those of the sandbox, or the way to the documentation; the simulator when it is asked for.
pub(super) fn router(state: &AppState) -> Router<AppState> {
    let mut pages = Router::new().route("/style.css", get(style));
    if state.bac_a_sable.is_some() {
        pages = pages
            .route("/", get(accueil::page))
            .route("/bac-a-sable", get(|| async { Redirect::to("/") }))
            .route("/bac-a-sable/personnes/{cle}", get(accueil::personne));
    } else {
        pages = pages.route("/", get(|| async { Redirect::temporary("/docs/") }));
    }
    let board = get(tableau_de_bord::ouvrir).post(tableau_de_bord::afficher);
    pages = pages.route("/tableau-de-bord", board);
    if state.simulateur {
        pages = pages.route("/simulateur", get(simulateur::page));
    }
    pages
}

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    (headers, include_str!("style.css")).into_response()
}

/// A page of ours around its content.
pub(super) fn html(status: StatusCode, title: &str, body: &str) -> Response {
    let title = echappe(title);
    let page = format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} — Traitant</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n\
         <link rel=\"icon\" href=\"data:,\">\n</head>\n<body>\n\
         <a class=\"saut\" href=\"#contenu\">Aller au contenu</a>\n{body}\n\
         <footer><p>Traitant {}</p></footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    let named = |name: &'static str| HeaderName::from_static(name);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (named("content-security-policy"), HeaderValue::from_static(POLICY)),
        (named("x-content-type-options"), HeaderValue::from_static("nosniff")),
        (named("referrer-policy"), HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, page).into_response()
}

/// Pieces of a page, one after the other.
pub(super) fn suite(pieces: impl Iterator<Item = String>) -> String {
    pieces.collect()
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
