//! `scripts/deploy/prune.sql`: what has ended long ago goes, and that is on record.

use domain::audit::Action;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use serde_json::json;
use testkit::{Role, Tenant, TestDb, echo};
use uuid::Uuid;

const SCRIPT: &str = include_str!("../../../scripts/deploy/prune.sql");

/// As psql does: each statement by itself, in one session.
async fn prune(owner: &DatabaseConnection, older_than: &str) -> Result<(), DbErr> {
    let (role, block) = SCRIPT.split_at(SCRIPT.find("DO $$").unwrap());
    for statement in [&format!("SET prune.older_than = '{older_than}'"), role, block, "RESET ROLE"] {
        owner.execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Tasks that were made, and are cancelled, so many days ago.
async fn cancelled(db: &TestDb, tenant: &Tenant, count: usize, days: i64) {
    let sql = format!(
        "INSERT INTO tasks (tenant_id, id, created_by, created_at, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds, \
            status, priority, queued, is_failed, kind, queue, payload, finished_at) \
         SELECT '{}', (left(uuid_floor(at)::text, 24) || lpad(n::text, 12, '0'))::uuid, '{}', at, at, 2, 0, 0, 5, 300, \
            'cancelled', 0, false, false, 'echo', 'default', '1', at \
         FROM generate_series(1, {count}) n, (SELECT now() - interval '{days} days' AS at) t",
        tenant.id, tenant.user_id
    );
    db.owner.execute_unprepared(&sql).await.unwrap();
}

/// The numbers of tasks that the trail says were deleted, in the order of the rows.
async fn pruned(db: &TestDb, tenant: &Tenant) -> Vec<serde_json::Value> {
    let filter = domain::audit::Filter { action: Some(Action::TasksPruned).into(), ..Default::default() };
    let page = domain::page::Page { limit: 100, order: domain::page::Order::Oldest, ..Default::default() };
    let rows = domain::audit::list(&db.api, tenant.id, &filter, page).await.unwrap();
    assert!(rows.iter().all(|row| row.actor == "system:prune" && row.task_id.is_none()), "{rows:?}");
    rows.into_iter().map(|row| row.detail.unwrap()["count"].clone()).collect()
}

async fn left(db: &TestDb, tenant: &Tenant) -> Vec<Uuid> {
    let page = domain::page::Page { limit: 100, ..Default::default() };
    let tasks = domain::task::list(&db.api, tenant.id, &domain::task::Filter::default(), page).await.unwrap();
    tasks.into_iter().map(|task| task.id).collect()
}

#[tokio::test]
async fn what_ended_long_ago_is_deleted_and_each_transaction_says_how_much() {
    let db = TestDb::new().await;
    let (acme, other, young) = (db.tenant("acme").await, db.tenant("other").await, db.tenant("young").await);
    cancelled(&db, &acme, 6_000, 100).await;
    cancelled(&db, &other, 3, 100).await;
    cancelled(&db, &young, 2, 10).await;
    let waiting = db.submit(&acme, echo(1)).await.id;
    let owner = boot::pool::connect(&db.config(Role::Owner, 1), "prune").await.unwrap();

    let refused = prune(&owner, "23 hours").await.unwrap_err().to_string();
    assert!(refused.contains("24 hours or more"), "{refused}");
    owner.execute_unprepared("RESET ROLE").await.unwrap();
    assert!(pruned(&db, &other).await.is_empty());

    prune(&owner, "90 days").await.unwrap();
    assert_eq!((left(&db, &acme).await, left(&db, &other).await), (vec![waiting], vec![]));
    assert_eq!((left(&db, &young).await.len(), pruned(&db, &young).await.len()), (2, 0));
    assert_eq!((pruned(&db, &acme).await, pruned(&db, &other).await), (vec![json!(5_000), json!(1_000)], vec![json!(3)]));
    prune(&owner, "90 days").await.unwrap();
    assert_eq!(pruned(&db, &other).await, [json!(3)], "nothing was left to delete");
}
