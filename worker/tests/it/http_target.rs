//! Which targets are refused in production: no connection is made.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use domain::TaskStatus::{Done, Failed, Pending};
use serde_json::json;
use testkit::{TestDb, http, new_task, until};
use tokio::net::TcpListener;
use worker::handler::http::{Http, Lookup, SystemLookup};
use worker::{Config, Handlers};

use crate::support::{Worker, config, error_of, wait_for};
use crate::target::{Target, status};

async fn production(db: &TestDb, lookup: impl Lookup) -> Worker {
    let config = Config { http_allow_private: false, ..config(db) };
    let handlers = Handlers::standard(&config).unwrap().with(Http::new(false, lookup).unwrap());
    Worker::start_with(db, config, handlers).await
}

#[tokio::test]
async fn literal_private_targets_fail_for_good() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let worker = production(&db, SystemLookup).await;
    for url in [
        "http://169.254.169.254/computeMetadata/v1/",
        "https://169.254.169.254/",
        "https://[::ffff:127.0.0.1]/",
        "https://0177.0.0.1/",
        "https://2130706433/",
        "https://localhost./",
        "https://metadata.google.internal/",
        "https://example.com:22/",
    ] {
        let task = db.submit(&acme, http(url)).await;
        let failed = wait_for(&db, &acme, task.id, Failed).await;
        assert_eq!((error_of(&failed).0.as_str(), failed.attempt), ("TARGET_NOT_ALLOWED", 1), "{url}");
    }
    worker.stop().await;
    db.assert_invariants().await;
}

/// Answers with each list in turn, the last one for ever.
struct Script(AtomicUsize, Vec<Vec<IpAddr>>);

impl Script {
    fn new(answers: &[&[&str]]) -> Script {
        let parse = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        Script(AtomicUsize::new(0), answers.iter().map(parse).collect())
    }
}

#[async_trait]
impl Lookup for Script {
    async fn addresses(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.0.fetch_add(1, Ordering::Relaxed);
        Ok(self.1[turn.min(self.1.len() - 1)].clone())
    }
}

/// A socket on a port that is allowed, so that only the address stands in the way; `None` when something has it.
async fn trap() -> Option<TcpListener> {
    TcpListener::bind("127.0.0.1:8443").await.ok()
}

#[tokio::test]
async fn a_name_with_a_private_address_among_public_ones_is_refused_without_a_connection() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let trap = trap().await;
    for answer in [&["127.0.0.1", "8.8.8.8"], &["8.8.8.8", "127.0.0.1"]] {
        let worker = production(&db, Script::new(&[answer])).await;
        let task = db.submit(&acme, http("https://mixed.example.com:8443/")).await;
        let failed = wait_for(&db, &acme, task.id, Failed).await;
        let (code, message) = error_of(&failed);
        assert_eq!(code, "TARGET_NOT_ALLOWED");
        assert!(!message.contains("127.0.0.1"), "{message}");
        worker.stop().await;
    }
    if let Some(trap) = trap {
        let connection = std::future::poll_fn(|cx| std::task::Poll::Ready(trap.poll_accept(cx).is_ready())).await;
        assert!(!connection, "a connection was made");
    }
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_name_that_rebinds_between_two_attempts_is_refused_at_the_second() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    // Nothing is resolved at first, so the attempt is repeated; then the name points inside.
    let worker = production(&db, Script::new(&[&[], &["10.0.0.1"]])).await;
    let task = db.submit(&acme, http("https://rebind.example.com/")).await;
    until("the first attempt found no target", async || {
        let task = db.task(&acme, task.id).await;
        (task.error.is_some() && (task.status != Pending || error_of(&task).0 == "TARGET_UNREACHABLE")).then_some(())
    })
    .await;
    let failed = wait_for(&db, &acme, task.id, Failed).await;
    assert_eq!((error_of(&failed).0.as_str(), failed.attempt), ("TARGET_NOT_ALLOWED", 2));
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn an_operator_may_allow_private_targets_by_name_and_by_address() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let target = Target::start(|_| status("200 OK", "", "inside")).await;
    let port = target.url.rsplit(':').next().unwrap();
    let worker = Worker::start(&db).await;
    for host in ["127.0.0.1", "localhost"] {
        let payload = json!({"url": format!("http://{host}:{port}/")});
        let task = db.submit(&acme, new_task("http", payload)).await;
        wait_for(&db, &acme, task.id, Done).await;
    }
    assert_eq!(target.requests().len(), 2);
    worker.stop().await;
}
