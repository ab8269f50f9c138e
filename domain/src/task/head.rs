//! A task without its long texts.

use chrono::{DateTime, Utc};
use entity::TaskStatus;
use entity::task::{Entity, Model};
use sea_orm::DerivePartialModel;
use serde_json::Value;
use uuid::Uuid;

/// All of a task but payload and result: these may be a thousand times as long, and are read when they are asked for
/// ([`super::texts()`]). Neither changes once it is there, so that they fit whatever head was read before them.
#[derive(Clone, Debug, PartialEq, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
pub struct Head {
    /// Owner of the row.
    pub tenant_id: Uuid,
    /// UUIDv7, made by the API.
    pub id: Uuid,
    /// The user who submitted it.
    pub created_by: Uuid,
    /// Database clock.
    pub created_at: DateTime<Utc>,
    /// Database clock of the last transition.
    pub updated_at: DateTime<Utc>,
    /// Not claimed before this time.
    pub run_at: DateTime<Utc>,
    /// 1 at creation, raised by every transition; equals the `seq` of its audit row.
    pub version: i64,
    /// The fence: raised by the claim and by every exit from running.
    pub lease_epoch: i64,
    /// Attempts begun since creation or the operator's last retry.
    pub attempt: i32,
    /// Attempts allowed.
    pub max_attempts: i32,
    /// How long one attempt may take.
    pub timeout_seconds: i32,
    /// -100 to 100, higher first.
    pub priority: i16,
    /// May be claimed; true exactly while pending.
    pub queued: bool,
    /// True exactly while failed; carries the index of failed tasks.
    pub is_failed: bool,
    /// Present state.
    pub status: TaskStatus,
    /// Which handler runs it.
    pub kind: String,
    /// Which line it waits in.
    pub queue: String,
    /// The process that runs it, while running.
    pub worker_id: Option<String>,
    /// The submitter's own id, unique within the tenant.
    pub reference: Option<String>,
    /// Makes a repeated submission find the first one.
    pub idempotency_key: Option<String>,
    /// SHA-256 of the submission that came with the key.
    pub request_hash: Option<Vec<u8>>,
    /// W3C `traceparent` of the submission.
    pub trace_context: Option<String>,
    /// `code` and `message` of the last failure.
    pub error: Option<Value>,
    /// When it became done, failed or cancelled.
    pub finished_at: Option<DateTime<Utc>>,
}

impl From<Model> for Head {
    fn from(task: Model) -> Head {
        Head {
            tenant_id: task.tenant_id,
            id: task.id,
            created_by: task.created_by,
            created_at: task.created_at,
            updated_at: task.updated_at,
            run_at: task.run_at,
            version: task.version,
            lease_epoch: task.lease_epoch,
            attempt: task.attempt,
            max_attempts: task.max_attempts,
            timeout_seconds: task.timeout_seconds,
            priority: task.priority,
            queued: task.queued,
            is_failed: task.is_failed,
            status: task.status,
            kind: task.kind,
            queue: task.queue,
            worker_id: task.worker_id,
            reference: task.reference,
            idempotency_key: task.idempotency_key,
            request_hash: task.request_hash,
            trace_context: task.trace_context,
            error: task.error,
            finished_at: task.finished_at,
        }
    }
}
