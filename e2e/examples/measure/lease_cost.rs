//! What the lease row costs: the claim's statement with and without it, in turn on the same tasks.

use std::time::Instant;

use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};

use crate::support::{Bench, median};

const CLAIM: &str = include_str!("../../../domain/src/task/sql/claim.sql");
const TASKS: usize = 40_000;

pub(crate) async fn run() {
    // The same statement, the lease's CTE cut out; $7 and $8 stay used so that both take the same parameters.
    let begin = CLAIM.find("), l AS (").unwrap();
    let end = CLAIM.find("), a AS (").unwrap();
    let without = format!("{}{}", &CLAIM[..begin], &CLAIM[end..])
        .replace("FROM u ORDER BY priority", "FROM u WHERE $7::uuid IS NOT NULL AND $8::bigint > 0 ORDER BY priority");
    let bench = Bench::start().await;
    for batch in [1, 32, 500] {
        bench.submit(TASKS).await;
        let rounds = (TASKS / batch / 2).min(400);
        let (mut with_ms, mut without_ms) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            with_ms.push(claim(&bench, CLAIM, batch).await);
            without_ms.push(claim(&bench, &without, batch).await);
        }
        let (with_ms, without_ms) = (median(with_ms), median(without_ms));
        println!(
            "batch {batch}: {with_ms:.3} ms with the lease row, {without_ms:.3} ms without, ratio {:.3} (medians of {rounds})",
            with_ms / without_ms
        );
    }
    bench.stop().await;
}

/// One claim in a transaction of its own, commit included; milliseconds.
async fn claim(bench: &Bench, sql: &str, batch: usize) -> f64 {
    let values = [
        bench.caller.tenant_id.into(),
        "default".into(),
        i64::try_from(batch).unwrap().into(),
        "bench".into(),
        vec!["echo".to_owned()].into(),
        bench.ids.next_many(batch).into(),
        bench.ids.next().into(),
        30_000i64.into(),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let started = Instant::now();
    let tx = bench.db.begin().await.unwrap();
    let rows = tx.query_all_raw(statement).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(rows.len(), batch);
    started.elapsed().as_secs_f64() * 1000.0
}
