//! Hostile and mistaken input against the real binary, over real sockets: a code and a reason each, never a 5xx, and
//! the process lives.

mod bodies;
mod credentials;
mod documents;
mod logs;
mod paths;
mod sockets;
mod values;

use e2e::System;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// What every answer has, whatever was asked; its status and its body.
async fn answered(request: RequestBuilder) -> (u16, Value) {
    read(request.send().await.unwrap()).await
}

async fn read(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    assert!(status < 500, "{status}");
    assert!(!answer.headers()["x-request-id"].is_empty());
    let text = answer.text().await.unwrap();
    for secret in ["SELECT", "INSERT", "sqlx", "panicked", "ctap_dev_", "src/"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.len() < 20_000, "{} bytes", text.len());
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// A GraphQL request of a client that knows the statuses of the specification.
fn graphql(system: &System) -> RequestBuilder {
    system.client.request(Method::POST, "/graphql").header("accept", "application/graphql-response+json")
}

/// The code of the first error of a GraphQL answer, or of a problem.
fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().or(body["code"].as_str()).unwrap_or_default()
}

/// Asserts status and code of a document's answer.
async fn document(system: &System, query: &str, expected: (u16, &str)) {
    let (status, body) = answered(graphql(system).json(&json!({"query": query}))).await;
    assert_eq!((status, code(&body)), expected, "{}: {body}", &query[..query.len().min(200)]);
}

/// Submits over REST; status and body.
async fn submit(system: &System, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let request = system.client.request(Method::POST, "/v1/tasks").header("content-type", "application/json");
    answered(request.body(body)).await
}

/// Asserts that the process still works and ends only when told to, with nothing lost or half done.
async fn alive(mut system: System) {
    let task = system.client.submit("echo", json!({"still": "alive"})).await;
    assert_eq!(system.client.get(task["id"].as_str().unwrap()).await["payload"], json!({"still": "alive"}));
    let (status, _) = system.api.terminate().await;
    assert!(status.success(), "{status}");
    system.db.assert_invariants().await;
}
