//! Stopping a worker.

use std::time::Duration;

use domain::TaskStatus::{Done, Pending, Running};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use testkit::{TestDb, sleep, until};
use tokio::time::Instant;
use worker::{Config, Handlers};

use crate::support::{Worker, config, count, no_leases, wait_for};

async fn start(db: &TestDb, drain: Duration) -> Worker {
    let config = Config { drain, ..config(db) };
    let handlers = Handlers::standard(&config).unwrap();
    Worker::start_with(db, config, handlers).await
}

#[tokio::test]
async fn what_runs_may_finish_and_nothing_new_begins() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        tasks.push(db.submit(&acme, sleep(1_000)).await);
    }
    let worker = start(&db, Duration::from_secs(7)).await;
    wait_for(&db, &acme, tasks[3].id, Running).await;
    worker.stop().await;
    for (n, task) in tasks.iter().enumerate() {
        let status = if n < 4 { Done } else { Pending };
        assert_eq!(db.task(&acme, task.id).await.status, status, "task {n}");
    }
    assert_eq!(count(&db, "SELECT count(*) FROM leases").await, 0);
    db.assert_invariants().await;
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_given_back_without_charge() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, sleep(200_000)).await;
    let worker = start(&db, Duration::from_millis(200)).await;
    wait_for(&db, &acme, task.id, Running).await;
    let begin = Instant::now();
    worker.stop().await;
    assert!(begin.elapsed() < Duration::from_secs(3));
    let after = db.task(&acme, task.id).await;
    assert_eq!((after.status, after.attempt), (Pending, 0));
    let trail = domain::audit::of_task(&db.api, acme.id, task.id).await.unwrap();
    assert_eq!((trail[2].action.as_str(), trail[2].reason.as_deref()), ("task.released", Some("DRAINING")));
    no_leases(&db).await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_drain_ends_in_time_when_the_database_does_not_answer() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, sleep(200_000)).await;
    let worker = start(&db, Duration::from_millis(200)).await;
    wait_for(&db, &acme, task.id, Running).await;
    let lock = db.owner.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE tasks, leases, audit_logs IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let begin = Instant::now();
    worker.stop().await;
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    lock.commit().await.unwrap();
    // What it could not give back, another worker rescues.
    let rescuer = start(&db, Duration::from_millis(200)).await;
    until("the task is rescued", async || {
        let actions = db.actions(&acme, task.id).await;
        actions.iter().any(|action| action == "task.rescued" || action == "task.released").then_some(())
    })
    .await;
    rescuer.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_before_its_database_answers_ends() {
    let db = TestDb::new().await;
    let worker = start(&db, Duration::from_secs(7)).await;
    worker.stop().await;
}
