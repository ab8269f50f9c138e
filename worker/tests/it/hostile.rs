//! Handlers that misbehave: their attempt fails with a code, the worker and its other tasks go on.

use std::sync::{Arc, Mutex, mpsc};

use domain::TaskStatus::{Done, Failed, Pending};
use domain::task::NewTask;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use testkit::{Tenant, TestDb, echo, new_task, sleep};
use tokio::time::Instant;
use worker::Outcome;

use crate::support::{Worker, error_of, no_leases, wait_for};

/// Other tasks still run.
async fn others_run(db: &TestDb, tenant: &Tenant) {
    let other = db.submit(tenant, sleep(0)).await;
    wait_for(db, tenant, other.id, Done).await;
}

#[tokio::test]
async fn a_panic_fails_its_attempt_alone() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, NewTask { max_attempts: Some(1), ..echo(1) }).await;
    let worker = Worker::start_running(&db, "echo", async |attempt| panic!("no\0 {}", attempt.number)).await;
    let failed = wait_for(&db, &acme, task.id, Failed).await;
    assert_eq!(error_of(&failed), ("HANDLER_PANICKED".into(), "no\u{fffd} 1".into()));
    others_run(&db, &acme).await;
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn an_attempt_that_never_returns_is_timed_out() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, NewTask { timeout_seconds: Some(1), ..echo(1) }).await;
    let worker = Worker::start_running(&db, "echo", async |attempt| match attempt.number {
        1 => std::future::pending().await,
        _ => Outcome::Done(Value::Null),
    })
    .await;
    wait_for(&db, &acme, task.id, Done).await;
    // The task forgets its error when an attempt succeeds, which may follow at once; its trail does not.
    let trail = domain::audit::of_task(&db.api, acme.id, task.id).await.unwrap();
    assert_eq!((trail[2].action.as_str(), trail[2].reason.as_deref()), ("task.retry_scheduled", Some("TIMEOUT")));
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn an_attempt_that_blocks_its_thread_is_timed_out_and_holds_up_nobody() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, NewTask { timeout_seconds: Some(1), max_attempts: Some(1), ..echo(1) }).await;
    // Blocks until the test is over.
    let (over, block) = mpsc::channel::<()>();
    let block = Arc::new(Mutex::new(block));
    let worker = Worker::start_running(&db, "echo", move |_| {
        let block = Arc::clone(&block);
        async move {
            let _ = block.lock().unwrap().recv();
            Outcome::Done(Value::Null)
        }
    })
    .await;
    let failed = wait_for(&db, &acme, task.id, Failed).await;
    assert_eq!(error_of(&failed).0, "TIMEOUT");
    others_run(&db, &acme).await;
    no_leases(&db).await;
    let begin = Instant::now();
    worker.stop().await;
    assert!(begin.elapsed().as_secs() < 5, "the blocked thread does not hold up the end");
    drop(over);
    db.assert_invariants().await;
}

#[tokio::test]
async fn text_with_nul_and_of_ten_megabytes_is_cleaned_and_cut() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, NewTask { max_attempts: Some(1), ..echo(1) }).await;
    let worker = Worker::start_running(&db, "echo", async |_| Outcome::Retry {
        code: "C\0\x1b".repeat(1000).into(),
        message: format!("a\0b{}", "ü".repeat(5_000_000)),
        after: None,
    })
    .await;
    let failed = wait_for(&db, &acme, task.id, Failed).await;
    let (code, message) = error_of(&failed);
    assert!(code.starts_with("C\u{fffd}\u{fffd}") && code.len() <= 64, "{code}");
    assert!(message.starts_with("a\u{fffd}bü") && message.len() <= 2048, "{} bytes", message.len());
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_result_with_nul_is_stored_and_one_that_is_too_large_or_too_deep_fails_for_good() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let nul = db.submit(&acme, echo(1)).await;
    let large = db.submit(&acme, echo(2)).await;
    let deep = db.submit(&acme, echo(3)).await;
    let worker = Worker::start_running(&db, "echo", async |attempt| match attempt.payload["n"].as_i64() {
        Some(1) => Outcome::Done(json!({"k\0": "v\0"})),
        Some(3) => Outcome::Done((0..100_000).fold(Value::Null, |inner, _| Value::Array(vec![inner]))),
        _ => Outcome::Done("x".repeat(10_000_000).into()),
    })
    .await;
    let done = wait_for(&db, &acme, nul.id, Done).await;
    assert_eq!(done.result.unwrap(), json!({"k\u{fffd}": "v\u{fffd}"}));
    let failed = wait_for(&db, &acme, large.id, Failed).await;
    assert_eq!((error_of(&failed).0.as_str(), failed.attempt), ("RESULT_TOO_LARGE", 1));
    let failed = wait_for(&db, &acme, deep.id, Failed).await;
    assert_eq!((error_of(&failed).0.as_str(), failed.attempt), ("RESULT_TOO_DEEP", 1));
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_name_that_a_library_gives_a_meaning_stops_no_queue() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let payload = json!({"$serde_json::private::RawValue": "no JSON"});
    let task = db.submit(&acme, new_task("echo", payload)).await;
    let after = db.submit(&acme, echo(1)).await;
    let worker = Worker::start(&db).await;
    let done = wait_for(&db, &acme, task.id, Done).await;
    assert_eq!(done.result.unwrap().as_str(), r#"{"$serde_json::private::RawValue":"no JSON"}"#);
    wait_for(&db, &acme, after.id, Done).await;
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_result_that_the_database_refuses_fails_its_own_task_and_no_neighbour() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let mut tasks = Vec::new();
    for n in 0..8 {
        tasks.push(db.submit(&acme, echo(n)).await);
    }
    let refuse_three = "CREATE FUNCTION refuse_three() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.result = '3' THEN RAISE EXCEPTION 'refused' USING ERRCODE = 'data_exception'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refuse_three BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION refuse_three()";
    db.owner.execute_unprepared(refuse_three).await.unwrap();
    let worker = Worker::start_running(&db, "echo", async |attempt| Outcome::Done(attempt.payload["n"].clone())).await;
    for (n, task) in tasks.iter().enumerate() {
        let status = if n == 3 { Failed } else { Done };
        let ended = wait_for(&db, &acme, task.id, status).await;
        assert_ne!(ended.status, Pending);
        if n == 3 {
            assert_eq!(error_of(&ended).0, "RESULT_NOT_STORABLE");
        }
    }
    no_leases(&db).await;
    worker.stop().await;
    db.assert_invariants().await;
}
