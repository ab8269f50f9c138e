//! What handlers say, and what becomes of the task.

use std::time::Duration;

use domain::TaskStatus::{Done, Failed, Pending};
use domain::task::NewTask;
use serde_json::json;
use testkit::{TestDb, echo, sleep, until};
use worker::Outcome;

use crate::support::{Worker, error_of, no_leases, wait_for};

#[tokio::test]
async fn an_echo_task_is_done_and_its_result_is_its_payload() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, echo(7)).await;
    let worker = Worker::start(&db).await;
    let done = wait_for(&db, &acme, task.id, Done).await;
    assert_eq!(done.result.unwrap(), json!({"n": 7}));
    assert_eq!((done.attempt, done.worker_id.as_deref()), (1, None));
    assert_eq!(db.actions(&acme, task.id).await, ["task.created", "task.started", "task.completed"]);
    no_leases(&db).await;
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_sleep_task_takes_its_time() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let worker = Worker::start(&db).await;
    let task = db.submit(&acme, sleep(300)).await;
    let done = wait_for(&db, &acme, task.id, Done).await;
    let trail = domain::audit::of_task(&db.api, acme.id, task.id).await.unwrap();
    assert!(trail[2].timestamp - trail[1].timestamp >= chrono::Duration::milliseconds(290));
    assert_eq!(done.result.unwrap(), json!({"milliseconds": 300}));
    worker.stop().await;
}

#[tokio::test]
async fn a_retry_is_made_after_the_backoff_and_counts_its_attempts() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, echo(1)).await;
    let worker = Worker::start_running(&db, "echo", async |attempt| match attempt.number {
        1 | 2 => Outcome::Retry { code: "NOT_YET".into(), message: format!("attempt {}", attempt.number), after: None },
        n => Outcome::Done(json!(n)),
    })
    .await;
    let done = wait_for(&db, &acme, task.id, Done).await;
    assert_eq!((done.attempt, done.result.unwrap().as_str(), done.error), (3, "3", None));
    let retry = ["task.started", "task.retry_scheduled"];
    let expected = [&["task.created"][..], &retry, &retry, &["task.started", "task.completed"]].concat();
    assert_eq!(db.actions(&acme, task.id).await, expected);
    no_leases(&db).await;
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn the_last_attempt_fails_for_good() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, NewTask { max_attempts: Some(2), ..echo(1) }).await;
    let worker =
        Worker::start_running(&db, "echo", async |_| Outcome::Retry { code: "NEVER".into(), message: "no".into(), after: None })
            .await;
    let failed = wait_for(&db, &acme, task.id, Failed).await;
    assert_eq!((failed.attempt, error_of(&failed)), (2, ("NEVER".into(), "no".into())));
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_permanent_failure_has_no_second_attempt() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, echo(1)).await;
    let worker =
        Worker::start_running(&db, "echo", async |_| Outcome::Fail { code: "BAD_ORDER".into(), message: "no such order".into() })
            .await;
    let failed = wait_for(&db, &acme, task.id, Failed).await;
    assert_eq!((failed.attempt, error_of(&failed)), (1, ("BAD_ORDER".into(), "no such order".into())));
    assert_eq!(db.actions(&acme, task.id).await, ["task.created", "task.started", "task.failed"]);
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_handler_decides_how_long_the_next_attempt_waits_at_least() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, echo(1)).await;
    let worker = Worker::start_running(&db, "echo", async |_| Outcome::Retry {
        code: "BUSY".into(),
        message: String::new(),
        after: Some(Duration::from_secs(1_000_000)),
    })
    .await;
    let waiting = until("a retry is scheduled", async || {
        Some(db.task(&acme, task.id).await).filter(|t| t.status == Pending && t.attempt == 1)
    })
    .await;
    let wait = (waiting.run_at - waiting.updated_at).to_std().unwrap();
    assert_eq!(wait, Duration::from_secs(3600), "asked for days, capped at an hour");
    worker.stop().await;
    db.assert_invariants().await;
}
