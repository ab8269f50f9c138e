//! `http` targets that try to harm the worker.

use domain::TaskStatus::{Done, Failed};
use domain::task::NewTask;
use testkit::{TestDb, http};

use crate::support::{Worker, error_of, no_leases, wait_for};
use crate::target::{Answer, Target};

async fn only_attempt(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> (String, String) {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let target = Target::start(answer).await;
    let task = db.submit(&acme, NewTask { timeout_seconds: Some(2), max_attempts: Some(1), ..http(&target.url) }).await;
    let worker = Worker::start(&db).await;
    let failed = wait_for(&db, &acme, task.id, Failed).await;
    no_leases(&db).await;
    worker.stop().await;
    db.assert_invariants().await;
    error_of(&failed)
}

#[tokio::test]
async fn an_endless_body_is_cut_at_64_kib() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let target =
        Target::start(|_| Answer::Endless("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n", vec![b'x'; 8192])).await;
    let task = db.submit(&acme, http(&target.url)).await;
    let worker = Worker::start(&db).await;
    let result = wait_for(&db, &acme, task.id, Done).await.result.unwrap();
    let result = domain::json::tree(&result).unwrap();
    assert_eq!((result["truncated"].as_bool(), result["body"].as_str().unwrap().len()), (Some(true), 65_536));
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_binary_body_is_stored_as_far_as_it_fits() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let target = Target::start(|_| Answer::Endless("HTTP/1.1 200 OK\r\n\r\n", vec![0, 1, 2, 0xff])).await;
    let task = db.submit(&acme, http(&target.url)).await;
    let worker = Worker::start(&db).await;
    let result = wait_for(&db, &acme, task.id, Done).await.result.unwrap();
    let result = domain::json::tree(&result).unwrap();
    assert_eq!(result["truncated"], true);
    assert!(result["body"].as_str().unwrap().starts_with("\u{fffd}\u{1}\u{2}\u{fffd}"));
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn endless_headers_fail_the_attempt() {
    let (code, _) = only_attempt(|_| Answer::Endless("HTTP/1.1 200 OK\r\n", b"x-a: b\r\n".to_vec())).await;
    assert_eq!(code, "RESPONSE_INVALID");
}

#[tokio::test]
async fn a_thousand_headers_fail_the_attempt() {
    let head = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x-a: b\r\n".repeat(1000)).into_bytes();
    let (code, _) = only_attempt(move |_| Answer::Bytes(head.clone())).await;
    assert_eq!(code, "RESPONSE_INVALID");
}

#[tokio::test]
async fn invalid_chunks_fail_the_attempt() {
    let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nZZZ\r\nboom\r\n";
    let (code, message) = only_attempt(|_| Answer::Bytes(answer.to_vec())).await;
    assert_eq!(code, "RESPONSE_INVALID", "{message}");
}

#[tokio::test]
async fn what_is_no_http_fails_the_attempt() {
    let (code, _) = only_attempt(|_| Answer::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())).await;
    assert_eq!(code, "RESPONSE_INVALID");
}

#[tokio::test]
async fn an_answer_that_never_comes_or_never_ends_is_timed_out() {
    assert_eq!(only_attempt(|_| Answer::Stall("")).await.0, "TIMEOUT");
    let drip = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhel";
    assert_eq!(only_attempt(move |_| Answer::Stall(drip)).await.0, "TIMEOUT");
}
