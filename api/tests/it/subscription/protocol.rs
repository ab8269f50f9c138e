//! Who gets a socket, what may be said on it, and how it ends.

use reqwest::StatusCode;
use serde_json::json;
use testkit::echo;

use super::Socket;
use crate::guard::{bomb, nested_lists};
use crate::support::TestApi;

const PROTOCOL: Option<&str> = Some("graphql-transport-ws");

#[tokio::test]
async fn only_graphql_transport_ws_is_spoken() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for legacy in [None, Some("graphql-ws"), Some("soap"), Some("")] {
        assert_eq!(Socket::open(&api, legacy).await.err(), Some(StatusCode::BAD_REQUEST), "{legacy:?}");
    }
    // The legacy protocol is offered first and still not spoken.
    let mut socket = Socket::open(&api, Some("graphql-ws, graphql-transport-ws")).await.unwrap();
    assert_eq!(socket.protocol.as_deref(), PROTOCOL);
    socket.init(json!({"authorization": format!("bearer {}", acme.key)})).await;
    assert_eq!(socket.receive().await, json!({"type": "connection_ack"}));
    socket.subscribe("1", "{ __typename }", json!({})).await;
    assert_eq!(socket.receive().await["type"], "next");
}

#[tokio::test]
async fn nobody_without_a_key_is_served() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for payload in [
        json!(null),
        json!({}),
        json!({"Authorization": acme.key}),
        json!({"Authorization": format!("Bearer {}x", acme.key)}),
        json!({"Authorization": "Bearer a", "authorization": format!("Bearer {}", acme.key)}),
        json!({"headers": {"Authorization": format!("Bearer {}", acme.key)}}),
    ] {
        let mut socket = Socket::open(&api, PROTOCOL).await.unwrap();
        socket.init(payload.clone()).await;
        assert_eq!(socket.closed().await, 4403, "{payload}");
    }
    let mut early = Socket::open(&api, PROTOCOL).await.unwrap();
    early.subscribe("1", "subscription { taskUpdated(filter: {}) { version } }", json!({})).await;
    assert_eq!(early.closed().await, 4401);
}

#[tokio::test]
async fn what_is_no_message_ends_the_socket() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for junk in ["", "hello", "[]", "{\"type\":\"dance\"}", "{\"type\":\"subscribe\",\"id\":1}"] {
        let mut socket = Socket::connect(&api, &acme).await;
        socket.send_text(junk.into()).await;
        assert_eq!(socket.closed().await, 4400, "{junk}");
    }
    let mut socket = Socket::connect(&api, &acme).await;
    socket.send_text(format!("{{\"type\":\"{}\"}}", "x".repeat(65 * 1024))).await;
    assert_eq!(socket.closed().await, 1009);
    let mut socket = Socket::connect(&api, &acme).await;
    socket.init(json!({})).await;
    assert_eq!(socket.closed().await, 4429);
}

#[tokio::test]
async fn operations_pass_the_same_guard_as_over_http() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut socket = Socket::connect(&api, &acme).await;
    for (document, code) in [
        (nested_lists(2_000), "QUERY_TOO_DEEP"),
        (bomb(26), "QUERY_TOO_COMPLEX"),
        (
            "subscription { a: taskUpdated(filter: {}) { version } b: taskUpdated(filter: {}) { version } }".into(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { taskUpdated(filter: {}) { nonsense } }".into(), "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {".into(), "GRAPHQL_PARSE_FAILED"),
        ("subscription { taskUpdated { version } }".into(), "BAD_USER_INPUT"),
        ("subscription { taskUpdated(id: \"x\") { version } }".into(), "BAD_USER_INPUT"),
        ("subscription { taskUpdated(id: \"x\", filter: {}) { version } }".into(), "BAD_USER_INPUT"),
        ("subscription { taskUpdated(filter: {queue: {eq: \"\\u0000\"}}) { version } }".into(), "BAD_USER_INPUT"),
    ] {
        socket.subscribe("1", &document, json!({})).await;
        assert_eq!(socket.failure("1").await, code, "{}", &document[..document.len().min(80)]);
    }
    // The socket lives on, and takes queries and mutations as well.
    let create = "mutation { createTask(input: {kind: \"echo\", payload: 1}) { task { status } } }";
    socket.subscribe("2", create, json!({})).await;
    assert_eq!(socket.receive().await["payload"]["data"]["createTask"]["task"]["status"], "PENDING");
    assert_eq!(socket.receive().await, json!({"type": "complete", "id": "2"}));
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.receive().await["type"], "pong");
}

#[tokio::test]
async fn a_completed_operation_says_nothing_more() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut socket = Socket::connect(&api, &acme).await;
    let id = api.db.submit(&acme, echo(1)).await.id;
    let query = format!("subscription {{ taskUpdated(id: \"{id}\") {{ version }} }}");
    socket.subscribe("a", &query, json!({})).await;
    socket.subscribe("b", &query, json!({})).await;
    let first = [socket.receive().await, socket.receive().await];
    assert!(first.iter().all(|m| m["type"] == "next"), "{first:?}");
    socket.send(json!({"type": "complete", "id": "a"})).await;
    // The protocol asks for no answer; the engine's driver gives one.
    assert_eq!(socket.receive().await, json!({"type": "complete", "id": "a"}));
    let cancel = format!("mutation {{ cancelTask(input: {{id: \"{id}\"}}) {{ task {{ version }} }} }}");
    crate::graphql::data(&api, &acme, &cancel, json!({})).await;
    assert_eq!(socket.change("b").await, json!({"version": 2}));
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn a_stopping_process_says_goodbye_and_does_not_wait_for_its_sockets() {
    let mut api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut socket = Socket::connect(&api, &acme).await;
    socket.subscribe("1", "subscription { taskUpdated(filter: {}) { version } }", json!({})).await;
    let started = std::time::Instant::now();
    api.stopped().await;
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(socket.closed().await, 1012);
}
