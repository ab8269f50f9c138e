//! cancel: pending | running -> cancelled.

use entity::TaskStatus;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::TaskError;
use super::operate::{Operated, operate};
use crate::IdClock;
use crate::audit::Caller;

/// Calls a task off. One that runs is told so; its late result is refused in any case. `reason` is kept in the trail
/// (at most 128 bytes).
///
/// # Errors
/// [`TaskError::NotFound`], [`TaskError::Conflict`] with the present state of a final task, or the database failed.
pub async fn cancel(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    caller: &Caller,
    task_id: Uuid,
    reason: Option<&str>,
) -> Result<Operated, TaskError> {
    let from = [TaskStatus::Pending, TaskStatus::Running];
    operate(tx, ids, caller, task_id, reason, &from, include_str!("sql/cancel.sql")).await
}
