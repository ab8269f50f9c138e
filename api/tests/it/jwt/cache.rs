//! When the issuer is asked for its keys, and what serves while it does not answer.

use std::time::Duration;

use api::jwt::{Jwt, Refused};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::json;
use testkit::{Answer, Issuer, SigningKey, until};

use super::{impatient, later, verifier};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

fn token(issuer: &Issuer) -> String {
    issuer.sign(&issuer.claims("acme", "ada"))
}

fn unknown(issuer: &Issuer, key_id: &str) -> String {
    issuer.key().sign_with(&json!({"alg": "ES256", "kid": key_id}), &issuer.claims("acme", "ada"))
}

async fn is_good(jwt: &Jwt, token: &str) -> Result<(), Refused> {
    jwt.verify(token).await.map(|_| ())
}

async fn fetched(issuer: &Issuer, times: usize) {
    until("a fetch", async || (issuer.fetches() >= times).then_some(())).await;
    assert_eq!(issuer.fetches(), times);
}

#[tokio::test]
async fn keys_are_fetched_when_first_needed_and_once() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    assert_eq!(issuer.fetches(), 0);
    let token = token(&issuer);
    let answers = join_all((0..100).map(|_| is_good(&jwt, &token))).await;
    assert!(answers.iter().all(Result::is_ok));
    is_good(&jwt.clone(), &token).await.unwrap();
    assert_eq!(issuer.fetches(), 1);
    later(9 * MINUTE).await;
    is_good(&jwt, &token).await.unwrap();
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn a_start_can_fetch_ahead() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    jwt.warm_up().await;
    jwt.warm_up().await;
    is_good(&jwt, &token(&issuer)).await.unwrap();
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn a_flood_of_unknown_keys_makes_one_fetch_a_minute() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let good = token(&issuer);
    let names = ["../../etc/passwd", "' OR 1=1 --", "file:///dev/null", "second", ""];
    let tokens: Vec<_> = (0..1000).map(|n| unknown(&issuer, &format!("{}{n}", names[n % names.len()]))).collect();
    let flood = async || {
        let answers = join_all(tokens.iter().map(|token| is_good(&jwt, token))).await;
        assert!(answers.iter().all(|answer| *answer == Err(Refused::UnknownKey)));
    };
    // The first fetch answers the flood that made it, and whoever asks within the minute.
    flood().await;
    flood().await;
    assert_eq!(issuer.fetches(), 1);
    for minutes in 2..5 {
        later(MINUTE).await;
        flood().await;
        for token in &tokens {
            assert_eq!(is_good(&jwt, token).await, Err(Refused::UnknownKey));
        }
        assert_eq!(issuer.fetches(), minutes);
    }
    is_good(&jwt, &good).await.unwrap();
    assert_eq!(jwt.verify(&unknown(&issuer, &"k".repeat(5_000))).await, Err(Refused::Header("kid")));
    assert_eq!(jwt.verify(&unknown(&issuer, &"k".repeat(10_000))).await, Err(Refused::TooLong));
    assert_eq!(issuer.fetches(), 4);
}

#[tokio::test]
async fn a_new_key_is_picked_up_at_once() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let old = token(&issuer);
    is_good(&jwt, &old).await.unwrap();
    // First published beside the old one, which still signs what is about.
    issuer.add(SigningKey::es384("second"));
    is_good(&jwt, &token(&issuer)).await.unwrap();
    is_good(&jwt, &old).await.unwrap();
    assert_eq!(issuer.fetches(), 2);
    // Then the old one is withdrawn; that is noticed with the next fetch.
    issuer.rotate();
    let new = token(&issuer);
    assert_eq!(is_good(&jwt, &new).await, Err(Refused::UnknownKey));
    later(MINUTE).await;
    is_good(&jwt, &new).await.unwrap();
    assert_eq!(is_good(&jwt, &old).await, Err(Refused::UnknownKey));
    assert_eq!(issuer.fetches(), 3);
}

#[tokio::test]
async fn old_keys_serve_while_they_are_fetched_again() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let good = token(&issuer);
    is_good(&jwt, &good).await.unwrap();
    issuer.answer(Answer::Silence);
    later(10 * MINUTE).await;
    for _ in 0..10 {
        is_good(&jwt, &good).await.unwrap();
    }
    fetched(&issuer, 2).await;
}

#[tokio::test]
async fn a_withdrawn_key_is_forgotten_with_the_next_fetch() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let old = token(&issuer);
    is_good(&jwt, &old).await.unwrap();
    issuer.rotate();
    later(10 * MINUTE).await;
    // Served by the old set, and makes the new one be fetched.
    is_good(&jwt, &old).await.unwrap();
    until("the key to be forgotten", async || (is_good(&jwt, &old).await == Err(Refused::UnknownKey)).then_some(())).await;
}

#[tokio::test]
async fn old_keys_serve_a_day_without_the_issuer() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let good = token(&issuer);
    is_good(&jwt, &good).await.unwrap();
    issuer.answer(Answer::Status(500));
    later(23 * HOUR).await;
    is_good(&jwt, &good).await.unwrap();
    fetched(&issuer, 2).await;
    // A key that is not held cannot be found, but that is not for the client to repeat.
    assert_eq!(is_good(&jwt, &unknown(&issuer, "second")).await, Err(Refused::UnknownKey));
    later(HOUR).await;
    assert_eq!(is_good(&jwt, &good).await, Err(Refused::Unavailable));
    issuer.answer(Answer::Keys);
    later(Duration::from_secs(5)).await;
    is_good(&jwt, &good).await.unwrap();
}

#[tokio::test]
async fn a_failing_issuer_is_not_asked_by_every_request() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let good = token(&issuer);
    issuer.answer(Answer::Status(503));
    let answers = join_all((0..100).map(|_| is_good(&jwt, &good))).await;
    assert!(answers.iter().all(|answer| *answer == Err(Refused::Unavailable)));
    for _ in 0..100 {
        assert_eq!(is_good(&jwt, &good).await, Err(Refused::Unavailable));
    }
    assert_eq!(issuer.fetches(), 1);
    issuer.answer(Answer::Keys);
    later(Duration::from_secs(5)).await;
    is_good(&jwt, &good).await.unwrap();
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn a_failed_refresh_is_repeated_after_a_minute() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let good = token(&issuer);
    is_good(&jwt, &good).await.unwrap();
    issuer.answer(Answer::Status(500));
    later(10 * MINUTE).await;
    is_good(&jwt, &good).await.unwrap();
    fetched(&issuer, 2).await;
    // The first waits for that fetch to end, if it has not; one of the two then makes the one fetch a minute that it may.
    for _ in 0..2 {
        assert_eq!(is_good(&jwt, &unknown(&issuer, "second")).await, Err(Refused::UnknownKey));
    }
    let before = issuer.fetches();
    for _ in 0..20 {
        is_good(&jwt, &good).await.unwrap();
        // Waits for the fetch that the line above must not have begun.
        assert_eq!(is_good(&jwt, &unknown(&issuer, "second")).await, Err(Refused::UnknownKey));
    }
    assert_eq!(issuer.fetches(), before);
    later(MINUTE).await;
    is_good(&jwt, &good).await.unwrap();
    fetched(&issuer, before + 1).await;
}

#[tokio::test]
async fn a_client_that_goes_away_ends_no_fetch() {
    let issuer = Issuer::start().await;
    let jwt = verifier(&issuer);
    let good = token(&issuer);
    // Asked once, and dropped while it waits.
    assert_eq!(is_good(&jwt, &good).now_or_never(), None);
    is_good(&jwt, &good).await.unwrap();
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn an_issuer_that_is_not_there_stops_no_start() {
    let issuer = Issuer::start().await;
    let good = token(&issuer);
    let jwt = impatient(&issuer);
    drop(issuer);
    jwt.warm_up().await;
    assert_eq!(is_good(&jwt, &good).await, Err(Refused::Unavailable));
}

#[tokio::test]
async fn a_silent_issuer_is_given_up() {
    let issuer = Issuer::start().await;
    let jwt = impatient(&issuer);
    issuer.answer(Answer::Silence);
    jwt.warm_up().await;
    assert_eq!(is_good(&jwt, &token(&issuer)).await, Err(Refused::Unavailable));
    assert_eq!(issuer.fetches(), 1);
}
