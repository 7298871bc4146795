//! Traces: what a collector is told of a request, and what one that is gone costs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;

use crate::support::app::patient_id;
use crate::support::database::{KEY_HEX, TestDatabase};
use crate::support::process::{Folder, Service};

/// A collector, and the bodies that it received.
fn collector() -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (told, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            stream.read_line(&mut line).unwrap();
            let asked = line.trim().to_owned();
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                let line = line.to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            if told.send((asked, serde_json::from_slice(&body).unwrap())).is_err() {
                return;
            }
        }
    });
    (address, received)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_is_told_the_route_and_nobody_and_one_that_is_gone_costs_nothing() {
    let database = TestDatabase::with_people().await;
    let (folder, url) = (Folder::new(), database.url());
    let dir = folder.path().to_str().unwrap().to_owned();
    let (address, received) = collector();
    let settings = |otlp: &str| -> Vec<(String, String)> {
        [
            ("DATABASE_URL", url.as_str()),
            ("TRAITANT_MODE", "bac-a-sable"),
            ("TRAITANT_CLE_MAITRE", KEY_HEX),
            ("TRAITANT_DONNEES", &dir),
            ("TRAITANT_OTLP", otlp),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    let start = |otlp: &str| {
        let settings = settings(otlp);
        let borrowed: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Service::start(&borrowed)
    };
    let client = reqwest::Client::new();
    let person = format!("/v1/patients/{}?page=secret", patient_id("BERNARD"));
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    let service = start(&address);
    let asked = client.get(format!("{}{person}", service.address)).header("traceparent", parent);
    assert_eq!(asked.send().await.unwrap().status(), 401, "who calls is asked first");
    let (line, body) = received.recv_timeout(std::time::Duration::from_mins(1)).unwrap();
    assert_eq!(line, "POST /v1/traces HTTP/1.1");
    let span = &body["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["name"], "GET /v1/patients/{id}");
    assert_eq!(span["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(span["parentSpanId"], "00f067aa0ba902b7");
    assert_eq!(span["spanId"].as_str().unwrap().len(), 16);
    let text = body.to_string();
    for hidden in [patient_id("BERNARD").to_string().as_str(), "secret", "page="] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert!(text.contains("jeton_absent") && text.contains("\"intValue\":\"401\""), "{text}");
    assert!(service.end("TERM").success());

    // Nobody listens there any more: answers come all the same, and the service stops as it should.
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let service = start(&format!("http://{nowhere}"));
    for _ in 0..20 {
        let asked = client.get(format!("{}/etat/vivant", service.address)).send().await.unwrap();
        assert_eq!(asked.status(), 200);
    }
    assert!(service.end("TERM").success());
}
