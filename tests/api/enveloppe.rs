//! What surrounds every answer: what browsers may do of it, what is never told back, which host it is asked of.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::MARTIN;
use crate::support::process::{Folder, Service, program};

const NUMBER: &str = "158070100199152";

/// Each answer of each test is looked at ([`TestApp::send`]); here, those that no operation gives.
#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_of_it() {
    let app = TestApp::new().await;
    let nothing = "default-src 'none'; frame-ancestors 'none'";
    for (method, path, status, policy) in [
        ("GET", "/etat/vivant", 200, nothing),
        ("GET", "/etat/pret", 200, nothing),
        ("GET", "/openapi.yaml", 200, nothing),
        ("GET", "/v1/openapi.json", 200, nothing),
        ("GET", "/v1/loi", 200, nothing),
        ("GET", "/v1/moi", 401, nothing),
        ("GET", "/v1/rien", 404, nothing),
        ("GET", "/rien", 404, nothing),
        ("DELETE", "/v1/moi", 405, nothing),
        ("OPTIONS", "/v1/moi", 204, nothing),
        ("GET", "/fhir/r4/metadata", 200, nothing),
        ("GET", "/fhir/r4/Rien", 404, nothing),
        ("GET", "/docs", 308, nothing),
        ("GET", "/docs/", 200, "default-src 'none'; script-src 'self';"),
        ("GET", "/docs/swagger-ui-bundle.js", 200, "default-src 'none'; script-src 'self';"),
        ("GET", "/docs/problemes", 200, "default-src 'none'; style-src 'self';"),
    ] {
        let reply = app.anonymous().request(method, path, &[], None).await;
        assert_eq!(reply.status.as_u16(), status, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        let told = reply.header("content-security-policy");
        assert!(
            told.starts_with(policy) && told.contains("frame-ancestors 'none'"),
            "{path}: {told}"
        );
        assert_eq!(reply.headers.get_all("content-security-policy").iter().count(), 1, "{path}");
    }
    // The pages of the documentation run nothing that is written in them.
    let page = app.anonymous().get("/docs/").await;
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("<script "), "{page}");
    assert_eq!(page.matches("<script").count(), page.matches("<script src=\"./").count(), "{page}");
    assert!(!page.contains("<style") && !page.contains(" onload="), "{page}");
}

#[tokio::test]
async fn a_name_that_is_a_number_or_long_is_never_told_back() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let (exact, long) = ("n".repeat(64), "n".repeat(65));
    for (name, told) in
        [(NUMBER, false), ("1 58 07 01 001 991 52", false), (&long, false), (&exact, true)]
    {
        let reply = martin.post("/v1/simulations", json!({ name: 1 })).await;
        assert_eq!(reply.problem(422), "champs_invalides");
        let pointer = if told { format!("/{name}") } else { String::new() };
        assert!(reply.wrong_fields().contains(&(pointer, "champ_inconnu".to_owned())), "{name}");
        assert_eq!(String::from_utf8(reply.body).unwrap().contains(name), told, "{name}");
        let coded = name.replace(' ', "+");
        for path in ["/v1/moi", "/v1/moi/acces", "/fhir/r4/Practitioner", "/v1/loi"] {
            let reply = martin.get(&format!("{path}?{coded}=1")).await;
            assert_eq!(reply.status, 400, "{path}");
            let text = String::from_utf8(reply.body).unwrap();
            assert_eq!(text.contains(name), told, "{path} {text}");
        }
        let wrong = json!({ "patient": { name: 1 } });
        let reply = martin.post("/v1/simulations", wrong).await;
        let pointer = if told { format!("/patient/{name}") } else { "/patient".to_owned() };
        assert!(reply.wrong_fields().contains(&(pointer, "champ_inconnu".to_owned())), "{name}");
    }
    let huge = martin.post("/v1/simulations", json!({ "n".repeat(60_000): 1 })).await;
    assert!(huge.body.len() < 5_000, "{}", huge.body.len());
    let huge = "n".repeat(20_000);
    let reply = martin.get(&format!("/v1/moi?{huge}=1&{NUMBER}")).await;
    let problem = reply.expect(400);
    assert_eq!(problem["erreurs"][0]["message"], "un paramètre inconnu ; aucun n'est attendu");
    assert!(problem["erreurs"][0].get("parametre").is_none(), "{problem}");
    let method = app.anonymous().request(NUMBER, "/v1/moi", &[], None).await;
    assert_eq!(method.problem(405), "methode_interdite");
    assert!(!String::from_utf8(method.body).unwrap().contains(NUMBER));
    // Where messages are sent is a text like another.
    let adresse = format!("https://relais.example/{NUMBER}");
    let refused =
        app.caisse("010110000").post("/v1/abonnements", json!({ "adresse": adresse })).await;
    assert_eq!(refused.problem(422), "champs_invalides");
    let wrong = ("/adresse".to_owned(), "numero_de_personne".to_owned());
    assert_eq!(refused.wrong_fields(), [wrong]);
}

#[tokio::test]
async fn who_calls_is_asked_before_what_is_wrong() {
    let app = TestApp::new().await;
    for path in ["/v1/moi", "/v1/moi/proches", "/v1/abonnements", "/v1/moi/acces"] {
        let asked = format!("{path}?inconnu=1");
        assert_eq!(app.anonymous().get(&asked).await.problem(401), "jeton_absent", "{path}");
        let bad = [("authorization", "Bearer faux")];
        let refused = app.anonymous().request("GET", &asked, &bad, None).await;
        assert_eq!(refused.problem(401), "jeton_invalide", "{path}");
        let reply = app.patient("BERNARD").get(&asked).await;
        assert_eq!(reply.problem(400), "parametre_invalide", "{path}");
    }
    // What needs no token says it at once.
    assert_eq!(app.anonymous().get("/v1/loi?inconnu=1").await.problem(400), "parametre_invalide");
}

/// A request names one host, in a head of at most 32 KiB.
#[test]
fn a_request_names_one_host_in_a_head_of_a_bounded_size() {
    let folder = Folder::new();
    let service = Service::start(&[("TRAITANT_DONNEES", folder.path().to_str().unwrap())]);
    let host = service.address.trim_start_matches("http://");
    let line = "GET /etat/vivant HTTP/1.1\r\n";
    let end = "Connection: close\r\n\r\n";
    let sized = |length: usize| {
        let (first, last) = (format!("{line}Cookie: "), format!("\r\nHost: {host}\r\n{end}"));
        format!("{first}{}{last}", "a".repeat(length - first.len() - last.len()))
    };
    for (request, status, code) in [
        (format!("{line}Host: {host}\r\n{end}"), 200, Value::Null),
        (format!("{line}{end}"), 400, json!("requete_illisible")),
        (format!("{line}Host: {host}\r\nHost: {host}\r\n{end}"), 400, json!("requete_illisible")),
        (format!("{line}Host: a b\r\n{end}"), 400, json!("requete_illisible")),
        (sized(32 * 1024), 200, Value::Null),
        (sized(32 * 1024 + 1), 431, json!("en_tetes_trop_grands")),
        (sized(40_000), 431, json!("en_tetes_trop_grands")),
    ] {
        let answer = service.answer(&request);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(head.contains("\r\nx-content-type-options: nosniff"), "{answer}");
        assert!(head.contains("\r\ncontent-security-policy: default-src 'none';"), "{answer}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["code"], code, "{answer}");
        if status != 200 {
            assert!(head.contains("\r\ncontent-type: application/problem+json\r\n"), "{answer}");
            assert!(head.contains(body["identifiant_correlation"].as_str().unwrap()), "{answer}");
        }
    }
    let log = folder.path().join("postgresql.log");
    let mode = std::os::unix::fs::PermissionsExt::mode(&log.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "what PostgreSQL says is for who runs it");
    assert!(service.end("TERM").success());
}

/// Whoever reads the beginning of what a command prints may go away.
#[test]
fn a_closed_pipe_ends_a_command_quietly() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["openapi"],
        &["regles"],
        &["manuel"],
        &["completion", "bash"],
    ] {
        let mut command = program(&[]);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command.stdout(writer).spawn().unwrap().wait_with_output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""), "{arguments:?}");
    }
    // Nor is a refusal that nobody reads a failure of another kind.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = program(&[]);
    let status = command.arg("rien").stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}
