//! HTTP as people expect it: compression, headers, methods, other sites, numbers.

use std::io::{Read, Write};

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use traitant::domain::acteur::{Acteur, Caisse};
use traitant::domain::identifiers::Organisme;

use crate::support::TestApp;
use crate::support::app::{MARTIN, Reply};
use crate::support::auth::sandbox_verifier;
use crate::support::process::{Folder, Service};
use crate::support::vie::AIN;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut clear = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut clear).unwrap();
    clear
}

fn simulation() -> Value {
    json!({
        "date_soins": "2025-06-13",
        "patient": { "age": 52, "complementaire": "amc" },
        "medecin_traitant": "aucun",
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "actes": [{ "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000 }]
    })
}

/// Simulates, with a body in some encoding.
async fn simulate(app: &TestApp, encoding: &[&str], body: Vec<u8>) -> Reply {
    let mut request = Request::builder()
        .method("POST")
        .uri("/v1/simulations")
        .header("content-type", "application/json");
    for one in encoding {
        request = request.header("content-encoding", *one);
    }
    app.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_compressed_body_is_read_as_what_it_was() {
    let app = TestApp::new().await;
    let clear = simulation().to_string().into_bytes();
    let expected = simulate(&app, &[], clear.clone()).await.expect(200);
    let zip = simulate(&app, &["gzip"], gzip(&clear)).await.expect(200);
    assert_eq!(zip["totaux"], expected["totaux"]);
    assert_eq!(
        simulate(&app, &["identity"], clear).await.expect(200)["totaux"],
        expected["totaux"]
    );
}

#[tokio::test]
async fn an_encoding_that_is_not_known_is_said_with_those_that_are() {
    let app = TestApp::new().await;
    for encoding in [&["compress"][..], &["gzip, br"], &["GZIPPED"]] {
        let reply = simulate(&app, encoding, gzip(b"{}")).await;
        assert_eq!(reply.problem(415), "encodage_inconnu", "{encoding:?}");
        for known in ["gzip", "deflate", "br", "zstd"] {
            assert!(reply.header("accept-encoding").contains(known), "{encoding:?}");
        }
    }
}

#[tokio::test]
async fn what_unfolds_beyond_the_limit_is_refused_and_what_is_not_compressed_is_unreadable() {
    let app = TestApp::new().await;
    // The limit of a document, and a byte more.
    for (length, code) in [(256 * 1024, "corps_illisible"), (256 * 1024 + 1, "corps_trop_grand")] {
        let reply = simulate(&app, &["gzip"], gzip(&vec![b' '; length])).await;
        let status = if code == "corps_illisible" { 400 } else { 413 };
        assert_eq!(reply.problem(status), code, "{length}");
        if status == 413 {
            assert!(reply.expect(413)["detail"].as_str().unwrap().contains("256 Kio"));
        }
    }
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    assert!(bomb.len() < 256 * 1024);
    assert_eq!(simulate(&app, &["gzip"], bomb).await.problem(413), "corps_trop_grand");
    let clear = simulation().to_string().into_bytes();
    let lies = simulate(&app, &["gzip"], clear.clone()).await;
    assert_eq!(lies.problem(400), "corps_illisible");
    let cut = gzip(&clear);
    let cut = simulate(&app, &["gzip"], cut[..cut.len() / 2].to_vec()).await;
    assert_eq!(cut.problem(400), "corps_illisible");
}

/// Reads an address, accepting gzip.
async fn accepting(app: &TestApp, path: &str, token: Option<&str>) -> Reply {
    let mut request = Request::builder().uri(path).header("accept-encoding", "gzip");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    app.open(request.body(Body::empty()).unwrap()).await.into_reply().await
}

/// What is answered, as it is.
trait IntoReply {
    async fn into_reply(self) -> Reply;
}

impl IntoReply for axum::http::Response<Body> {
    async fn into_reply(self) -> Reply {
        use http_body_util::BodyExt;
        let (status, headers) = (self.status(), self.headers().clone());
        let body = self.into_body().collect().await.unwrap().to_bytes().to_vec();
        Reply { status, headers, body }
    }
}

/// A body that is made as it goes is asked for more after its end by what compresses it.
#[tokio::test]
async fn answers_that_are_made_as_they_go_end_once_in_every_encoding() {
    let app = TestApp::new().await;
    let caisse = Acteur::Caisse(Caisse::of(Organisme::parse(AIN).unwrap()));
    let token = app.emetteur.issue(&caisse, &*app.clock, &app.ids, 3600).unwrap();
    // A takeover of which every line is refused: its report is long.
    let lines = "{}\n".repeat(40);
    let path = "/v1/reprises?nature=affilies";
    let sent = app.caisse(AIN).send_file(path, "application/x-ndjson", lines.as_bytes()).await;
    let report = format!("/v1/reprises/{}/rapport", sent.expect(202)["id"].as_str().unwrap());
    app.run_jobs().await;
    let mut reform = json!({ "reforme": [] }).to_string();
    for _ in 0..20 {
        reform.push('\n');
        reform.push_str(&simulation().to_string());
    }
    let sheets = "{}\n".repeat(20);
    for (method, path, body) in [
        ("GET", report.as_str(), ""),
        ("POST", "/v1/simulations/lots", reform.as_str()),
        ("POST", "/v1/feuilles-de-soins/lots", sheets.as_str()),
    ] {
        let mut clear = Vec::new();
        for encoding in ["identity", "gzip", "br", "zstd", "deflate"] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("accept-encoding", encoding)
                .header("content-type", "application/x-ndjson")
                .header("authorization", format!("Bearer {token}"))
                .body(Body::from(body.to_owned()))
                .unwrap();
            let reply = app.open(request).await.into_reply().await;
            assert_eq!(reply.status, 200, "{path} {encoding}");
            let told = reply.header("content-encoding");
            assert_eq!(told, if encoding == "identity" { "" } else { encoding }, "{path}");
            match encoding {
                "identity" => clear = reply.body,
                "gzip" => assert_eq!(gunzip(&reply.body).len(), clear.len(), "{path}"),
                _ => assert!(reply.body.len() < clear.len(), "{path} {encoding}"),
            }
        }
        assert!(clear.len() > 1024, "{path}");
    }
}

#[tokio::test]
async fn long_answers_are_compressed_and_neither_short_ones_nor_refusals_nor_tagged_ones() {
    let app = TestApp::new().await;
    let law = accepting(&app, "/v1/loi", None).await;
    assert_eq!(law.header("content-encoding"), "gzip");
    assert!(law.header("vary").contains("accept-encoding"));
    let clear = app.anonymous().get("/v1/loi").await;
    assert_eq!(clear.header("content-encoding"), "");
    let unfolded: Value = serde_json::from_slice(&gunzip(&law.body)).unwrap();
    assert_eq!(unfolded, clear.expect(200));
    assert!(law.body.len() * 2 < clear.body.len());
    for path in ["/etat/vivant", "/v1/moi", "/v1/rien"] {
        let reply = accepting(&app, path, None).await;
        assert_eq!(reply.header("content-encoding"), "", "{path}");
    }
    let alice = app.martin_declares_alice().await;
    let token = app.token_of(MARTIN);
    let read = accepting(&app, &format!("/v1/declarations/{alice}"), Some(&token)).await;
    assert_eq!(read.status, 200);
    assert!(read.body.len() > 1_024, "it would be worth it");
    assert_eq!((read.version_lue(), read.header("content-encoding")), ("1", ""));
}

impl TestApp {
    async fn martin_declares_alice(&self) -> String {
        let made = self.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    fn token_of(&self, rpps: &str) -> String {
        let rpps = traitant::domain::identifiers::Rpps::parse(rpps).unwrap();
        let acteur = traitant::domain::acteur::Acteur::Medecin(rpps);
        self.emetteur.issue(&acteur, &*self.clock, &self.ids, 3600).unwrap()
    }
}

#[tokio::test]
async fn a_header_that_is_no_text_is_named_instead_of_being_lost() {
    let app = TestApp::new().await;
    for name in ["authorization", "idempotency-key", "if-match", "content-type", "x-request-id"] {
        let request = Request::builder()
            .method("POST")
            .uri("/v1/declarations")
            .header(name, axum::http::HeaderValue::from_bytes(b"cl\xc3\xa9-1").unwrap());
        let reply = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.problem(400), "parametre_invalide", "{name}");
        assert_eq!(reply.wrong_fields(), [(name.to_owned(), "format_invalide".to_owned())]);
    }
}

#[tokio::test]
async fn methods_of_an_address_are_told_and_head_is_answered_like_get() {
    let app = TestApp::new().await;
    let options = app.anonymous().request("OPTIONS", "/v1/simulations", &[], None).await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, "POST"));
    let wrong = app.anonymous().request("DELETE", "/v1/moi", &[], None).await;
    assert_eq!(wrong.problem(405), "methode_interdite");
    assert_eq!(wrong.header("allow"), "GET,HEAD");
    let nowhere = app.anonymous().request("OPTIONS", "/v1/rien", &[], None).await;
    assert_eq!(nowhere.problem(404), "introuvable");
    let head = app.medecin(MARTIN).request("HEAD", "/v1/moi", &[], None).await;
    let get = app.medecin(MARTIN).get("/v1/moi").await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
}

/// The same application, which answers the pages of one site.
async fn shared() -> TestApp {
    let mut app = TestApp::new().await;
    let clock: std::sync::Arc<dyn traitant::domain::clock::Clock> = app.clock.clone();
    let state = app.state(sandbox_verifier(&app.emetteur, &clock));
    app.router = traitant::http::router(state.with_origins(&[SITE.to_owned()]));
    app
}

const SITE: &str = "https://portail.exemple.fr";

#[tokio::test]
async fn other_sites_are_answered_only_when_they_are_listed() {
    let closed = TestApp::new().await;
    let headers = [("origin", SITE), ("access-control-request-method", "POST")];
    let asked = closed.anonymous().request("OPTIONS", "/v1/declarations", &headers, None).await;
    assert_eq!(asked.header("access-control-allow-origin"), "");
    let app = shared().await;
    let asked = app.anonymous().request("OPTIONS", "/v1/declarations", &headers, None).await;
    assert_eq!(asked.status, 204);
    assert_eq!(asked.header("access-control-allow-origin"), SITE);
    assert!(asked.header("access-control-allow-methods").contains("POST"));
    for name in ["authorization", "idempotency-key", "if-match"] {
        assert!(asked.header("access-control-allow-headers").contains(name), "{name}");
    }
    assert_eq!(asked.header("access-control-allow-credentials"), "");
    // Refusals are read too: a page must be able to say why.
    let origin = [("origin", SITE)];
    let refused = app.anonymous().request("GET", "/v1/moi", &origin, None).await;
    assert_eq!(refused.problem(401), "jeton_absent");
    assert_eq!(refused.header("access-control-allow-origin"), SITE);
    for name in ["etag", "link", "location", "retry-after", "www-authenticate", "x-request-id"] {
        assert!(refused.header("access-control-expose-headers").contains(name), "{name}");
    }
    for other in ["https://portail.exemple.fr.mechant.fr", "http://portail.exemple.fr", "null"] {
        let headers = [("origin", other), ("access-control-request-method", "POST")];
        let asked = app.anonymous().request("OPTIONS", "/v1/declarations", &headers, None).await;
        assert_eq!(asked.header("access-control-allow-origin"), "", "{other}");
        assert_eq!(asked.header("vary"), "origin", "{other}");
    }
}

#[tokio::test]
async fn an_integer_may_be_written_with_a_point() {
    let app = TestApp::new().await;
    let expected = simulate(&app, &[], simulation().to_string().into_bytes()).await.expect(200);
    let text = simulation().to_string();
    for (from, to) in [("52", "52.0"), ("3000", "3e3"), ("3000", "3000.00")] {
        let body = text.replace(from, to).into_bytes();
        assert_eq!(
            simulate(&app, &[], body).await.expect(200)["totaux"],
            expected["totaux"],
            "{to}"
        );
    }
    let wrong = simulate(&app, &[], text.replace("52", "52.5").into_bytes()).await;
    assert_eq!(wrong.wrong_fields(), [("/patient/age".to_owned(), "type_invalide".to_owned())]);
}

/// What the parser of HTTP refuses is told like anything else; then the connection ends.
#[test]
fn what_is_not_http_is_a_problem_too() {
    let folder = Folder::new();
    let service = Service::start(&[("TRAITANT_DONNEES", folder.path().to_str().unwrap())]);
    let long = "a".repeat(70_000);
    let many = "X: 1\r\n".repeat(101);
    let asked = [
        ("GET / HTTP/1.1\r\nX-Request-Id: a\u{1}b\r\n\r\n".to_owned(), 400, "requete_illisible"),
        ("GET / HTTP/1.1\r\nIdempotency-Key: a\u{7f}\r\n\r\n".to_owned(), 400, "requete_illisible"),
        ("bonjour\r\n\r\n".to_owned(), 400, "requete_illisible"),
        (format!("GET /?{long} HTTP/1.1\r\n\r\n"), 431, "en_tetes_trop_grands"),
        (format!("GET / HTTP/1.1\r\nCookie: {long}\r\n\r\n"), 431, "en_tetes_trop_grands"),
        (format!("GET / HTTP/1.1\r\n{many}\r\n"), 431, "en_tetes_trop_grands"),
    ];
    for (request, status, code) in asked {
        let answer = service.answer(&request);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())), "{answer}");
        assert!(head.contains("\r\ncontent-type: application/problem+json\r\n"), "{answer}");
        let problem: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)));
        assert!(head.contains(problem["identifiant_correlation"].as_str().unwrap()), "{answer}");
        // Nothing of what was sent comes back.
        assert!(!body.contains("aaaa"), "{body}");
    }
    assert!(service.end("TERM").success());
}
