//! Pausing and resuming: nothing is claimed from a paused queue; what runs goes on to its end.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use crate::IdClock;
use crate::audit::{Action, Audited as _, Caller};
use crate::sql::statement;
use crate::task::{self, TaskError};

/// The audit row that was written; `None` when the queue was in that state already, and nothing was done.
pub type Paused = Option<Uuid>;

/// Lets nothing be claimed from a queue any more. It need not have had a task yet. `reason` is kept in the trail (at most
/// 128 bytes).
///
/// # Errors
/// [`TaskError::Invalid`] naming `name`, or the database failed.
pub async fn pause(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    caller: &Caller,
    queue: &str,
    reason: Option<&str>,
) -> Result<Paused, TaskError> {
    change(tx, ids, caller, queue, reason, Action::QueuePaused, include_str!("sql/pause.sql")).await
}

/// Lets tasks be claimed from a queue again.
///
/// # Errors
/// [`TaskError::Invalid`] naming `name`, or the database failed.
pub async fn resume(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    caller: &Caller,
    queue: &str,
    reason: Option<&str>,
) -> Result<Paused, TaskError> {
    change(tx, ids, caller, queue, reason, Action::QueueResumed, include_str!("sql/resume.sql")).await
}

async fn change(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    caller: &Caller,
    queue: &str,
    reason: Option<&str>,
    action: Action,
    sql: &str,
) -> Result<Paused, TaskError> {
    task::check_queue("name", queue).map_err(|rule| TaskError::Invalid(vec![rule]))?;
    // A statement of its own, so that the audit row's id is made after every earlier change of the queue has committed. (The
    // queue may have no row yet that could be locked.)
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('ctap queue ' || $1 || ' ' || $2, 0))";
    tx.execute_raw(statement(lock, [caller.tenant_id.to_string().into(), queue.into()])).await?;
    let audit_id = ids.next();
    let values = [
        caller.tenant_id.into(),
        queue.into(),
        audit_id.into(),
        action.into(),
        caller.actor().into(),
        caller.key_id.clone().into(),
        caller.request_id.clone().into(),
        caller.trace_id().into(),
        reason.map(str::to_owned).into(),
        caller.origin_hash.clone().into(),
    ];
    let written = tx.execute_raw(statement(sql, values)).await.audited()?.rows_affected();
    Ok((written > 0).then_some(audit_id))
}
