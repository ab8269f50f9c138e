//! Large bodies take turns; small ones pass them.

use std::time::Duration;

use serde_json::json;
use testkit::{DEADLINE, Tenant};
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
        data(&api, &acme, "query($v: String) { __typename tasks(filter: {kind: $v}) { liveCursor } }", json!({"v": "echo"}))
            .await;
    }
    let mut said = [0; 64];
    assert!(timeout(Duration::ZERO, waiting.read(&mut said)).await.is_err(), "its turn has not come");
    holders.pop();
    is_wanted(&mut waiting).await;
}
