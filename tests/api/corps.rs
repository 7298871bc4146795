//! Bodies: compressed in whole, announced as what they are, in one character set.

use std::io::Write;

use async_compression::tokio::write::{BrotliEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use traitant::domain::acteur::Acteur;
use traitant::domain::identifiers::Rpps;

use crate::support::TestApp;
use crate::support::app::{MARTIN, Reply, cle, feuille};

/// Bytes in an encoding, as one member.
async fn encoded(encoding: &str, clear: &[u8]) -> Vec<u8> {
    macro_rules! with {
        ($encoder:ident) => {{
            let mut encoder = $encoder::new(Vec::new());
            encoder.write_all(clear).await.unwrap();
            encoder.shutdown().await.unwrap();
            encoder.into_inner()
        }};
    }
    match encoding {
        "gzip" => with!(GzipEncoder),
        "deflate" => with!(ZlibEncoder),
        "br" => with!(BrotliEncoder),
        "zstd" => with!(ZstdEncoder),
        other => panic!("{other}"),
    }
}

/// Sends a body under headers, as a doctor.
async fn send(app: &TestApp, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
    let martin = Acteur::Medecin(Rpps::parse(MARTIN).unwrap());
    let token = app.emetteur.issue(&martin, &*app.clock, &app.ids, 3600).unwrap();
    let mut request = Request::builder()
        .method("POST")
        .uri(path)
        .header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::from(body)).unwrap()).await
}

const JSON: (&str, &str) = ("content-type", "application/json");
const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");
const GZIP: (&str, &str) = ("content-encoding", "gzip");
const LOTS: &str = "/v1/feuilles-de-soins/lots";

fn simulation() -> Vec<u8> {
    let asked = json!({
        "date_soins": "2025-06-13",
        "patient": { "age": 52, "complementaire": "amc" },
        "medecin_traitant": "aucun",
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "actes": [{ "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000 }]
    });
    asked.to_string().into_bytes()
}

fn lines(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200);
    let text = String::from_utf8(reply.body.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn every_member_of_a_compressed_body_is_read_and_nothing_that_is_none() {
    let app = TestApp::new().await;
    let clear = simulation();
    let expected = send(&app, "/v1/simulations", &[JSON], clear.clone()).await.expect(200);
    let (first, second) = clear.split_at(40);
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let headers = [JSON, ("content-encoding", encoding)];
        let simulate = async |body: Vec<u8>| send(&app, "/v1/simulations", &headers, body).await;
        let whole = encoded(encoding, &clear).await;
        let read = simulate(whole.clone()).await.expect(200);
        assert_eq!(read["totaux"], expected["totaux"], "{encoding}");
        for junk in [&b"x"[..], b"{}", &[0; 8], &whole[..7]] {
            let refused = simulate([&whole, junk].concat()).await;
            assert_eq!(refused.problem(400), "corps_illisible", "{encoding} {junk:?}");
        }
        for cut in [1, 4, whole.len() / 2] {
            let refused = simulate(whole[..whole.len() - cut].to_vec()).await;
            assert_eq!(refused.problem(400), "corps_illisible", "{encoding} -{cut}");
        }
        // Those of which a body may have several.
        let both = [encoded(encoding, first).await, encoded(encoding, second).await].concat();
        let read = simulate(both.clone()).await;
        if ["gzip", "zstd"].contains(&encoding) {
            assert_eq!(read.expect(200)["totaux"], expected["totaux"], "{encoding}");
            let refused = simulate(both[..both.len() - 3].to_vec()).await;
            assert_eq!(refused.problem(400), "corps_illisible", "{encoding}");
        } else {
            assert_eq!(read.problem(400), "corps_illisible", "{encoding}");
        }
    }
}

#[tokio::test]
async fn a_lot_of_two_members_has_its_two_results_and_what_is_no_member_is_told() {
    let app = TestApp::new().await;
    let line = |numero: &str| {
        let sheet = feuille("BERNARD", numero, "2025-03-10", json!("T"));
        format!("{sheet}\n").into_bytes()
    };
    let both = [encoded("gzip", &line("1")).await, encoded("gzip", &line("2")).await].concat();
    let results = lines(&send(&app, LOTS, &[NDJSON, GZIP], both.clone()).await);
    let told = |results: &[Value]| {
        let one = |line: &Value| (line["ligne"].clone(), line["resultat"].clone());
        results.iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(
        told(&results),
        [(json!(1), json!("enregistree")), (json!(2), json!("enregistree"))]
    );
    // What was whole is done; the rest is told where it begins.
    for broken in [[&both[..], b"trop"].concat(), both[..both.len() - 9].to_vec()] {
        let results = lines(&send(&app, LOTS, &[NDJSON, GZIP], broken).await);
        let (last, before) = results.split_last().unwrap();
        assert_eq!(last["resultat"], "refusee", "{last}");
        assert_eq!(last["probleme"]["code"], "corps_illisible");
        assert_eq!(last["ligne"], json!(before.len() + 1));
        assert!(before.iter().all(|line| line["resultat"] == "deja_recue"), "{before:?}");
    }
    let nothing = encoded("gzip", b"").await;
    assert_eq!(lines(&send(&app, LOTS, &[NDJSON, GZIP], nothing).await), Vec::<Value>::new());
    let refused = send(&app, "/v1/simulations/lots", &[NDJSON, GZIP], b"rien".to_vec()).await;
    assert_eq!(refused.problem(400), "corps_illisible");
}

#[tokio::test]
async fn a_takeover_that_is_cut_or_followed_by_something_is_unreadable() {
    let app = TestApp::new().await;
    let line = json!({ "rpps": "99900001233" }).to_string().into_bytes();
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    coder.write_all(&line).unwrap();
    let whole = coder.finish().unwrap();
    let caisse = app.caisse("010110000");
    let path = "/v1/reprises?nature=medecins";
    for broken in [whole[..whole.len() - 4].to_vec(), [&whole[..], b"trop"].concat()] {
        let refused = caisse.send_compressed(path, NDJSON.1, &broken).await;
        assert_eq!(refused.problem(400), "corps_illisible");
    }
    let twice = [&whole[..], &whole].concat();
    caisse.send_compressed(path, NDJSON.1, &twice).await.expect(202);
}

#[tokio::test]
async fn an_encoding_is_named_in_any_case_once() {
    let app = TestApp::new().await;
    let zip = encoded("gzip", &simulation()).await;
    for name in ["gzip", "GZIP", "x-gzip", "X-GZip", " gzip ,", "gzip, "] {
        let headers = [JSON, ("content-encoding", name)];
        send(&app, "/v1/simulations", &headers, zip.clone()).await.expect(200);
    }
    send(&app, "/v1/simulations", &[JSON, ("content-encoding", "Identity")], simulation())
        .await
        .expect(200);
    for (first, second) in [("gzip", "gzip"), ("gzip", "identity"), ("gzip", "br")] {
        let headers = [JSON, ("content-encoding", first), ("content-encoding", second)];
        let refused = send(&app, "/v1/simulations", &headers, zip.clone()).await;
        assert_eq!(refused.problem(415), "encodage_inconnu", "{first} {second}");
        assert_eq!(refused.header("accept-encoding"), "gzip, deflate, br, zstd");
    }
}

#[tokio::test]
async fn a_document_is_in_utf_8_and_says_no_other() {
    let app = TestApp::new().await;
    for charset in ["utf-8", "UTF-8", "\"utf-8\"", "utf8"] {
        let kind = format!("application/json; charset={charset}");
        let headers = [("content-type", kind.as_str())];
        send(&app, "/v1/simulations", &headers, simulation()).await.expect(200);
    }
    for kind in ["application/json; charset=latin1", "application/json;a=b;Charset=ISO-8859-1"] {
        let refused = send(&app, "/v1/simulations", &[("content-type", kind)], simulation()).await;
        assert_eq!(refused.problem(415), "type_de_contenu", "{kind}");
    }
    let lot = ("content-type", "application/x-ndjson; charset=utf-16");
    assert_eq!(send(&app, LOTS, &[lot], Vec::new()).await.problem(415), "type_de_contenu");
}

/// What is no list comes once: of two keys, either would be taken.
#[tokio::test]
async fn a_header_that_is_no_list_comes_once() {
    let app = TestApp::new().await;
    let body = || cle("ALICE").to_string().into_bytes();
    for (name, one, other) in [
        ("idempotency-key", "cle-numero-1", "cle-numero-2"),
        ("idempotency-key", "cle-numero-1", "cle-numero-1"),
        ("content-type", "application/json", "text/plain"),
        ("x-request-id", "a", "b"),
        ("authorization", "Bearer a", "Bearer b"),
    ] {
        let headers = [(name, one), (name, other)];
        let refused = send(&app, "/v1/declarations", &headers, body()).await;
        assert_eq!(refused.problem(400), "parametre_invalide", "{name}");
        assert_eq!(refused.wrong_fields(), [(name.to_owned(), "valeur_en_double".to_owned())]);
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_a_file_of_lines() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let sheet = |numero: &str| feuille("BERNARD", numero, "2025-03-10", json!("T"));
    let lot = format!("\u{feff}{}\n\u{feff}{}\n", sheet("1"), sheet("2"));
    let results = lines(&martin.send_ndjson(LOTS, &lot).await);
    assert_eq!(results[0]["resultat"], "enregistree", "{}", results[0]);
    // In the middle of a file it is a mistake, and named.
    assert_eq!(results[1]["resultat"], "refusee");
    assert!(results[1].to_string().contains("BOM"), "{}", results[1]);
    let line = format!("\u{feff}{}\n\u{feff}{}\n", cle("ALICE"), cle("ALICE"));
    let told = app.caisse("011310000").send_ndjson("/v1/operations/import/apercu", &line).await;
    let told = told.expect(200);
    assert!(!told["donnees"][0].to_string().contains("BOM"), "{told}");
    assert!(told["donnees"][1].to_string().contains("BOM"), "{told}");
}
