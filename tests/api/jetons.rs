//! Tokens of other issuers than that of the sandbox, as settings say that they are written.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use serde_json::{Value, json};
use traitant::auth::{Emetteur, Verifier};
use traitant::config::{Config, JetonsConfig};
use traitant::domain::droits::Portee;
use traitant::domain::vocabulary::Vocabulaire;

use crate::support::TestApp;
use crate::support::app::{MARTIN, Reply, cle, patient_id};

/// An application that accepts the tokens of one issuer, under these settings.
struct World {
    app: TestApp,
    emetteur: Emetteur,
}

impl World {
    async fn new(settings: &[(&str, &str)]) -> Self {
        let app = TestApp::new().await;
        let mut all: BTreeMap<&str, &str> = BTreeMap::from([
            ("TRAITANT_EMETTEUR", "https://jetons.exemple.invalid"),
            ("TRAITANT_AUDIENCE", "traitant"),
            ("TRAITANT_JWKS_URL", "https://jetons.exemple.invalid/cles"),
        ]);
        all.extend(settings.iter().copied());
        let config = Config::read(|name| all.get(name).map(|value| (*value).to_owned())).unwrap();
        let JetonsConfig::Emetteur { emetteur: issuer, audience, regles, .. } = config.jetons
        else {
            panic!("the issuer of the sandbox")
        };
        let emetteur = Emetteur::ephemeral().unwrap();
        let clock: std::sync::Arc<dyn traitant::domain::clock::Clock> = app.clock.clone();
        let verifier = Verifier::new(issuer, audience, emetteur.keys().unwrap(), clock);
        let app = app.with_verifier(verifier.with_rules(*regles));
        Self { app, emetteur }
    }

    /// Who the service says that the bearer of these claims is.
    async fn moi(&self, claims: &Value, from: &str, headers: &[(&str, &str)]) -> Reply {
        let token = self.emetteur.sign(claims).unwrap();
        let mut request =
            Request::get("/v1/moi").header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        let peer: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        self.app.send(request).await
    }
}

/// The claims of a token for an hour, and more.
fn claims(more: &Value) -> Value {
    let mut all = json!({
        "iss": "https://jetons.exemple.invalid", "aud": "traitant", "sub": "porteur-1",
        "iat": 1_750_068_000, "exp": 1_750_071_600,
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

const ELSEWHERE: &str = "192.0.2.7:4242";

#[tokio::test]
async fn every_token_of_the_page_is_accepted_under_the_settings_of_the_page() {
    let page = include_str!("../../docs/JETONS.md");
    let examples: Vec<&str> =
        page.split("\n## ").filter(|section| section.starts_with("Example: ")).collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let block = |number: usize, language: &str| {
            let block = example.split("```").nth(2 * number + 1).unwrap();
            block.strip_prefix(language).unwrap().trim()
        };
        let settings: Vec<(&str, &str)> =
            block(0, "sh").lines().map(|line| line.split_once('=').unwrap()).collect();
        let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
        let (said, mut answer) = (read(block(1, "json")), read(block(2, "json")));
        if answer["role"] == "patient" {
            let id = patient_id(answer["identite"].as_str().unwrap());
            answer["identite"] = json!(id);
        }
        let world = World::new(&settings).await;
        let header = said["cnf"]["x5t#S256"].as_str().map(|digest| ("X-Certificat-SHA256", digest));
        let moi = world.moi(&said, "10.20.3.4:5000", header.as_slice()).await;
        assert_eq!(moi.expect(200), answer, "{example}");
    }
}

#[tokio::test]
async fn a_patient_is_found_by_the_number_of_the_token_or_refused() {
    let by_number = [("TRAITANT_JETON_NUMERO", "nir")];
    let world = World::new(&by_number).await;
    let bernard = claims(&json!({ "nir": "158070100199152", "birthdate": "1958-07-15" }));
    // Without a setting for it, a birth date is not read.
    for _ in 0..2 {
        let moi = world.moi(&bernard, ELSEWHERE, &[]).await.expect(200);
        assert_eq!(moi["identite"], json!(patient_id("BERNARD")));
    }
    let unknown = world.moi(&claims(&json!({ "nir": "269054958815780" })), ELSEWHERE, &[]).await;
    assert_eq!(unknown.problem(401), "jeton_invalide");
    let said = unknown.expect(401)["detail"].as_str().unwrap().to_owned();
    assert_eq!(said, "Le registre ne connaît pas le porteur du jeton.");
    let with_birth = World::new(&[by_number[0], ("TRAITANT_JETON_NAISSANCE", "birthdate")]).await;
    for birth in [json!("1958-07-15"), json!("14/07/1958"), Value::Null] {
        let other = claims(&json!({ "nir": "158070100199152", "birthdate": birth }));
        let refused = with_birth.moi(&other, ELSEWHERE, &[]).await;
        assert_eq!(refused.problem(401), "jeton_invalide", "{birth}");
    }
    let right = claims(&json!({ "nir": "158070100199152", "birthdate": "1958-07-14" }));
    assert_eq!(with_birth.moi(&right, ELSEWHERE, &[]).await.status, 200);
}

#[tokio::test]
async fn a_token_bound_to_a_certificate_is_worth_nothing_without_it() {
    let digest = "bMJ3S_2MjQ0yUunRx0aTZmkCwW2p93cABLWHqfrgBM4";
    let hexadecimal = "6CC2774BFD8C8D0D3252E9D1C74693666902C16DA9F7770004B587A9FAE004CE";
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let bound = claims(&json!({ "rpps": MARTIN, "cnf": { "x5t#S256": digest } }));
    let proxied = World::new(&[
        ("TRAITANT_JETON_CERTIFICAT", "X-Certificat"),
        ("TRAITANT_JETON_MANDATAIRES", "10.20.0.0/16, 2001:db8::7"),
    ])
    .await;
    let proxy = "10.20.255.1:5000";
    for (from, headers) in [
        (proxy, vec![("x-certificat", digest)]),
        (proxy, vec![("X-CERTIFICAT", hexadecimal)]),
        ("[2001:db8::7]:5000", vec![("x-certificat", digest)]),
        ("[::ffff:10.20.0.1]:5000", vec![("x-certificat", digest)]),
    ] {
        let moi = proxied.moi(&bound, from, &headers).await;
        assert_eq!(moi.expect(200)["identite"], MARTIN, "{from}");
    }
    let direct = World::new(&[]).await;
    for (world, from, headers) in [
        (&proxied, proxy, vec![]),
        (&proxied, proxy, vec![("x-certificat", other)]),
        (&proxied, proxy, vec![("x-certificat", "")]),
        (&proxied, proxy, vec![("x-certificat", digest), ("x-certificat", digest)]),
        (&proxied, ELSEWHERE, vec![("x-certificat", digest)]),
        (&proxied, "10.21.0.1:5000", vec![("x-certificat", digest)]),
        (&proxied, "[2001:db8::8]:5000", vec![("x-certificat", digest)]),
        (&direct, proxy, vec![("x-certificat", digest)]),
    ] {
        let refused = world.moi(&bound, from, &headers).await;
        assert_eq!(refused.problem(401), "jeton_invalide", "{from} {headers:?}");
        let said = refused.expect(401)["detail"].as_str().unwrap().to_owned();
        assert!(said.contains("lié à un certificat"), "{said}");
    }
    for cnf in [
        json!({ "jkt": other }),
        json!({ "jkt": other, "x5t#S256": digest }),
        json!({ "x5t#S256": "court" }),
        json!({ "jwk": {} }),
        json!({}),
    ] {
        let token = claims(&json!({ "rpps": MARTIN, "cnf": cnf }));
        let refused = proxied.moi(&token, proxy, &[("x-certificat", digest)]).await;
        let said = refused.expect(401)["detail"].as_str().unwrap().to_owned();
        assert!(said.contains("dont ce service ne vérifie pas la preuve"), "{cnf}: {said}");
    }
    // Whoever shows a certificate may bear a token that is bound to none.
    let free = claims(&json!({ "rpps": MARTIN }));
    assert_eq!(proxied.moi(&free, proxy, &[("x-certificat", digest)]).await.status, 200);
}

#[tokio::test]
async fn the_national_register_of_doctors_is_one_and_reads_no_person() {
    let world = World::new(&[("TRAITANT_JETON_ROLE_REFERENTIEL", "annuaire")]).await;
    let scopes = Portee::TOUS.iter().map(|portee| portee.mot()).collect::<Vec<_>>().join(" ");
    let agent = claims(&json!({ "role": "annuaire", "scope": scopes }));
    let moi = world.moi(&agent, ELSEWHERE, &[]).await.expect(200);
    assert_eq!((&moi["role"], &moi["identite"]), (&json!("referentiel"), &json!("referentiel")));
    let agent = world.app.bearer(world.emetteur.sign(&agent).unwrap());
    let bernard = patient_id("BERNARD");
    for path in [
        format!("/v1/patients/{bernard}"),
        format!("/v1/patients/{bernard}/designations"),
        format!("/v1/patients/{bernard}/medecin-traitant"),
        format!("/v1/patients/{bernard}/adressages"),
    ] {
        assert_eq!(agent.get(&path).await.problem(404), "introuvable", "{path}");
    }
    for path in ["/v1/patients/recherche", "/v1/medecins-traitants/consultation"] {
        assert_eq!(agent.post(path, cle("BERNARD")).await.problem(404), "introuvable", "{path}");
    }
    for path in ["/v1/moi/acces", "/v1/moi/patients", "/v1/feuilles-de-soins/a-revoir"] {
        assert_eq!(agent.get(path).await.problem(403), "role_interdit", "{path}");
    }
    assert_eq!(agent.get(&format!("/v1/medecins/{MARTIN}")).await.status, 200);
}
