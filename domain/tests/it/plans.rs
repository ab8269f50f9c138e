//! The hot statements read what they change and little more: never a tenant's history, whatever the planner believes.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait, TryGetable};
use serde_json::Value;
use testkit::{Role, TestDb};
use uuid::Uuid;

const HISTORY: usize = 20_000;
const BATCH: usize = 50;
/// Rows of `tasks` that one statement about a batch may touch, over all plan nodes.
const BOUND: f64 = 1_000.0;

struct Hot {
    name: &'static str,
    sql: &'static str,
    /// Literals for `$1..`, given the tenant, running task ids and their epoch.
    arguments: fn(tenant: Uuid, running: &[Uuid]) -> Vec<String>,
}

fn array(items: impl Iterator<Item = String>, kind: &str) -> String {
    format!("ARRAY[{}]::{kind}[]", items.collect::<Vec<_>>().join(","))
}

fn uuids(ids: &[Uuid]) -> String {
    array(ids.iter().map(|id| format!("'{id}'")), "uuid")
}

fn fresh(count: usize) -> String {
    uuids(&(0..count).map(|_| Uuid::now_v7()).collect::<Vec<_>>())
}

fn each(count: usize, literal: &str, kind: &str) -> String {
    array((0..count).map(|_| literal.to_owned()), kind)
}

fn hot_statements() -> Vec<Hot> {
    vec![
        Hot {
            name: "claim",
            sql: include_str!("../../src/task/sql/claim.sql"),
            arguments: |tenant, _| {
                vec![
                    format!("'{tenant}'"),
                    "'default'".into(),
                    BATCH.to_string(),
                    "'w'".into(),
                    "ARRAY['echo']".into(),
                    fresh(BATCH),
                    format!("'{}'", Uuid::now_v7()),
                    "30000".into(),
                ]
            },
        },
        Hot {
            name: "complete",
            sql: include_str!("../../src/task/sql/complete.sql"),
            arguments: |tenant, running| {
                let n = running.len();
                vec![
                    format!("'{tenant}'"),
                    uuids(running),
                    each(n, "1", "bigint"),
                    each(n, "'{}'", "text"),
                    each(n, "'d'", "text"),
                    fresh(n),
                    "'w'".into(),
                ]
            },
        },
        Hot {
            name: "fail",
            sql: include_str!("../../src/task/sql/fail.sql"),
            arguments: |tenant, running| {
                let n = running.len();
                vec![
                    format!("'{tenant}'"),
                    uuids(running),
                    each(n, "1", "bigint"),
                    each(n, "'C'", "text"),
                    each(n, "'m'", "text"),
                    each(n, "false", "boolean"),
                    each(n, "1000", "bigint"),
                    fresh(n),
                    "'w'".into(),
                ]
            },
        },
        Hot {
            name: "release",
            sql: include_str!("../../src/task/sql/release.sql"),
            arguments: |tenant, running| {
                let n = running.len();
                vec![format!("'{tenant}'"), uuids(running), each(n, "1", "bigint"), fresh(n), "'w'".into(), "'DRAINING'".into()]
            },
        },
        Hot {
            name: "lost",
            sql: include_str!("../../src/task/sql/lost.sql"),
            arguments: |tenant, running| vec![format!("'{tenant}'"), uuids(running), each(running.len(), "1", "bigint")],
        },
        Hot {
            name: "ready",
            sql: include_str!("../../src/task/sql/ready.sql"),
            arguments: |_, _| vec!["100".into(), format!("'{}'", Uuid::nil()), "''".into()],
        },
        Hot {
            name: "rescue",
            sql: include_str!("../../src/task/sql/rescue.sql"),
            arguments: |tenant, running| vec![format!("'{tenant}'"), format!("'{}'", Uuid::from_u128(7)), fresh(running.len())],
        },
        Hot {
            name: "stats: pending",
            sql: include_str!("../../src/stats/sql/pending.sql"),
            arguments: |tenant, _| vec![uuids(&[tenant, tenant]), "ARRAY['default', 'backlog']".into(), "100000".into()],
        },
        Hot { name: "stats: running", sql: include_str!("../../src/stats/sql/running.sql"), arguments: |_, _| vec![] },
    ]
}

/// A tenant with a long history, future tasks of a higher priority, a few due ones, a running batch, and a backlog in another
/// queue.
async fn fill(db: &TestDb, tenant: Uuid) -> Vec<Uuid> {
    let insert = |count: usize, status: &str, priority: i32, run_at: &str| {
        format!(
            "INSERT INTO tasks (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds, \
               status, priority, queued, is_failed, kind, queue, finished_at, worker_id, payload) \
             SELECT '{tenant}', gen_random_uuid(), '{tenant}', {run_at}, 1, 1, 1, 5, 300, '{status}', {priority}, \
               '{status}' = 'pending', false, 'echo', 'default', CASE WHEN '{status}' = 'done' THEN now() END, \
               CASE WHEN '{status}' = 'running' THEN 'w' END, '{{}}' FROM generate_series(1, {count})"
        )
    };
    for sql in [
        insert(HISTORY, "done", 0, "now()"),
        insert(HISTORY, "pending", 50, "now() + interval '1 day'"),
        insert(BATCH * 2, "pending", 0, "now() - interval '1 day'"),
        insert(HISTORY, "pending", 0, "now() - interval '1 day'").replace("'default'", "'backlog'"),
        insert(BATCH, "running", 0, "now()"),
    ] {
        db.owner.execute_unprepared(&sql).await.unwrap();
    }
    let query = Statement::from_string(DbBackend::Postgres, "SELECT id FROM tasks WHERE status = 'running'");
    let rows = db.owner.query_all_raw(query).await.unwrap();
    let running: Vec<_> = rows.iter().map(|row| Uuid::try_get_by(row, "id").unwrap()).collect();
    let lease = format!(
        "INSERT INTO leases (tenant_id, id, lease_until, worker_id, task_ids, epochs) VALUES \
         ('{tenant}', '{}', now() - interval '1 hour', 'w', {}, {})",
        Uuid::from_u128(7),
        uuids(&running),
        each(running.len(), "1", "bigint"),
    );
    db.owner.execute_unprepared(&lease).await.unwrap();
    running
}

/// Rows of a table (and its partitions) that a plan touched: returned or thrown away, over all nodes and loops.
pub(crate) fn touched(table: &str, node: &Value) -> f64 {
    let number = |key: &str| node[key].as_f64().unwrap_or(0.0);
    let here = if node["Relation Name"].as_str().is_some_and(|name| name.starts_with(table)) {
        number("Actual Loops")
            * (number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Index Recheck"))
    } else if node["Node Type"] == "Bitmap Index Scan" {
        number("Actual Loops") * number("Actual Rows")
    } else {
        0.0
    };
    here + node["Plans"].as_array().map_or(0.0, |plans| plans.iter().map(|plan| touched(table, plan)).sum())
}

async fn check(connection: &DatabaseConnection, tenant: Uuid, running: &[Uuid], circumstances: &str) {
    for mode in ["force_generic_plan", "force_custom_plan"] {
        for hot in hot_statements() {
            let tx = connection.begin().await.unwrap();
            let arguments = (hot.arguments)(tenant, running).join(", ");
            tx.execute_unprepared(&format!("SET LOCAL plan_cache_mode = {mode}")).await.unwrap();
            tx.execute_unprepared(&format!("PREPARE hot AS {}", hot.sql)).await.unwrap();
            let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
            let explain = format!("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE hot{arguments}");
            let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, explain)).await.unwrap().unwrap();
            let plan = Value::try_get_by_index(&row, 0).unwrap();
            tx.execute_unprepared("DEALLOCATE hot").await.unwrap();
            tx.rollback().await.unwrap();
            let rows = touched("tasks", &plan[0]["Plan"]);
            assert!(rows <= BOUND, "{} under {mode} with {circumstances} touched {rows} rows of tasks:\n{plan:#}", hot.name);
        }
    }
}

#[tokio::test]
async fn no_hot_statement_reads_a_tenants_history() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let off = "ALTER TABLE tasks SET (autovacuum_enabled = off); ALTER TABLE leases SET (autovacuum_enabled = off)";
    db.owner.execute_unprepared(off).await.unwrap();
    db.owner.execute_unprepared("ANALYZE tasks, leases").await.unwrap();
    let running = fill(&db, acme.id).await;
    let connection = boot::pool::connect(&db.config(Role::Worker, 1), "test").await.unwrap();
    check(&connection, acme.id, &running, "the statistics of an empty table").await;
    db.owner.execute_unprepared("ANALYZE tasks, leases").await.unwrap();
    check(&connection, acme.id, &running, "fresh statistics").await;
}
