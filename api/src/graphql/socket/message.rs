//! The messages of graphql-transport-ws, those of the client parsed strictly.

use async_graphql::{Request, Response, ServerError, Variables};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::json;

/// Longest id of an operation, in bytes.
const MAX_ID_BYTES: usize = 128;

/// Of a request's `extensions`, the one that is heard: which trace an operation belongs to.
pub(in crate::graphql) const TRACEPARENT: &str = "traceparent";

/// What a client says.
#[derive(Debug)]
pub(super) enum ClientMessage {
    /// Who it is.
    ConnectionInit(Map<String, Value>),
    /// Asks for a pong with the same payload.
    Ping(Option<Value>),
    /// Answers a ping.
    Pong,
    /// Begins an operation.
    Subscribe { id: Box<str>, request: Box<Request> },
    /// Ends an operation.
    Complete { id: Box<str> },
}

/// What a text breaks; to be shown to the client, and nothing of the client's in it.
pub(super) type Malformed = &'static str;

impl ClientMessage {
    /// Reads one text frame. Fields that the protocol does not know are passed over.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub(super) fn parse(text: &str) -> Result<ClientMessage, Malformed> {
        let Ok(Value::Object(mut message)) = json::parse(text.as_bytes()) else {
            return Err("The message must be a JSON object, not nested too deeply and no key twice in an object");
        };
        let kind = message.remove("type");
        match kind.as_ref().and_then(Value::as_str).ok_or("type must be a string")? {
            "connection_init" => Ok(ClientMessage::ConnectionInit(
                object(message.remove("payload"), "payload must be an object")?.unwrap_or_default(),
            )),
            "ping" => {
                let payload = object(message.remove("payload"), "payload must be an object")?;
                Ok(ClientMessage::Ping(payload.map(Value::Object)))
            }
            "pong" => object(message.remove("payload"), "payload must be an object").map(|_| ClientMessage::Pong),
            "subscribe" => {
                let id = id(&message)?;
                let payload = object(message.remove("payload"), "payload must be an object")?;
                let request = Box::new(request(payload.ok_or("payload must be an object")?)?);
                Ok(ClientMessage::Subscribe { id, request })
            }
            "complete" => Ok(ClientMessage::Complete { id: id(&message)? }),
            _ => Err("type must be connection_init, ping, pong, subscribe or complete"),
        }
    }
}

fn id(message: &Map<String, Value>) -> Result<Box<str>, Malformed> {
    let id = message.get("id").and_then(Value::as_str).filter(|id| (1..=MAX_ID_BYTES).contains(&id.len()));
    id.map(Box::from).ok_or("id must be a string of 1 to 128 bytes")
}

fn request(mut payload: Map<String, Value>) -> Result<Request, Malformed> {
    let Some(Value::String(query)) = payload.remove("query") else { return Err("payload.query must be a string") };
    let mut request = Request::new(query);
    request.operation_name = match payload.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err("payload.operationName must be a string"),
    };
    if let Some(variables) = object(payload.remove("variables"), "payload.variables must be an object")? {
        request.variables = Variables::from_json(Value::Object(variables));
    }
    let extensions = object(payload.remove("extensions"), "payload.extensions must be an object")?;
    // All that is used of it. (A socket has no headers for each of its operations.)
    if let Some(Value::String(trace)) = extensions.unwrap_or_default().remove(TRACEPARENT) {
        request.extensions.insert(TRACEPARENT.to_owned(), trace.into());
    }
    Ok(request)
}

/// Absent and `null` are the same.
fn object(value: Option<Value>, rule: Malformed) -> Result<Option<Map<String, Value>>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(rule),
    }
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    /// The client may begin operations.
    ConnectionAck,
    /// Answers a ping.
    Pong {
        /// The ping's.
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    /// One answer of an operation.
    Next {
        /// The operation's.
        id: &'a str,
        /// The answer.
        payload: &'a Response,
    },
    /// The operation is not executed, or cannot go on; nothing follows.
    Error {
        /// The operation's.
        id: &'a str,
        /// Why.
        payload: &'a [ServerError],
    },
    /// The operation is done.
    Complete {
        /// The operation's.
        id: &'a str,
    },
}

impl ServerMessage<'_> {
    /// As it is sent.
    ///
    /// # Errors
    /// An answer that is no JSON: a fault of ours.
    pub(super) fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_message_of_the_protocol_is_read() {
        let parse = |text: Value| ClientMessage::parse(&text.to_string()).unwrap();
        assert!(matches!(parse(json!({"type": "connection_init"})), ClientMessage::ConnectionInit(p) if p.is_empty()));
        let init = parse(json!({"type": "connection_init", "payload": {"a": 1}}));
        assert!(matches!(init, ClientMessage::ConnectionInit(p) if p["a"] == 1));
        assert!(matches!(parse(json!({"type": "ping", "payload": null})), ClientMessage::Ping(None)));
        assert!(matches!(parse(json!({"type": "ping", "payload": {"n": 1}})), ClientMessage::Ping(Some(p)) if p["n"] == 1));
        assert!(matches!(parse(json!({"type": "pong", "payload": {}})), ClientMessage::Pong));
        assert!(matches!(parse(json!({"type": "complete", "id": "ä"})), ClientMessage::Complete { id } if &*id == "ä"));
        let payload = json!({"query": "q", "operationName": "o", "variables": {"v": [1]}, "extensions": {}});
        let subscribe = parse(json!({"type": "subscribe", "id": "1", "payload": payload, "unknown": 1}));
        let ClientMessage::Subscribe { id, request } = subscribe else { panic!("{subscribe:?}") };
        assert_eq!((&*id, &*request.query, request.operation_name.as_deref()), ("1", "q", Some("o")));
        assert_eq!(serde_json::to_value(&request.variables).unwrap(), json!({"v": [1]}));
    }

    #[test]
    fn anything_else_is_refused_by_a_short_reason() {
        let long = "x".repeat(MAX_ID_BYTES + 1);
        let deep = format!("{{\"type\":\"ping\",\"payload\":{}1{}}}", "{\"a\":".repeat(200), "}".repeat(200));
        let subscribe = |payload: Value| json!({"type": "subscribe", "id": "1", "payload": payload}).to_string();
        for text in [
            String::new(),
            "hello".into(),
            "[]".into(),
            "null".into(),
            "{}".into(),
            "{\"type\":1}".into(),
            "{\"type\":\"ping\"} x".into(),
            json!({"type": "dance"}).to_string(),
            json!({"type": "start", "id": "1", "payload": {"query": "{ a }"}}).to_string(),
            json!({"type": "connection_ack"}).to_string(),
            json!({"type": "connection_init", "payload": "x"}).to_string(),
            json!({"type": "connection_init", "payload": []}).to_string(),
            json!({"type": "ping", "payload": 1}).to_string(),
            json!({"type": "complete"}).to_string(),
            json!({"type": "complete", "id": ""}).to_string(),
            json!({"type": "complete", "id": 1}).to_string(),
            json!({"type": "complete", "id": long}).to_string(),
            json!({"type": "subscribe", "id": "1"}).to_string(),
            json!({"type": "subscribe", "payload": {"query": "{ a }"}}).to_string(),
            subscribe(json!("{ a }")),
            subscribe(json!({})),
            subscribe(json!({"query": null})),
            subscribe(json!({"query": 1})),
            subscribe(json!({"query": "{ a }", "variables": []})),
            subscribe(json!({"query": "{ a }", "variables": "{}"})),
            subscribe(json!({"query": "{ a }", "operationName": 1})),
            subscribe(json!({"query": "{ a }", "extensions": 1})),
            deep,
        ] {
            let reason = ClientMessage::parse(&text).map(|m| format!("{m:?}")).expect_err(&text);
            assert!(reason.len() <= 120, "{reason}");
        }
    }

    #[test]
    fn what_the_server_says_has_the_protocols_form() {
        for (message, expected) in [
            (ServerMessage::ConnectionAck, json!({"type": "connection_ack"})),
            (ServerMessage::Pong { payload: None }, json!({"type": "pong"})),
            (ServerMessage::Pong { payload: Some(json!({"n": 1})) }, json!({"type": "pong", "payload": {"n": 1}})),
            (
                ServerMessage::Next { id: "1", payload: &Response::new(async_graphql::Value::from(1)) },
                json!({"type": "next", "id": "1", "payload": {"data": 1}}),
            ),
            (
                ServerMessage::Error { id: "1", payload: &[ServerError::new("no", None)] },
                json!({"type": "error", "id": "1", "payload": [{"message": "no"}]}),
            ),
            (ServerMessage::Complete { id: "1" }, json!({"type": "complete", "id": "1"})),
        ] {
            assert_eq!(serde_json::from_str::<Value>(&message.text().unwrap()).unwrap(), expected);
        }
    }
}
