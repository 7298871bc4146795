//! Tokens: what is accepted, and what is not.

use std::sync::Arc;

use serde_json::{Value, json};
use traitant::auth::{JetonRefuse, TokenRules, Verifier};
use traitant::domain::clock::FixedClock;

use super::issuer::{AUDIENCE, Key, NOW, claims, claims_with, clock, fixed, set, verifier as over};

struct World {
    key: Key,
    clock: Arc<FixedClock>,
    verifier: Verifier,
}

fn world() -> World {
    let (key, clock) = (Key::new("a"), clock());
    let verifier = over(fixed(&set(&[&key])), &clock);
    World { key, clock, verifier }
}

impl World {
    /// What becomes of a token with these claims changed.
    async fn refusal(&self, changes: &Value) -> Option<JetonRefuse> {
        self.verifier.verify(&self.key.sign(&claims_with(changes)), None).await.err()
    }
}

#[tokio::test]
async fn an_audience_may_be_one_of_several() {
    let world = world();
    for (audience, refused) in [
        (json!(AUDIENCE), None),
        (json!([AUDIENCE]), None),
        (json!(["https://autre.invalid", AUDIENCE, "account"]), None),
        (json!(["https://autre.invalid"]), Some(JetonRefuse::Invalide)),
        (json!([]), Some(JetonRefuse::Invalide)),
        (json!([[AUDIENCE]]), Some(JetonRefuse::Invalide)),
        (json!({ "aud": AUDIENCE }), Some(JetonRefuse::Invalide)),
        (Value::Null, Some(JetonRefuse::Invalide)),
    ] {
        assert_eq!(world.refusal(&json!({ "aud": audience })).await, refused, "{audience}");
    }
    assert_eq!(world.refusal(&json!({ "iss": null })).await, Some(JetonRefuse::Invalide));
    assert_eq!(
        world.refusal(&json!({ "iss": [super::issuer::ISSUER] })).await,
        Some(JetonRefuse::Invalide)
    );
}

#[tokio::test]
async fn a_header_that_says_something_else_is_refused() {
    let world = world();
    let with = async |changes: Value| {
        let mut header = json!({ "alg": "EdDSA", "kid": "a" });
        for (name, value) in changes.as_object().unwrap() {
            header[name] = value.clone();
        }
        world.verifier.verify(&world.key.sign_as(&header, &claims()), None).await.err()
    };
    for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"] {
        assert_eq!(with(json!({ "typ": typ })).await, None, "{typ}");
    }
    for other in [
        json!({ "typ": "logout+jwt" }),
        json!({ "typ": "id_token" }),
        json!({ "typ": "secevent+jwt" }),
        json!({ "typ": "preuve-signature+jwt" }),
        json!({ "typ": "" }),
        json!({ "typ": null }),
        json!({ "typ": ["JWT"] }),
        json!({ "crit": ["exp"] }),
        json!({ "crit": ["b64"], "b64": true }),
        json!({ "crit": [] }),
        json!({ "crit": null }),
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "ES512" }),
        json!({ "alg": null }),
        json!({ "kid": 5 }),
    ] {
        assert_eq!(with(other.clone()).await, Some(JetonRefuse::Invalide), "{other}");
    }
    // The right algorithm for another key.
    assert_eq!(with(json!({ "alg": "ES256" })).await, Some(JetonRefuse::CleInconnue));
    // A key that the token brings with it is nobody's.
    let own = Key::new("a");
    let header = json!({ "alg": "EdDSA", "kid": "a", "jwk": own.jwk(), "jku": "https://ailleurs" });
    let brought = world.verifier.verify(&own.sign_as(&header, &claims()), None).await;
    assert_eq!(brought, Err(JetonRefuse::Invalide));
}

#[tokio::test]
async fn what_is_not_three_parts_of_base64url_is_no_token() {
    let world = world();
    let good = world.key.sign(&claims());
    assert!(world.verifier.verify(&good, None).await.is_ok());
    let parts: Vec<&str> = good.split('.').collect();
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{good}.{}", parts[2]),
        format!("{}=.{}.{}", parts[0], parts[1], parts[2]),
        format!("{good}A"),
        format!("{good} "),
        good.chars().take(good.len() - 1).collect(),
        good.replacen('.', "..", 1),
    ] {
        assert!(world.verifier.verify(&text, None).await.is_err(), "{text}");
    }
    let long = claims_with(&json!({ "scope": "x".repeat(8_192) }));
    assert_eq!(
        world.verifier.verify(&world.key.sign(&long), None).await,
        Err(JetonRefuse::Malforme)
    );
}

#[tokio::test]
async fn no_token_lives_longer_than_the_longest_life() {
    let world = world();
    let half_a_day = 12 * 3600;
    for accepted in [
        json!({ "exp": NOW + half_a_day }),
        json!({ "exp": NOW + half_a_day, "iat": null }),
        json!({ "exp": NOW + 1, "iat": NOW + 1 - half_a_day }),
        json!({ "exp": 1_750_070_000.5, "iat": 1_750_068_000.25 }),
        json!({ "exp": 1.750_07e9 }),
    ] {
        assert_eq!(world.refusal(&accepted).await, None, "{accepted}");
    }
    for durable in [
        json!({ "exp": NOW + half_a_day + 1 }),
        json!({ "exp": NOW + half_a_day + 1, "iat": null }),
        json!({ "exp": NOW + 1, "iat": NOW - half_a_day }),
        // Saying that it will be issued later does not help.
        json!({ "exp": 253_402_300_799_i64, "iat": 253_402_300_000_i64 }),
        json!({ "exp": 253_402_300_799_i64 }),
    ] {
        assert_eq!(world.refusal(&durable).await, Some(JetonRefuse::TropDurable), "{durable}");
    }
    for unreadable in [
        json!({ "exp": i64::MAX }),
        json!({ "exp": u64::MAX }),
        json!({ "exp": 1e300 }),
        json!({ "exp": "1750070000" }),
        json!({ "exp": null }),
        json!({ "iat": "hier" }),
        json!({ "nbf": i64::MIN }),
    ] {
        assert_eq!(world.refusal(&unreadable).await, Some(JetonRefuse::Malforme), "{unreadable}");
    }
    assert_eq!(world.refusal(&json!({ "exp": -1 })).await, Some(JetonRefuse::Expire));
    assert_eq!(
        world.refusal(&json!({ "nbf": NOW + 31 })).await,
        Some(JetonRefuse::PasEncoreValide)
    );
    let short = over(fixed(&set(&[&world.key])), &world.clock).with_rules(TokenRules {
        lifetime: chrono::TimeDelta::minutes(59),
        ..TokenRules::default()
    });
    assert_eq!(short.verify(&world.key.sign(&claims()), None).await, Err(JetonRefuse::TropDurable));
}
