//! Tokens that try to choose how they are checked.

use api::jwt::Refused;
use serde_json::{Value, json};
use testkit::{Issuer, SigningKey, sign_hs256};

use super::{verifier, verifier_of};

#[tokio::test]
async fn no_signature_is_none_of_ours() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let claims = issuer.claims("acme", "ada");
    for algorithm in ["none", "None", "NONE", "", "HS256", "HS384", "HS512", "ES256K", "RSA-OAEP"] {
        let token = issuer.key().sign_with(&json!({"alg": algorithm, "kid": "first"}), &claims);
        assert_eq!(jwt.verify(&token).await, Err(Refused::Algorithm), "{algorithm}");
    }
    assert_eq!(issuer.fetches(), 0);
    let token = issuer.sign(&claims);
    let unsigned = &token[..=token.rfind('.').unwrap()];
    assert_eq!(jwt.verify(unsigned).await, Err(Refused::Malformed));
}

#[tokio::test]
async fn a_public_key_is_no_shared_secret() {
    for key in [SigningKey::es256("k"), SigningKey::ed25519("k"), SigningKey::rs256("k")] {
        let issuer = Issuer::with_key(key).await;
        let [name, audience, _] = issuer.variables();
        let pem = issuer.key().pem();
        let jwk = issuer.key().jwk();
        let by_pem = verifier_of(&[name, audience, ("JWT_PUBLIC_KEY", pem.clone())]);
        let by_set = verifier(&issuer);
        let claims = issuer.claims("acme", "ada");
        let header = json!({"alg": "HS256", "typ": "JWT", "kid": "k"});
        let parts = ["x", "n"].map(|name| jwk[name].as_str().unwrap_or_default().to_owned());
        for secret in [pem.clone(), format!("{pem}\n"), jwk.to_string()].into_iter().chain(parts) {
            let token = sign_hs256(secret.as_bytes(), &header, &claims);
            assert_eq!(by_pem.verify(&token).await, Err(Refused::Algorithm));
            assert_eq!(by_set.verify(&token).await, Err(Refused::Algorithm));
        }
    }
}

#[tokio::test]
async fn a_key_has_one_algorithm() {
    let issuer = Issuer::with_key(SigningKey::rs256("k")).await;
    let jwt = verifier(&issuer);
    let claims = issuer.claims("acme", "ada");
    for algorithm in ["RS384", "RS512", "PS256", "PS512", "ES256", "ES384", "EdDSA"] {
        // Signed as RS256, which the key is for.
        let token = issuer.key().sign_with(&json!({"alg": algorithm, "kid": "k"}), &claims);
        assert_eq!(jwt.verify(&token).await, Err(Refused::Algorithm), "{algorithm}");
    }
}

#[tokio::test]
async fn another_key_does_not_sign_for_the_issuer() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let claims = issuer.claims("acme", "ada");
    assert_eq!(jwt.verify(&SigningKey::es256("first").sign(&claims)).await, Err(Refused::Signature));
    let token = issuer.sign(&claims);
    let other = issuer.sign(&issuer.claims("globex", "mallory"));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (token, other) = (parts(&token), parts(&other));
    let spliced = format!("{}.{}.{}", token[0], other[1], token[2]);
    assert_eq!(jwt.verify(&spliced).await, Err(Refused::Signature));
}

#[tokio::test]
async fn a_token_brings_no_key_along() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let claims = issuer.claims("acme", "ada");
    let own = SigningKey::es256("first");
    let evil = format!("{}/elsewhere", issuer.url);
    let cases: [(&str, Value); 8] = [
        ("jwk", own.jwk()),
        ("jku", json!(evil)),
        ("x5u", json!(evil)),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
    ];
    for (name, value) in cases {
        // Also when the issuer's own key signed it.
        for key in [&own, &*issuer.key()] {
            let mut header = key.header();
            header[name] = value.clone();
            assert_eq!(jwt.verify(&key.sign_with(&header, &claims)).await, Err(Refused::Header(name)));
        }
    }
    assert_eq!((issuer.fetches(), issuer.strays()), (0, 0));
}

#[tokio::test]
async fn a_header_says_each_thing_once_and_says_what_it_is() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let claims = issuer.claims("acme", "ada").to_string();
    for header in [
        r#"{"alg":"none","alg":"ES256","kid":"first"}"#,
        r#"{"alg":"ES256","alg":"ES256","kid":"first"}"#,
        r#"{"alg":"ES256","kid":"other","kid":"first"}"#,
        r#"{"alg":"ES256","kid":"first","own":1,"own":2}"#,
        r#"["ES256"]"#,
    ] {
        assert_eq!(jwt.verify(&issuer.key().sign_text(header, &claims)).await, Err(Refused::Malformed), "{header}");
    }
    for typ in ["logout+jwt", "dpop+jwt", "JWE", "secevent+jwt"] {
        let header = json!({"alg": "ES256", "kid": "first", "typ": typ}).to_string();
        assert_eq!(jwt.verify(&issuer.key().sign_text(&header, &claims)).await, Err(Refused::Header("typ")), "{typ}");
    }
}
