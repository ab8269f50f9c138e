//! Dead workers, cut-off workers, and who may say how an attempt ended.

use std::sync::Arc;
use std::time::Duration;

use domain::TaskStatus::{Done, Failed, Running};
use domain::task::{self, Claim, NewTask};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::Value;
use testkit::{Tenant, TestDb, echo, sleep, until};
use tokio::sync::Semaphore;
use worker::Outcome;

use crate::support::{Worker, count, error_of, no_leases, wait_for};

/// Claims as a worker that then dies.
async fn claim_and_die(db: &TestDb, tenant: &Tenant, lease: Duration) {
    let kinds = ["echo".to_owned()];
    let claim = Claim { tenant_id: tenant.id, queue: "default", worker: "dead-1", kinds: &kinds, limit: 10, lease };
    let tx = db.worker.begin().await.unwrap();
    task::claim(&tx, &db.ids, claim).await.unwrap().expect("there is a task to claim");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_a_dead_worker_held_is_rescued_and_done() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, echo(1)).await;
    let last_chance = db.submit(&acme, NewTask { max_attempts: Some(1), ..echo(2) }).await;
    claim_and_die(&db, &acme, Duration::from_millis(1)).await;
    let worker = Worker::start(&db).await;
    let done = wait_for(&db, &acme, task.id, Done).await;
    assert_eq!(done.attempt, 2, "the attempt of the dead worker is counted");
    let failed = wait_for(&db, &acme, last_chance.id, Failed).await;
    assert_eq!(error_of(&failed).0, "WORKER_LOST");
    let expected = ["task.created", "task.started", "task.rescued", "task.started", "task.completed"];
    assert_eq!(db.actions(&acme, task.id).await, expected);
    no_leases(&db).await;
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_lease_is_extended_for_as_long_as_the_attempt_takes() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    // Twice the lease, with a rescuer at work.
    let task = db.submit(&acme, sleep(4_000)).await;
    let (worker, rescuer) = (Worker::start(&db).await, Worker::start(&db).await);
    let done = wait_for(&db, &acme, task.id, Done).await;
    assert_eq!(done.attempt, 1);
    worker.stop().await;
    rescuer.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn an_attempt_that_was_rescued_from_its_worker_is_stopped_and_changes_nothing() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, NewTask { max_attempts: Some(1), ..echo(1) }).await;
    let stopped = Arc::new(Semaphore::new(0));
    let shared = Arc::clone(&stopped);
    let worker = Worker::start_running(&db, "echo", move |_| {
        let guard = OnDrop(Arc::clone(&shared));
        async move {
            let _guard = guard;
            std::future::pending().await
        }
    })
    .await;
    wait_for(&db, &acme, task.id, Running).await;
    // As if the database's clock had jumped past the lease.
    until("somebody takes the lease back", async || {
        db.owner.execute_unprepared("UPDATE leases SET lease_until = statement_timestamp() - interval '1 s'").await.unwrap();
        let expired = task::expired(&db.worker, 1).await.unwrap();
        let lease = expired.first()?;
        let tx = db.worker.begin().await.unwrap();
        let rescued = task::rescue(&tx, &db.ids, lease).await.unwrap();
        tx.commit().await.unwrap();
        rescued.is_some_and(|rescued| rescued.len() == 1).then_some(())
    })
    .await;
    stopped.acquire().await.unwrap().forget();
    assert_eq!(error_of(&db.task(&acme, task.id).await).0, "WORKER_LOST");
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_worker_that_cannot_extend_its_lease_stops_its_attempts_and_gives_them_back_later() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let task = db.submit(&acme, echo(1)).await;
    let stopped = Arc::new(Semaphore::new(0));
    let shared = Arc::clone(&stopped);
    let worker = Worker::start_running(&db, "echo", move |attempt| {
        let shared = Arc::clone(&shared);
        async move {
            if attempt.lease_epoch == 1 {
                let _stopped = OnDrop(shared);
                std::future::pending::<()>().await;
            }
            Outcome::Done(Value::Null)
        }
    })
    .await;
    wait_for(&db, &acme, task.id, Running).await;
    // Heartbeats wait for this lock in vain.
    let lock = db.owner.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE leases IN ACCESS EXCLUSIVE MODE").await.unwrap();
    stopped.acquire().await.unwrap().forget();
    lock.commit().await.unwrap();
    let done = wait_for(&db, &acme, task.id, Done).await;
    assert_eq!(done.attempt, 1, "the attempt that was given back is not charged");
    let expected = ["task.created", "task.started", "task.released", "task.started", "task.completed"];
    assert_eq!(db.actions(&acme, task.id).await, expected);
    let trail = domain::audit::of_task(&db.api, acme.id, task.id).await.unwrap();
    assert_eq!(trail[2].reason.as_deref(), Some("LEASE_UNCERTAIN"));
    no_leases(&db).await;
    worker.stop().await;
    db.assert_invariants().await;
}

struct OnDrop(Arc<Semaphore>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

#[tokio::test]
async fn every_connection_may_be_cut_and_all_tasks_are_done_once() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    for n in 0..60 {
        db.submit(&acme, sleep(n)).await;
    }
    let worker = Worker::start(&db).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND application_name = 'worker under test'";
    until("all are done", async || {
        db.owner.execute_unprepared(cut).await.unwrap();
        (count(&db, "SELECT count(*) FROM tasks WHERE status = 'done'").await == 60).then_some(())
    })
    .await;
    assert_eq!(count(&db, "SELECT count(*) FROM audit_logs WHERE action = 'task.completed'").await, 60);
    worker.stop().await;
    db.assert_invariants().await;
}
