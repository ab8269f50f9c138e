//! Claims that are missing, of a wrong kind, or say what we do not take. Every token here has a good signature.

use api::jwt::Refused;
use serde_json::{Value, json};
use testkit::{Issuer, now};

use super::{verifier, with, without};

async fn each_is_refused(cases: impl AsyncFnOnce(&Issuer, &Value) -> Vec<(Value, Refused)>) {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let claims = issuer.claims("acme", "ada");
    jwt.verify(&issuer.sign(&claims)).await.unwrap();
    for (bad, reason) in cases(&issuer, &claims).await {
        let found = jwt.verify(&issuer.sign(&bad)).await.unwrap_err();
        // The library stops reading where it finds a list or an object for one of these.
        let unread = ["sub", "exp", "nbf"].iter().any(|name| bad[name].is_array() || bad[name].is_object());
        assert_eq!(found, if unread { Refused::Malformed } else { reason }, "{bad}");
    }
}

#[tokio::test]
async fn required_claims_are_there() {
    each_is_refused(async |_, claims| {
        let names = ["iss", "aud", "sub", "exp", "tenant"];
        names.map(|name| (without(claims, name), Refused::Claims(name))).into()
    })
    .await;
}

#[tokio::test]
async fn claims_are_of_the_right_kind() {
    let wrong = [Value::Null, json!(true), json!(7), json!([]), json!({}), json!("")];
    each_is_refused(async |issuer, claims| {
        let texts =
            ["iss", "aud", "sub", "tenant"].into_iter().flat_map(|name| wrong.iter().map(move |value| (name, value.clone())));
        let others = [
            // A list with the right issuer in it passes the library.
            ("iss", json!([issuer.url])),
            ("iss", json!([issuer.url, "https://evil.example"])),
            ("aud", json!(["ctap", 7])),
            ("aud", json!({"ctap": true})),
            ("sub", json!(["ada"])),
            ("exp", Value::Null),
            ("exp", json!((now() + 60).to_string())),
            ("exp", json!([now() + 60])),
            ("exp", json!(-1)),
            ("exp", json!(1e30)),
            ("exp", json!(u64::MAX)),
            ("nbf", Value::Null),
            ("nbf", json!("0")),
            ("nbf", json!(-1)),
            ("nbf", json!([0])),
            ("iat", Value::Null),
            ("iat", json!("0")),
            ("iat", json!(-1)),
            ("iat", json!(1e300)),
            ("jti", json!(7)),
            ("jti", Value::Null),
            ("scope", Value::Null),
            ("scope", json!(7)),
            ("scope", json!({"tasks:read": true})),
            ("scope", json!(["tasks:read", 7])),
            ("scope", json!([""])),
        ];
        texts.chain(others).map(|(name, value)| (with(claims, name, value), Refused::Claims(name))).collect()
    })
    .await;
}

#[tokio::test]
async fn texts_are_short_and_can_be_stored() {
    each_is_refused(async |_, claims| {
        let texts = ["x".repeat(257), "a\0b".to_owned(), "a\nb".to_owned(), "a\u{85}b".to_owned()];
        let names = ["sub", "tenant", "jti", "scope"];
        names
            .into_iter()
            .flat_map(|name| texts.iter().map(move |text| (with(claims, name, json!(text)), Refused::Claims(name))))
            .collect()
    })
    .await;
}

#[tokio::test]
async fn issuer_and_audience_are_ours_to_the_letter() {
    each_is_refused(async |issuer, claims| {
        let bad = |name, value: Value| (with(claims, name, value), Refused::Claims(name));
        vec![
            bad("iss", json!("https://evil.example")),
            bad("iss", json!(format!("{}/", issuer.url))),
            bad("iss", json!(issuer.url.to_uppercase())),
            bad("aud", json!("other")),
            bad("aud", json!("CTAP")),
            bad("aud", json!("ctap ")),
            bad("aud", json!(["other", "ctap2"])),
        ]
    })
    .await;
}

#[tokio::test]
async fn a_token_lives_a_day_at_most_and_not_yet_or_no_more() {
    each_is_refused(async |_, claims| {
        let now = now();
        let (day, year) = (24 * 60 * 60, 365 * 24 * 60 * 60);
        let bare = without(claims, "iat");
        vec![
            // The library would allow a minute.
            (with(claims, "exp", json!(now - 31)), Refused::Expired),
            (with(claims, "exp", json!(0)), Refused::Expired),
            (with(claims, "nbf", json!(now + 45)), Refused::NotYet),
            (with(claims, "nbf", json!(u64::MAX)), Refused::NotYet),
            (with(claims, "iat", json!(now + 45)), Refused::Claims("iat")),
            (with(claims, "exp", json!(now + 5 * year)), Refused::Claims("exp")),
            (with(claims, "exp", json!(now + day + 5)), Refused::Claims("exp")),
            (with(&bare, "exp", json!(now + day + 45)), Refused::Claims("exp")),
            // Old, but not expired: it was made to live too long.
            (with(claims, "iat", json!(now - day)), Refused::Claims("exp")),
        ]
    })
    .await;
}
