//! Documentation pages: the API, and the catalogue of problems. Everything is inside the binary:
//! the pages work without any other network.

use std::fmt::Write;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::AppState;
use super::problem::Code;

/// The pages, and the document in both forms.
pub(super) fn router(document: &OpenApi, yaml: String) -> Router<AppState> {
    let config = Config::from("/v1/openapi.json")
        .try_it_out_enabled(true)
        .persist_authorization(false)
        .default_models_expand_depth(0);
    let page = SwaggerUi::new("/docs").url("/v1/openapi.json", document.clone()).config(config);
    Router::new()
        .merge(page)
        .route("/", get(|| async { Redirect::temporary("/docs/") }))
        .route("/docs/problemes", get(problemes))
        .route("/openapi.yaml", get(move || async move { as_yaml(yaml) }))
}

fn as_yaml(yaml: String) -> Response {
    let kind = HeaderValue::from_static("application/yaml; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], yaml).into_response()
}

/// The page that the `type` of every problem leads to.
async fn problemes() -> Html<String> {
    let mut rows = String::new();
    for code in Code::ALL {
        let row = writeln!(
            rows,
            "<tr id=\"{code}\"><td><code>{code}</code></td><td>{status}</td><td>{title}</td><td>{help}</td></tr>",
            code = code.as_str(),
            status = code.status(),
            title = code.title(),
            help = code.help().replace('<', "&lt;").replace('>', "&gt;"),
        );
        debug_assert!(row.is_ok(), "writing to a string cannot fail");
    }
    Html(format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Problèmes — Traitant</title>\n<style>\n\
         body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }}\n\
         table {{ border-collapse: collapse; width: 100%; }}\n\
         th, td {{ text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid #d8dde3; }}\n\
         th {{ background: #f3f5f7; }}\n code {{ white-space: nowrap; }}\n tr:target {{ background: #fff6d6; }}\n\
         </style>\n</head>\n<body>\n<h1>Problèmes</h1>\n\
         <p>Chaque refus est un document <code>application/problem+json</code> (RFC 9457). Les programmes comparent \
         le membre <code>code</code>, jamais les phrases. Les champs refusés sont tous listés dans <code>erreurs</code>, \
         avec leur pointeur. <a href=\"/docs/\">Documentation de l'API</a>.</p>\n\
         <table>\n<thead><tr><th>Code</th><th>Statut</th><th>Titre</th><th>Que faire</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n</body>\n</html>\n"
    ))
}
