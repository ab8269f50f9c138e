//! Submit, look, look again.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApi;

#[tokio::test]
async fn a_task_is_submitted_and_found_again() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let body = json!({
        "kind": "sleep", "payload": {"milliseconds": 5}, "queue": "night.shift", "priority": -7,
        "runAt": "2031-02-03T04:05:06.789+01:00", "maxAttempts": 2, "timeoutSeconds": 60,
        "reference": "order 1", "idempotencyKey": "k1",
    });
    let response = api.post(&acme, "/v1/tasks", &body).await;
    assert_eq!(response.status(), 202);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let created: Value = response.json().await.unwrap();
    assert_eq!(location, format!("/v1/tasks/{}", created["id"].as_str().unwrap()));
    for (name, value) in [
        ("status", json!("pending")),
        ("kind", json!("sleep")),
        ("queue", json!("night.shift")),
        ("priority", json!(-7)),
        ("payload", json!({"milliseconds": 5})),
        ("runAt", json!("2031-02-03T03:05:06.789000Z")),
        ("maxAttempts", json!(2)),
        ("timeoutSeconds", json!(60)),
        ("reference", json!("order 1")),
        ("idempotencyKey", json!("k1")),
        ("attempt", json!(0)),
        ("version", json!(1)),
        ("result", Value::Null),
        ("error", Value::Null),
        ("finishedAt", Value::Null),
        ("createdBy", json!(acme.user_id)),
    ] {
        assert_eq!(created[name], value, "{name}");
    }
    let created_at = created["createdAt"].as_str().unwrap();
    assert!(created_at.len() == "2026-01-01T00:00:00.000000Z".len() && created_at.ends_with('Z'), "{created_at}");

    let found = api.get(&acme, &location).await;
    assert_eq!(found.status(), 200);
    assert_eq!(found.headers()["cache-control"], "private, no-cache");
    assert_eq!(found.headers()["vary"], "Authorization");
    assert_eq!(found.json::<Value>().await.unwrap(), created);
    let upper = format!("/v1/tasks/{}", created["id"].as_str().unwrap().to_uppercase());
    assert_eq!(api.get(&acme, &upper).await.json::<Value>().await.unwrap(), created);
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn an_unchanged_task_is_not_sent_again() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = api.submit(&acme).await;
    let path = format!("/v1/tasks/{}", task["id"].as_str().unwrap());
    let look = async |tag: &str| api.request(&acme, Method::GET, &path).header("if-none-match", tag).send().await.unwrap();

    let first = api.get(&acme, &path).await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "not strong: {tag}");
    let again = look(&tag).await;
    assert_eq!(again.status(), 304);
    assert_eq!(again.headers()["etag"], tag.as_str());
    assert_eq!(again.headers()["cache-control"], "private, no-cache");
    assert_eq!(again.headers()["vary"], "Authorization");
    assert!(again.bytes().await.unwrap().is_empty());

    api.cancel(&acme, &task).await;
    let changed = look(&tag).await;
    assert_eq!(changed.status(), 200);
    assert_ne!(changed.headers()["etag"], tag.as_str());
    let changed: Value = changed.json().await.unwrap();
    assert_eq!((&changed["status"], &changed["version"]), (&json!("cancelled"), &json!(2)));
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = api.submit(&acme).await;
    let path = format!("/v1/tasks/{}", task["id"].as_str().unwrap());
    let head = api.request(&acme, Method::HEAD, &path).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["etag"], api.get(&acme, &path).await.headers()["etag"]);
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_request_and_its_trace_stand_on_the_task_and_in_its_trail() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let response = api
        .request(&acme, Method::POST, "/v1/tasks")
        .header("x-request-id", "order-77.a_b")
        .header("traceparent", trace)
        .json(&json!({"kind": "echo", "payload": 1}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["x-request-id"], "order-77.a_b");
    let task: Value = response.json().await.unwrap();
    let id = task["id"].as_str().unwrap().parse().unwrap();
    // The request's own span, in the client's trace.
    let stored = api.db.task(&acme, id).await.trace_context.unwrap();
    assert!(stored.starts_with(&trace[..36]) && stored.ends_with("-01") && stored[36..52] != trace[36..52], "{stored}");
    let trail: Value = api.get(&acme, &format!("/v1/tasks/{id}/audit")).await.json().await.unwrap();
    let row = &trail["items"][0];
    assert_eq!(row["requestId"], "order-77.a_b");
    assert_eq!(row["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(row["keyId"], acme.key_id);
}
