//! How a reader of a feed catches up over 360,000 changes of a short time and of a long one, beside what it costs to read a
//! hundred of them by sorting them all.

use std::time::{Duration, Instant};

use domain::feed::{self, Position, Reader};
use domain::task::{self, NewTask};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, TransactionTrait, TryGetable};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Bench, median};

const ROWS: i64 = 360_000;
const PER_TRANSACTION: i64 = 5;
const SORTS: usize = 15;
/// Numbers for the transactions that the rows pretend to be of.
const NUMBERS: &str = "DO $$ BEGIN FOR i IN 1..72000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$";
/// An even pace up to an hour ago; ids up to 9 s before and 60 s behind their transaction.
const TRAIL: &str = "INSERT INTO audit_logs (tenant_id, id, timestamp, xid, action, actor, task_id, seq)
    SELECT $1, (left(uuid_floor(at)::text, 14) || '7' || substr(md5(n::text), 1, 3) || '-8' || substr(md5(n::text), 4, 3)
            || '-' || substr(md5(n::text), 7, 12))::uuid, at, $3 + 1 + n / 5, 'task.cancelled', 'user:x', $2, n + 2
    FROM generate_series(0, 359999) n, LATERAL (SELECT now() + (n / 5 / 72000::float8 * $4 - $4 - 3600
            + n::bigint * 7919 % 69 - 9) * interval '1 second' AS at) t";

pub(crate) async fn run() {
    for seconds in [72_000, 3_600, 100] {
        let bench = Bench::start().await;
        let begin = fill(&bench, seconds).await;
        let tx = bench.db.begin().await.unwrap();
        let mut reader = Reader::new(bench.caller.tenant_id, Some(begin));
        let (_, horizon) = reader.look(&tx).await.unwrap();
        let mut sorts = Vec::new();
        for _ in 0..SORTS {
            let begun = Instant::now();
            feed::read(&tx, bench.caller.tenant_id, begin, horizon, 100).await.unwrap();
            sorts.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        let looked_at_before = looked_at(&tx).await;
        let (mut rows, mut steps, mut longest) = (0, 0, 0.0_f64);
        let begun = Instant::now();
        loop {
            let step = Instant::now();
            if reader.must_look() {
                reader.look(&tx).await.unwrap();
            }
            let batch = reader.read(&tx).await.unwrap();
            longest = longest.max(step.elapsed().as_secs_f64() * 1_000.0);
            (rows, steps) = (rows + batch.changes.len(), steps + 1);
            if !batch.has_more {
                break;
            }
        }
        let times = (looked_at(&tx).await - looked_at_before) as f64 / ROWS as f64;
        println!(
            "{rows} changes of {seconds} s: {:.1} s in {steps} steps, the longest {longest:.1} ms, each row looked at {times:.1} times; \
             a hundred by sorting them all: {:.1} ms",
            begun.elapsed().as_secs_f64(),
            median(sorts)
        );
        tx.rollback().await.unwrap();
        bench.stop().await;
    }
}

/// A task with a long trail; the position before it.
async fn fill(bench: &Bench, seconds: i64) -> Position {
    let new = NewTask { kind: "echo".into(), payload: json!(1), ..NewTask::default() };
    let tx = bench.db.begin().await.unwrap();
    let task = task::create(&tx, &bench.ids, &bench.caller, new.validate().unwrap()).await.unwrap().task.id;
    tx.commit().await.unwrap();
    let xid = feed::horizon(&bench.db).await.unwrap().xmax;
    assert_eq!(ROWS / PER_TRANSACTION, 72_000);
    bench.db.execute_unprepared(NUMBERS).await.unwrap();
    let values = [bench.caller.tenant_id.into(), task.into(), xid.into(), (seconds as f64).into()];
    bench.db.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, TRAIL, values)).await.unwrap();
    bench.db.execute_unprepared("VACUUM ANALYZE").await.unwrap();
    let at = feed::horizon(&bench.db).await.unwrap().at;
    Position { xid, id: Uuid::max(), since: at - Duration::from_secs(3_660 + u64::try_from(seconds).unwrap()) }
}

/// Rows of the trail that a transaction has looked at so far.
async fn looked_at(tx: &DatabaseTransaction) -> i64 {
    let sql = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint AS rows FROM pg_stat_xact_user_tables \
               WHERE relname LIKE 'audit_logs%'";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    i64::try_get_by(&row, "rows").unwrap()
}
