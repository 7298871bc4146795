//! The program in production, from its issuer's keys to its callers' tokens, over real connections.

use serde_json::{Value, json};
use traitant::domain::clock::{Clock, SystemClock};

use crate::support::app::{MARTIN, feuille, patient_id};
use crate::support::database::{KEY_HEX, TestDatabase};
use crate::support::issuer::{Issuer, Key};
use crate::support::process::{Folder, Service};

const ISSUER: &str = "https://jetons.exemple.invalid";
const PREUVES: &str = "https://preuves.exemple.invalid";

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

async fn post(
    service: &Service,
    path: &str,
    (token, cle): (&str, &str),
    body: &Value,
) -> (u16, Value) {
    let request = reqwest::Client::new().post(format!("{}{path}", service.address));
    let request = request.bearer_auth(token).header("idempotency-key", cle).json(body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// What an issuer of proofs says of a signature of some content, taken now.
fn preuve(jti: &str, digest: &str, moyen: &str, who: &Value) -> Value {
    let mut all = json!({
        "iss": PREUVES, "iat": SystemClock.now().timestamp(), "jti": jti, "contenu_sha256": digest,
        "moyen": moyen, "support": "carte-1",
    });
    all.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
    all
}

/// The status and the code of a call with a token.
async fn call(service: &Service, token: &str) -> (u16, String) {
    let (status, answer) = get(service, "/v1/moi", Some(token)).await;
    (status, answer["code"].as_str().unwrap_or_default().to_owned())
}

/// An identity of test is refused in production, with what is accepted there and nothing else.
async fn identities_of_test_are_refused(service: &Service, jetons: &Key) {
    let scope = json!({
        "metier": null, "psc": null, "role": "medecin", "rpps": MARTIN, "scope": "feuilles.evaluer",
    });
    let sender = jetons.sign(&claims(&scope));
    for (cle, last, code) in [
        ("ins-0000010", "10", "oid_de_test"),
        ("ins-0000011", "11", "oid_de_test"),
        ("ins-0000012", "12", "oid_inconnu"),
    ] {
        let mut sheet = feuille("BERNARD", "1", "2025-06-16", json!("T"));
        let oid = format!("1.2.250.1.213.1.4.{last}");
        sheet["beneficiaire"]["ins"] = json!({ "oid": oid, "matricule": "185010100199287" });
        let (_, refused) = post(service, "/v1/feuilles-de-soins", (&sender, cle), &sheet).await;
        let wrong = &refused["erreurs"][0];
        assert_eq!(
            (&wrong["pointeur"], &wrong["code"]),
            (&json!("/beneficiaire/ins/oid"), &json!(code)),
            "{refused}"
        );
        let said = wrong["message"].as_str().unwrap();
        assert!(
            said.contains("1.2.250.1.213.1.4.8") && said.contains("1.2.250.1.213.1.4.9"),
            "{said}"
        );
        assert!(!said.contains("4.10") && !said.contains("4.11"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_of_the_issuer_decide_who_is_let_in_from_one_moment_to_the_next() {
    let (first, second) = (Key::new("premiere"), Key::new("seconde"));
    let issuer = Issuer::new(&[&first]).await;
    let (database, folder) = (TestDatabase::with_people().await, Folder::new());
    let authority = folder.path().join("autorite.pem");
    std::fs::write(&authority, &issuer.authority).unwrap();
    let url = database.service_url().await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_is_proved_by_the_issuer_of_its_means_and_by_no_other() {
    let (jetons, cartes) = (Key::new("jetons"), Key::new("cartes"));
    let (issuer, prover) = (Issuer::new(&[&jetons]).await, Issuer::new(&[&cartes]).await);
    let (database, folder) = (TestDatabase::with_people().await, Folder::new());
    let authority = folder.path().join("autorites.pem");
    std::fs::write(&authority, format!("{}{}", issuer.authority, prover.authority)).unwrap();
    let url = database.service_url().await;
    let service = Service::start(&[
        ("DATABASE_URL", url.as_str()),
        ("TRAITANT_CLE_MAITRE", KEY_HEX),
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
        ("TRAITANT_EMETTEUR", ISSUER),
        ("TRAITANT_AUDIENCE", "traitant"),
        ("TRAITANT_JWKS_URL", &issuer.url),
        ("TRAITANT_PREUVES_1_EMETTEUR", PREUVES),
        ("TRAITANT_PREUVES_1_JWKS_URL", &prover.url),
        ("TRAITANT_PREUVES_1_MOYENS", "carte_vitale,cps"),
        ("TRAITANT_PREUVES_DECLAREES", "app_carte_vitale"),
        ("TRAITANT_CLES_AGE", "1"),
        ("TRAITANT_CA", authority.to_str().unwrap()),
    ]);
    let token = jetons.sign(&claims(&json!({
        "metier": null, "psc": null, "role": "medecin", "rpps": MARTIN,
        "scope": "declarations.lire declarations.ecrire declarations.signer",
    })));
    let choice =
        json!({ "patient": { "id": patient_id("BERNARD") }, "medecins": [{ "rpps": MARTIN }] });
    let (status, shown) =
        post(&service, "/v1/declarations/apercu", (&token, "apercu-000001"), &choice).await;
    assert_eq!(status, 200, "{shown}");
    let digest = shown["contenu_sha256"].as_str().unwrap();
    let patient = json!({ "role": "assure", "sub": "porteur-1" });
    let doctor = json!({ "role": "medecin", "rpps": MARTIN });
    let sent = async |cle: &str, card: (&str, Option<String>), own: String| {
        let mut body = choice.clone();
        let (moyen, jws) = card;
        body["signatures"] = json!([
            { "role": "assure", "moyen": moyen, "contenu_sha256": digest },
            { "role": "medecin", "moyen": "cps", "contenu_sha256": digest, "preuve": { "jws": own } },
        ]);
        if let Some(jws) = jws {
            body["signatures"][0]["preuve"] = json!({ "jws": jws });
        }
        post(&service, "/v1/declarations", (&token, cle), &body).await
    };
    let typ = "preuve-signature+jwt";
    let card = |jti: &str, key: &Key| {
        Some(key.sign_as(typ, &preuve(jti, digest, "carte_vitale", &patient)))
    };
    let cps = |jti: &str| cartes.sign_as(typ, &preuve(jti, digest, "cps", &doctor));

    let forged = card("carte-1", &Key::new("cartes"));
    let app = Some(cartes.sign_as(typ, &preuve("appli-1", digest, "app_carte_vitale", &patient)));
    for (cle, first, code) in [
        ("refus-0000001", ("carte_vitale", None), "preuve_absente"),
        ("refus-0000002", ("carte_vitale", forged), "preuve_signature_fausse"),
        ("refus-0000003", ("carte_vitale", card("carte-2", &jetons)), "preuve_cle_inconnue"),
        ("refus-0000004", ("app_carte_vitale", app), "preuve_moyen_non_admis"),
        ("refus-0000005", ("franceconnect", None), "transmission_interdite"),
    ] {
        let (status, answer) = sent(cle, first, cps(cle)).await;
        let said = [&answer["code"], &answer["erreurs"][0]["code"]].map(Value::as_str);
        assert!(matches!(status, 403 | 422), "{code}: {answer}");
        assert!(said.contains(&Some(code)), "{answer}");
    }
    let (status, signed) =
        sent("signe-0000001", ("carte_vitale", card("carte-3", &cartes)), cps("cps-1")).await;
    assert_eq!(status, 201, "{signed}");
    let modes = |signed: &Value| {
        let all = signed["signatures"].as_array().unwrap();
        all.iter().map(|one| one["preuve"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(modes(&signed), ["verifiee", "verifiee"]);
    let (status, declared) = sent("signe-0000002", ("app_carte_vitale", None), cps("cps-2")).await;
    assert_eq!((status, modes(&declared)), (201, vec!["declaree".into(), "verifiee".into()]));

    identities_of_test_are_refused(&service, &jetons).await;

    // A key that its issuer withdraws proves nothing any more.
    let other = Key::new("autre");
    prover.publish(&[&other]).await;
    let last = card("carte-4", &cartes);
    let (status, refused) = sent("signe-0000003", ("carte_vitale", last), cps("cps-3")).await;
    assert_eq!(
        (status, refused["erreurs"][0]["code"].as_str()),
        (422, Some("preuve_cle_inconnue"))
    );
    assert!(service.end("TERM").success());
}
