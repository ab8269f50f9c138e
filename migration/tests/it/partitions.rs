//! The months ahead are made in time, by whoever calls first, each with its guard.

use sea_orm::{ConnectionTrait, DbBackend, Statement, TryGetable};
use testkit::TestDb;

async fn number(db: &impl ConnectionTrait, sql: &str) -> i64 {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    i64::try_get_by_index(&row, 0).unwrap()
}

const PARTITIONS: &str = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass";
const UNGUARDED: &str = "SELECT count(*) FROM pg_inherits i WHERE inhparent = 'audit_logs'::regclass AND NOT EXISTS \
    (SELECT FROM pg_trigger g WHERE g.tgrelid = i.inhrelid AND g.tgname = 'append_only' AND g.tgenabled = 'O')";

#[tokio::test]
async fn the_worker_makes_further_months_each_with_its_guard() {
    let db = TestDb::new().await;
    assert_eq!(number(&db.owner, PARTITIONS).await, 5, "default, this month and three ahead");
    let make = "SELECT ensure_partitions(5)::bigint";
    let (a, b) = tokio::join!(number(&db.worker, make), number(&db.worker, make));
    assert_eq!(a + b, 2, "two callers at once make each month once");
    assert_eq!(number(&db.owner, PARTITIONS).await, 7);
    assert_eq!(number(&db.owner, UNGUARDED).await, 0);
}

#[tokio::test]
async fn rows_go_to_the_month_their_id_was_made_in() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    db.submit(&acme, testkit::echo(1)).await;
    assert_eq!(number(&db.owner, "SELECT count(*) FROM audit_logs_default").await, 0);
    assert!(number(&db.owner, "SELECT count(*) FROM audit_logs").await >= 4);
}
