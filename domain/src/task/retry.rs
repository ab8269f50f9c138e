//! retry: failed | cancelled -> pending.

use entity::TaskStatus;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::TaskError;
use super::operate::{Operated, operate};
use crate::IdClock;
use crate::audit::Caller;

/// Gives a failed or cancelled task a new life: due now, with all its attempts again. `reason` is kept in the trail
/// (at most 128 bytes).
///
/// # Errors
/// [`TaskError::NotFound`], [`TaskError::Conflict`] with the present state of any other task, or the database failed.
pub async fn retry(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    caller: &Caller,
    task_id: Uuid,
    reason: Option<&str>,
) -> Result<Operated, TaskError> {
    let from = [TaskStatus::Failed, TaskStatus::Cancelled];
    operate(tx, ids, caller, task_id, reason, &from, include_str!("sql/retry.sql")).await
}
