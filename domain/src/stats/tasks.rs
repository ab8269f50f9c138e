//! What waits, and what runs, over all tenants.

use std::time::Duration;

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, FromQueryResult, IsolationLevel,
    TransactionTrait,
};
use uuid::Uuid;

use crate::sql::statement;
use crate::task;

/// Pairs of tenant and queue that are looked at in one statement.
const PAIRS: usize = 1_000;
/// So many tasks of a page's pairs are counted one by one where the kept counts do not tell, and as many a second time.
const COUNTED: i64 = 100_000;
/// Each statement's own time limit.
const LIMIT: &str = "SET LOCAL statement_timeout = '5s'";

/// The tasks that are not finished, over all tenants, at one snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tasks {
    /// Tasks that wait and may be claimed now: due, and of a queue that is not paused. Exact, unless a queue has very many
    /// that are due and very many that are not (from 100 of each where a thousand queues are such, from 100,000 where one
    /// is): then at least so many of that queue.
    pub pending: u64,
    /// How long the oldest of those has been due; zero when there is none.
    pub oldest_pending: Duration,
    /// Tasks under a lease.
    pub running: u64,
}

#[derive(FromQueryResult)]
struct Row {
    pending: i64,
    oldest_seconds: f64,
}

/// Counts the tasks that wait and run. Costs by how many queues have pending tasks and by how many tasks run, not by how many
/// tasks there are.
///
/// # Errors
/// The database failed, or a statement took longer than 5 s.
pub async fn tasks(db: &DatabaseConnection) -> Result<Tasks, DbErr> {
    let tx = db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?;
    tx.execute_unprepared(LIMIT).await?;
    let mut sum = Tasks { running: running(&tx).await?, ..Tasks::default() };
    let mut after = None;
    loop {
        let page = task::ready(&tx, after.as_ref(), PAIRS).await?;
        let due = page.pairs.into_iter().filter(|pair| pair.due_in.is_zero()).map(|pair| (pair.tenant_id, pair.queue));
        let (tenants, queues): (Vec<Uuid>, Vec<String>) = due.unzip();
        if !tenants.is_empty() {
            let (pending, oldest) = pending(&tx, tenants, queues).await?;
            sum.pending += pending;
            sum.oldest_pending = sum.oldest_pending.max(oldest);
        }
        after = page.next;
        if after.is_none() {
            tx.commit().await?;
            return Ok(sum);
        }
    }
}

async fn pending(tx: &DatabaseTransaction, tenants: Vec<Uuid>, queues: Vec<String>) -> Result<(u64, Duration), DbErr> {
    let values = [tenants.into(), queues.into(), COUNTED.into()];
    let Some(row) = tx.query_one_raw(statement(include_str!("sql/pending.sql"), values)).await? else {
        return Ok((0, Duration::ZERO));
    };
    let row = Row::from_query_result(&row, "")?;
    let oldest = Duration::try_from_secs_f64(row.oldest_seconds).unwrap_or_default();
    Ok((u64::try_from(row.pending).unwrap_or_default(), oldest))
}

async fn running(tx: &DatabaseTransaction) -> Result<u64, DbErr> {
    let row = tx.query_one_raw(statement(include_str!("sql/running.sql"), [])).await?;
    let running = row.map(|row| row.try_get::<i64>("", "running")).transpose()?;
    Ok(u64::try_from(running.unwrap_or_default()).unwrap_or_default())
}
