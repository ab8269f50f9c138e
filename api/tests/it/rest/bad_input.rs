//! Whatever is wrong with a request, the answer is a problem that names it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApi, pointers, problem};

#[tokio::test]
async fn every_broken_rule_names_its_field() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let deep = (0..70).fold(json!(1), |inner, _| json!([inner]));
    let cases = [
        (json!({}), vec!["/kind", "/payload"]),
        (json!({"kind": "echo"}), vec!["/payload"]),
        (json!({"kind": "echo", "payload": null}), vec!["/payload"]),
        (json!({"kind": "fly", "payload": 1}), vec!["/kind"]),
        (json!({"kind": 1, "payload": 1}), vec!["/kind"]),
        (json!({"kind": "echo", "payload": "a\u{0}b"}), vec!["/payload"]),
        (json!({"kind": "echo", "payload": "x".repeat(65 * 1024)}), vec!["/payload"]),
        (json!({"kind": "echo", "payload": deep}), vec!["/payload"]),
        (json!({"kind": "sleep", "payload": {"milliseconds": -1}}), vec!["/payload/milliseconds"]),
        (json!({"kind": "http", "payload": {"url": "file:///etc/passwd"}}), vec!["/payload/url"]),
        (json!({"kind": "echo", "payload": 1, "queue": "Über"}), vec!["/queue"]),
        (json!({"kind": "echo", "payload": 1, "priority": 101}), vec!["/priority"]),
        (json!({"kind": "echo", "payload": 1, "priority": 1.5}), vec!["/priority"]),
        (json!({"kind": "echo", "payload": 1, "priority": "1"}), vec!["/priority"]),
        (json!({"kind": "echo", "payload": 1, "runAt": "tomorrow"}), vec!["/runAt"]),
        (json!({"kind": "echo", "payload": 1, "runAt": "0000-01-01T00:00:00Z"}), vec!["/runAt"]),
        (json!({"kind": "echo", "payload": 1, "maxAttempts": 0}), vec!["/maxAttempts"]),
        (json!({"kind": "echo", "payload": 1, "timeoutSeconds": 86_401}), vec!["/timeoutSeconds"]),
        (json!({"kind": "echo", "payload": 1, "reference": ""}), vec!["/reference"]),
        (json!({"kind": "echo", "payload": 1, "reference": "a\u{0}"}), vec!["/reference"]),
        (json!({"kind": "echo", "payload": 1, "idempotencyKey": "ä"}), vec!["/idempotencyKey"]),
        (json!({"kind": "echo", "payload": 1, "maxAtempts": 3}), vec!["/maxAtempts"]),
        (json!({"kind": "echo", "payload": 1, "tenantId": "x", "status": "done"}), vec!["/status", "/tenantId"]),
        (json!([]), vec![""]),
        (json!("text"), vec![""]),
    ];
    for (body, expected) in cases {
        let refused = problem(api.post(&acme, "/v1/tasks", &body).await, 400, "BAD_USER_INPUT").await;
        let mut named = pointers(&refused);
        named.sort_unstable();
        assert_eq!(named, expected, "{body}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_by_type_and_by_form() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let post = async |content_type: Option<&str>, body: Vec<u8>| {
        let request = api.request(&acme, Method::POST, "/v1/tasks").body(body);
        let request = match content_type {
            Some(value) => request.header("content-type", value),
            None => request,
        };
        request.send().await.unwrap()
    };
    let good = br#"{"kind":"echo","payload":1}"#.to_vec();
    for wrong in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonx")] {
        problem(post(wrong, good.clone()).await, 415, "UNSUPPORTED_MEDIA_TYPE").await;
    }
    assert_eq!(post(Some("Application/JSON; charset=utf-8"), good.clone()).await.status(), 202);
    for bad in [&b""[..], b"{", b"{\"kind\":\"echo\"} x", b"\xff\xfe", b"{\"a\":\"\xff\"}", b"1e999"] {
        let refused = problem(post(Some("application/json"), bad.to_vec()).await, 400, "BAD_USER_INPUT").await;
        assert!(refused["detail"].as_str().unwrap().contains("not valid JSON"), "{refused}");
    }
    let nested = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let refused = problem(post(Some("application/json"), nested.into()).await, 400, "BAD_USER_INPUT").await;
    assert!(refused["detail"].as_str().unwrap().contains("nested"), "{refused}");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for payload in [json!("x".repeat(512 * 1024)), json!("x".repeat(9 * 1024 * 1024)), json!(vec![0; 100_000])] {
        let body = json!({"kind": "echo", "payload": payload});
        problem(api.post(&acme, "/v1/tasks", &body).await, 413, "PAYLOAD_TOO_LARGE").await;
    }
    // The largest payload there may be fits, however it is written.
    let escaped = format!("{{\"kind\":\"echo\",\"payload\":\"{}\"}}", "\\u0061".repeat(65_000));
    let request = api.request(&acme, Method::POST, "/v1/tasks").header("content-type", "application/json").body(escaped);
    assert_eq!(request.send().await.unwrap().status(), 202);
}

#[tokio::test]
async fn paths_methods_and_parameters_are_checked() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let id = api.submit(&acme).await["id"].as_str().unwrap().to_owned();
    for path in ["/", "/v1", "/v1/task", "/v2/tasks", "/v1/tasks/", "/%00", "/v1/tasks/a/b/c"] {
        problem(api.get(&acme, path).await, 404, "NOT_FOUND").await;
    }
    let simple = id.replace('-', "");
    for bad in ["1", "x", &simple, &format!("{{{id}}}"), "%ff", "%00", &format!("{id}%20")] {
        for (method, tail) in [(Method::GET, ""), (Method::GET, "/audit"), (Method::POST, "/cancel"), (Method::POST, "/retry")] {
            let answer = api.request(&acme, method, &format!("/v1/tasks/{bad}{tail}")).send().await.unwrap();
            let refused = problem(answer, 400, "BAD_USER_INPUT").await;
            assert_eq!(pointers(&refused), ["/id"], "{bad}");
        }
    }
    for (query, pointer) in [("limit=0", "/limit"), ("limit=101", "/limit"), ("limit=a", "/limit"), ("first=1", "/first")] {
        let refused = problem(api.get(&acme, &format!("/v1/tasks/{id}/audit?{query}")).await, 400, "BAD_USER_INPUT").await;
        assert_eq!(pointers(&refused), [pointer]);
    }
    let wrong_methods = [
        ("/v1/tasks", Method::DELETE, "GET,HEAD,POST,OPTIONS"),
        (&format!("/v1/tasks/{id}"), Method::PUT, "GET,HEAD,OPTIONS"),
        (&format!("/v1/tasks/{id}/audit"), Method::POST, "GET,HEAD,OPTIONS"),
        (&format!("/v1/tasks/{id}/cancel"), Method::GET, "POST,OPTIONS"),
        (&format!("/v1/tasks/{id}/retry"), Method::PATCH, "POST,OPTIONS"),
    ];
    for (path, method, allow) in wrong_methods {
        let refused = api.request(&acme, method, path).send().await.unwrap();
        assert_eq!(refused.headers()["allow"], allow, "{path}");
        problem(refused, 405, "METHOD_NOT_ALLOWED").await;
        let asked = api.request(&acme, Method::OPTIONS, path).send().await.unwrap();
        assert_eq!((asked.status().as_u16(), asked.headers()["allow"].to_str().unwrap()), (204, allow));
    }
}

#[tokio::test]
async fn an_answer_does_not_grow_with_what_was_wrong() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let headers: Value =
        (0..5_000).map(|n| (format!("{n}-{}", "x".repeat(5)), json!(1))).collect::<serde_json::Map<_, _>>().into();
    let bodies =
        [json!({"kind": "echo", "payload": 1, "x".repeat(400_000): 1}), json!({"kind": "sleep", "payload": headers}), headers];
    for body in bodies {
        let refused = problem(api.post(&acme, "/v1/tasks", &body).await, 400, "BAD_USER_INPUT").await;
        assert!(refused.to_string().len() < 8 * 1024, "{}", refused.to_string().len());
    }
}
