//! A client of `graphql-transport-ws`.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::{DEADLINE, Tenant};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message, http};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::TestApi;

pub(crate) struct Socket {
    inner: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What the server chose.
    pub(crate) protocol: Option<String>,
}

impl Socket {
    /// An open socket that has said nothing yet; the status when the server does not open one.
    pub(crate) async fn open(api: &TestApi, protocols: Option<&str>) -> Result<Socket, StatusCode> {
        let protocols = protocols.map(|protocols| ("sec-websocket-protocol", protocols));
        Socket::open_with(api, protocols.as_slice()).await.map_err(|refusal| refusal.status())
    }

    /// As `open`, with headers of one's own; the whole answer when the server does not open a socket.
    pub(crate) async fn open_with(
        api: &TestApi,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, Box<http::Response<Option<Vec<u8>>>>> {
        let url = format!("{}/graphql", api.url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((inner, response)) => {
                let protocol = response.headers().get("sec-websocket-protocol").map(|p| p.to_str().unwrap().to_owned());
                Ok(Socket { inner, protocol })
            }
            Err(Error::Http(response)) => Err(response),
            Err(error) => panic!("{error}"),
        }
    }

    /// A socket that has shown the tenant's key.
    pub(crate) async fn connect(api: &TestApi, tenant: &Tenant) -> Socket {
        let mut socket = Socket::open(api, Some("graphql-transport-ws")).await.unwrap();
        socket.init(json!({"Authorization": format!("Bearer {}", tenant.key)})).await;
        assert_eq!(socket.receive().await, json!({"type": "connection_ack"}));
        socket
    }

    pub(crate) async fn init(&mut self, payload: Value) {
        self.send(json!({"type": "connection_init", "payload": payload})).await;
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.send_text(message.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: String) {
        self.send_frame(Message::text(text)).await;
    }

    pub(crate) async fn send_frame(&mut self, frame: Message) {
        self.inner.send(frame).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.send(json!({"type": "subscribe", "id": id, "payload": payload})).await;
    }

    /// The next message, which must be JSON.
    pub(crate) async fn receive(&mut self) -> Value {
        match self.next_message().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("no text: {other:?}"),
        }
    }

    /// The next change of the operation `id`, without errors.
    pub(crate) async fn change(&mut self, id: &str) -> Value {
        let message = self.receive().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        assert_eq!(message["payload"].get("errors"), None, "{message}");
        message["payload"]["data"]["taskUpdated"].clone()
    }

    /// The code of the error with which the operation `id` ends: that of a field, so that there is an answer and an end.
    pub(crate) async fn failure(&mut self, id: &str) -> String {
        let message = self.receive().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        let code = message["payload"]["errors"][0]["extensions"]["code"].as_str();
        let code = code.unwrap_or_else(|| panic!("no code: {message}")).to_owned();
        assert_eq!(self.receive().await, json!({"type": "complete", "id": id}));
        code
    }

    /// The code of the error with which the operation `id` is refused as a whole. Nothing follows it.
    pub(crate) async fn refusal(&mut self, id: &str) -> String {
        let message = self.receive().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!(id)), "{message}");
        let code = message["payload"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("no code: {message}")).to_owned()
    }

    /// How the server closed the socket; messages before that are passed over.
    pub(crate) async fn closed(&mut self) -> u16 {
        self.closed_with_reason().await.0
    }

    /// Code and reason of the close frame.
    pub(crate) async fn closed_with_reason(&mut self) -> (u16, String) {
        let frame = async {
            loop {
                if let Message::Close(frame) = self.next_message().await {
                    return frame.expect("a close frame with a code");
                }
            }
        };
        // As a whole: a socket that stays open is pinged for ever.
        let frame = timeout(DEADLINE, frame).await.expect("a close frame in time");
        (frame.code.into(), frame.reason.to_string())
    }

    /// Whether the server lets the client in; it has shown who it is.
    pub(crate) async fn is_acknowledged(&mut self) -> bool {
        matches!(self.next_message().await, Message::Text(text) if text.contains("connection_ack"))
    }

    /// Whether the server says nothing for a moment.
    pub(crate) async fn is_silent(&mut self) -> bool {
        timeout(Duration::from_millis(300), self.inner.next()).await.is_err()
    }

    async fn next_message(&mut self) -> Message {
        let message = timeout(DEADLINE, self.inner.next()).await.expect("a message in time");
        message.expect("a message before the end").unwrap()
    }
}
