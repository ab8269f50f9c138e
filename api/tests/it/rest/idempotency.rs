//! A repeated submission finds the first task.

use std::collections::HashSet;

use futures_util::future::join_all;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::Tenant;

use crate::support::{TestApi, pointers, problem};

async fn post(api: &TestApi, tenant: &Tenant, key: &str, body: &Value) -> Response {
    api.request(tenant, Method::POST, "/v1/tasks").header("idempotency-key", key).json(body).send().await.unwrap()
}

#[tokio::test]
async fn the_same_key_and_request_answer_with_the_first_task() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let body = json!({"kind": "echo", "payload": {"a": 1, "b": 2}});
    let first = post(&api, &acme, "key-1", &body).await;
    let location = first.headers()["location"].clone();
    let first: Value = first.json().await.unwrap();
    // Quoted, as the draft has it; other spelling of the same request; in the body.
    let again = post(&api, &acme, "\"key-1\"", &json!({"payload": {"b": 2, "a": 1}, "kind": "echo", "queue": "default"})).await;
    assert_eq!(again.status(), 202);
    assert_eq!(again.headers()["location"], location);
    assert_eq!(again.json::<Value>().await.unwrap(), first);
    let in_body = json!({"kind": "echo", "payload": {"a": 1, "b": 2}, "idempotencyKey": "key-1"});
    assert_eq!(api.post(&acme, "/v1/tasks", &in_body).await.json::<Value>().await.unwrap(), first);
    let id = first["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(api.db.actions(&acme, id).await, ["task.created"]);
}

#[tokio::test]
async fn the_same_key_for_another_request_is_refused() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    post(&api, &acme, "k", &json!({"kind": "echo", "payload": 1})).await;
    let other = post(&api, &acme, "k", &json!({"kind": "echo", "payload": 2})).await;
    problem(other, 422, "IDEMPOTENCY_KEY_REUSED").await;
}

#[tokio::test]
async fn keys_of_two_tenants_do_not_meet() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    let body = json!({"kind": "echo", "payload": 1});
    let one: Value = post(&api, &acme, "k", &body).await.json().await.unwrap();
    let two: Value = post(&api, &other, "k", &body).await.json().await.unwrap();
    assert_ne!(one["id"], two["id"]);
}

#[tokio::test]
async fn sixteen_at_once_make_one_task() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let body = json!({"kind": "echo", "payload": {"n": 1}});
    let answers = join_all((0..16).map(|_| post(&api, &acme, "race", &body))).await;
    assert!(answers.iter().all(|answer| answer.status() == 202), "{answers:?}");
    let tasks = join_all(answers.into_iter().map(Response::json::<Value>)).await;
    let ids: HashSet<_> = tasks.into_iter().map(|task| task.unwrap()["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 1);
    let id = ids.into_iter().next().unwrap().parse().unwrap();
    assert_eq!(api.db.actions(&acme, id).await, ["task.created"]);
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn sixteen_different_requests_at_once_make_one_task_and_fifteen_conflicts() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let bodies: Vec<_> = (0..16).map(|n| json!({"kind": "echo", "payload": n})).collect();
    let answers = join_all(bodies.iter().map(|body| post(&api, &acme, "race", body))).await;
    let accepted = answers.iter().filter(|answer| answer.status() == 202).count();
    let refused = answers.iter().filter(|answer| answer.status() == 422).count();
    assert_eq!((accepted, refused), (1, 15));
}

#[tokio::test]
async fn a_key_that_is_none_is_named() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let body = json!({"kind": "echo", "payload": 1});
    for bad in ["\"", "\"a", "\"\"", &"x".repeat(256), "\"a\";p"] {
        let refused = problem(post(&api, &acme, bad, &body).await, 400, "BAD_USER_INPUT").await;
        assert_eq!(pointers(&refused), ["/idempotencyKey"], "{bad}");
    }
    let in_both = json!({"kind": "echo", "payload": 1, "idempotencyKey": "other"});
    let refused = problem(post(&api, &acme, "k", &in_both).await, 400, "BAD_USER_INPUT").await;
    assert_eq!(pointers(&refused), ["/idempotencyKey"]);
}

#[tokio::test]
async fn a_reference_is_used_once() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let body = json!({"kind": "echo", "payload": 1, "reference": "order 1"});
    assert_eq!(api.post(&acme, "/v1/tasks", &body).await.status(), 202);
    problem(api.post(&acme, "/v1/tasks", &body).await, 409, "REFERENCE_TAKEN").await;
    let other = api.db.tenant("other").await;
    assert_eq!(api.post(&other, "/v1/tasks", &body).await.status(), 202);
}
