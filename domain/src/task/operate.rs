//! What cancel and retry share: lock the row, look at its state, then change it.
//!
//! The lock comes first, in a statement of its own, so that the audit row's id and time are made after every earlier
//! transition of the task has committed: the trail's order by id is then its order by seq.

use entity::TaskStatus;
use entity::task::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::TaskError;
use crate::IdClock;
use crate::audit::{Audited as _, Caller};
use crate::sql::statement;

/// A task after an operator's transition.
#[derive(Debug)]
pub struct Operated {
    /// Its present state.
    pub task: Model,
    /// The audit row that was written.
    pub audit_id: Uuid,
}

pub(super) async fn operate(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    caller: &Caller,
    task_id: Uuid,
    reason: Option<&str>,
    leaves_from: &[TaskStatus],
    sql: &str,
) -> Result<Operated, TaskError> {
    let before: Option<(TaskStatus, i64)> = Entity::find()
        .select_only()
        .columns([Column::Status, Column::Version])
        .filter(Column::TenantId.eq(caller.tenant_id))
        .filter(Column::Id.eq(task_id))
        .lock_exclusive()
        .into_tuple()
        .one(tx)
        .await?;
    let (status, version) = before.ok_or(TaskError::NotFound)?;
    if !leaves_from.contains(&status) {
        return Err(TaskError::Conflict(status));
    }
    let audit_id = ids.next();
    let values = [
        caller.tenant_id.into(),
        task_id.into(),
        version.into(),
        audit_id.into(),
        caller.actor().into(),
        caller.key_id.clone().into(),
        caller.request_id.clone().into(),
        caller.trace_id().into(),
        reason.map(str::to_owned).into(),
        json!({"from": sea_orm::ActiveEnum::to_value(&status)}).into(),
        caller.origin_hash.clone().into(),
    ];
    let row = tx.query_one_raw(statement(sql, values)).await.audited()?;
    // The row is locked and its version known: no row back means that the guard and this function disagree.
    let row = row.ok_or_else(|| DbErr::RecordNotUpdated)?;
    Ok(Operated { task: Model::from_query_result(&row, "")?, audit_id })
}
