//! Requests written by hand, for clients that take as little of the machine as they can.

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::caisse::MARTIN;

/// How long each measure lasts, in seconds.
pub fn seconds() -> u64 {
    crate::support::setting("TRAITANT_BENCH_SECONDES", 10)
}

/// A request that sends a document.
pub fn post(host: &str, token: &str, path: &str, key: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The request for the médecin traitant of a person of a load, by the card.
pub fn carte(nir: &str) -> String {
    format!(r#"{{"identifiant":{{"type":"nir","valeur":"{nir}"}},"date_naissance":"1958-07-14"}}"#)
}

/// A feuille about a person of a load, on one line.
pub fn feuille(number: usize, nir: &str) -> String {
    format!(
        r#"{{"numero_facture":"{number}","support":"electronique","mode_securisation":"securise","date_etablissement":"2025-06-16","beneficiaire":{{"identifiant_individuel":{{"type":"nir","valeur":"{nir}"}},"identifiant_ouvrant_droit":{{"type":"nir","valeur":"{nir}"}},"qualite":"0","date_naissance":"1958-07-14","organisme":{{"regime":"01","caisse":"011","centre":"0000"}}}},"executant":{{"rpps":"{MARTIN}","numero_facturation":{{"type":"num_am","valeur":"991999905"}},"specialite":"01","convention":"secteur_1"}},"parcours":{{"indicateur":"T"}},"assurance":{{"nature":"maladie"}},"actes":[{{"numero_ligne":1,"date_execution":"2025-06-16","nomenclature":"ngap","code":"G","honoraires_centimes":3000,"base_remboursement_centimes":3000}}]}}"#
    )
}

/// Reads one answer whole, by its `Content-Length`.
pub async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    let mut wanted = None;
    while wanted.is_none_or(|wanted| buffer.len() < wanted) {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the service hung up");
        if wanted.is_none()
            && let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            let length = head.split("content-length: ").nth(1).and_then(|rest| {
                rest.split("\r\n").next().and_then(|text| text.trim().parse::<usize>().ok())
            });
            wanted = Some(end + 4 + length.expect("an answer says its length"));
        }
    }
}
