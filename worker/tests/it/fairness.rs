//! Who goes first.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use domain::TaskStatus::Done;
use domain::task::NewTask;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::Value;
use testkit::{Tenant, TestDb, echo, until};
use tokio::sync::Semaphore;
use worker::{Config, Handlers, Outcome};

use crate::support::{Worker, config, count, handler, no_leases, wait_for};

/// Submits many `echo` tasks to so many queues in one statement, as `create` would write them one by one.
async fn flood(db: &TestDb, tenant: &Tenant, tasks: usize, queues: i32) {
    let sql = "WITH t AS (
            INSERT INTO tasks (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds,
                               status, priority, queued, is_failed, kind, queue, payload)
            SELECT $1, id, $2, statement_timestamp(), 1, 0, 0, 5, 300, 'pending', 0, true, false, 'echo', 'q' || n % $4, '1'
            FROM unnest($3::uuid[]) WITH ORDINALITY v(id, n) RETURNING id)
         INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq)
         SELECT $1, id, 'task.created', 'user:' || $2::text, id, 1 FROM t";
    let values = [tenant.id.into(), tenant.user_id.into(), db.ids.next_many(tasks).into(), queues.into()];
    db.owner.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await.unwrap();
}

#[tokio::test]
async fn ten_thousand_tasks_of_one_tenant_do_not_hold_up_another_tenants_one() {
    another_tenants_task_comes_soon(1).await;
}

#[tokio::test]
async fn nor_do_they_in_a_thousand_queues() {
    another_tenants_task_comes_soon(1_000).await;
}

async fn another_tenants_task_comes_soon(queues: i32) {
    let db = TestDb::new().await;
    let (flooder, other) = (db.tenant("flooder").await, db.tenant("other").await);
    flood(&db, &flooder, 10_000, queues).await;
    // The flood's tasks end one by one, as the test allows.
    let (allowed, started) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let (gate, counter, flooder_id) = (Arc::clone(&allowed), Arc::clone(&started), flooder.id);
    let worker = Worker::start_running(&db, "echo", move |attempt| {
        let (gate, counter) = (Arc::clone(&gate), Arc::clone(&counter));
        async move {
            if attempt.tenant_id == flooder_id {
                counter.fetch_add(1, Ordering::Relaxed);
                gate.acquire().await.unwrap().forget();
            }
            Outcome::Done(Value::Null)
        }
    })
    .await;
    until("the flood has every slot", async || (started.load(Ordering::Relaxed) == 4).then_some(())).await;
    let task = db.submit(&other, echo(1)).await;
    until("the other tenant's task is done", async || {
        allowed.add_permits(2);
        Some(db.task(&other, task.id).await).filter(|task| task.status == Done)
    })
    .await;
    let before = started.load(Ordering::Relaxed);
    assert!(before < 200, "{before} tasks of the flood came first");
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn tenants_that_wait_together_are_served_in_turn() {
    let db = TestDb::new().await;
    let (flooder, other) = (db.tenant("flooder").await, db.tenant("other").await);
    flood(&db, &flooder, 1_000, 1).await;
    flood(&db, &other, 50, 1).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let (seen, other_id) = (Arc::clone(&order), other.id);
    let worker = Worker::start_running(&db, "echo", move |attempt| {
        seen.lock().unwrap().push(attempt.tenant_id == other_id);
        async { Outcome::Done(Value::Null) }
    })
    .await;
    let done = "SELECT count(*) FROM tasks WHERE status = 'done'";
    until("all are done", async || (count(&db, done).await == 1_050).then_some(())).await;
    let last = order.lock().unwrap().iter().rposition(|other| *other).unwrap();
    let drawn: String = order.lock().unwrap().iter().map(|other| if *other { 'o' } else { '.' }).collect();
    // About 100 when all goes well; a claim that has to open a connection first loses some turns.
    assert!(last < 500, "the last of fifty came as number {last}: {drawn}");
    no_leases(&db).await;
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn higher_priority_first_then_earlier_due_then_earlier_submitted() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let mut tasks = Vec::new();
    for (n, priority) in [(4, -5), (2, 0), (3, 0), (0, 100), (1, 7)] {
        tasks.push(db.submit(&acme, NewTask { priority: Some(priority), ..echo(n) }).await);
    }
    let order = Arc::new(Mutex::new(Vec::new()));
    let config = Config { concurrency: 1, ..config(&db) };
    let seen = Arc::clone(&order);
    let handlers = Handlers::default().with(handler("echo", move |attempt| {
        seen.lock().unwrap().push(attempt.payload["n"].as_i64().unwrap());
        async { Outcome::Done(Value::Null) }
    }));
    let worker = Worker::start_with(&db, config, handlers).await;
    for task in &tasks {
        wait_for(&db, &acme, task.id, Done).await;
    }
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    worker.stop().await;
    db.assert_invariants().await;
}
