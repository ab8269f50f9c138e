//! What is believed.

use api::jwt::{Refused, looks_like_jwt};
use serde_json::json;
use testkit::{Issuer, SigningKey, now, sign_hs256};

use super::{verifier, verifier_of, with, without};

#[tokio::test]
async fn a_good_token_says_who_presents_it() {
    let issuer = Issuer::start().await;
    let claims = issuer.claims("acme", "ada");
    let token = issuer.sign(&claims);
    assert!(looks_like_jwt(&token));
    let verified = verifier(&issuer).verify(&token).await.unwrap();
    assert_eq!(verified.issuer, issuer.url);
    assert_eq!((&*verified.subject, &*verified.tenant, &*verified.user), ("ada", "acme", "ada"));
    assert_eq!(verified.scopes, ["tasks:read", "tasks:write"]);
    assert_eq!(verified.expires_at.timestamp(), claims["exp"].as_i64().unwrap());
    assert_eq!(verified.token_id.as_deref(), claims["jti"].as_str());
    assert_eq!(verified.key_id.as_deref(), Some("first"));
}

#[tokio::test]
async fn every_algorithm_of_the_list_is_taken_from_a_set_and_from_pem() {
    for key in
        [SigningKey::es256("k"), SigningKey::es384("k"), SigningKey::ed25519("k"), SigningKey::rs256("k"), SigningKey::ps256("k")]
    {
        let algorithm = key.algorithm;
        let pem = key.pem();
        let issuer = Issuer::with_key(key).await;
        let token = issuer.sign(&issuer.claims("acme", "ada"));
        verifier(&issuer).verify(&token).await.unwrap_or_else(|reason| panic!("{algorithm}: {reason}"));
        let [name, audience, _] = issuer.variables();
        let by_pem = verifier_of(&[name, audience, ("JWT_PUBLIC_KEY", pem)]).verify(&token).await.map(|_| ());
        // In PEM nothing tells that an RSA key is for PS256.
        let expected = if algorithm == "PS256" { Err(Refused::Algorithm) } else { Ok(()) };
        assert_eq!(by_pem, expected, "{algorithm}");
    }
}

#[tokio::test]
async fn development_takes_a_shared_secret() {
    let issuer = Issuer::start().await;
    let [name, audience, _] = issuer.variables();
    let secret = "a secret of thirty-two bytes, or more";
    let jwt = verifier_of(&[name, audience, ("JWT_HS256_SECRET", secret.to_owned())]);
    let claims = issuer.claims("acme", "ada");
    let sign = |secret: &str, algorithm: &str| sign_hs256(secret.as_bytes(), &json!({"alg": algorithm}), &claims);
    assert_eq!(jwt.verify(&sign(secret, "HS256")).await.unwrap().key_id, None);
    assert_eq!(jwt.verify(&sign("another secret of more than 32 bytes", "HS256")).await, Err(Refused::Signature));
    assert_eq!(jwt.verify(&sign(secret, "HS512")).await, Err(Refused::Algorithm));
    assert_eq!(jwt.verify(&issuer.sign(&claims)).await, Err(Refused::Algorithm));
}

#[tokio::test]
async fn claims_may_be_said_in_the_usual_ways() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let claims = issuer.claims("acme", "ada");
    let life = now() + 24 * 60 * 60;
    for good in [
        with(&claims, "aud", json!(["other", "ctap"])),
        with(&claims, "scope", json!(["tasks:read", "tasks:write"])),
        with(&claims, "scope", json!(" tasks:read  tasks:write ")),
        with(&claims, "nbf", json!(now() + 5)),
        with(&claims, "iat", json!(now() + 5)),
        with(&claims, "exp", json!(now() - 5)),
        with(&claims, "exp", json!(now() as f64 + 60.5)),
        with(&without(&claims, "iat"), "exp", json!(life)),
        with(&claims, "unknown", json!({"deep": [1, {"x": null}]})),
    ] {
        let verified = jwt.verify(&issuer.sign(&good)).await.unwrap_or_else(|reason| panic!("{good}: {reason}"));
        assert_eq!(verified.scopes, ["tasks:read", "tasks:write"]);
    }
    let bare = without(&without(&claims, "scope"), "jti");
    let verified = jwt.verify(&issuer.sign(&bare)).await.unwrap();
    assert_eq!((verified.scopes, verified.token_id), (vec![], None));
}

#[tokio::test]
async fn claims_may_have_other_names_and_be_nested() {
    let issuer = Issuer::start().await;
    let names = [("JWT_TENANT_CLAIM", "/org/id"), ("JWT_USER_CLAIM", "https://ctap.example/user"), ("JWT_SCOPE_CLAIM", "scp")];
    let variables = issuer.variables().into_iter().chain(names.map(|(name, value)| (name, value.to_owned())));
    let jwt = verifier_of(&variables.collect::<Vec<_>>());
    let mut claims = issuer.claims("ignored", "ada");
    claims["org"] = json!({"id": "acme"});
    claims["https://ctap.example/user"] = json!("ada@acme.example");
    claims["scp"] = json!(["audit:read"]);
    let verified = jwt.verify(&issuer.sign(&claims)).await.unwrap();
    assert_eq!((&*verified.tenant, &*verified.user, &*verified.subject), ("acme", "ada@acme.example", "ada"));
    assert_eq!(verified.scopes, ["audit:read"]);
    assert_eq!(jwt.verify(&issuer.sign(&issuer.claims("acme", "ada"))).await, Err(Refused::Claims("tenant")));
}
