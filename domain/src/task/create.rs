//! create -> pending.

use entity::task::Model;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Submission, TaskError, read};
use crate::IdClock;
use crate::audit::{Audited as _, Caller};
use crate::sql::statement;

/// What became of a submission.
#[derive(Debug)]
pub struct Created<T = Model> {
    /// The task: the new one, or the first one that came with the same idempotency key.
    pub task: T,
    /// The audit row that was written; `None` when the task was there already.
    pub audit_id: Option<Uuid>,
}

/// Writes a new pending task and its `task.created` row.
///
/// A submission whose idempotency key was used before for the same request answers with the first task and writes nothing.
///
/// # Errors
/// [`TaskError::IdempotencyKeyReused`], [`TaskError::ReferenceTaken`], or the database failed.
pub async fn create(tx: &DatabaseTransaction, ids: &IdClock, caller: &Caller, new: Submission) -> Result<Created, TaskError> {
    let hash = new.idempotency_key.is_some().then(|| new.request_hash());
    let (id, audit_id) = (ids.next(), ids.next());
    let detail = detail(&new, &new.payload.to_string());
    let row = tx
        .query_one_raw(statement(
            include_str!("sql/create.sql"),
            [
                caller.tenant_id.into(),
                id.into(),
                caller.user_id.into(),
                new.run_at.into(),
                new.max_attempts.into(),
                new.timeout_seconds.into(),
                new.priority.into(),
                new.kind.name.into(),
                new.queue.into(),
                new.reference.clone().into(),
                new.idempotency_key.clone().into(),
                hash.clone().into(),
                caller.traceparent().into(),
                new.payload.into(),
                audit_id.into(),
                caller.actor().into(),
                caller.key_id.clone().into(),
                caller.request_id.clone().into(),
                caller.trace_id().into(),
                detail.into(),
                caller.origin_hash.clone().into(),
            ],
        ))
        .await
        .audited()?;
    if let Some(row) = row {
        return Ok(Created { task: Model::from_query_result(&row, "")?, audit_id: Some(audit_id) });
    }
    if let Some(key) = &new.idempotency_key
        && let Some(first) = read::by_idempotency_key(tx, caller.tenant_id, key).await?
    {
        return if first.request_hash == hash {
            Ok(Created { task: first, audit_id: None })
        } else {
            Err(TaskError::IdempotencyKeyReused)
        };
    }
    match &new.reference {
        Some(reference) if !read::by_references(tx, caller.tenant_id, vec![reference.clone()]).await?.is_empty() => {
            Err(TaskError::ReferenceTaken)
        }
        // The row that stood in the way is gone again (pruned in this moment): the caller may simply repeat.
        _ => Err(DbErr::RecordNotInserted.into()),
    }
}

/// What `task.created` says about a submission; of the payload, given as text, only the digest.
pub(super) fn detail(new: &Submission, payload: &str) -> Value {
    json!({
        "kind": new.kind.name, "queue": new.queue, "priority": new.priority, "run_at": new.run_at,
        "max_attempts": new.max_attempts, "timeout_seconds": new.timeout_seconds, "reference": new.reference,
        "payload_sha256": hex::encode(Sha256::digest(payload)),
    })
}
