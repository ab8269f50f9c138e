//! How much one socket may ask for.

use serde_json::json;

use super::Socket;
use crate::support::TestApi;

const FOLLOW: &str = "subscription { taskUpdated(filter: {}) { version } }";

#[tokio::test]
async fn the_operation_too_many_is_refused_and_the_socket_lives() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut socket = Socket::connect(&api, &acme).await;
    for id in 1..=20 {
        socket.subscribe(&id.to_string(), FOLLOW, json!({})).await;
    }
    for _ in 0..2 {
        socket.subscribe("21", "{ __typename }", json!({})).await;
        let refused = socket.receive().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("21")), "{refused}");
        assert_eq!(refused["payload"][0]["extensions"]["code"], "TOO_MANY_OPERATIONS", "{refused}");
    }
    socket.send(json!({"type": "complete", "id": "7"})).await;
    // An operation that ends by itself gives its place back as well.
    for _ in 0..2 {
        socket.subscribe("21", "{ __typename }", json!({})).await;
        assert_eq!(socket.receive().await["payload"]["data"], json!({"__typename": "Query"}));
        assert_eq!(socket.receive().await, json!({"type": "complete", "id": "21"}));
    }
    // Another socket has places of its own.
    let mut other = Socket::connect(&api, &acme).await;
    other.subscribe("1", "{ __typename }", json!({})).await;
    assert_eq!(other.receive().await["type"], "next");
}

#[tokio::test]
async fn a_message_that_is_nested_too_deeply_ends_the_socket() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut socket = Socket::connect(&api, &acme).await;
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let payload = format!("{{\"query\":\"{{ __typename }}\",\"variables\":{{\"v\":{deep}}}}}");
    socket.send_text(format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{payload}}}")).await;
    assert_eq!(socket.closed().await, 4400);
}
