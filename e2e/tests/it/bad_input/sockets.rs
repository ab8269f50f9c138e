//! Websockets.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a socket with these headers.
async fn open(system: &System, headers: &[(&'static str, &str)]) -> Result<Stream, Error> {
    let mut request = format!("ws://{}/graphql", system.client.address).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    connect_async(request).await.map(|(stream, _)| stream)
}

async fn socket(system: &System) -> Stream {
    open(system, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.unwrap()
}

pub(super) async fn initialised(system: &System) -> Stream {
    let mut stream = socket(system).await;
    let payload = json!({"authorization": format!("Bearer {}", system.acme.key)});
    send(&mut stream, &json!({"type": "connection_init", "payload": payload})).await;
    assert_eq!(next(&mut stream).await["type"], "connection_ack");
    stream
}

async fn send(stream: &mut Stream, message: &Value) {
    stream.send(Message::text(message.to_string())).await.unwrap();
}

/// The next message that is no ping.
async fn next(stream: &mut Stream) -> Value {
    loop {
        let message = tokio::time::timeout(testkit::DEADLINE, stream.next()).await.unwrap().unwrap().unwrap();
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

/// The code that the server closes with.
pub(super) async fn closed(mut stream: Stream) -> u16 {
    loop {
        match tokio::time::timeout(testkit::DEADLINE, stream.next()).await.expect("it is closed") {
            Some(Ok(Message::Close(Some(CloseFrame { code, .. })))) => return code.into(),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn only_our_protocol_is_spoken() {
    let system = System::start().await;
    for headers in [&[][..], &[("sec-websocket-protocol", "graphql-ws")]] {
        match open(&system, headers).await {
            Ok(stream) => assert_eq!(closed(stream).await, 4406),
            Err(Error::Http(answer)) => assert_eq!(answer.status(), 400),
            Err(error) => panic!("{error}"),
        }
    }
    let foreign = [("sec-websocket-protocol", "graphql-transport-ws"), ("origin", "https://evil.example")];
    match open(&system, &foreign).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 403),
        other => panic!("{other:?}"),
    }
    alive(system).await;
}

#[tokio::test]
async fn every_break_of_the_protocol_has_its_code() {
    let system = System::start().await;
    let subscribe = |query: &str| json!({"id": "1", "type": "subscribe", "payload": {"query": query}});
    let silent = socket(&system).await;

    let mut early = socket(&system).await;
    send(&mut early, &subscribe("{ __typename }")).await;
    assert_eq!(closed(early).await, 4401);

    let mut stranger = socket(&system).await;
    send(&mut stranger, &json!({"type": "connection_init", "payload": {"authorization": "Bearer x"}})).await;
    assert_eq!(closed(stranger).await, 4403);

    let mut twice = initialised(&system).await;
    send(&mut twice, &json!({"type": "connection_init"})).await;
    assert_eq!(closed(twice).await, 4429);

    let mut same_id = initialised(&system).await;
    for _ in 0..2 {
        send(&mut same_id, &subscribe("subscription { taskUpdated(filter: {}) { cursor } }")).await;
    }
    assert_eq!(closed(same_id).await, 4409);

    let nested = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
    for bad in ["{", "[]", "7", r#"{"type":"unknown"}"#, r#"{"type":"subscribe","id":1,"payload":{"query":"{a}"}}"#, &nested] {
        let mut stream = initialised(&system).await;
        stream.send(Message::text(bad)).await.unwrap();
        assert_eq!(closed(stream).await, 4400, "{}", &bad[..bad.len().min(60)]);
    }
    let mut binary = initialised(&system).await;
    binary.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(closed(binary).await, 4400);

    let mut large = initialised(&system).await;
    send(&mut large, &subscribe(&"x".repeat(65 * 1024))).await;
    assert_eq!(closed(large).await, 1009);

    assert_eq!(closed(silent).await, 4408);
    alive(system).await;
}

#[tokio::test]
async fn operations_on_a_socket_have_the_same_limits() {
    let system = System::start().await;
    let mut stream = initialised(&system).await;
    for n in 0..21 {
        let payload = json!({"query": "subscription { taskUpdated(filter: {}) { cursor } }"});
        send(&mut stream, &json!({"id": n.to_string(), "type": "subscribe", "payload": payload})).await;
    }
    let refused = next(&mut stream).await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("20")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "TOO_MANY_OPERATIONS");

    let mut stream = initialised(&system).await;
    let bomb = format!("{{ node(id: {}{}) {{ id }} }}", "[".repeat(5_000), "]".repeat(5_000));
    send(&mut stream, &json!({"id": "bomb", "type": "subscribe", "payload": {"query": bomb}})).await;
    let refused = next(&mut stream).await;
    assert_eq!((&refused["type"], &refused["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("QUERY_TOO_DEEP")));
    let mutation = r#"mutation { createTask(input: {kind: "echo", payload: {}}) { task { status } } }"#;
    send(&mut stream, &json!({"id": "m", "type": "subscribe", "payload": {"query": mutation}})).await;
    assert_eq!(next(&mut stream).await["payload"]["data"]["createTask"]["task"]["status"], "PENDING");
    assert_eq!(next(&mut stream).await["type"], "complete");
    alive(system).await;
}

#[tokio::test]
async fn a_flood_of_pings_ends_the_socket_and_others_are_served() {
    let system = System::start().await;
    for ping in [Message::text(r#"{"type":"ping"}"#), Message::Ping(vec![1].into())] {
        let mut stream = initialised(&system).await;
        // As many as are allowed, and one.
        for _ in 0..101 {
            stream.send(ping.clone()).await.unwrap();
        }
        assert_eq!(closed(stream).await, 4400, "{ping:?}");
        let mut stream = initialised(&system).await;
        let flood = async { while stream.send(ping.clone()).await.is_ok() {} };
        tokio::time::timeout(testkit::DEADLINE, flood).await.expect("it is closed");
        system.client.submit("echo", json!({})).await;
    }
    alive(system).await;
}
