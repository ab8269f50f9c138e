//! How much waits and runs: exact over all tenants, and quick to tell.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::TaskStatus::{Cancelled, Done, Failed, Running};
use domain::stats::{self, Tasks};
use domain::task::NewTask;
use domain::{counts, queue};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use testkit::{Tenant, echo};

use crate::stage::Stage;

async fn tasks(stage: &Stage) -> Tasks {
    stats::tasks(&stage.db.worker).await.unwrap()
}

/// Pending and running tasks.
async fn numbers(stage: &Stage) -> (u64, u64) {
    let tasks = tasks(stage).await;
    (tasks.pending, tasks.running)
}

async fn submit(stage: &Stage, tenant: &Tenant, count: i64, queue: &str, priority: i64, hours: i64) {
    let run_at = (hours != 0).then(|| Utc::now() + TimeDelta::hours(hours));
    for n in 0..count {
        let new = NewTask { queue: Some(queue.into()), priority: Some(priority), run_at, ..echo(n) };
        stage.db.submit(tenant, new).await;
    }
}

async fn pause(stage: &Stage, name: &str) {
    let tx = stage.db.api.begin().await.unwrap();
    queue::pause(&tx, stage.ids(), &stage.acme.caller(), name, None).await.unwrap();
    tx.commit().await.unwrap();
}

/// Pending tasks without a trail, due since or in that time.
async fn fill(stage: &Stage, count: usize, queue: &str, run_at: &str) {
    let sql = format!(
        "INSERT INTO tasks (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds, \
           status, priority, queued, is_failed, kind, queue, payload) \
         SELECT '{tenant}', gen_random_uuid(), '{tenant}', {run_at}, 1, 0, 0, 5, 300, 'pending', n % 3, true, false, 'echo', \
           {queue}, '{{}}' FROM generate_series(1, {count}) n",
        tenant = stage.acme.id
    );
    stage.db.owner.execute_unprepared(&sql).await.unwrap();
}

#[tokio::test]
async fn what_may_be_claimed_now_is_pending_and_nothing_else_is() {
    let stage = Stage::new().await;
    let other = stage.db.tenant("other").await;
    assert_eq!(tasks(&stage).await, Tasks::default());
    for status in [Done, Failed, Cancelled, Running, Running] {
        stage.in_state(status).await;
    }
    submit(&stage, &stage.acme, 3, "default", 0, 0).await;
    submit(&stage, &stage.acme, 2, "default", 50, 0).await;
    // Before those in the order of claims, but not due.
    submit(&stage, &stage.acme, 4, "default", 90, 1).await;
    submit(&stage, &stage.acme, 2, "tomorrow", 0, 24).await;
    submit(&stage, &stage.acme, 7, "paused", 0, 0).await;
    submit(&stage, &other, 1, "default", -7, 0).await;
    submit(&stage, &other, 6, "paused", 0, 0).await;
    pause(&stage, "paused").await;
    // Another tenant's queue of that name is not paused.
    assert_eq!(numbers(&stage).await, (3 + 2 + 1 + 6, 2));
    for tenant in [&stage.acme, &other] {
        counts::fold(&stage.db.worker, tenant.id).await.unwrap();
    }
    assert_eq!(numbers(&stage).await, (3 + 2 + 1 + 6, 2));
    stage.claim(4).await.unwrap();
    assert_eq!(numbers(&stage).await, (1 + 1 + 6, 6));
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn the_oldest_is_as_old_as_it_has_been_due() {
    let stage = Stage::new().await;
    submit(&stage, &stage.acme, 2, "default", 0, 0).await;
    assert!(tasks(&stage).await.oldest_pending < Duration::from_secs(60));
    fill(&stage, 1, "'night'", "now() - interval '90 seconds'").await;
    fill(&stage, 1, "'paused'", "now() - interval '1 day'").await;
    pause(&stage, "paused").await;
    let oldest = tasks(&stage).await.oldest_pending;
    assert!((90..150).contains(&oldest.as_secs()), "{oldest:?}");
}

#[tokio::test]
async fn a_lease_counts_those_of_its_tasks_that_still_run() {
    let stage = Stage::new().await;
    submit(&stage, &stage.acme, 3, "default", 0, 0).await;
    let batch = stage.claim(3).await.unwrap();
    assert_eq!(numbers(&stage).await, (0, 3));
    stage.cancel(batch.tasks[0].id).await.unwrap();
    assert_eq!(numbers(&stage).await, (0, 2));
    stage.cancel(batch.tasks[1].id).await.unwrap();
    stage.retry(batch.tasks[1].id).await.unwrap();
    stage.claim_as("w2", 1, crate::stage::LEASE).await.unwrap();
    assert_eq!(numbers(&stage).await, (0, 2), "once, by the lease it runs under");
}

#[tokio::test]
async fn more_queues_than_one_statement_looks_at_are_all_counted() {
    let stage = Stage::new().await;
    fill(&stage, 2_500, "'queue-' || n", "now()").await;
    fill(&stage, 100, "'queue-' || n", "now() + interval '1 day'").await;
    assert_eq!(numbers(&stage).await, (2_500, 0));
}

/// What the statement answers when it may count so many tasks.
async fn counted(stage: &Stage, at_most: i64) -> i64 {
    let sql = include_str!("../../src/stats/sql/pending.sql");
    let values = [vec![stage.acme.id].into(), vec!["default".to_owned()].into(), at_most.into()];
    let query = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    stage.db.worker.query_one_raw(query).await.unwrap().unwrap().try_get("", "pending").unwrap()
}

#[tokio::test]
async fn only_where_many_are_due_and_many_are_not_the_answer_is_at_least() {
    let stage = Stage::new().await;
    fill(&stage, 500, "'default'", "now()").await;
    assert_eq!(counted(&stage, 10).await, 500, "all due: as kept");
    fill(&stage, 9, "'default'", "now() + interval '1 day'").await;
    assert_eq!(counted(&stage, 10).await, 500, "all but those of later");
    fill(&stage, 20, "'default'", "now() + interval '1 day'").await;
    assert_eq!(counted(&stage, 10).await, 10, "at least");
    assert_eq!(counted(&stage, 30).await, 500);
    assert_eq!(counted(&stage, 501).await, 500);
}
