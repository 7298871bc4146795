//! The keys of an issuer: which of them count, for how long, and what happens when they are not there.

use chrono::TimeDelta;
use serde_json::json;
use traitant::auth::{JetonRefuse, KeySet};

use super::issuer::{Address, Answer, Key, claims, clock, fixed, set, verifier};

#[tokio::test]
async fn a_key_that_is_withdrawn_verifies_nothing_more_not_even_what_it_verified() {
    let (old, new) = (Key::new("ancienne"), Key::new("nouvelle"));
    let clock = clock();
    let address = Address::new(Answer::Keys(set(&[&old]))).await;
    let verifier = verifier(address.source(&clock), &clock);
    let (before, after) = (old.sign(&claims()), new.sign(&claims()));
    assert!(verifier.verify(&before, None).await.is_ok());
    assert_eq!(verifier.verify(&after, None).await, Err(JetonRefuse::CleInconnue));
    address.answers(Answer::Keys(set(&[&old, &new])));
    clock.advance(TimeDelta::seconds(10));
    assert!(verifier.verify(&after, None).await.is_ok(), "a key that appeared is asked for");
    assert!(verifier.verify(&before, None).await.is_ok());
    address.answers(Answer::Keys(set(&[&new])));
    assert!(verifier.verify(&before, None).await.is_ok(), "nobody knows yet");
    clock.advance(TimeDelta::seconds(10));
    let unknown = Key::new("inconnue").sign(&claims());
    assert_eq!(verifier.verify(&unknown, None).await, Err(JetonRefuse::CleInconnue));
    assert_eq!(verifier.verify(&before, None).await, Err(JetonRefuse::CleInconnue));
    assert!(verifier.verify(&after, None).await.is_ok());
}

#[tokio::test]
async fn names_of_keys_that_nobody_published_do_not_flood_the_issuer() {
    let (key, clock) = (Key::new("a"), clock());
    let address = Address::new(Answer::Keys(set(&[&key]))).await;
    let verifier = verifier(address.source(&clock), &clock);
    for name in 0..20 {
        let unknown = Key::new(&format!("inconnue-{name}")).sign(&claims());
        assert_eq!(verifier.verify(&unknown, None).await, Err(JetonRefuse::CleInconnue));
    }
    assert_eq!(address.fetches(), 1);
    // Neither does a token made for others.
    let other = key.sign(&super::issuer::claims_with(&json!({ "iss": "https://ailleurs" })));
    clock.advance(TimeDelta::seconds(30));
    assert_eq!(verifier.verify(&other, None).await, Err(JetonRefuse::Invalide));
    assert_eq!(address.fetches(), 1);
}

#[tokio::test]
async fn without_its_keys_the_service_says_that_it_cannot_answer() {
    let (key, clock) = (Key::new("a"), clock());
    let address = Address::new(Answer::Closed).await;
    let verifier = verifier(address.source(&clock), &clock);
    let token = key.sign(&claims());
    assert!(!verifier.ready());
    assert_eq!(verifier.verify(&token, None).await, Err(JetonRefuse::ClesIndisponibles));
    address.answers(Answer::Keys(set(&[&key])));
    clock.advance(TimeDelta::seconds(10));
    assert!(verifier.verify(&token, None).await.is_ok());
    assert!(verifier.ready());
    // An issuer that is away for a while is no reason to refuse anybody, for an hour.
    address.answers(Answer::Closed);
    clock.advance(TimeDelta::minutes(59));
    let other = key.sign(&super::issuer::claims_with(
        &json!({ "jti": "autre", "exp": super::issuer::NOW + 7200 }),
    ));
    assert!(verifier.verify(&token, None).await.is_ok());
    assert!(verifier.verify(&other, None).await.is_ok());
    clock.advance(TimeDelta::minutes(2));
    assert!(!verifier.ready());
    assert_eq!(verifier.verify(&other, None).await, Err(JetonRefuse::ClesIndisponibles));
    // A clock that is put back does not make them younger than they are for long.
    clock.advance(TimeDelta::hours(-4));
    assert!(!verifier.ready());
}

#[tokio::test]
async fn what_is_not_a_small_set_answered_at_once_is_no_set() {
    let (key, clock) = (Key::new("a"), clock());
    let many: Vec<_> = (0..101).map(|_| key.jwk()).collect();
    let moved = format!("HTTP/1.1 302 Found\r\nLocation: /ailleurs\r\n\r\n{}", set(&[&key]));
    for answer in [
        Answer::Endless,
        Answer::Stalled,
        Answer::Closed,
        Answer::Raw(moved),
        Answer::Raw(format!("HTTP/1.1 500 Oops\r\n\r\n{}", set(&[&key]))),
        Answer::Raw("HTTP/1.1 200 OK\r\n\r\n<html>".to_owned()),
        Answer::Keys(json!({ "keys": many })),
        Answer::Keys(json!([key.jwk()])),
    ] {
        let address = Address::new(answer).await;
        let verifier = verifier(address.source(&clock), &clock);
        let refused = verifier.verify(&key.sign(&claims()), None).await;
        assert_eq!(refused, Err(JetonRefuse::ClesIndisponibles));
        // The next one that is a set is taken.
        address.answers(Answer::Keys(set(&[&key])));
        clock.advance(TimeDelta::seconds(10));
        assert!(verifier.verify(&key.sign(&claims()), None).await.is_ok());
    }
}

#[tokio::test]
async fn a_key_that_is_not_made_to_verify_signatures_is_not_used() {
    let (key, clock) = (Key::new("a"), clock());
    let accepts = async |jwk: serde_json::Value| {
        let keys = fixed(&json!({ "keys": [{ "kty": "nouveau" }, { "use": 5 }, jwk] }));
        verifier(keys, &clock).verify(&key.sign(&claims()), None).await.is_ok()
    };
    let with = |name: &str, value: serde_json::Value| {
        let mut jwk = key.jwk();
        jwk[name] = value;
        jwk
    };
    assert!(accepts(key.jwk()).await, "keys that we do not know hide none that we know");
    for (name, value) in [
        ("use", json!("sig")),
        ("key_ops", json!(["verify"])),
        ("key_ops", json!(["sign", "verify"])),
        ("alg", json!("EdDSA")),
    ] {
        assert!(accepts(with(name, value.clone())).await, "{name} {value}");
    }
    for (name, value) in [
        ("use", json!("enc")),
        ("use", json!("autre")),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!([])),
        ("alg", json!("ES256")),
        ("alg", json!("RSA-OAEP")),
        ("alg", json!("inconnu")),
        ("crv", json!("X25519")),
        ("kty", json!("oct")),
        ("kid", json!("b")),
    ] {
        assert!(!accepts(with(name, value.clone())).await, "{name} {value}");
    }
}

#[tokio::test]
async fn a_token_that_names_no_key_is_verified_by_the_only_one_there_can_be() {
    let (first, second, clock) = (Key::new("a"), Key::new("b"), clock());
    let unnamed = first.sign_as(&json!({ "alg": "EdDSA" }), &claims());
    let mut encrypts = second.jwk();
    encrypts["use"] = json!("enc");
    let one = json!({ "keys": [first.jwk(), encrypts] });
    assert!(verifier(fixed(&one), &clock).verify(&unnamed, None).await.is_ok());
    let both = verifier(fixed(&set(&[&first, &second])), &clock);
    assert_eq!(both.verify(&unnamed, None).await, Err(JetonRefuse::CleInconnue));
}

#[test]
fn a_set_is_a_document_with_keys() {
    for wrong in ["", "{}", "[]", r#"{"keys":{}}"#, r#"{"keys":[]"#] {
        assert!(KeySet::read(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert!(KeySet::read(br#"{"keys":[],"autre":1}"#).is_ok());
}
