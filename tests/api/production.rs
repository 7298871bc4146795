//! The program in production, from its issuer's keys to its callers' tokens, over real connections.

use serde_json::{Value, json};
use traitant::domain::clock::{Clock, SystemClock};

use crate::support::app::MARTIN;
use crate::support::database::{KEY_HEX, TestDatabase};
use crate::support::issuer::{Issuer, Key};
use crate::support::process::{Folder, Service};

const ISSUER: &str = "https://jetons.exemple.invalid";

/// What the tokens of this issuer say: its words, not ours.
fn claims(changes: &Value) -> Value {
    let now = SystemClock.now().timestamp();
    let mut all = json!({
        "iss": ISSUER, "aud": ["autre-service", "traitant"], "sub": "porteur-1",
        "iat": now, "exp": now + 300, "metier": { "profession": ["praticien"] },
        "psc": { "SubjectNameID": format!("8{MARTIN}") },
    });
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    all
}

async fn get(service: &Service, path: &str, token: Option<&str>) -> (u16, Value) {
    let mut request = reqwest::Client::new().get(format!("{}{path}", service.address));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// The status and the code of a call with a token.
async fn call(service: &Service, token: &str) -> (u16, String) {
    let (status, answer) = get(service, "/v1/moi", Some(token)).await;
    (status, answer["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_of_the_issuer_decide_who_is_let_in_from_one_moment_to_the_next() {
    let (first, second) = (Key::new("premiere"), Key::new("seconde"));
    let issuer = Issuer::new(&[&first]).await;
    let (database, folder) = (TestDatabase::with_people().await, Folder::new());
    let authority = folder.path().join("autorite.pem");
    std::fs::write(&authority, &issuer.authority).unwrap();
    let url = database.url();
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("TRAITANT_CLE_MAITRE", KEY_HEX),
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
        ("TRAITANT_EMETTEUR", ISSUER),
        ("TRAITANT_AUDIENCE", "traitant"),
        ("TRAITANT_JWKS_URL", &issuer.url),
        ("TRAITANT_JETON_ROLE", "metier.profession"),
        ("TRAITANT_JETON_ROLE_MEDECIN", "praticien"),
        ("TRAITANT_JETON_RPPS", "psc.SubjectNameID"),
        ("TRAITANT_CLES_AGE", "1"),
        ("TRAITANT_CLES_AGE_MAX", "4"),
        ("TRAITANT_CA", authority.to_str().unwrap()),
    ];
    let accepted = |status: u16| (status, String::new());
    let invalid = (401, "jeton_invalide".to_owned());
    let unavailable = (503, "service_indisponible".to_owned());
    let service = Service::start(&settings);
    let (of_first, of_second) = (first.sign(&claims(&json!({}))), second.sign(&claims(&json!({}))));

    // Who is let in, and who is not.
    let (status, moi) = get(&service, "/v1/moi", Some(&of_first)).await;
    assert_eq!((status, moi["identite"].as_str()), (200, Some(MARTIN)));
    assert_eq!(get(&service, "/etat/pret", None).await.0, 200);
    let past = claims(&json!({}))["iat"].as_i64().unwrap() - 3600;
    for (what, token) in [
        ("forged", Key::new("premiere").sign(&claims(&json!({})))),
        ("for others", first.sign(&claims(&json!({ "aud": ["autre-service"] })))),
        ("expired", first.sign(&claims(&json!({ "iat": past, "exp": past + 60 })))),
        ("everlasting", first.sign(&claims(&json!({ "exp": i64::MAX })))),
        ("bound", first.sign(&claims(&json!({ "cnf": { "x5t#S256": "A".repeat(43) } })))),
        (
            "in our words",
            first.sign(&claims(
                &json!({ "metier": null, "role": "medecin", "rpps": MARTIN, "psc": null }),
            )),
        ),
        ("by a key to come", of_second.clone()),
    ] {
        assert_eq!(call(&service, &token).await, invalid, "{what}");
    }

    // A key that appears, and one that is withdrawn.
    issuer.publish(&[&first, &second]).await;
    assert_eq!(call(&service, &of_second).await, accepted(200));
    assert_eq!(call(&service, &of_first).await, accepted(200));
    issuer.publish(&[&second]).await;
    assert_eq!(call(&service, &of_first).await, invalid);
    assert_eq!(call(&service, &of_second).await, accepted(200));

    // An issuer that is away: its keys serve until they are too old, five of its silences.
    issuer.be_silent(1).await;
    assert_eq!(call(&service, &of_second).await, accepted(200));
    issuer.be_silent(4).await;
    assert_eq!(call(&service, &of_second).await, unavailable);
    assert_eq!(get(&service, "/etat/pret", None).await.0, 503);
    issuer.publish(&[&second]).await;
    assert_eq!(call(&service, &of_second).await, accepted(200));
    assert!(service.end("TERM").success());

    // An issuer that nobody certifies is as good as none.
    let (_, known) = settings.split_last().unwrap();
    let service = Service::start(known);
    assert_eq!(get(&service, "/etat/pret", None).await.0, 503);
    assert_eq!(call(&service, &of_second).await, unavailable);
    assert!(service.end("TERM").success());
}
