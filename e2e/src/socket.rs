//! A `graphql-transport-ws` client over a real websocket.

use std::collections::VecDeque;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// An acknowledged connection.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    operations: u32,
    waiting: VecDeque<Value>,
}

/// The id of a running operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription(String);

impl Socket {
    pub(crate) async fn connect(address: &str, key: &str) -> Self {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (stream, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut socket = Self { stream, operations: 0, waiting: VecDeque::new() };
        socket.send(json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {key}")}})).await;
        assert_eq!(socket.receive().await.expect("an answer to the init")["type"], "connection_ack");
        socket
    }

    /// Begins an operation.
    pub async fn subscribe(&mut self, query: &str, variables: Value) -> Subscription {
        self.subscribe_with(json!({"query": query, "variables": variables})).await
    }

    /// Begins an operation with all that its request may say.
    pub async fn subscribe_with(&mut self, payload: Value) -> Subscription {
        self.operations += 1;
        let id = self.operations.to_string();
        self.send(json!({"id": id, "type": "subscribe", "payload": payload})).await;
        Subscription(id)
    }

    /// The next `data` of an operation; fails the test when it ends or errs instead.
    pub async fn next(&mut self, subscription: &Subscription) -> Value {
        if let Some(at) = self.waiting.iter().position(|message| message["id"] == subscription.0) {
            return Self::data(&self.waiting.remove(at).unwrap());
        }
        loop {
            let message = self.receive().await.expect("the socket is open");
            if message["id"] == subscription.0 {
                return Self::data(&message);
            }
            self.waiting.push_back(message);
        }
    }

    /// The code that the server closes with; what it says before that is passed over.
    pub async fn closed(mut self) -> u16 {
        loop {
            let message = tokio::time::timeout(testkit::DEADLINE, self.stream.next()).await.expect("it is closed");
            if let Message::Close(frame) = message.expect("a goodbye before the end").unwrap() {
                return frame.expect("a close frame with a code").code.into();
            }
        }
    }

    fn data(message: &Value) -> Value {
        assert_eq!(message["type"], "next", "{message}");
        assert!(message["payload"]["errors"].is_null(), "{message}");
        message["payload"]["data"].clone()
    }

    async fn send(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message; `None` when the server closed.
    async fn receive(&mut self) -> Option<Value> {
        loop {
            let message = tokio::time::timeout(testkit::DEADLINE, self.stream.next()).await.expect("a message in time")?.ok()?;
            match message {
                Message::Text(text) => return serde_json::from_str(&text).ok(),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }
}
