//! A signature is evidence: which proof it needs, how late it may come, what is kept of it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::domain::clock::Clock;
use traitant::domain::declaration::MoyenSignature;

use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS, Reply, choix, paper, patient_id, signature};

const CAISSE: &str = "011310000";

/// A declaration of Alice that waits for both signatures: its path and its digest.
async fn waiting(app: &TestApp) -> (String, String) {
    let created = app.medecin(MARTIN).post("/v1/declarations", choix("ALICE", MARTIN)).await;
    let created = created.expect(201);
    let digest = created["contenu_sha256"].as_str().unwrap().to_owned();
    (format!("/v1/declarations/{}/signatures", created["id"].as_str().unwrap()), digest)
}

/// The claims of a proof of Alice's signature by her card, now; changed.
fn claims(app: &TestApp, digest: &str, changes: &Value) -> Value {
    let mut all = json!({
        "iss": "traitant-bac-a-sable-preuves", "iat": app.clock.now().timestamp(),
        "jti": app.key(), "contenu_sha256": digest, "moyen": "carte_vitale", "role": "assure",
        "support": "carte-de-alice", "sub": "porteur-de-alice",
    });
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    all.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    all
}

/// Alice's signature by her card, with a proof.
fn with_proof(digest: &str, jws: &str) -> Value {
    let mut body = signature("assure", "carte_vitale", digest);
    body["preuve"] = json!({ "jws": jws });
    body
}

/// The code of the field of a refused proof, whose pointer is that of the proof.
fn refused(reply: &Reply, pointer: &str) -> String {
    let wrong = reply.wrong_fields();
    assert_eq!(wrong.len(), 1, "{reply:?}");
    assert_eq!(wrong[0].0, pointer);
    wrong[0].1.clone()
}

#[tokio::test]
async fn a_doctor_alone_makes_nobody_his_patient() {
    let app = TestApp::new().await;
    let (path, digest) = waiting(&app).await;
    let martin = app.medecin(MARTIN).sans_preuves();
    for (role, moyen) in
        [("assure", "carte_vitale"), ("assure", "app_carte_vitale"), ("medecin", "cps")]
    {
        let reply = martin.post_on(&path, 1, signature(role, moyen, &digest)).await;
        assert_eq!(reply.problem(422), "preuve_requise", "{moyen}");
        assert_eq!(refused(&reply, "/preuve/jws"), "preuve_absente");
    }
    let mut at_once = choix("ALICE", MARTIN);
    let card = with_proof(&digest, &app.proof(&claims(&app, &digest, &json!({}))));
    at_once["signatures"] = json!([card, signature("medecin", "cps", &digest)]);
    let reply = martin.post("/v1/declarations", at_once).await;
    assert_eq!(reply.problem(422), "preuve_requise");
    assert_eq!(refused(&reply, "/signatures/1/preuve/jws"), "preuve_absente");
    // Nothing of all that was kept, and he learns nothing of the person.
    let path = path.trim_end_matches("/signatures");
    assert_eq!(martin.get(path).await.expect(200)["signatures"], json!([]));
    assert_eq!(martin.get(&format!("/v1/patients/{}", patient_id("ALICE"))).await.status, 404);
}

#[tokio::test]
async fn a_proof_of_anything_else_than_the_signature_announced_is_refused_with_its_reason() {
    let app = TestApp::new().await;
    let (path, digest) = waiting(&app).await;
    let martin = app.medecin(MARTIN);
    let now = app.clock.now().timestamp();
    let other = "0".repeat(64);
    for (changes, code) in [
        (json!({ "contenu_sha256": other }), "preuve_autre_contenu"),
        (json!({ "moyen": "app_carte_vitale" }), "preuve_autre_moyen"),
        (json!({ "role": "titulaire_autorite_parentale" }), "preuve_autre_role"),
        (json!({ "role": "medecin", "rpps": MARTIN, "sub": null }), "preuve_autre_role"),
        (json!({ "iss": "https://ailleurs.exemple.invalid" }), "preuve_emetteur_inconnu"),
        (json!({ "iat": null }), "preuve_sans_instant"),
        (json!({ "support": null }), "preuve_incomplete"),
        (json!({ "support": "172080100199557" }), "preuve_incomplete"),
        (json!({ "jti": null }), "preuve_incomplete"),
        (json!({ "sub": null }), "preuve_incomplete"),
    ] {
        let proof = app.proof(&claims(&app, &digest, &changes));
        let reply = martin.post_on(&path, 1, with_proof(&digest, &proof)).await;
        assert_eq!(reply.problem(422), "preuve_refusee", "{changes}");
        assert_eq!(refused(&reply, "/preuve/jws"), code, "{changes}");
    }
    // Another instant than the one announced, at the limit of a minute.
    for (ecart, code) in
        [(-61, Some("preuve_autre_instant")), (61, Some("preuve_autre_instant")), (-60, None)]
    {
        let mut body =
            with_proof(&digest, &app.proof(&claims(&app, &digest, &json!({ "iat": now + ecart }))));
        body["signe_a"] = json!(app.clock());
        let reply = martin.post_on(&path, 1, body).await;
        match code {
            Some(code) => assert_eq!(refused(&reply, "/preuve/jws"), code),
            None => drop(reply.expect(200)),
        }
    }
    // The doctor's own, by somebody else's card.
    let mut own = signature("medecin", "cps", &digest);
    let pons = json!({ "moyen": "cps", "role": "medecin", "rpps": PONS, "sub": null });
    own["preuve"] = json!({ "jws": app.proof(&claims(&app, &digest, &pons)) });
    let reply = martin.post_on(&path, 2, own.clone()).await;
    assert_eq!(refused(&reply, "/preuve/jws"), "preuve_autre_medecin");
    own["preuve"] = json!({ "jws": "a.b" });
    let reply = martin.post_on(&path, 2, own).await;
    assert_eq!(refused(&reply, "/preuve/jws"), "preuve_illisible");
}

#[tokio::test]
async fn a_proof_serves_once_and_a_repeated_request_is_the_same_request() {
    let app = TestApp::new().await;
    let (path, digest) = waiting(&app).await;
    let martin = app.medecin(MARTIN);
    let body = with_proof(&digest, &app.proof(&claims(&app, &digest, &json!({}))));
    let headers = [("idempotency-key", "la-meme-cle-00000001"), ("if-match", "\"1\"")];
    let first = martin.request("POST", &path, &headers, Some(&body)).await.expect(200);
    let again = martin.request("POST", &path, &headers, Some(&body)).await;
    assert_eq!(again.expect(200), first);
    // The same choice made again has the same content: the old proof does not sign it.
    let (other, same) = waiting(&app).await;
    assert_eq!(same, digest);
    let reply = martin.post_on(&other, 1, body).await;
    assert_eq!(reply.problem(409), "preuve_deja_utilisee");
    assert_eq!(refused(&reply, "/preuve/jws"), "preuve_deja_utilisee");
    let fresh = with_proof(&digest, &app.proof(&claims(&app, &digest, &json!({}))));
    martin.post_on(&other, 1, fresh).await.expect(200);
}

#[tokio::test]
async fn one_proof_sent_to_two_declarations_at_once_signs_one() {
    let app = TestApp::new().await;
    let ((one, digest), (other, _)) = (waiting(&app).await, waiting(&app).await);
    let body = with_proof(&digest, &app.proof(&claims(&app, &digest, &json!({}))));
    let (martin, same) = (app.medecin(MARTIN), app.medecin(MARTIN));
    let (first, second) =
        tokio::join!(martin.post_on(&one, 1, body.clone()), same.post_on(&other, 1, body));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_machine_has_eight_days_to_transmit_and_paper_has_no_limit() {
    for (days, accepted) in [(7, true), (8, true), (9, false)] {
        let app = TestApp::new().await;
        let (path, digest) = waiting(&app).await;
        app.advance(TimeDelta::days(days));
        let mut body = signature("assure", "carte_vitale", &digest);
        body["signe_a"] = json!("2025-06-16T10:00:00Z");
        let reply = app.medecin(MARTIN).post_on(&path, 1, body).await;
        if accepted {
            let signed = reply.expect(200);
            assert_eq!(signed["signatures"][0]["signe_le"], "2025-06-16");
            assert_eq!(signed["signatures"][0]["preuve"], "verifiee");
        } else {
            assert_eq!(reply.problem(422), "signature_tardive");
            let late = paper("assure", "2025-06-16", &digest);
            let kept = app.caisse(CAISSE).post_on(&path, 1, late).await.expect(200);
            assert_eq!(kept["signatures"][0]["preuve"], "papier");
        }
    }
}

#[tokio::test]
async fn a_clock_a_minute_ahead_signs_now_and_no_further() {
    let app = TestApp::new().await;
    let (path, digest) = waiting(&app).await;
    let martin = app.medecin(MARTIN);
    for (seconds, code) in [(61, Some("signature_future")), (60, None)] {
        let instant = app.clock.now() + TimeDelta::seconds(seconds);
        let mut body = signature("assure", "carte_vitale", &digest);
        body["signe_a"] = json!(instant.to_rfc3339());
        let reply = martin.post_on(&path, 1, body).await;
        if let Some(code) = code {
            assert_eq!(reply.problem(422), code);
        } else {
            let kept = &reply.expect(200)["signatures"][0]["signe_a"];
            assert_eq!(*kept, json!(app.clock.now()));
        }
    }
}

#[tokio::test]
async fn paper_needs_a_witness_or_an_archive_and_its_digest_is_that_of_the_content() {
    let app = TestApp::new().await;
    let caisse = app.caisse(CAISSE);
    for (preuve, accepted) in [
        (json!({ "temoin": "agent-12" }), true),
        (json!({ "reference_archive": "BOITE-7/42" }), true),
        (json!({ "emetteur": "BOITE-7/42" }), false),
    ] {
        let (path, digest) = waiting(&app).await;
        let mut body = paper("assure", "2025-06-01", &digest);
        body["preuve"] = preuve;
        let reply = caisse.post_on(&path, 1, body).await;
        if accepted {
            assert_eq!(reply.expect(200)["signatures"][0]["preuve"], "papier");
        } else {
            assert_eq!(reply.problem(422), "papier_sans_temoin");
        }
    }
}

#[tokio::test]
async fn what_a_deployment_lets_be_declared_is_called_so_wherever_it_shows() {
    let declared = BTreeSet::from([MoyenSignature::CarteVitale]);
    let app = TestApp::new().await.with_declared(declared);
    let (path, digest) = waiting(&app).await;
    let martin = app.medecin(MARTIN).sans_preuves();
    let mut card = signature("assure", "carte_vitale", &digest);
    card["preuve"] = json!({ "emetteur": "lecteur-3" });
    let signed = martin.post_on(&path, 1, card).await.expect(200);
    assert_eq!(signed["signatures"][0]["preuve"], "declaree");
    // The doctor's own means is not among those.
    let own = martin.post_on(&path, 2, signature("medecin", "cps", &digest)).await;
    assert_eq!(own.problem(422), "preuve_requise");
    app.medecin(MARTIN).post_on(&path, 2, signature("medecin", "cps", &digest)).await.expect(200);
    let declaration = path.trim_end_matches("/signatures");
    let read = app.patient("ALICE").get(declaration).await.expect(200);
    let modes: Vec<&Value> =
        read["signatures"].as_array().unwrap().iter().map(|one| &one["preuve"]).collect();
    assert_eq!(modes, ["declaree", "verifiee"]);
    let told: Vec<String> = sqlx::query_scalar(
        "SELECT donnees->>'preuve' FROM journal WHERE patient_id = $1 AND donnees->>'preuve' IS NOT NULL
         ORDER BY sequence, rang",
    )
    .bind(patient_id("ALICE").uuid())
    .fetch_all(&app.database.pool(1).await)
    .await
    .unwrap();
    assert_eq!(told, ["declaree", "declaree"], "the weakest of them");
}

#[tokio::test]
async fn the_content_names_whoever_signs_for_a_child_and_nobody_recorded_since() {
    let app = TestApp::new().await;
    app.on("2026-06-16");
    let caisse = app.caisse(CAISSE);
    let pons = app.medecin(PONS);
    let shown = caisse.post("/v1/declarations/apercu", choix("GABRIEL", PONS)).await.expect(200);
    let named = shown["contenu"]["representants"].as_array().unwrap();
    assert_eq!(named.len(), 1);
    assert_eq!(named[0]["qualite"], "titulaire_autorite_parentale");
    assert_eq!(named[0]["prenom"], "ALICE");
    let created = pons.post("/v1/declarations", choix("GABRIEL", PONS)).await.expect(201);
    let path = format!("/v1/declarations/{}/signatures", created["id"].as_str().unwrap());
    let digest = created["contenu_sha256"].as_str().unwrap();
    // Another holder is recorded afterwards: what was to be signed does not name him.
    let links = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    let other = json!({
        "representant": { "nom": "ESSAI-MERCIER", "prenom": "LOU" },
        "nature": "titulaire_autorite_parentale", "preuve": "decision_de_justice",
        "reference_preuve": "TJ-BOURG-12/345", "effet_du": "2026-01-01",
    });
    let link = caisse.post(&links, other).await.expect(201);
    let mut body = signature("titulaire_autorite_parentale", "carte_vitale", digest);
    body["representation_id"] = link["id"].clone();
    assert_eq!(pons.post_on(&path, 1, body.clone()).await.problem(422), "representant_inconnu");
    body["representation_id"] = named[0]["representation_id"].clone();
    let signed = pons.post_on(&path, 1, body).await.expect(200);
    assert_eq!(signed["signatures"][0]["representation_id"], named[0]["representation_id"]);
}

#[tokio::test]
async fn a_doctor_learns_who_the_patient_is_when_the_patient_has_signed() {
    let app = TestApp::new().await;
    let martin = app.medecin(MARTIN);
    let shown = martin.post("/v1/declarations/apercu", choix("ALICE", MARTIN)).await.expect(200);
    assert_eq!(shown["contenu_canonique"], Value::Null);
    let (path, digest) = waiting(&app).await;
    assert_eq!(shown["contenu_sha256"], json!(digest));
    let declaration = path.trim_end_matches("/signatures").to_owned();
    let unsigned = martin.get(&declaration).await.expect(200);
    assert_eq!(unsigned["contenu"]["patient"]["nom"], Value::Null);
    martin.post_on(&path, 1, signature("medecin", "cps", &digest)).await.expect(200);
    let own = martin.get(&declaration).await.expect(200);
    assert_eq!(own["contenu"]["patient"]["nom"], Value::Null, "his own signature opens nothing");
    martin.post_on(&path, 2, signature("assure", "carte_vitale", &digest)).await.expect(200);
    let signed = martin.get(&declaration).await.expect(200);
    assert_eq!(signed["contenu"]["patient"]["prenom"], "ALICE");
    // Who signs sees what is signed.
    let portal = app.patient("ALICE");
    let whole = portal.post("/v1/declarations/apercu", choix("ALICE", MARTIN)).await.expect(200);
    let text = whole["contenu_canonique"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), whole["contenu"]);
}
