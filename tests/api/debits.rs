//! What one caller may ask: announced before it bites, and nobody else's wait.

use serde_json::json;

use crate::service::token;
use crate::support::process::{Folder, Service};

/// One a second, ten at once after a rest: nobody asks so slowly that it is never reached.
const SLOW: &str = "1";

fn simulation(service: &Service) -> reqwest::RequestBuilder {
    reqwest::Client::new().post(format!("{}/v1/simulations", service.address)).json(&json!({
        "date_soins": "2025-06-16", "patient": { "age": 40 }, "medecin_traitant": "executant",
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "actes": [{ "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000 }],
    }))
}

fn moi(service: &Service, token: &str) -> reqwest::RequestBuilder {
    reqwest::Client::new().get(format!("{}/v1/moi", service.address)).bearer_auth(token)
}

/// How much was left at the first answer and how many had this status, then the refusal that follows them.
async fn until_refused(ask: impl Fn() -> reqwest::RequestBuilder, status: u16) -> (String, u32) {
    let (mut first, mut answered) = (String::new(), 0);
    loop {
        let answer = ask().send().await.unwrap();
        let said = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        if answer.status() != 429 {
            assert_eq!(answer.status().as_u16(), status);
            if answered == 0 {
                first = said("ratelimit");
            }
            answered += 1;
            continue;
        }
        assert!(said("ratelimit").contains(";r=0;"), "{}", said("ratelimit"));
        assert!(said("retry-after").parse::<u32>().unwrap() >= 1);
        let problem: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "debit_depasse");
        return (first, answered);
    }
}

#[tokio::test]
async fn a_bearer_who_asks_too_much_is_told_when_to_come_back_and_others_are_served() {
    let folder = Folder::new();
    let settings =
        [("TRAITANT_DONNEES", folder.path().to_str().unwrap()), ("TRAITANT_DEBIT_PORTEUR", SLOW)];
    let service = Service::start(&settings);
    let martin = token(&folder, &["medecin"]);
    let (first, answered) = until_refused(|| moi(&service, &martin), 200).await;
    assert_eq!(first, "\"porteur\";r=9;t=10");
    assert!(answered >= 10, "{answered}");
    let caisse = token(&folder, &["caisse"]);
    let answer = moi(&service, &caisse).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["ratelimit-policy"], "\"porteur\";q=10;w=10");
    // What needs no token has another budget.
    assert_eq!(simulation(&service).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_address_without_a_token_and_one_that_guesses_tokens_have_their_own_budgets() {
    let folder = Folder::new();
    let settings = [
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
        ("TRAITANT_DEBIT_ADRESSE", SLOW),
        ("TRAITANT_DEBIT_ECHECS", SLOW),
        // Whoever calls from here says for whom.
        ("TRAITANT_MANDATAIRES", "127.0.0.0/8"),
    ];
    let service = Service::start(&settings);
    let from = |address: &'static str| {
        let service = &service;
        move || simulation(service).header("x-forwarded-for", address)
    };
    let (first, _) = until_refused(from("203.0.113.7"), 200).await;
    assert_eq!(first, "\"adresse\";r=9;t=10");
    // The last address is what the front saw; what it was told before is anybody's word.
    let (first, answered) = until_refused(from("198.51.100.1, 203.0.113.7"), 200).await;
    assert!(!first.contains(";r=9;") && answered < 10, "a budget of its own: {first}, {answered}");
    assert_eq!(from("198.51.100.1")().send().await.unwrap().status(), 200);
    // Supervisors are not counted.
    let ready = format!("{}/etat/pret", service.address);
    let ready = reqwest::Client::new().get(ready).header("x-forwarded-for", "203.0.113.7");
    assert_eq!(ready.send().await.unwrap().status(), 200);

    let guess = || moi(&service, "eyJhbGciOiJub25lIn0.e30.").header("x-forwarded-for", "192.0.2.9");
    // A minute has so many: none are saved.
    let (first, answered) = until_refused(guess, 401).await;
    assert_eq!((first.as_str(), answered), ("\"echecs\";r=0;t=60", 1));
    // Whoever has a token there is let in.
    let martin = token(&folder, &["medecin"]);
    let answer =
        moi(&service, &martin).header("x-forwarded-for", "192.0.2.9").send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// As it is set up by default: thirty a minute, and no more at once after a rest.
#[tokio::test]
async fn thirty_tokens_are_refused_in_a_minute_and_no_more_at_once() {
    let folder = Folder::new();
    let service = Service::start(&[("TRAITANT_DONNEES", folder.path().to_str().unwrap())]);
    let (first, answered) = until_refused(|| moi(&service, "faux"), 401).await;
    assert_eq!(first, "\"echecs\";r=29;t=60");
    // One comes back every two seconds while they are asked.
    assert!((30..60).contains(&answered), "{answered}");
}

/// A request for the longest answer that needs no token.
fn longest(host: &str) -> Vec<u8> {
    let act = json!({
        "code": "QEQK004", "nomenclature": "ccam", "honoraires_centimes": 6642,
        "base_remboursement_centimes": 6642,
    });
    let body = json!({
        "date_soins": "2025-06-16", "patient": { "age": 40 }, "medecin_traitant": "executant",
        "executant": { "specialite": "01", "convention": "secteur_1" }, "actes": vec![act; 50],
    })
    .to_string();
    format!(
        "POST /v1/simulations?vue=instruction HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The first line of an answer; the rest waits.
fn first_line(stream: &mut std::net::TcpStream) -> String {
    use std::io::Read;
    let mut line = [0; 12];
    stream.read_exact(&mut line).unwrap();
    String::from_utf8(line.to_vec()).unwrap()
}

#[tokio::test]
async fn large_answers_that_nobody_reads_fill_a_room_of_their_own() {
    use std::io::{Read, Write};
    let folder = Folder::new();
    let settings =
        [("TRAITANT_DONNEES", folder.path().to_str().unwrap()), ("TRAITANT_DEBIT_ADRESSE", "0")];
    let service = Service::start(&settings);
    let host = service.address.trim_start_matches("http://").to_owned();
    let ask = || {
        let mut stream = std::net::TcpStream::connect(&host).unwrap();
        stream.write_all(&longest(&host)).unwrap();
        let line = first_line(&mut stream);
        (stream, line)
    };
    let mut deaf = Vec::new();
    let (mut refused, line) = loop {
        let (stream, line) = ask();
        if line != "HTTP/1.1 200" {
            break (stream, line);
        }
        deaf.push(stream);
        assert!(deaf.len() < 100, "the room never fills");
    };
    assert_eq!(line, "HTTP/1.1 503");
    let mut rest = String::new();
    refused.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("retry-after:") && rest.contains("surcharge"), "{rest}");
    // What is small does not go through that room, and it empties with those who leave.
    assert_eq!(simulation(&service).send().await.unwrap().status(), 200);
    drop(deaf);
    while ask().1 != "HTTP/1.1 200" {
        std::thread::yield_now();
    }
    // Whoever reads gets it whole.
    let (mut stream, _) = ask();
    let mut whole = String::new();
    stream.read_to_string(&mut whole).unwrap();
    let (head, body) = whole.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{whole}"));
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    let answer: serde_json::Value = serde_json::from_str(body).unwrap();
    assert!(answer.is_object() && body.len() > 500_000, "{}", body.len());
}
