//! What is no token.

use api::jwt::{Jwt, Refused};
use serde_json::json;
use testkit::{Issuer, now};

use super::{verifier, with};

async fn refused_as(jwt: &Jwt, token: &str, reason: Refused) {
    let start: String = token.chars().take(80).collect();
    assert_eq!(jwt.verify(token).await, Err(reason), "{start:?}");
}

#[tokio::test]
async fn a_payload_is_one_object_without_repeated_claims() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let claims = issuer.claims("acme", "ada").to_string();
    let body = claims.strip_suffix('}').unwrap();
    let exp = now() + 60;
    for payload in [
        // By position, as the library reads its own claims.
        json!([exp, 0, "ada", issuer.url, "ctap"]).to_string(),
        "[]".to_owned(),
        "null".to_owned(),
        "7".to_owned(),
        "\"text\"".to_owned(),
        String::from(" "),
        "{".to_owned(),
        format!("{claims}{claims}"),
        format!("\u{feff}{claims}"),
        format!(r#"{body},"tenant":"globex"}}"#),
        format!(r#"{body},"scope":"admin"}}"#),
        format!(r#"{body},"sub":"mallory"}}"#),
        format!(r#"{body},"exp":{exp}}}"#),
        format!(r#"{body},"ten\u0061nt":"globex"}}"#),
        format!(r#"{body},"own":{{"a":1,"a":2}}}}"#),
        format!(r#"{body},"own":"\ud800"}}"#),
        format!(r#"{body},"own":{}{}}}"#, "[".repeat(1000), "]".repeat(1000)),
    ] {
        let token = issuer.key().sign_text(&issuer.key().header().to_string(), &payload);
        let reason = jwt.verify(&token).await.unwrap_err();
        // Which of the two depends on who reads first, the library or we.
        assert!(matches!(reason, Refused::Malformed | Refused::Claims(_)), "{payload}: {reason}");
    }
}

#[tokio::test]
async fn a_token_is_short() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let padded = |bytes: usize| issuer.sign(&with(&issuer.claims("acme", "ada"), "pad", json!("x".repeat(bytes))));
    let longest = padded(5_600);
    assert!((7_800..=8_192).contains(&longest.len()), "{}", longest.len());
    jwt.verify(&longest).await.unwrap();
    for token in [padded(6_200), padded(1_000_000), "a".repeat(1_000_000), format!("{}.a.a", "a".repeat(8_192))] {
        refused_as(&jwt, &token, Refused::TooLong).await;
    }
}

#[tokio::test]
async fn a_token_is_three_parts_of_base64url() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let token = issuer.sign(&issuer.claims("acme", "ada"));
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    for bad in [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        header.into(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{token}.{signature}"),
        format!("{token}.a.a"),
        format!("{token}="),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}!"),
        format!("{header}.{payload}.{signature} "),
        format!(" {token}"),
        format!("{header}.{payload}.{signature}\0"),
        format!("é.{payload}.{signature}"),
        format!("{header}.{payload}.+/{signature}"),
    ] {
        refused_as(&jwt, &bad, Refused::Malformed).await;
    }
    // Parts that can be read, but were not signed.
    for bad in
        [format!("{header}.{payload}AA.{signature}"), format!("{header}.e30.{signature}"), format!("{header}.{payload}.AAAA")]
    {
        refused_as(&jwt, &bad, Refused::Signature).await;
    }
}

#[tokio::test]
async fn no_cut_and_no_flipped_bit_is_believed() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let token = issuer.sign(&issuer.claims("acme", "ada"));
    for at in 0..token.len() {
        assert!(jwt.verify(&token[..at]).await.is_err(), "cut at {at}");
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let flipped = String::from_utf8(bytes).unwrap();
            assert!(jwt.verify(&flipped).await.is_err(), "bit {bit} of {at}");
        }
    }
    assert!(jwt.verify(&token).await.is_ok());
    assert!(issuer.fetches() <= 2, "{}", issuer.fetches());
}
