//! How much one user, one address, one tenant may have.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use api::Config;
use api::access::AccessSettings;
use api::config::GraphqlLimits;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ask, codes};
use crate::subscription::Socket;
use crate::support::{TestApi, problem};

async fn start(access: AccessSettings) -> TestApi {
    TestApi::start_with(Config { access, ..Config::default() }).await
}

#[tokio::test]
async fn points_run_out_and_the_headers_say_how_many_are_left() {
    let api = start(AccessSettings { rate_limit_points: NonZeroU32::new(100), ..AccessSettings::default() }).await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    let first = api.get(&acme, "/v1/tasks").await;
    assert_eq!(first.status(), 200);
    assert_eq!(first.headers()["ratelimit-policy"], "\"points\";q=100;w=60");
    assert!(first.headers()["ratelimit"].to_str().unwrap().starts_with("\"points\";r=99;"), "{:?}", first.headers());
    // A list costs what it may find, whatever it finds.
    let query = json!({"query": "{ tasks(first: 20) { edges { node { id } } } }"});
    let refused = testkit::until("the points run out", async || {
        let answer = api.post(&acme, "/graphql", &query).await;
        (answer.status() == 429).then_some(answer)
    })
    .await;
    assert!(refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert!(refused.headers().contains_key("ratelimit"));
    let body: Value = refused.json().await.unwrap();
    assert_eq!(codes(&body), ["RATE_LIMITED"]);
    assert_eq!(body.get("data"), None);
    let refused = testkit::until("the points run out", async || {
        let answer = api.get(&acme, "/v1/tasks").await;
        (answer.status() == 429).then_some(answer)
    })
    .await;
    let wait = refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
    assert!((1..=60).contains(&wait));
    problem(refused, 429, "RATE_LIMITED").await;
    assert_eq!(api.get(&other, "/v1/tasks").await.status(), 200, "another user has points of their own");
    // Over a websocket too.
    let mut socket = Socket::connect(&api, &acme).await;
    socket.subscribe("1", "{ tasks(first: 20) { edges { node { id } } } }", json!({})).await;
    assert_eq!(socket.refusal("1").await, "RATE_LIMITED");
}

#[tokio::test]
async fn what_is_refused_costs_points_and_what_costs_more_than_a_minute_has_is_no_matter_of_waiting() {
    let api = start(AccessSettings { rate_limit_points: NonZeroU32::new(100), ..AccessSettings::default() }).await;
    let acme = api.db.tenant("acme").await;
    let costly = "{ tasks(first: 100) { edges { node { id } } } }";
    let answer = ask(&api, &acme, costly, json!({})).await;
    assert_eq!(codes(&answer), ["QUERY_TOO_COMPLEX"], "{answer}");
    // The engine's refusal and the guard's, over HTTP and over a websocket: ten points each, of which some come back with time.
    let deep = format!("{}{}", "{ a ".repeat(40), "}".repeat(40));
    for (n, query) in ["{ nothing }", &deep].into_iter().enumerate() {
        let (http, ws) = (api.db.tenant(&format!("http-{n}")).await, api.db.tenant(&format!("ws-{n}")).await);
        let begun = Instant::now();
        let refused = api.post(&http, "/graphql", &json!({"query": query})).await;
        assert!(left(&refused) <= 90 + since(begun), "{query}: {:?}", refused.headers());
        let begun = Instant::now();
        let mut socket = Socket::connect(&api, &ws).await;
        socket.subscribe("1", query, json!({})).await;
        socket.refusal("1").await;
        let read = api.get(&ws, "/v1/tasks").await;
        assert!(left(&read) <= 89 + since(begun), "{query}: {:?}", read.headers());
    }
}

#[tokio::test]
async fn what_asks_for_more_than_an_operation_may_costs_what_a_refusal_does() {
    let access = AccessSettings { rate_limit_points: NonZeroU32::new(100), ..AccessSettings::default() };
    let graphql = GraphqlLimits { cost: 50, ..GraphqlLimits::default() };
    let api = TestApi::start_with(Config { access, graphql, ..Config::default() }).await;
    let acme = api.db.tenant("acme").await;
    let begun = Instant::now();
    let refused = api.post(&acme, "/graphql", &json!({"query": "{ tasks(first: 12) { edges { node { id kind } } } }"})).await;
    assert!((90..=90 + since(begun)).contains(&left(&refused)), "{:?}", refused.headers());
    let answer: Value = refused.json().await.unwrap();
    assert_eq!((codes(&answer), &answer["errors"][0]["extensions"]["limit"]), (vec!["QUERY_TOO_COMPLEX".to_owned()], &json!(50)));
}

/// The points that are left.
fn left(answer: &reqwest::Response) -> u64 {
    let header = answer.headers()["ratelimit"].to_str().unwrap();
    header.split(['=', ';']).nth(2).unwrap().parse().unwrap()
}

/// How many of a hundred points a minute have come back since then.
fn since(begun: Instant) -> u64 {
    begun.elapsed().as_millis().div_ceil(600).try_into().unwrap()
}

#[tokio::test]
async fn an_address_with_too_many_refused_credentials_is_not_listened_to_but_known_ones_are() {
    let api = start(AccessSettings { auth_failures: NonZeroU32::new(5), ..AccessSettings::default() }).await;
    let (acme, late) = (api.db.tenant("acme").await, api.db.tenant("late").await);
    let known = async || api.get(&acme, "/v1/tasks").await.status().as_u16();
    let flooded = testkit::until("a known key is let in where an unknown one is not", async || {
        // They are believed for 3 s from here on; who cannot flood the address in 2 tries again.
        let begun = Instant::now();
        if known().await != 200 {
            return None;
        }
        let flooded = testkit::until("the address is refused", async || {
            let answer = api.anonymous(Method::GET, "/v1/tasks").bearer_auth("junk").send().await.unwrap();
            assert!([401, 429].contains(&answer.status().as_u16()));
            (answer.status() == 429).then_some(answer)
        })
        .await;
        let status = known().await;
        if begun.elapsed() > Duration::from_secs(2) {
            return None;
        }
        assert_eq!(status, 200, "credentials that are known to be good are let in");
        Some(flooded)
    })
    .await;
    assert!(flooded.headers().contains_key("retry-after"));
    // And others as soon as the address has waited.
    testkit::until("a good key is let in", async || (api.get(&late, "/v1/tasks").await.status() == 200).then_some(())).await;
}

const ECHO: &str = r#"{kind: "echo", payload: 1}"#;
const KEYED: &str = r#"{kind: "echo", payload: 1, idempotencyKey: "k"}"#;

fn batch(tasks: &[&str]) -> String {
    format!("mutation {{ createTasks(input: {{tasks: [{}]}}) {{ tasks {{ id }} userErrors {{ code }} }} }}", tasks.join(","))
}

/// The ids of a batch's tasks.
fn made(answer: &Value) -> Vec<Value> {
    answer["data"]["createTasks"]["tasks"].as_array().expect("tasks").iter().map(|task| task["id"].clone()).collect()
}

#[tokio::test]
async fn a_tenant_has_so_many_open_tasks_and_room_again_when_some_end() {
    let api = start(AccessSettings { open_tasks: Some(3), ..AccessSettings::default() }).await;
    let acme = api.db.tenant("acme").await;
    let body = json!({"kind": "echo", "payload": 1});
    let tasks = [api.submit(&acme).await, api.submit(&acme).await];
    let answer = ask(&api, &acme, &batch(&[ECHO, ECHO]), json!({})).await;
    assert_eq!(codes(&answer), ["QUOTA_EXCEEDED"], "two do not fit, so none is made");
    let keyed = made(&ask(&api, &acme, &batch(&[KEYED]), json!({})).await).remove(0);
    let refused = api.post(&acme, "/v1/tasks", &body).await;
    assert!(refused.headers().contains_key("retry-after"));
    problem(refused, 429, "QUOTA_EXCEEDED").await;

    // Who did not hear the answer asks again, room or not; what is new among repeats is counted.
    assert_eq!(made(&ask(&api, &acme, &batch(&[KEYED, KEYED]), json!({})).await), [keyed.clone(), keyed]);
    assert_eq!(codes(&ask(&api, &acme, &batch(&[KEYED, ECHO]), json!({})).await), ["QUOTA_EXCEEDED"]);
    api.cancel(&acme, &tasks[0]).await;
    testkit::until("there is room again", async || (api.post(&acme, "/v1/tasks", &body).await.status() == 202).then_some(()))
        .await;
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn a_user_has_so_many_websockets_and_subscriptions() {
    let api = start(AccessSettings { sockets: 2, subscriptions: 1, ..AccessSettings::default() }).await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    let mut first = Socket::connect(&api, &acme).await;
    let second = Socket::connect(&api, &acme).await;
    let mut third = Socket::open(&api, Some("graphql-transport-ws")).await.unwrap();
    third.init(json!({"authorization": format!("Bearer {}", acme.key)})).await;
    assert_eq!(third.closed().await, 1013);
    let _others = Socket::connect(&api, &other).await;
    drop(second);
    testkit::until("a place is free again", async || {
        let mut socket = Socket::open(&api, Some("graphql-transport-ws")).await.unwrap();
        socket.init(json!({"authorization": format!("Bearer {}", acme.key)})).await;
        socket.is_acknowledged().await.then_some(())
    })
    .await;

    let follow = "subscription { taskUpdated(filter: {}) { version } }";
    first.subscribe("1", follow, json!({})).await;
    testkit::until("one is open", async || (api.live.operations() == 1).then_some(())).await;
    first.subscribe("2", follow, json!({})).await;
    assert_eq!(first.failure("2").await, "TOO_MANY_CONNECTIONS");
}
