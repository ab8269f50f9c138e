//! Who gets a socket, what may be said on it, and how it ends.

use std::time::{Duration, Instant};

use api::Config;
use api::config::Patience;
use api::origins::Origins;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{echo, until};
use tokio_tungstenite::tungstenite::Message;

use super::Socket;
use crate::guard::{bomb, nested_lists};
use crate::support::TestApi;

const PROTOCOL: Option<&str> = Some("graphql-transport-ws");
const FOLLOW: &str = "subscription { taskUpdated(filter: {}) { version } }";

#[tokio::test]
async fn only_graphql_transport_ws_is_spoken() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for none in [None, Some("")] {
        assert_eq!(Socket::open(&api, none).await.err(), Some(StatusCode::BAD_REQUEST), "{none:?}");
    }
    for other in ["graphql-ws", "soap, graphql-ws"] {
        let mut socket = Socket::open(&api, Some(other)).await.unwrap();
        assert_eq!(socket.closed_with_reason().await, (4406, "Subprotocol not acceptable".into()), "{other}");
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
async fn a_web_page_of_a_foreign_origin_gets_no_socket() {
    let origins = Origins::of(["https://app.example.com"]);
    let api = TestApi::start_with(Config { origins, ..Config::default() }).await;
    let acme = api.db.tenant("acme").await;
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    for foreign in ["https://evil.example", "null", "https://app.example.com.evil.example"] {
        let refused = Socket::open_with(&api, &[protocol, ("origin", foreign)]).await.err().unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{foreign}");
        let body: Value = serde_json::from_slice(refused.body().as_ref().unwrap()).unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "ORIGIN_NOT_ALLOWED", "{body}");
        assert!(refused.headers().contains_key("x-request-id"));
    }
    for own in ["https://app.example.com", &api.url.clone()] {
        let mut socket = Socket::open_with(&api, &[protocol, ("origin", own)]).await.unwrap();
        socket.init(json!({"authorization": format!("Bearer {}", acme.key)})).await;
        assert_eq!(socket.receive().await["type"], "connection_ack", "{own}");
    }
}

#[tokio::test]
async fn half_a_handshake_is_told_so() {
    let api = TestApi::start().await;
    let answer = api.anonymous(Method::GET, "/graphql").header("upgrade", "websocket").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UPGRADE_REQUIRED);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UPGRADE_REQUIRED");
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
    early.subscribe("1", FOLLOW, json!({})).await;
    assert_eq!(early.closed().await, 4401);
}

#[tokio::test]
async fn who_says_nothing_is_sent_away() {
    let patience = Patience { init: Duration::from_millis(50), ..Patience::default() };
    let api = TestApi::start_with(Config { patience, ..Config::default() }).await;
    let mut socket = Socket::open(&api, PROTOCOL).await.unwrap();
    assert_eq!(socket.closed().await, 4408);
    until("the socket is gone", async || (api.live.sockets() == 0).then_some(())).await;
}

#[tokio::test]
async fn what_is_no_message_ends_the_socket() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for junk in ["", "hello", "[]", "{\"type\":\"dance\"}", "{\"type\":\"subscribe\",\"id\":1}"] {
        let mut socket = Socket::connect(&api, &acme).await;
        socket.send_text(junk.into()).await;
        let (code, reason) = socket.closed_with_reason().await;
        assert_eq!(code, 4400, "{junk}");
        assert!((1..=120).contains(&reason.len()), "{junk}: {reason}");
    }
    for payload in [json!("x"), json!([1])] {
        let mut socket = Socket::open(&api, PROTOCOL).await.unwrap();
        socket.init(payload).await;
        assert_eq!(socket.closed().await, 4400);
    }
    let mut socket = Socket::connect(&api, &acme).await;
    socket.send_frame(Message::binary(json!({"type": "ping"}).to_string())).await;
    assert_eq!(socket.closed().await, 4400);
    let mut socket = Socket::connect(&api, &acme).await;
    socket.send_text(format!("{{\"type\":\"{}\"}}", "x".repeat(65 * 1024))).await;
    assert_eq!(socket.closed().await, 1009);
    let mut socket = Socket::connect(&api, &acme).await;
    socket.init(json!({})).await;
    assert_eq!(socket.closed().await, 4429);
    until("all are gone", async || (api.live.sockets() == 0).then_some(())).await;
}

#[tokio::test]
async fn an_id_is_used_once_at_a_time() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut socket = Socket::connect(&api, &acme).await;
    for _ in 0..3 {
        socket.subscribe("1", FOLLOW, json!({})).await;
        // An operation that was ended gives its id back.
        socket.send(json!({"type": "complete", "id": "1"})).await;
    }
    for _ in 0..3 {
        socket.subscribe("1", "{ __typename }", json!({})).await;
        assert_eq!(socket.receive().await["type"], "next");
        assert_eq!(socket.receive().await, json!({"type": "complete", "id": "1"}));
    }
    socket.subscribe("1", FOLLOW, json!({})).await;
    socket.subscribe("1", "{ __typename }", json!({})).await;
    assert_eq!(socket.closed_with_reason().await, (4409, "Subscriber for 1 already exists".into()));
    until("nothing runs on", async || (api.live.operations() == 0).then_some(())).await;
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
        ("query A { __typename } query B { __typename }".into(), "GRAPHQL_VALIDATION_FAILED"),
        // A variable that is required is missing.
        ("subscription($id: ID!) { taskUpdated(id: $id) { version } }".into(), "BAD_USER_INPUT"),
    ] {
        socket.subscribe("1", &document, json!({})).await;
        assert_eq!(socket.refusal("1").await, code, "{}", &document[..document.len().min(80)]);
    }
    for document in [
        "subscription { taskUpdated { version } }",
        "subscription { taskUpdated(id: \"x\") { version } }",
        "subscription { taskUpdated(id: \"x\", filter: {}) { version } }",
        "subscription { taskUpdated(filter: {queue: {eq: \"\\u0000\"}}) { version } }",
    ] {
        socket.subscribe("1", document, json!({})).await;
        assert_eq!(socket.failure("1").await, "BAD_USER_INPUT", "{document}");
    }
    // The socket lives on, and takes queries and mutations as well.
    let create = "mutation { createTask(input: {kind: \"echo\", payload: 1}) { task { status } } }";
    socket.subscribe("2", create, json!({})).await;
    assert_eq!(socket.receive().await["payload"]["data"]["createTask"]["task"]["status"], "PENDING");
    assert_eq!(socket.receive().await, json!({"type": "complete", "id": "2"}));
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.receive().await, json!({"type": "pong"}));
    socket.send(json!({"type": "ping", "payload": {"n": 1}})).await;
    assert_eq!(socket.receive().await, json!({"type": "pong", "payload": {"n": 1}}));
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
    assert_eq!((api.live.sockets(), api.live.operations()), (1, 2));
    socket.send(json!({"type": "complete", "id": "a"})).await;
    until("the operation ends", async || (api.live.operations() == 1).then_some(())).await;
    let cancel = format!("mutation {{ cancelTask(input: {{id: \"{id}\"}}) {{ task {{ version }} }} }}");
    crate::graphql::data(&api, &acme, &cancel, json!({})).await;
    // No answer to the `complete`, and no change for "a".
    assert_eq!(socket.change("b").await, json!({"version": 2}));
    assert!(socket.is_silent().await);
    drop(socket);
    until("nothing is open", async || ((api.live.sockets(), api.live.operations()) == (0, 0)).then_some(())).await;
}

#[tokio::test]
async fn a_stopping_process_says_goodbye_to_all_its_sockets_and_does_not_wait_for_them() {
    let mut api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut sockets = vec![Socket::open(&api, PROTOCOL).await.unwrap()];
    for _ in 0..50 {
        let mut socket = Socket::connect(&api, &acme).await;
        socket.subscribe("1", FOLLOW, json!({})).await;
        sockets.push(socket);
    }
    let started = Instant::now();
    api.stopped().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    for mut socket in sockets {
        assert_eq!(socket.closed().await, 1012);
    }
    assert_eq!((api.live.sockets(), api.live.operations()), (0, 0));
}
