//! Which keys of an issuer's set are used.

use api::jwt::{Jwt, Refused};
use serde_json::{Value, json};
use testkit::{Answer, Issuer, SigningKey};

use super::{impatient, verifier};

/// What becomes of a good token when the issuer publishes this.
async fn with_set(issuer: &Issuer, set: &Value) -> Result<(), Refused> {
    issuer.answer(Answer::Text(set.to_string()));
    verifier(issuer).verify(&issuer.sign(&issuer.claims("acme", "ada"))).await.map(|_| ())
}

fn changed(jwk: &Value, change: &Value) -> Value {
    let mut jwk = jwk.clone();
    for (name, value) in change.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk
}

#[tokio::test]
async fn a_key_says_that_it_is_for_signatures_and_fits_its_algorithm() {
    let issuer = Issuer::start().await;
    let jwk = issuer.key().jwk();
    for good in [json!({}), json!({"alg": null}), json!({"use": null}), json!({"key_ops": ["verify"]}), json!({"x5c": "ignored"})]
    {
        assert_eq!(with_set(&issuer, &json!({"keys": [changed(&jwk, &good)]})).await, Ok(()), "{good}");
    }
    for bad in [
        json!({"use": "enc"}),
        json!({"use": "SIG"}),
        json!({"key_ops": ["sign"]}),
        json!({"key_ops": []}),
        json!({"alg": "ES384"}),
        json!({"alg": "HS256"}),
        json!({"alg": "RS256"}),
        json!({"alg": "none"}),
        json!({"alg": 7}),
        json!({"crv": "P-384"}),
        json!({"crv": "secp256k1"}),
        json!({"crv": null}),
        json!({"kty": "OKP"}),
        json!({"kty": "RSA"}),
        json!({"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}),
        json!({"kty": null}),
        json!({"x": null}),
        json!({"x": "AA"}),
        json!({"x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}),
        json!({"y": "%"}),
        json!({"d": "AAAA"}),
        json!({"kid": 7}),
    ] {
        assert_eq!(with_set(&issuer, &json!({"keys": [changed(&jwk, &bad)]})).await, Err(Refused::UnknownKey), "{bad}");
        // It takes no good key down with it.
        let other = changed(&changed(&jwk, &json!({"kid": "other"})), &bad);
        assert_eq!(with_set(&issuer, &json!({"keys": [other, jwk, 7, null]})).await, Ok(()), "{bad}");
    }
}

#[tokio::test]
async fn an_rsa_key_is_long_enough_and_a_key() {
    let issuer = Issuer::with_key(SigningKey::rs256("k")).await;
    let jwk = issuer.key().jwk();
    // Microsoft Entra names no algorithm.
    assert_eq!(with_set(&issuer, &json!({"keys": [changed(&jwk, &json!({"alg": null}))]})).await, Ok(()));
    let n = jwk["n"].as_str().unwrap();
    let (short, shorter) = (&n[..n.len() / 2], format!("AAAA{}", &n[..n.len() - 6]));
    for bad in [
        json!({"n": short}),
        json!({"n": shorter}),
        json!({"n": format!("{0}{0}{0}{0}{0}", n)}),
        json!({"n": ""}),
        json!({"e": "AQ"}),
        json!({"e": "AAE"}),
        json!({"e": "AA"}),
        json!({"e": "Ag"}),
        json!({"e": ""}),
        json!({"alg": "ES256"}),
        json!({"alg": "HS256"}),
        json!({"alg": "RSA-OAEP"}),
    ] {
        assert_eq!(with_set(&issuer, &json!({"keys": [changed(&jwk, &bad)]})).await, Err(Refused::UnknownKey), "{bad}");
    }
}

#[tokio::test]
async fn a_shared_secret_in_a_set_is_no_key() {
    let issuer = Issuer::start().await;
    issuer.answer(Answer::Text(json!({"keys": [{"kty": "oct", "kid": "k", "alg": "HS256", "k": "c2VjcmV0"}]}).to_string()));
    let claims = issuer.claims("acme", "ada");
    let token = testkit::sign_hs256(b"secret", &json!({"alg": "HS256", "kid": "k"}), &claims);
    assert_eq!(verifier(&issuer).verify(&token).await, Err(Refused::Algorithm));
}

#[tokio::test]
async fn a_token_names_its_key_unless_there_is_one_only() {
    let issuer = Issuer::start().await;
    let claims = issuer.claims("acme", "ada");
    let nameless = |issuer: &Issuer| issuer.key().sign_with(&json!({"alg": "ES256"}), &claims);
    verifier(&issuer).verify(&nameless(&issuer)).await.unwrap();
    let jwk = issuer.key().jwk();
    let unnamed = changed(&jwk, &json!({"kid": null}));
    issuer.answer(Answer::Text(json!({"keys": [unnamed]}).to_string()));
    verifier(&issuer).verify(&nameless(&issuer)).await.unwrap();
    assert_eq!(verifier(&issuer).verify(&issuer.sign(&claims)).await, Err(Refused::UnknownKey));
    issuer.answer(Answer::Text(json!({"keys": [unnamed, unnamed]}).to_string()));
    assert_eq!(verifier(&issuer).verify(&nameless(&issuer)).await, Err(Refused::UnknownKey));
    issuer.answer(Answer::Keys);
    issuer.add(SigningKey::es256("second"));
    assert_eq!(verifier(&issuer).verify(&nameless(&issuer)).await, Err(Refused::UnknownKey));
    // Two keys of one name are none.
    issuer.answer(Answer::Text(json!({"keys": [jwk, jwk]}).to_string()));
    let first = issuer.key().sign_with(&json!({"alg": "ES256", "kid": "first"}), &claims);
    assert_eq!(verifier(&issuer).verify(&first).await, Err(Refused::UnknownKey));
}

#[tokio::test]
async fn an_answer_that_is_no_set_makes_no_keys() {
    let issuer = Issuer::start().await;
    let jwk = issuer.key().jwk();
    let token = issuer.sign(&issuer.claims("acme", "ada"));
    let fails = async |jwt: Jwt| assert_eq!(jwt.verify(&token).await, Err(Refused::Unavailable));
    for text in [
        String::new(),
        "<html>".to_owned(),
        "null".to_owned(),
        jwk.to_string(),
        json!([jwk]).to_string(),
        json!({"keys": {"first": jwk}}).to_string(),
        json!({"keys": vec![&jwk; 101]}).to_string(),
        format!("{{\"keys\":[{jwk}],\"pad\":\"{}\"}}", "x".repeat(256 * 1024)),
        "[".repeat(100_000),
    ] {
        issuer.answer(Answer::Text(text));
        fails(verifier(&issuer)).await;
    }
    for answer in [Answer::Endless, Answer::Elsewhere, Answer::Status(500), Answer::Status(204), Answer::Status(404)] {
        issuer.answer(answer);
        fails(verifier(&issuer)).await;
    }
    assert_eq!(issuer.strays(), 0);
    issuer.answer(Answer::Silence);
    fails(impatient(&issuer)).await;
    assert_eq!(with_set(&issuer, &json!({"keys": []})).await, Err(Refused::UnknownKey));
}
