//! The one insert for rows that accompany no transition. (Transitions insert theirs in their own statement.)

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde_json::Value;
use uuid::Uuid;

use super::Action;
use crate::sql::statement;

/// What the writer knows; time and transaction are the database's.
pub(crate) struct Row<'a> {
    pub(crate) tenant_id: Uuid,
    pub(crate) id: Uuid,
    pub(crate) action: Action,
    pub(crate) actor: &'a str,
    pub(crate) task_id: Option<Uuid>,
    pub(crate) attempt: Option<i32>,
    pub(crate) lease_epoch: Option<i64>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) target: Option<&'a str>,
    pub(crate) detail: Option<Value>,
}

/// Appends one row inside the caller's transaction.
///
/// # Errors
/// The insert failed; the transaction cannot commit.
pub(crate) async fn append(tx: &DatabaseTransaction, row: Row<'_>) -> Result<(), DbErr> {
    tx.execute_raw(statement(
        "INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, attempt, lease_epoch, reason, target, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            row.tenant_id.into(),
            row.id.into(),
            row.action.as_str().into(),
            row.actor.into(),
            row.task_id.into(),
            row.attempt.into(),
            row.lease_epoch.into(),
            row.reason.map(str::to_owned).into(),
            row.target.map(str::to_owned).into(),
            row.detail.into(),
        ],
    ))
    .await
    .map(drop)
}
