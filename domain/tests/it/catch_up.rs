//! A reader of a feed that missed much: it reads all of it, in order, and each row a few times at most.

use std::collections::HashSet;

use domain::feed::{self, Position, Reader};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionTrait, TryGetable};
use testkit::{Tenant, TestDb, echo, until};
use uuid::Uuid;

const PER_TRANSACTION: i64 = 5;

fn query(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, sql)
}

async fn number<T: TryGetable>(db: &impl ConnectionTrait, sql: &str) -> T {
    T::try_get_by_index(&db.query_one_raw(query(sql)).await.unwrap().unwrap(), 0).unwrap()
}

/// As [`fill_while`], when nothing else runs.
pub(crate) async fn fill(db: &TestDb, tenant: &Tenant, rows: i64, seconds: i64) -> Position {
    let (begin, held) = fill_while(db, tenant, rows, seconds).await;
    held.commit().await.unwrap();
    until("all of it is below the horizon", async || {
        Some(feed::horizon(&db.owner).await.unwrap()).filter(|now| now.xmin > begin.xid + rows / PER_TRANSACTION + 1)
    })
    .await;
    begin
}

/// Gives a task a long trail of transactions at an even pace over `seconds` up to an hour ago, each with five rows whose ids
/// lie up to 9 s before or 60 s behind it. Answers with the position before them, and with a transaction that began when
/// half of them had and still runs.
async fn fill_while(db: &TestDb, tenant: &Tenant, rows: i64, seconds: i64) -> (Position, DatabaseTransaction) {
    let task = db.submit(tenant, echo(1)).await.id;
    let transactions = rows / PER_TRANSACTION;
    let burn =
        format!("DO $$ BEGIN FOR i IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$", transactions / 2);
    db.owner.execute_unprepared(&burn).await.unwrap();
    let held = db.owner.begin().await.unwrap();
    let middle: i64 = number(&held, "SELECT pg_current_xact_id()::text::bigint").await;
    db.owner.execute_unprepared(&burn).await.unwrap();
    let insert = format!(
        "INSERT INTO audit_logs (tenant_id, id, \"timestamp\", xid, action, actor, task_id, seq) \
         SELECT '{}', (left(uuid_floor(id_at)::text, 14) || '7' || substr(md5(n::text), 1, 3) || '-8' || \
                substr(md5(n::text), 4, 3) || '-' || substr(md5(n::text), 7, 12))::uuid, \
                id_at, CASE WHEN nth < {transactions} / 2 THEN {middle} - {transactions} / 2 + nth \
                    ELSE {middle} + 1 + nth - {transactions} / 2 END, 'task.cancelled', 'user:x', '{task}', 1 + n \
         FROM generate_series(0, {rows} - 1) n, LATERAL (SELECT n / {PER_TRANSACTION} AS nth) t, \
              LATERAL (SELECT now() - interval '1 hour' - {seconds} * interval '1 second' \
                  + nth::float8 / {transactions} * {seconds} * interval '1 second' \
                  + (n::bigint * 7919 % 69 - 9) * interval '1 second' AS id_at) a",
        tenant.id
    );
    db.owner.execute_unprepared(&insert).await.unwrap();
    let since = chrono::Utc::now() - chrono::Duration::seconds(3_600 + seconds + 60);
    (Position { xid: middle - transactions / 2 - 1, id: Uuid::max(), since }, held)
}

/// Reads to the end; the rows in the order in which they came, and the number of reads.
async fn read_all(reader: &mut Reader, tx: &DatabaseTransaction) -> (Vec<(i64, Uuid)>, usize) {
    let (mut found, mut reads) = (Vec::new(), 0);
    loop {
        if reader.must_look() {
            reader.look(tx).await.unwrap();
        }
        let batch = reader.read(tx).await.unwrap();
        reads += 1;
        assert!(batch.changes.len() <= 100);
        found.extend(batch.changes.into_iter().map(|change| (change.row.xid, change.row.id)));
        if !batch.has_more {
            return (found, reads);
        }
    }
}

/// Rows and index entries of the trail that a transaction has looked at so far.
async fn looked_at(tx: &DatabaseTransaction) -> i64 {
    let sql = "SELECT (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables \
               WHERE relname LIKE 'audit_logs%')::bigint";
    number(tx, sql).await
}

async fn expected(db: &DatabaseConnection, tenant: Uuid, after: Position) -> Vec<(i64, Uuid)> {
    let sql = format!(
        "SELECT xid, id FROM audit_logs WHERE tenant_id = '{tenant}' AND seq > 0 AND xid > {} ORDER BY xid, id",
        after.xid
    );
    let rows = db.query_all_raw(query(&sql)).await.unwrap();
    rows.iter().map(|row| (i64::try_get_by_index(row, 0).unwrap(), Uuid::try_get_by_index(row, 1).unwrap())).collect()
}

/// Catches up over so many rows; how often each was looked at.
async fn times_looked_at(rows: i64, seconds: i64) -> f64 {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let begin = fill(&db, &acme, rows, seconds).await;
    db.owner.execute_unprepared("ANALYZE audit_logs").await.unwrap();
    let tx = db.api.begin().await.unwrap();
    let (found, reads) = read_all(&mut Reader::new(acme.id, Some(begin)), &tx).await;
    let looked_at = looked_at(&tx).await;
    assert_eq!(found.iter().collect::<HashSet<_>>().len(), found.len(), "none comes twice");
    assert!(found == expected(&db.owner, acme.id, begin).await, "all come, in order");
    assert!(reads < usize::try_from(rows).unwrap() / 100 + 30, "{reads} reads");
    looked_at as f64 / rows as f64
}

#[tokio::test]
async fn each_row_is_looked_at_a_few_times_however_many_there_are() {
    let few = times_looked_at(20_000, 10_000).await;
    let many = times_looked_at(60_000, 30_000).await;
    // Where the planner reads a small table from end to end it is some more.
    assert!(few < 8.0 && many < 8.0, "{few} and {many} times");
}

#[tokio::test]
async fn many_rows_of_a_short_time_are_read_in_order_too() {
    // Its slice has a least time, and is looked at for every 10,000 keys of it.
    let times = times_looked_at(30_000, 100).await;
    assert!(times < 12.0, "{times} times");
}

#[tokio::test]
async fn a_transaction_that_held_the_horizon_for_hours_is_not_read_past() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let rows = 30_000;
    let (begin, held) = fill_while(&db, &acme, rows, 20_000).await;
    // Other tests' transactions may have held it further back.
    until("it alone holds the horizon", async || {
        Some(feed::horizon(&db.owner).await.unwrap()).filter(|now| now.xmin > begin.xid + rows / PER_TRANSACTION / 2)
    })
    .await;
    let tx = db.api.begin().await.unwrap();
    let mut reader = Reader::new(acme.id, Some(begin));
    let (mut found, _) = read_all(&mut reader, &tx).await;
    assert_eq!(found.len() as i64, rows / 2);
    let before = looked_at(&tx).await;
    assert!(read_all(&mut reader, &tx).await.0.is_empty());
    assert_eq!(looked_at(&tx).await, before, "what waits is not looked at again and again");
    held.commit().await.unwrap();
    until("the rest", async || {
        found.extend(read_all(&mut reader, &tx).await.0);
        (found.len() as i64 >= rows).then_some(())
    })
    .await;
    assert!(found == expected(&db.owner, acme.id, begin).await);
}
