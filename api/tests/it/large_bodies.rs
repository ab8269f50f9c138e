//! Large bodies take turns; small ones pass them.

use std::time::Duration;

use reqwest::Method;
use sea_orm::TransactionTrait;
use serde_json::json;
use testkit::{DEADLINE, Tenant, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::graphql::data;
use crate::support::TestApi;

/// As many as the API takes at a time.
const TURNS: usize = 4;

/// Sends the head of a large request and asks to be told when its body is wanted (RFC 9110, 10.1.1).
async fn announce(api: &TestApi, tenant: &Tenant, length: &str) -> TcpStream {
    let mut stream = TcpStream::connect(api.url.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: api\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{length}\r\n\
         expect: 100-continue\r\n\r\n",
        tenant.key
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn is_wanted(stream: &mut TcpStream) {
    let mut said = [0; 64];
    let read = timeout(DEADLINE, stream.read(&mut said)).await.expect("a turn").unwrap();
    assert!(said[..read].starts_with(b"HTTP/1.1 100 Continue"), "{}", String::from_utf8_lossy(&said[..read]));
}

#[tokio::test]
async fn large_bodies_wait_for_each_other_and_nobody_waits_for_them() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut holders = Vec::new();
    for length in ["content-length: 8000000", "transfer-encoding: chunked"].iter().cycle().take(TURNS) {
        let mut stream = announce(&api, &acme, length).await;
        is_wanted(&mut stream).await;
        holders.push(stream);
    }
    let mut waiting = announce(&api, &acme, "content-length: 2000000").await;
    for _ in 0..3 {
        data(
            &api,
            &acme,
            "query($v: String) { __typename tasks(filter: {kind: {eq: $v}}) { liveCursor } }",
            json!({"v": "echo"}),
        )
        .await;
    }
    let mut said = [0; 64];
    assert!(timeout(Duration::ZERO, waiting.read(&mut said)).await.is_err(), "its turn has not come");
    holders.pop();
    is_wanted(&mut waiting).await;
}

#[tokio::test]
async fn a_large_request_that_is_answered_by_events_keeps_its_turn_until_it_is() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    // Holds a key for which they wait with their answers' heads long sent.
    let mut new = testkit::echo(1);
    new.idempotency_key = Some("k".into());
    let tx = api.db.api.begin().await.unwrap();
    domain::task::create(&tx, &api.db.ids, &acme.caller(), new.validate().unwrap()).await.unwrap();
    let create = r#"mutation { createTask(input: {kind: "echo", payload: {n: 1}, idempotencyKey: "k"}) { task { status } } }"#;
    let body = json!({"query": create, "extensions": {"padding": "x".repeat(1 << 20)}});
    let mut answers = Vec::new();
    for _ in 0..TURNS {
        let request = api.request(&acme, Method::POST, "/graphql").header("accept", "text/event-stream").json(&body);
        answers.push(request.send().await.unwrap());
    }
    until("all wait", async || (api.waiting_for_locks().await == TURNS).then_some(())).await;
    let mut waiting = announce(&api, &acme, "content-length: 2000000").await;
    // As long as a request takes: had it a turn, it would have been told.
    data(&api, &acme, "{ tasks { liveCursor } }", json!({})).await;
    let mut said = [0; 64];
    assert!(timeout(Duration::from_millis(200), waiting.read(&mut said)).await.is_err(), "its turn has not come");
    tx.commit().await.unwrap();
    is_wanted(&mut waiting).await;
    for answer in answers {
        assert!(answer.text().await.unwrap().contains("PENDING"));
    }
}
