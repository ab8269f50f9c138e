//! Cancelling what runs.

use std::sync::Arc;
use std::time::Duration;

use domain::TaskStatus::{Cancelled, Running};
use domain::task;
use sea_orm::TransactionTrait as _;
use testkit::{Tenant, TestDb, echo, until};
use tokio::sync::Semaphore;
use uuid::Uuid;
use worker::{Config, Handlers, Outcome};

use crate::support::{Hints, Worker, config, count, handler, listening, no_leases, wait_for};

async fn cancel(db: &TestDb, tenant: &Tenant, id: Uuid) {
    let tx = db.api.begin().await.unwrap();
    task::cancel(&tx, &db.ids, &tenant.caller(), id, None).await.unwrap();
    tx.commit().await.unwrap();
}

/// A worker whose `echo` never returns; the semaphore has a permit for every run that was stopped.
async fn endless(db: &TestDb) -> (Worker, Arc<Semaphore>) {
    struct Stopped(Arc<Semaphore>);
    impl Drop for Stopped {
        fn drop(&mut self) {
            self.0.add_permits(1);
        }
    }
    let stopped = Arc::new(Semaphore::new(0));
    let shared = Arc::clone(&stopped);
    let worker = Worker::start_running(db, "echo", move |_| {
        let guard = Stopped(Arc::clone(&shared));
        async move {
            let _guard = guard;
            std::future::pending::<Outcome>().await
        }
    })
    .await;
    (worker, stopped)
}

#[tokio::test]
async fn a_hint_of_the_cancellation_stops_the_handler() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let hints = Hints::start(&db);
    let (worker, stopped) = endless(&db).await;
    listening(&db).await;
    let (one, two) = (db.submit(&acme, echo(1)).await, db.submit(&acme, echo(2)).await);
    wait_for(&db, &acme, one.id, Running).await;
    wait_for(&db, &acme, two.id, Running).await;
    cancel(&db, &acme, one.id).await;
    hints.notifier.cancelled(acme.id, one.id);
    stopped.acquire().await.unwrap().forget();
    assert_eq!(db.task(&acme, one.id).await.status, Cancelled);
    assert_eq!(db.task(&acme, two.id).await.status, Running);
    worker.stop.cancel();
    drop(worker);
    db.assert_invariants().await;
}

#[tokio::test]
async fn without_a_hint_the_handler_stops_before_the_lease_is_over_and_reports_nothing() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, echo(1)).await;
    let (worker, stopped) = endless(&db).await;
    wait_for(&db, &acme, task.id, Running).await;
    cancel(&db, &acme, task.id).await;
    stopped.acquire().await.unwrap().forget();
    no_leases(&db).await;
    assert_eq!(db.actions(&acme, task.id).await, ["task.created", "task.started", "task.cancelled"]);
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_result_that_comes_after_the_cancellation_is_refused_and_that_is_in_the_trail() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, echo(1)).await;
    let go = Arc::new(Semaphore::new(0));
    let gate = Arc::clone(&go);
    let waits = handler("echo", move |attempt| {
        let gate = Arc::clone(&gate);
        async move {
            gate.acquire().await.unwrap().forget();
            Outcome::Done(attempt.payload)
        }
    });
    // A long lease: the worker does not notice the cancellation before the result is there.
    let config = Config { lease: Duration::from_secs(600), ..config(&db) };
    let worker = Worker::start_with(&db, config, Handlers::default().with(waits)).await;
    wait_for(&db, &acme, task.id, Running).await;
    cancel(&db, &acme, task.id).await;
    go.add_permits(1);
    let refused = "SELECT count(*) FROM audit_logs WHERE action = 'task.result_refused' AND reason = 'complete'";
    until("the result is refused", async || (count(&db, refused).await == 1).then_some(())).await;
    let after = db.task(&acme, task.id).await;
    assert_eq!((after.status, after.result), (Cancelled, None));
    no_leases(&db).await;
    worker.stop().await;
    db.assert_invariants().await;
}
