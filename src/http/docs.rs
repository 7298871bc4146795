//! Documentation pages: the API, and the catalogue of problems. Everything is inside the binary:
//! the pages work without any other network.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

use super::AppState;
use super::champs::codes;
use super::extract::Chemin;
use super::openapi::Contrat;
use super::pages::{echappe, html, piece};
use super::problem::{Code, Refus};

/// The pages, and the document in both forms. Where the API is not tried from a page, its address leads to what every refusal links to.
pub(super) fn router(contrat: &'static Contrat, essayee: bool) -> Router<AppState> {
    let always = Router::new()
        .route("/v1/openapi.json", get(move || async move { as_json(&contrat.json) }))
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/problemes", get(problemes))
        .route("/openapi.yaml", get(move || async move { as_yaml(&contrat.yaml) }));
    if !essayee {
        return always.route("/docs/", get(|| async { Redirect::temporary("/docs/problemes") }));
    }
    let config = Config::from("/v1/openapi.json")
        .try_it_out_enabled(true)
        .persist_authorization(false)
        .doc_expansion("none")
        // The address of an operation would be a link inside the button that unfolds it.
        .deep_linking(false)
        .filter(true)
        .default_models_expand_depth(0);
    let config = Arc::new(config);
    let index = Arc::clone(&config);
    always.route("/docs/", get(move || async move { file("index.html", &index) })).route(
        "/docs/{*rest}",
        get(move |Chemin(name): Chemin<String>| async move { file(&name, &config) }),
    )
}

/// What these pages may do: their own scripts, with the styles that these write and their images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
frame-ancestors 'none'";

/// A file of the page, in French where it is ours to say.
fn file(name: &str, config: &Arc<Config<'static>>) -> Result<Response, Refus> {
    match name {
        "francais.js" => {
            return Ok(piece("text/javascript; charset=utf-8", include_str!("docs.js")));
        }
        "francais.css" => return Ok(piece("text/css; charset=utf-8", include_str!("docs.css"))),
        _ => {}
    }
    let missing = || Refus::new(Code::Introuvable, "Cette page n'existe pas ; voir /docs/.");
    let found = utoipa_swagger_ui::serve(name, Arc::clone(config));
    let file = found.ok().flatten().ok_or_else(missing)?;
    let mut headers = HeaderMap::new();
    if file.gzpipped {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let kind = HeaderValue::from_str(&file.content_type).map_err(|_not_a_header| missing())?;
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if name != "index.html" || file.gzpipped {
        return Ok((headers, file.bytes).into_response());
    }
    let page = String::from_utf8_lossy(&file.bytes)
        .replace("lang=\"en\"", "lang=\"fr\"")
        .replace("<title>Swagger UI</title>", "<title>API de Traitant — documentation</title>")
        .replace("</head>", "  <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n    \
                 <link rel=\"stylesheet\" href=\"./francais.css\">\n    <script src=\"./francais.js\" defer></script>\n  </head>");
    Ok((headers, page).into_response())
}

fn as_json(json: &'static str) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], json).into_response()
}

fn as_yaml(yaml: &'static str) -> Response {
    let kind = HeaderValue::from_static("application/yaml; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], yaml).into_response()
}

/// The page that the `type` of every problem leads to.
async fn problemes() -> Response {
    let problems = Code::ALL.iter().map(|code| {
        let (code, status, title, help) =
            (code.as_str(), code.status(), echappe(code.title()), echappe(code.help()));
        format!("<tr id=\"{code}\"><td><code>{code}</code></td><td>{status}</td><td>{title}</td><td>{help}</td></tr>\n")
    });
    let fields = codes().map(|(code, sentence)| {
        let sentence = echappe(sentence);
        format!("<tr id=\"champ-{code}\"><td><code>{code}</code></td><td>{sentence}</td></tr>\n")
    });
    let body = include_str!("problemes.html")
        .replace("<!-- problemes -->", &problems.collect::<String>())
        .replace("<!-- champs -->", &fields.collect::<String>());
    html(StatusCode::OK, "Problèmes", &body)
}
