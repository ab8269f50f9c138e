//! Media types, long addresses, and who asks for them.

use reqwest::Method;
use serde_json::json;

use crate::support::{TestApi, problem};

#[tokio::test]
async fn only_json_can_be_had_and_nothing_is_done_for_who_would_not_read_it() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let submit = async |accept: &str| {
        let body = json!({"kind": "echo", "payload": 1, "idempotencyKey": "k"});
        api.request(&acme, Method::POST, "/v1/tasks").header("accept", accept).json(&body).send().await.unwrap()
    };
    for accept in ["text/html", "application/xml, text/*", "application/json;q=0", "application/json;charset=latin1"] {
        problem(submit(accept).await, 406, "NOT_ACCEPTABLE").await;
    }
    let listed: serde_json::Value = api.get(&acme, "/v1/tasks").await.json().await.unwrap();
    assert_eq!(listed["items"], json!([]));
    for accept in ["application/json", "application/*;q=0.1", "*/*", "text/html, */*;q=0.8", ""] {
        assert_eq!(submit(accept).await.status(), 202, "{accept}");
    }
}

#[tokio::test]
async fn a_long_address_is_refused() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let of = |bytes: usize| format!("/v1/tasks?kind={}", "x".repeat(bytes - "/v1/tasks?kind=".len()));
    problem(api.get(&acme, &of(8 * 1024 + 1)).await, 414, "URI_TOO_LONG").await;
    problem(api.get(&acme, &of(8 * 1024)).await, 400, "BAD_USER_INPUT").await;
}

#[tokio::test]
async fn nobody_without_a_key_learns_anything_but_that() {
    let api = TestApi::start().await;
    for (method, path) in [
        (Method::GET, "/v1/tasks"),
        (Method::GET, "/v1/tasks?limit=0"),
        (Method::POST, "/v1/tasks"),
        (Method::POST, "/v1/tasks/x/cancel"),
        (Method::POST, "/v1/tasks/x/retry"),
        (Method::DELETE, "/v1/tasks"),
        (Method::OPTIONS, "/v1/tasks"),
    ] {
        let refused = api.anonymous(method.clone(), path).header("accept", "text/html").send().await.unwrap();
        assert_eq!(refused.headers()["www-authenticate"], "Bearer", "{method} {path}");
        problem(refused, 401, "UNAUTHENTICATED").await;
    }
}
