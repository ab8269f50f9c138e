//! The one insert for rows that accompany no transition. (Transitions insert theirs in their own statement.)

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde_json::Value;
use uuid::Uuid;

use super::{Action, Audited as _, Caller};
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
    pub(crate) key_id: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) trace_id: Option<String>,
    pub(crate) origin_hash: Option<&'a [u8]>,
}

impl<'a> Row<'a> {
    /// A row that says nothing but what every row must.
    pub(crate) fn new(tenant_id: Uuid, id: Uuid, action: Action, actor: &'a str) -> Self {
        Self {
            tenant_id,
            id,
            action,
            actor,
            task_id: None,
            attempt: None,
            lease_epoch: None,
            reason: None,
            target: None,
            detail: None,
            key_id: None,
            request_id: None,
            trace_id: None,
            origin_hash: None,
        }
    }

    /// With the credentials, the request and the origin of a caller.
    pub(crate) fn asked_by(self, caller: &'a Caller) -> Self {
        Self {
            key_id: caller.key_id.as_deref(),
            request_id: caller.request_id.as_deref(),
            trace_id: caller.trace_id(),
            origin_hash: caller.origin_hash.as_deref(),
            ..self
        }
    }
}

/// Appends one row inside the caller's transaction.
///
/// # Errors
/// The insert failed; the transaction cannot commit.
pub(crate) async fn append(tx: &DatabaseTransaction, row: Row<'_>) -> Result<(), DbErr> {
    tx.execute_raw(statement(
        "INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, attempt, lease_epoch, reason, target, detail, \
                                 key_id, request_id, trace_id, origin_hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
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
            row.key_id.map(str::to_owned).into(),
            row.request_id.map(str::to_owned).into(),
            row.trace_id.into(),
            row.origin_hash.map(<[u8]>::to_vec).into(),
        ],
    ))
    .await
    .audited()
    .map(drop)
}
