//! Webhooks: what a subscriber receives, how it verifies it, and what becomes of what does not arrive.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use traitant::domain::clock::Clock;
use traitant::domain::webhook::Hotes;
use traitant::webhooks::{Facteur, deliver_due};

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, feuille, patient_id};
use crate::support::vie::BOUCHES_DU_RHONE;

const ABONNEMENTS: &str = "/v1/abonnements";

/// Somebody who listens on this machine: what came, and what is answered next.
#[derive(Clone, Default)]
struct Boite {
    recus: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    reponses: Arc<Mutex<VecDeque<u16>>>,
}

impl Boite {
    /// Listens; gives the port.
    async fn listen(&self) -> u16 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(any(receive)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        port
    }

    fn answers(&self, statuses: &[u16]) {
        self.reponses.lock().unwrap().extend(statuses);
    }

    fn take(&self) -> Vec<(HeaderMap, String)> {
        std::mem::take(&mut self.recus.lock().unwrap())
    }
}

async fn receive(State(boite): State<Boite>, headers: HeaderMap, body: Bytes) -> Response {
    let text = String::from_utf8(body.to_vec()).unwrap();
    boite.recus.lock().unwrap().push((headers, text));
    let status = boite.reponses.lock().unwrap().pop_front().unwrap_or(204);
    let status = StatusCode::from_u16(status).unwrap();
    // A redirection leads to the same place: following it would be seen.
    (status, [(header::LOCATION, "/ailleurs")]).into_response()
}

/// An application whose operator allows one listener.
async fn app(boite: &Boite) -> (TestApp, String) {
    let port = boite.listen().await;
    let mut app = TestApp::new().await;
    app.core =
        app.core.clone().with_hotes(Hotes::parse([format!("127.0.0.1:{port}").as_str()]).unwrap());
    let app = app.rebuilt();
    (app, format!("http://127.0.0.1:{port}/traitant"))
}

async fn deliver(app: &TestApp) -> usize {
    deliver_due(&app.core, &Facteur::default()).await.unwrap()
}

/// The bytes of a secret, as it was shown.
fn bytes(secret: &Value) -> Vec<u8> {
    STANDARD.decode(secret.as_str().unwrap().strip_prefix("whsec_").unwrap()).unwrap()
}

/// Whether one of the signatures of a message is that of a secret.
fn signed((headers, body): &(HeaderMap, String), secret: &[u8]) -> bool {
    let text = |name: &str| headers[name].to_str().unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(format!("{}.{}.{body}", text("webhook-id"), text("webhook-timestamp")).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    text("webhook-signature").split(' ').any(|one| one == expected)
}

async fn subscribe(caller: &Caller<'_>, address: &str, natures: Value) -> Value {
    let mut body = json!({ "adresse": address });
    if natures.is_array() {
        body["natures"] = natures;
    }
    caller.post(ABONNEMENTS, body).await.expect(201)
}

#[tokio::test]
async fn a_subscriber_is_sent_what_its_feed_tells_signed_and_without_anybody() {
    let boite = Boite::default();
    let (app, address) = app(&boite).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let made = subscribe(&caisse, &address, json!(["declaration.prise_effet"])).await;
    let of_martin = subscribe(&app.medecin(MARTIN), &address, Value::Null).await;
    let of_pons = subscribe(&app.medecin(PONS), &address, Value::Null).await;
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    // The caisse asked for one kind; the doctor is told of the two, and that somebody arrives; another one of nothing.
    assert_eq!(deliver(&app).await, 4);
    let received = boite.take();
    let of = |secret: &Value| {
        received.iter().filter(|one| signed(one, &bytes(secret))).cloned().collect::<Vec<_>>()
    };
    let [for_caisse, for_martin, for_pons] =
        [&made, &of_martin, &of_pons].map(|one| of(&one["secret"]));
    assert_eq!((for_caisse.len(), for_martin.len(), for_pons.len()), (1, 3, 0));
    let message: Value = serde_json::from_str(&for_caisse[0].1).unwrap();
    assert_eq!(message["type"], "declaration.prise_effet");
    let path = "/v1/evenements?limite=100&nature=declaration.prise_effet";
    let page = caisse.get(path).await.expect(200);
    let told = page["donnees"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(told["id"], message["data"]["evenement_id"]);
    assert_eq!(
        for_caisse[0].0["webhook-id"],
        format!("msg_{}", told["id"].as_str().unwrap()).as_str()
    );
    let now = app.clock.now().timestamp().to_string();
    assert_eq!(for_caisse[0].0["webhook-timestamp"], now.as_str());
    for (_, body) in &received {
        assert!(
            !body.contains(&patient_id("ALICE").to_string()) && !body.contains(MARTIN),
            "{body}"
        );
    }
    // What arrived is not sent again.
    app.advance(TimeDelta::days(3));
    assert_eq!(deliver(&app).await, 0);
    // Whoever left is sent nothing more.
    let id = made["abonnement"]["id"].as_str().unwrap();
    let key = app.key();
    let path = format!("{ABONNEMENTS}/{id}");
    let foreign =
        app.medecin(PONS).request("DELETE", &path, &[("idempotency-key", &key)], None).await;
    assert_eq!(foreign.problem(404), "introuvable");
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    caisse.request("DELETE", &path, &[("idempotency-key", &app.key())], None).await.expect(200);
    let left = caisse.get(ABONNEMENTS).await.expect(200);
    assert_eq!(left["donnees"], json!([]));
}

#[tokio::test]
async fn what_does_not_arrive_is_sent_again_later_and_later_then_given_up_and_replayed() {
    let boite = Boite::default();
    let (app, address) = app(&boite).await;
    let natures = json!(["declaration.deposee"]);
    let made = subscribe(&app.caisse(BOUCHES_DU_RHONE), &address, natures).await;
    let id = made["abonnement"]["id"].as_str().unwrap().to_owned();
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    boite.answers(&[500, 302, 503, 429, 404, 400, 500, 500, 500]);
    let delays = [5, 30, 120, 600, 3_600, 14_400, 43_200, 86_400];
    assert_eq!(deliver(&app).await, 1);
    for delay in delays {
        // Not a second before.
        app.advance(TimeDelta::seconds(delay - 1));
        assert_eq!(deliver(&app).await, 0, "{delay}");
        app.advance(TimeDelta::seconds(1));
        assert_eq!(deliver(&app).await, 1, "{delay}");
    }
    let received = boite.take();
    assert_eq!(received.len(), 9, "no redirection is followed");
    let ids: std::collections::BTreeSet<_> =
        received.iter().map(|(headers, _)| headers["webhook-id"].to_str().unwrap()).collect();
    assert_eq!(ids.len(), 1, "the same message");
    app.advance(TimeDelta::days(30));
    assert_eq!(deliver(&app).await, 0, "given up");
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let failures = caisse.get(&format!("{ABONNEMENTS}/{id}/echecs")).await.expect(200);
    assert_eq!(failures["pagination"].get("total"), None);
    let counted = caisse.get(&format!("{ABONNEMENTS}/{id}/echecs?avec_total=true")).await;
    assert_eq!(counted.expect(200)["pagination"]["total"], 1);
    let failure = &failures["donnees"][0];
    assert_eq!((&failure["essais"], &failure["erreur"]), (&json!(9), &json!("réponse 500")));
    assert_eq!(caisse.get(ABONNEMENTS).await.expect(200)["donnees"][0]["abandonnes"], 1);
    let path = format!("{ABONNEMENTS}/{id}/echecs");
    assert_eq!(app.medecin(MARTIN).get(&path).await.problem(404), "introuvable");
    // Replayed, one by its event: it arrives.
    let unknown = json!({ "evenement_id": made["abonnement"]["id"] });
    let refused = caisse.post(&format!("{ABONNEMENTS}/{id}/rejeu"), unknown).await;
    let wrong = [("/evenement_id".to_owned(), "evenement_inconnu".to_owned())];
    assert_eq!(refused.wrong_fields(), wrong);
    let body = json!({ "evenement_id": failure["evenement_id"] });
    let again = caisse.post(&format!("{ABONNEMENTS}/{id}/rejeu"), body).await.expect(200);
    assert_eq!((&again["en_attente"], &again["abandonnes"]), (&json!(1), &json!(0)));
    assert_eq!(deliver(&app).await, 1);
    let none = caisse.get(&format!("{ABONNEMENTS}/{id}/echecs")).await.expect(200);
    assert_eq!(none["donnees"], json!([]));
    let counted = caisse.get(&format!("{ABONNEMENTS}/{id}/echecs?avec_total=true")).await;
    assert_eq!(counted.expect(200)["pagination"]["total"], 0);
    // Who says that it is gone is not asked again.
    boite.answers(&[410]);
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    assert_eq!(deliver(&app).await, 1);
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let failures = caisse.get(&format!("{ABONNEMENTS}/{id}/echecs")).await.expect(200);
    assert_eq!(failures["donnees"][0]["essais"], 1);
}

#[tokio::test]
async fn two_secrets_sign_during_a_rotation_and_one_afterwards() {
    let boite = Boite::default();
    let (app, address) = app(&boite).await;
    let natures = json!(["declaration.deposee"]);
    let made = subscribe(&app.caisse(BOUCHES_DU_RHONE), &address, natures).await;
    let id = made["abonnement"]["id"].as_str().unwrap();
    let path = format!("{ABONNEMENTS}/{id}/secret");
    let renewed = app.caisse(BOUCHES_DU_RHONE).post(&path, json!({})).await.expect(200);
    let (old, new) = (bytes(&made["secret"]), bytes(&renewed["secret"]));
    assert_ne!(old, new);
    for (hours, both) in [(0, true), (23, true), (1, false)] {
        app.advance(TimeDelta::hours(hours));
        let rpps = if hours == 23 { PONS } else { MARTIN };
        app.medecin(rpps).declare("ALICE", rpps).await.expect(201);
        assert_eq!(deliver(&app).await, 1);
        let received = boite.take();
        assert_eq!(
            (signed(&received[0], &new), signed(&received[0], &old)),
            (true, both),
            "{hours}"
        );
    }
    // One that is compromised stops at once. Neither is in clear in the database.
    let body = json!({ "recouvrement_heures": 0 });
    let last = app.caisse(BOUCHES_DU_RHONE).post(&path, body).await.expect(200);
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    deliver(&app).await;
    let received = boite.take();
    assert_eq!(
        (signed(&received[0], &bytes(&last["secret"])), signed(&received[0], &new)),
        (true, false)
    );
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("SELECT secret_chiffre FROM abonnement")
        .fetch_all(&app.database.pool(1).await)
        .await
        .unwrap();
    let clear = bytes(&last["secret"]);
    assert!(stored.iter().all(|one| !one.windows(clear.len()).any(|part| part == clear)));
}

#[tokio::test]
async fn only_hosts_that_the_operator_names_are_sent_to() {
    let boite = Boite::default();
    let (app, address) = app(&boite).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    for wrong in ["https://ailleurs.example/x", "http://127.0.0.1:1/x", "https://127.0.0.1/x"] {
        let reply = caisse.post(ABONNEMENTS, json!({ "adresse": wrong })).await;
        reply.expect(422);
        assert_eq!(reply.wrong_fields(), [("/adresse".to_owned(), "hote_non_autorise".to_owned())]);
    }
    for wrong in ["ftp://x.example/", "https://moi:secret@x.example/", "https://x.example/#a", "x"]
    {
        let reply = caisse.post(ABONNEMENTS, json!({ "adresse": wrong })).await;
        reply.expect(422);
        assert_eq!(reply.wrong_fields(), [("/adresse".to_owned(), "format_invalide".to_owned())]);
    }
    // A patient reads, and is not sent.
    let refused = app.patient("ALICE").post(ABONNEMENTS, json!({ "adresse": address })).await;
    assert_eq!(refused.problem(403), "role_interdit");
    // A host that is no longer named is not sent to, whatever was subscribed.
    subscribe(&caisse, &address, Value::Null).await;
    app.medecin(MARTIN).declare("ALICE", MARTIN).await.expect(201);
    let elsewhere = app.core.clone().with_hotes(Hotes::default());
    assert!(deliver_due(&elsewhere, &Facteur::default()).await.unwrap() > 0);
    assert_eq!(boite.take().len(), 0);
    for _ in 1..20 {
        caisse.post(ABONNEMENTS, json!({ "adresse": address })).await.expect(201);
    }
    let reply = caisse.post(ABONNEMENTS, json!({ "adresse": address })).await;
    reply.expect(422);
    assert_eq!(reply.wrong_fields()[0].1, "trop_d_abonnements");
}

/// Feuilles that came together are told to each of their performers who subscribes, once, and to nobody else.
#[tokio::test]
async fn the_performer_of_a_lot_is_sent_it_once() {
    let boite = Boite::default();
    let (app, address) = app(&boite).await;
    let kinds = json!(["feuille.evaluee"]);
    let mine = subscribe(&app.medecin(MARTIN), &address, kinds.clone()).await;
    subscribe(&app.medecin(PONS), &address, kinds).await;
    let line = |number: i32| feuille("BERNARD", &number.to_string(), "2025-03-10", "T").to_string();
    let lines: Vec<String> = (1..4).map(line).collect();
    let martin = app.medecin(MARTIN);
    let sent = martin.send_ndjson("/v1/feuilles-de-soins/lots", &lines.join("\n")).await;
    assert_eq!(sent.status, 200);
    assert_eq!(deliver(&app).await, 1);
    let [message] = &boite.take()[..] else { panic!("one message") };
    assert!(signed(message, &bytes(&mine["secret"])), "{message:?}");
    assert_eq!(deliver(&app).await, 0);
}
