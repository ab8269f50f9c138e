//! `http` tasks and what their targets answer.

use domain::TaskStatus::{Done, Failed, Pending};
use domain::task::NewTask;
use entity::task::Model;
use serde_json::json;
use testkit::{Tenant, TestDb, http, new_task, until};

use crate::support::{Worker, error_of, no_leases, wait_for};
use crate::target::{Target, status};

/// The task once its first attempt has failed and another is scheduled.
async fn retrying(db: &TestDb, tenant: &Tenant, task: &Model) -> Model {
    until("a retry is scheduled", async || {
        Some(db.task(tenant, task.id).await).filter(|task| task.status == Pending && task.error.is_some())
    })
    .await
}

#[tokio::test]
async fn the_target_gets_the_body_and_who_asks_and_its_answer_is_the_result() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let target = Target::start(|_| status("201 Created", "x-secret: 1\r\n", "thank you")).await;
    let payload = json!({"url": format!("{}/orders?x=1", target.url), "headers": {"X-Shop": "7"}, "body": {"order": 5}});
    let task = db.submit(&acme, new_task("http", payload)).await;
    let worker = Worker::start(&db).await;
    let done = wait_for(&db, &acme, task.id, Done).await;
    assert_eq!(done.result.unwrap(), json!({"status": 201, "body": "thank you", "truncated": false}));
    let requests = target.requests();
    let [request] = requests.as_slice() else { panic!("one request: {requests:?}") };
    assert!(request.starts_with("POST /orders?x=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"order\":5}"), "{request}");
    let key = format!("idempotency-key: {}", task.id);
    for header in ["x-shop: 7", "content-type: application/json", &key, "ctap-attempt: 1", "ctap-lease-epoch: 1"] {
        assert!(request.contains(&format!("\r\n{header}\r\n")), "{header} in {request}");
    }
    no_leases(&db).await;
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_server_error_is_tried_again_with_the_same_idempotency_key() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let target = Target::start(|n| if n == 1 { status("503 Busy", "", "later") } else { status("200 OK", "", "ok") }).await;
    let task = db.submit(&acme, http(&target.url)).await;
    let worker = Worker::start(&db).await;
    let done = wait_for(&db, &acme, task.id, Done).await;
    assert_eq!(done.attempt, 2);
    let requests = target.requests();
    assert_eq!(requests.len(), 2);
    for (request, number) in requests.iter().zip(["1", "2"]) {
        assert!(request.contains(&format!("idempotency-key: {}\r\n", task.id)));
        assert!(request.contains(&format!("ctap-attempt: {number}\r\n")));
    }
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn retry_after_is_honoured_up_to_an_hour() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let asks = |seconds: &'static str| move |_| status("429 Too Many Requests", &format!("retry-after: {seconds}\r\n"), "");
    let worker = Worker::start(&db).await;
    for (header, at_least, at_most) in [("120", 120, 120), ("1000000000", 3600, 3600), ("-1", 0, 1), ("1e9", 0, 1)] {
        let target = Target::start(asks(header)).await;
        let task = db.submit(&acme, NewTask { max_attempts: Some(2), ..http(&target.url) }).await;
        let failed = until("the first attempt failed", async || {
            Some(domain::audit::of_task(&db.api, acme.id, task.id).await.unwrap()).filter(|trail| trail.len() >= 3)
        })
        .await;
        let wait = failed[2].detail.as_ref().unwrap()["retry_in_ms"].as_u64().unwrap();
        assert!(wait >= at_least * 1000 && wait <= at_most * 1000, "{header}: {wait} ms");
    }
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_client_error_fails_for_good_with_a_short_excerpt() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let long: &'static str = "no such\0 order. ".repeat(10_000).leak();
    let target = Target::start(move |_| status("404 Not Found", "", long)).await;
    let task = db.submit(&acme, http(&target.url)).await;
    let worker = Worker::start(&db).await;
    let failed = wait_for(&db, &acme, task.id, Failed).await;
    let (code, message) = error_of(&failed);
    assert_eq!((code.as_str(), failed.attempt), ("HTTP_STATUS", 1));
    assert!(message.starts_with("HTTP 404: no such\u{fffd} order.") && message.len() < 300, "{message}");
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let inner = Target::start(|_| status("200 OK", "", "secret")).await;
    let to = inner.url.clone();
    let outer = Target::start(move |_| status("307 Temporary Redirect", &format!("location: {to}\r\n"), "")).await;
    let task = db.submit(&acme, http(&outer.url)).await;
    let worker = Worker::start(&db).await;
    let failed = wait_for(&db, &acme, task.id, Failed).await;
    assert_eq!(error_of(&failed), ("HTTP_STATUS".into(), "HTTP 307".into()));
    assert!(inner.requests().is_empty());
    worker.stop().await;
}

#[tokio::test]
async fn a_target_that_is_not_there_is_tried_again() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/?token=canary");
    let task = db.submit(&acme, http(&url)).await;
    let worker = Worker::start(&db).await;
    let waiting = retrying(&db, &acme, &task).await;
    let (code, message) = error_of(&waiting);
    assert_eq!((code.as_str(), message.as_str()), ("TARGET_UNREACHABLE", "the target refused the connection"));
    worker.stop().await;
    db.assert_invariants().await;
}
