//! Proofs of signature: what is believed, and why the rest is not.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use traitant::auth::{EmetteurPreuves, KeySource, Preuves};
use traitant::config::Config;
use traitant::domain::clock::FixedClock;
use traitant::domain::declaration::{
    MoyenSignature, Preuve, PreuveRecue, PreuveRefusee, PreuveVerifiee, RoleSignataire,
    SignatureAnnoncee,
};
use traitant::domain::digest::Empreinte;
use traitant::domain::identifiers::Rpps;

use super::issuer::{Address, Answer, Key, NOW, clock, fixed, set};

type Verdict = Result<PreuveVerifiee, PreuveRefusee>;

const ISSUER: &str = "https://lecteurs.exemple.invalid";

struct World {
    key: Key,
    preuves: Preuves,
}

fn believing(keys: KeySource) -> Preuves {
    let moyens = [MoyenSignature::CarteVitale, MoyenSignature::Cps].into();
    let emetteur = EmetteurPreuves { emetteur: ISSUER.to_owned(), keys, moyens };
    Preuves::new(vec![emetteur], BTreeSet::new())
}

fn world() -> World {
    let key = Key::new("lecteur");
    let preuves = believing(fixed(&set(&[&key])));
    World { key, preuves }
}

fn content() -> Empreinte {
    Empreinte::of("contenu")
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn patient() -> SignatureAnnoncee {
    SignatureAnnoncee {
        role: RoleSignataire::Assure,
        rpps: None,
        moyen: MoyenSignature::CarteVitale,
        contenu_sha256: content(),
        signe_a: Some(at(NOW)),
    }
}

fn doctor() -> SignatureAnnoncee {
    SignatureAnnoncee {
        role: RoleSignataire::Medecin,
        rpps: Some(Rpps::parse("99900001233").unwrap()),
        moyen: MoyenSignature::Cps,
        ..patient()
    }
}

/// What a proof says of the patient's signature, with some claims changed or taken away.
fn said(changes: &Value) -> Value {
    let mut all = json!({
        "iss": ISSUER, "iat": NOW, "jti": "p-1", "contenu_sha256": content().to_string(),
        "moyen": "carte_vitale", "role": "assure", "support": "carte-1", "sub": "porteur-1",
    });
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    all.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    all
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "kid": "lecteur", "typ": "preuve-signature+jwt" })
}

/// A proof, read and compared with what is announced, as a signature is recorded.
trait VerifyAs {
    async fn verify_as(&self, preuve: &str, annoncee: &SignatureAnnoncee) -> Verdict;
}

impl VerifyAs for Preuves {
    async fn verify_as(&self, preuve: &str, annoncee: &SignatureAnnoncee) -> Verdict {
        let verifiee = self.verify(preuve).await?;
        verifiee.confirme(annoncee)?;
        Ok(verifiee)
    }
}

impl World {
    async fn told(&self, claims: &Value, annoncee: &SignatureAnnoncee) -> Verdict {
        self.preuves.verify_as(&self.key.sign_as(&header(), claims), annoncee).await
    }

    async fn refusal(&self, changes: Value) -> Option<PreuveRefusee> {
        self.told(&said(&changes), &patient()).await.err()
    }
}

#[tokio::test]
async fn a_proof_of_what_is_announced_is_believed() {
    let world = world();
    let proof = world.told(&said(&json!({ "iat": 1_750_068_000.25 })), &patient()).await.unwrap();
    assert_eq!(proof.emetteur, ISSUER);
    assert_eq!(proof.identifiant, "p-1");
    assert_eq!(proof.signe_a, at(NOW) + TimeDelta::milliseconds(250));
    assert_eq!((proof.role, proof.rpps), (RoleSignataire::Assure, None));
    assert_eq!(proof.moyen, MoyenSignature::CarteVitale);
    assert_eq!(proof.sujet.unwrap().as_str(), "porteur-1");
    assert_eq!(proof.support, "carte-1");
    assert_eq!(proof.contenu_sha256, content());
    let own = json!({ "role": "medecin", "moyen": "cps", "rpps": "99900001233", "sub": null });
    let proof = world.told(&said(&own), &doctor()).await.unwrap();
    assert_eq!((proof.rpps, proof.sujet), (doctor().rpps, None));
    // When no instant is announced, that of the proof is taken.
    let unannounced = SignatureAnnoncee { signe_a: None, ..patient() };
    let proof = world.told(&said(&json!({ "iat": NOW - 86_400 })), &unannounced).await.unwrap();
    assert_eq!(proof.signe_a, at(NOW - 86_400));
}

#[tokio::test]
async fn the_thumbprint_of_the_key_is_that_of_the_standard() {
    // RFC 8037, appendix A.3.
    let public = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let thumbprint = "90facafea9b1556698540f70c0117a22ea37bd5cf3ed3c47093c1707282b4b89";
    let private = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let key = Key::from_seed("lecteur", Empreinte::parse(private).unwrap().bytes());
    assert_eq!(key.jwk()["x"], public);
    let proof = believing(fixed(&set(&[&key])))
        .verify_as(&key.sign_as(&header(), &said(&json!({}))), &patient())
        .await
        .unwrap();
    assert_eq!(proof.cle.to_string(), thumbprint);
}

#[tokio::test]
async fn another_signature_than_the_one_announced_is_refused_for_its_reason() {
    let world = world();
    let other = Empreinte::of("autre contenu").to_string();
    for (changes, refused) in [
        (json!({ "contenu_sha256": other }), PreuveRefusee::AutreContenu),
        (json!({ "moyen": "cps" }), PreuveRefusee::AutreMoyen),
        (json!({ "moyen": "franceconnect" }), PreuveRefusee::MoyenNonAdmis),
        (json!({ "moyen": "papier_copie" }), PreuveRefusee::MoyenNonAdmis),
        (json!({ "role": "tuteur" }), PreuveRefusee::AutreRole),
        (json!({ "iat": NOW + 61 }), PreuveRefusee::AutreInstant),
        (json!({ "iat": NOW - 61 }), PreuveRefusee::AutreInstant),
        (json!({ "iat": 1_750_068_060.001 }), PreuveRefusee::AutreInstant),
        (json!({ "iat": 253_402_300_799_i64 }), PreuveRefusee::AutreInstant),
        (json!({ "iat": null }), PreuveRefusee::SansInstant),
        (json!({ "iat": i64::MAX }), PreuveRefusee::SansInstant),
        (json!({ "iat": "1750068000" }), PreuveRefusee::SansInstant),
        (json!({ "iss": "https://ailleurs" }), PreuveRefusee::EmetteurInconnu),
    ] {
        assert_eq!(world.refusal(changes.clone()).await, Some(refused), "{changes}");
    }
    for seconds in [-60, 60] {
        assert_eq!(world.refusal(json!({ "iat": NOW + seconds })).await, None, "{seconds}");
    }
    let other = json!({ "role": "medecin", "moyen": "cps", "rpps": "99900007016" });
    let verdict = world.told(&said(&other), &doctor()).await;
    assert_eq!(verdict.err(), Some(PreuveRefusee::AutreMedecin));
}

#[tokio::test]
async fn a_claim_that_is_missing_or_strange_is_named() {
    let world = world();
    for (name, values) in [
        ("jti", vec![Value::Null, json!(""), json!(5), json!("172080100199557")]),
        ("contenu_sha256", vec![Value::Null, json!("a65b"), json!("zz".repeat(32))]),
        ("moyen", vec![Value::Null, json!("telepathie"), json!(["cps"])]),
        ("role", vec![Value::Null, json!("voisin")]),
        ("support", vec![Value::Null, json!(""), json!("1720801001995"), json!("x".repeat(256))]),
        ("sub", vec![Value::Null, json!("1 72 08 01 001 995 57\n"), json!("172080100199557")]),
        ("rpps", vec![json!("99900001233")]),
        ("iss", vec![Value::Null, json!([ISSUER])]),
    ] {
        for value in values {
            let refused = world.refusal(json!({ name: value.clone() })).await;
            assert_eq!(refused, Some(PreuveRefusee::Incomplete(name)), "{name} {value}");
        }
    }
    for rpps in [Value::Null, json!("99900001234"), json!("899900001233")] {
        let own = said(&json!({ "role": "medecin", "moyen": "cps", "rpps": rpps }));
        let refused = world.told(&own, &doctor()).await.err();
        assert_eq!(refused, Some(PreuveRefusee::Incomplete("rpps")), "{rpps}");
    }
}

#[tokio::test]
async fn what_was_not_signed_by_a_key_of_its_issuer_is_refused() {
    let world = world();
    let with = async |changes: Value, key: &Key| {
        let mut header = header();
        for (name, value) in changes.as_object().unwrap() {
            header[name] = value.clone();
        }
        header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        world.preuves.verify_as(&key.sign_as(&header, &said(&json!({}))), &patient()).await.err()
    };
    for accepted in
        [json!({}), json!({ "kid": null }), json!({ "typ": "application/Preuve-Signature+JWT" })]
    {
        assert_eq!(with(accepted.clone(), &world.key).await, None, "{accepted}");
    }
    for changes in [
        json!({ "typ": null }),
        json!({ "typ": "JWT" }),
        json!({ "typ": "at+jwt" }),
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": null }),
        json!({ "crit": ["b64"] }),
    ] {
        let refused = with(changes.clone(), &world.key).await;
        assert_eq!(refused, Some(PreuveRefusee::EnTete), "{changes}");
    }
    assert_eq!(with(json!({ "kid": "autre" }), &world.key).await, Some(PreuveRefusee::CleInconnue));
    assert_eq!(with(json!({ "alg": "RS256" }), &world.key).await, Some(PreuveRefusee::CleInconnue));
    let forger = Key::new("lecteur");
    assert_eq!(with(json!({}), &forger).await, Some(PreuveRefusee::SignatureFausse));
    let good = world.key.sign_as(&header(), &said(&json!({})));
    let verify = async |text: &str| world.preuves.verify_as(text, &patient()).await.err();
    assert_eq!(verify(&good).await, None);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = world.key.sign_as(&header(), &said(&json!({ "jti": "p-2" })));
    let (_, other) = other.rsplit_once('.').unwrap();
    for (text, refused) in [
        (format!("{signed}.{other}"), PreuveRefusee::SignatureFausse),
        (format!("{signed}."), PreuveRefusee::SignatureFausse),
        (signed.to_owned(), PreuveRefusee::Illisible),
        (signature.to_owned(), PreuveRefusee::Illisible),
        (good.chars().skip(1).collect(), PreuveRefusee::Illisible),
        (format!("{good}.x"), PreuveRefusee::Illisible),
        (String::new(), PreuveRefusee::Illisible),
        ("é".repeat(10), PreuveRefusee::Illisible),
        ("x".repeat(100_000), PreuveRefusee::TropLongue),
    ] {
        assert_eq!(verify(&text).await, Some(refused), "{text:.80}");
    }
}

#[tokio::test]
async fn the_keys_of_an_issuer_of_proofs_age_like_those_of_tokens() {
    let (key, clock): (Key, Arc<FixedClock>) = (Key::new("lecteur"), clock());
    let address = Address::new(Answer::Keys(set(&[&key]))).await;
    let preuves = believing(address.source(&clock));
    let good = key.sign_as(&header(), &said(&json!({})));
    assert!(preuves.verify_as(&good, &patient()).await.is_ok());
    address.answers(Answer::Closed);
    clock.advance(TimeDelta::minutes(61));
    let refused = preuves.verify_as(&good, &patient()).await.err();
    assert_eq!(refused, Some(PreuveRefusee::ClesIndisponibles));
    address.answers(Answer::Keys(set(&[&Key::new("autre")])));
    clock.advance(TimeDelta::seconds(10));
    let refused = preuves.verify_as(&good, &patient()).await.err();
    assert_eq!(refused, Some(PreuveRefusee::CleInconnue));
}

/// The settings and the proof of the page that documents them.
#[tokio::test]
async fn the_proof_of_the_page_is_believed_under_the_settings_of_the_page() {
    let page =
        include_str!("../../../docs/JETONS.md").split("## Proofs of signature").nth(1).unwrap();
    let mut blocks = page.split("```").skip(1).step_by(2);
    let settings: Vec<(&str, &str)> =
        blocks.next().unwrap().lines().filter_map(|line| line.split_once('=')).collect();
    let claims: Value =
        serde_json::from_str(blocks.next().unwrap().strip_prefix("json").unwrap()).unwrap();
    let lookup = |name: &str| {
        settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let config = Config::read(lookup).unwrap().preuves;
    assert!(!config.bac_a_sable);
    let key = Key::new("lecteur");
    let emetteurs = config.emetteurs.into_iter().map(|known| EmetteurPreuves {
        emetteur: known.emetteur,
        keys: fixed(&set(&[&key])),
        moyens: known.moyens,
    });
    let preuves = Preuves::new(emetteurs.collect(), config.declarees);
    let annoncee = SignatureAnnoncee {
        contenu_sha256: Empreinte::parse(claims["contenu_sha256"].as_str().unwrap()).unwrap(),
        signe_a: Some("2025-06-16T09:00:00Z".parse().unwrap()),
        ..patient()
    };
    assert!(preuves.verify_as(&key.sign_as(&header(), &claims), &annoncee).await.is_ok());
    let cps = SignatureAnnoncee { moyen: MoyenSignature::Cps, ..annoncee };
    let mut other = claims.clone();
    other["moyen"] = json!("cps");
    let refused = preuves.verify_as(&key.sign_as(&header(), &other), &cps).await.err();
    assert_eq!(refused, Some(PreuveRefusee::MoyenNonAdmis));
    for (moyen, expected) in [
        (MoyenSignature::CarteVitale, PreuveRecue::Refusee(PreuveRefusee::Absente)),
        (MoyenSignature::PapierOriginalVu, PreuveRecue::Declaree(Preuve::default())),
    ] {
        assert_eq!(preuves.receive(moyen, None, Preuve::default()).await, expected);
    }
}

#[test]
fn settings_of_proofs_are_read_by_number_and_told_wrong_at_once() {
    let read = |given: &[(&str, &str)]| {
        Config::read(|name| {
            given.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    };
    let own = read(&[]).unwrap().preuves;
    assert!(own.bac_a_sable && own.emetteurs.is_empty() && own.declarees.is_empty());
    let declared = read(&[("TRAITANT_PREUVES_DECLAREES", "cps, carte_vitale")]).unwrap().preuves;
    assert!(declared.bac_a_sable);
    assert_eq!(declared.declarees.len(), 2);
    let wrong = read(&[
        ("TRAITANT_MODE", "production"),
        ("TRAITANT_PREUVES_1_EMETTEUR", "traitant-bac-a-sable-preuves"),
        ("TRAITANT_PREUVES_1_JWKS_URL", "http://127.0.0.1/cles"),
        ("TRAITANT_PREUVES_1_MOYENS", "carte_vitale,papier_original_vu"),
        ("TRAITANT_PREUVES_3_EMETTEUR", "https://a.invalid"),
        ("TRAITANT_PREUVES_20_EMETTEUR", "https://a.invalid"),
        ("TRAITANT_PREUVES_20_JWKS_URL", "https://a.invalid/cles"),
        ("TRAITANT_PREUVES_20_MOYENS", "cps"),
        ("TRAITANT_PREUVES_DECLAREES", "tout"),
    ])
    .unwrap_err()
    .0;
    let of_proofs: Vec<&String> = wrong.iter().filter(|error| error.contains("PREUVES")).collect();
    for name in [
        "1_EMETTEUR",
        "1_JWKS_URL",
        "1_MOYENS",
        "3_JWKS_URL",
        "3_MOYENS",
        "20_EMETTEUR",
        "DECLAREES",
    ] {
        assert!(of_proofs.iter().any(|error| error.contains(name)), "{name}: {wrong:?}");
    }
    assert_eq!(of_proofs.len(), 7, "{of_proofs:?}");
}

#[test]
fn every_refusal_has_a_code_and_a_sentence_of_its_own() {
    use PreuveRefusee as P;
    let all = [
        P::TropLongue,
        P::Illisible,
        P::EnTete,
        P::EmetteurInconnu,
        P::CleInconnue,
        P::ClesIndisponibles,
        P::SignatureFausse,
        P::Incomplete("jti"),
        P::SansInstant,
        P::MoyenNonAdmis,
        P::AutreContenu,
        P::AutreMoyen,
        P::AutreRole,
        P::AutreMedecin,
        P::AutreInstant,
    ];
    let codes: BTreeSet<&str> = all.iter().map(|refused| refused.code()).collect();
    let sentences: BTreeSet<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!((codes.len(), sentences.len()), (all.len(), all.len()));
    assert!(codes.iter().all(|code| code.starts_with("preuve_")));
    assert!(sentences.iter().all(|sentence| sentence.ends_with('.')));
}
