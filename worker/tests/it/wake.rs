//! What wakes an idle worker.

use std::time::Duration;

use domain::TaskStatus::{Done, Pending};
use domain::task::NewTask;
use domain::{counts, queue};
use sea_orm::TransactionTrait as _;
use testkit::{TestDb, echo, until};
use tokio::time::Instant;
use worker::{Config, Handlers};

use crate::support::{Hints, Worker, config, listening, wait_for};

/// So long that a test which needs a poll would reach its deadline.
const NEVER: Duration = Duration::from_secs(3600);

async fn start_without_polls(db: &TestDb) -> Worker {
    let config = Config { poll_interval: NEVER, ..config(db) };
    let handlers = Handlers::standard(&config).unwrap();
    Worker::start_with(db, config, handlers).await
}

#[tokio::test]
async fn a_hint_wakes_at_once() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let hints = Hints::start(&db);
    let worker = start_without_polls(&db).await;
    listening(&db).await;
    let task = db.submit(&acme, echo(1)).await;
    hints.notifier.ready(acme.id, "default");
    wait_for(&db, &acme, task.id, Done).await;
    worker.stop().await;
}

#[tokio::test]
async fn without_a_hint_the_poll_finds_the_task() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let worker = Worker::start(&db).await;
    listening(&db).await;
    let task = db.submit(&acme, echo(1)).await;
    wait_for(&db, &acme, task.id, Done).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_task_for_later_runs_when_it_is_due_and_not_before() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let hints = Hints::start(&db);
    let worker = start_without_polls(&db).await;
    listening(&db).await;
    let run_at = chrono::Utc::now() + chrono::Duration::milliseconds(1_500);
    let task = db.submit(&acme, NewTask { run_at: Some(run_at), ..echo(1) }).await;
    hints.notifier.ready(acme.id, "default");
    let begin = Instant::now();
    wait_for(&db, &acme, task.id, Done).await;
    let trail = domain::audit::of_task(&db.api, acme.id, task.id).await.unwrap();
    assert!(trail[1].timestamp >= run_at, "not before");
    assert!(begin.elapsed() < Duration::from_secs(30), "and not much later");
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn a_paused_queue_waits_and_other_queues_do_not() {
    use sea_orm::ConnectionTrait as _;
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let pause = format!("INSERT INTO queues (tenant_id, name, paused_at) VALUES ('{}', 'slow', now())", acme.id);
    db.owner.execute_unprepared(&pause).await.unwrap();
    let paused = db.submit(&acme, NewTask { queue: Some("slow".into()), ..echo(1) }).await;
    let other = db.submit(&acme, echo(2)).await;
    let worker = Worker::start(&db).await;
    wait_for(&db, &acme, other.id, Done).await;
    assert_eq!(db.actions(&acme, paused.id).await, ["task.created"]);
    db.owner.execute_unprepared("UPDATE queues SET paused_at = NULL").await.unwrap();
    wait_for(&db, &acme, paused.id, Done).await;
    worker.stop().await;
    db.assert_invariants().await;
}

#[tokio::test]
async fn thousands_of_queues_with_nothing_due_do_not_hide_what_is_due_behind_them() {
    use sea_orm::ConnectionTrait as _;
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let many = format!(
        "INSERT INTO tasks (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds, \
           status, priority, queued, is_failed, kind, queue, payload) \
         SELECT '{0}', gen_random_uuid(), '{0}', now() + interval '1 year', 1, 0, 0, 5, 300, 'pending', 0, true, false, 'echo', \
           'a' || n, '{{}}' FROM generate_series(1, 11000) n",
        acme.id
    );
    db.owner.execute_unprepared(&many).await.unwrap();
    let worker = Worker::start(&db).await;
    listening(&db).await;
    // Of another tenant, whose id sorts behind: nobody hints, only a scan can find it.
    let other = db.tenant("other").await;
    let task = db.submit(&other, NewTask { queue: Some("zz".into()), ..echo(1) }).await;
    wait_for(&db, &other, task.id, Done).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_resumed_queue_is_served_at_once_and_a_paused_one_not_at_all() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let hints = Hints::start(&db);
    let worker = start_without_polls(&db).await;
    listening(&db).await;
    let tx = db.api.begin().await.unwrap();
    queue::pause(&tx, &db.ids, &acme.caller(), "default", None).await.unwrap();
    tx.commit().await.unwrap();
    let paused = db.submit(&acme, echo(1)).await;
    hints.notifier.ready(acme.id, "default");
    // Whoever is told of two queues serves both; when the later one is done, the other was looked at.
    let other = db.submit(&acme, NewTask { queue: Some("other".into()), ..echo(2) }).await;
    hints.notifier.ready(acme.id, "other");
    wait_for(&db, &acme, other.id, Done).await;
    assert_eq!(db.task(&acme, paused.id).await.status, Pending);
    let tx = db.api.begin().await.unwrap();
    queue::resume(&tx, &db.ids, &acme.caller(), "default", None).await.unwrap();
    tx.commit().await.unwrap();
    hints.notifier.ready(acme.id, "default");
    wait_for(&db, &acme, paused.id, Done).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_worker_folds_the_counters() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let worker = Worker::start(&db).await;
    let task = db.submit(&acme, echo(1)).await;
    wait_for(&db, &acme, task.id, Done).await;
    until("the counters are folded", async || {
        let counted = counts::of_tenant(&db.api, acme.id, 1).await.unwrap();
        assert_eq!(counted.all.values().sum::<i64>(), 1);
        (counted.unfolded == 0).then_some(())
    })
    .await;
    worker.stop().await;
}
