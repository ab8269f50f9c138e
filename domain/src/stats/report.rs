//! What workers report of themselves, and whose turn it is to make a line of it.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};

use crate::sql::statement;

/// How many attempts and tasks ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Tasks completed.
    pub done: u64,
    /// Failed attempts that will be repeated.
    pub retried: u64,
    /// Tasks failed for good.
    pub failed: u64,
    /// Tasks taken back from a worker whose lease ran out.
    pub rescued: u64,
}

impl Outcomes {
    fn values(self) -> [Value; 4] {
        [self.done, self.retried, self.failed, self.rescued].map(integer)
    }
}

/// What all workers reported since it was last taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// What happened.
    pub outcomes: Outcomes,
    /// Worker processes that reported in the last minute, or hold leases.
    pub workers: u64,
}

#[derive(FromQueryResult)]
struct TakenRow {
    done: i64,
    retried: i64,
    failed: i64,
    rescued: i64,
    workers: i64,
}

/// Reports that a worker is there and what it counted since it started (`total`); may be repeated. `reported` is the total of
/// its last report that was answered. Answers how long until the next line is due, when there is to be one each `interval`.
///
/// # Errors
/// The database failed; the report may have counted.
pub async fn report<C: ConnectionTrait>(
    db: &C,
    worker: &str,
    total: Outcomes,
    reported: Outcomes,
    interval: Duration,
) -> Result<Duration, DbErr> {
    let values = [worker.into()].into_iter().chain(total.values()).chain(reported.values()).chain([millis(interval)]);
    let row = db.query_one_raw(statement(include_str!("sql/report.sql"), values)).await?;
    let due_in = row.map(|row| row.try_get::<i64>("", "due_in_ms")).transpose()?;
    Ok(Duration::from_millis(count(due_in.unwrap_or_default())))
}

/// Takes the turn to write the next line; `false` when less than `interval` has passed since somebody did.
///
/// # Errors
/// The database failed; the turn may be taken, and the line is left out then.
pub async fn take_turn<C: ConnectionTrait>(db: &C, interval: Duration) -> Result<bool, DbErr> {
    let taken = db.execute_raw(statement(include_str!("sql/turn.sql"), [millis(interval)])).await?;
    Ok(taken.rows_affected() > 0)
}

/// Takes what all workers reported. Each number is answered once: what a caller drops is in no line.
///
/// # Errors
/// The database failed; if it was the answer that was lost, so are its numbers.
pub async fn take<C: ConnectionTrait>(db: &C) -> Result<Taken, DbErr> {
    let Some(row) = db.query_one_raw(statement(include_str!("sql/take.sql"), [])).await? else {
        return Ok(Taken::default());
    };
    let row = TakenRow::from_query_result(&row, "")?;
    let outcomes =
        Outcomes { done: count(row.done), retried: count(row.retried), failed: count(row.failed), rescued: count(row.rescued) };
    Ok(Taken { outcomes, workers: count(row.workers) })
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn integer(number: u64) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn millis(time: Duration) -> Value {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX).into()
}
