//! A step of a feed reads a slice of the trail at most, whatever the planner believes.

use std::sync::{Arc, Mutex};

use domain::feed::{Position, Reader};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait, TryGetable, Value};
use testkit::{Role, Tenant, TestDb, echo, until};

use crate::catch_up::fill;
use crate::plans::touched;

/// A slice has 10,000 rows, and one more is looked for; a bitmap scan counts twice, in the index and in the table.
const BOUND: f64 = 20_100.0;

/// The value as an argument of EXECUTE.
fn literal(value: &Value) -> String {
    let text = Statement::from_sql_and_values(DbBackend::Postgres, "$1", [value.clone()]).to_string();
    if matches!(value, Value::Array(..)) { format!("{text}::uuid[]") } else { text }
}

/// Explains a statement as it is run with a plan for these values, or for any.
async fn explain(db: &DatabaseConnection, mode: &str, statement: &Statement) -> serde_json::Value {
    let tx = db.begin().await.unwrap();
    tx.execute_unprepared(&format!("SET LOCAL plan_cache_mode = {mode}")).await.unwrap();
    tx.execute_unprepared(&format!("PREPARE step AS {}", statement.sql)).await.unwrap();
    let arguments: Vec<_> = statement.values.iter().flat_map(|values| &values.0).map(literal).collect();
    let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
    let explain = format!("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE step{arguments}");
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, explain)).await.unwrap().unwrap();
    tx.execute_unprepared("DEALLOCATE step").await.unwrap();
    tx.rollback().await.unwrap();
    serde_json::Value::try_get_by_index(&row, 0).unwrap()
}

#[tokio::test]
async fn no_step_of_a_feed_reads_more_than_a_slice() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let off = "DO $$ DECLARE part regclass; BEGIN FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass \
               LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', part); END LOOP; END $$";
    db.owner.execute_unprepared(off).await.unwrap();
    db.owner.execute_unprepared("ANALYZE audit_logs").await.unwrap();
    let begin = fill(&db, &acme, 60_000, 30_000).await;
    let mut connection = boot::pool::connect(&db.config(Role::Api, 1), "test").await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    connection.set_metric_callback(move |info| kept.lock().unwrap().push(info.statement.clone()));
    let explained = (&connection, &*seen);
    // By these statistics all rows are of this minute, and who wants the last seconds' may as well read them all: not asked.
    check(&db, explained, &acme, (Some(begin), 4), BOUND).await;
    db.owner.execute_unprepared("ANALYZE audit_logs").await.unwrap();
    check(&db, explained, &acme, (Some(begin), 4), BOUND).await;
    check(&db, explained, &acme, (None, 1), 50.0).await;
}

type Seen = Mutex<Vec<Statement>>;

/// Lets a reader read until it has asked so much of the trail, and explains what that was. (It asks nothing while anything in the
/// cluster still writes that began before: other tests do.)
async fn check(
    db: &TestDb,
    (connection, seen): (&DatabaseConnection, &Seen),
    tenant: &Tenant,
    (after, least): (Option<Position>, usize),
    bound: f64,
) {
    let mut reader = Reader::new(tenant.id, after);
    reader.look(connection).await.unwrap();
    db.submit(tenant, echo(1)).await;
    seen.lock().unwrap().clear();
    let mut statements = Vec::new();
    until("the reader has read", async || {
        if reader.must_look() {
            reader.look(connection).await.unwrap();
        }
        reader.read(connection).await.unwrap();
        statements.extend(seen.lock().unwrap().drain(..).filter(|one| one.sql.contains("audit_logs")));
        (statements.len() >= least).then_some(())
    })
    .await;
    for mode in ["force_generic_plan", "force_custom_plan"] {
        for statement in &statements {
            let plan = explain(connection, mode, statement).await;
            let rows = touched("audit_logs", &plan[0]["Plan"]);
            assert!(rows <= bound, "{mode}: {rows} rows, {}\n{plan:#}", statement.sql);
        }
    }
}
