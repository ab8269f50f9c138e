//! What a worker counts, and that it says so before it ends.

use std::time::Duration;

use domain::TaskStatus::{Done, Failed};
use domain::task::{self, Claim, NewTask};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, TransactionTrait as _};
use serde_json::Value;
use testkit::{TestDb, echo, sleep, until};
use worker::{Config, Handlers, Outcome};

use crate::support::{Worker, config, count, handler, no_leases, wait_for};

/// Done, retried, failed, rescued: what all workers reported.
async fn reported(db: &TestDb) -> [i64; 4] {
    let sql = "SELECT sum(done)::bigint, sum(retried)::bigint, sum(failed)::bigint, sum(rescued)::bigint FROM worker_reports";
    let row = db.owner.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    [0, 1, 2, 3].map(|n| row.try_get_by_index::<Option<i64>>(n).unwrap().unwrap_or_default())
}

/// Reports at the start and at the end only.
async fn start(db: &TestDb) -> Worker {
    let config = Config { stats_interval: Duration::from_secs(3600), ..config(db) };
    let outcomes = handler("echo", |attempt| async move {
        match attempt.payload["n"].as_i64() {
            Some(1) => Outcome::Done(Value::Null),
            Some(2) if attempt.number == 1 => {
                Outcome::Retry { code: "AGAIN".into(), message: String::new(), after: Some(Duration::ZERO) }
            }
            Some(2) => Outcome::Done(Value::Null),
            _ => Outcome::Fail { code: "NEVER".into(), message: String::new() },
        }
    });
    let handlers = Handlers::standard(&config).unwrap().with(outcomes);
    Worker::start_with(db, config, handlers).await
}

#[tokio::test]
async fn each_outcome_is_counted_once_and_reported_by_the_end() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    // A dead worker's, with an attempt left and without.
    let rescued = [db.submit(&acme, echo(1)).await, db.submit(&acme, NewTask { max_attempts: Some(1), ..echo(1) }).await];
    let kinds = ["echo".to_owned()];
    let lease = Duration::from_millis(1);
    let claim = Claim { tenant_id: acme.id, queue: "default", worker: "dead-1", kinds: &kinds, limit: 10, lease };
    let tx = db.worker.begin().await.unwrap();
    task::claim(&tx, &db.ids, claim).await.unwrap().expect("two tasks");
    tx.commit().await.unwrap();
    let (one, other) = (start(&db).await, start(&db).await);
    let (twice, never) = (db.submit(&acme, echo(2)).await, db.submit(&acme, echo(3)).await);
    for (task, status) in [(&rescued[0], Done), (&rescued[1], Failed), (&twice, Done), (&never, Failed)] {
        wait_for(&db, &acme, task.id, status).await;
    }
    no_leases(&db).await;
    one.stop().await;
    other.stop().await;
    // Of the two that were rescued one was done and one failed for want of attempts.
    assert_eq!(reported(&db).await, [2, 1, 2, 2]);
    assert_eq!(count(&db, "SELECT count(*) FROM worker_reports").await, 2);
    db.assert_invariants().await;
}

#[tokio::test]
async fn what_is_refused_cancelled_or_given_back_is_not_counted() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let worker = start(&db).await;
    let (cancelled, given_back) = (db.submit(&acme, sleep(100_000)).await, db.submit(&acme, sleep(100_000)).await);
    until("both run", async || (count(&db, "SELECT count(*) FROM tasks WHERE status = 'running'").await == 2).then_some(()))
        .await;
    let tx = db.api.begin().await.unwrap();
    task::cancel(&tx, &db.ids, &acme.caller(), cancelled.id, None).await.unwrap();
    tx.commit().await.unwrap();
    worker.stop().await;
    assert_eq!(db.task(&acme, given_back.id).await.attempt, 0);
    assert_eq!(reported(&db).await, [0; 4]);
    db.assert_invariants().await;
}
