//! claim: pending -> running, in batches of one (tenant, queue).

use std::time::Duration;

use entity::JsonText;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult};
use uuid::Uuid;

use crate::IdClock;
use crate::audit::Audited as _;
use crate::sql::{limit, statement};

/// What a worker asks for.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Whose tasks.
    pub tenant_id: Uuid,
    /// From which queue.
    pub queue: &'a str,
    /// Name of the claiming process.
    pub worker: &'a str,
    /// The kinds it has handlers for.
    pub kinds: &'a [String],
    /// At most this many.
    pub limit: usize,
    /// How long they are its own unless it extends the lease.
    pub lease: Duration,
}

/// The claimed tasks and their lease.
#[derive(Debug)]
pub struct Batch {
    /// Whose tasks.
    pub tenant_id: Uuid,
    /// To be extended by [`super::heartbeat()`] and ended by [`super::end_leases`].
    pub lease_id: Uuid,
    /// In order of priority, `run_at`, id; never empty.
    pub tasks: Vec<ClaimedTask>,
}

/// One attempt to be made.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ClaimedTask {
    /// The task.
    pub id: Uuid,
    /// Which handler.
    pub kind: String,
    /// Its input.
    pub payload: JsonText,
    /// This attempt's number, from 1.
    pub attempt: i32,
    /// Attempts allowed.
    pub max_attempts: i32,
    /// How long this attempt may take.
    pub timeout_seconds: i32,
    /// The fence: every later write about this attempt carries it.
    pub lease_epoch: i64,
    /// The task's version after the claim.
    pub version: i64,
    /// W3C `traceparent` of the submission.
    pub trace_context: Option<String>,
    /// Milliseconds from being due to this claim, by the database's clock.
    pub waited_ms: i64,
}

/// Claims due tasks in order of priority, `run_at`, id; writes their lease and one `task.started` row each.
/// `None` when there is nothing to claim.
///
/// # Errors
/// The database failed; nothing is claimed.
pub async fn claim(tx: &DatabaseTransaction, ids: &IdClock, claim: Claim<'_>) -> Result<Option<Batch>, DbErr> {
    let lease_id = ids.next();
    let rows = tx
        .query_all_raw(statement(
            include_str!("sql/claim.sql"),
            [
                claim.tenant_id.into(),
                claim.queue.into(),
                limit(claim.limit).into(),
                claim.worker.into(),
                claim.kinds.to_vec().into(),
                ids.next_many(claim.limit).into(),
                lease_id.into(),
                millis(claim.lease).into(),
            ],
        ))
        .await
        .audited()?;
    if rows.is_empty() {
        return Ok(None);
    }
    let tasks = rows.iter().map(|row| ClaimedTask::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(Batch { tenant_id: claim.tenant_id, lease_id, tasks }))
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
