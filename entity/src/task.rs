//! A unit of work and its present state.

use sea_orm::entity::prelude::*;

use crate::JsonText;

/// State of a task; the arrows are drawn in `docs/STATE-MACHINE.md`.
///
/// Declared in SQL as `task_status`; a test compares the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "task_status")]
pub enum TaskStatus {
    /// Waits for its `run_at` and a worker. Entered by create, retry, release, rescue and a failure with attempts left.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// A worker holds a lease on it. Entered by claim alone.
    #[sea_orm(string_value = "running")]
    Running,
    /// Ended well; `result` is set. Final.
    #[sea_orm(string_value = "done")]
    Done,
    /// Ended badly: no attempt is left, or the handler said so. An operator may retry it.
    #[sea_orm(string_value = "failed")]
    Failed,
    /// Called off; a late result is refused. An operator may retry it.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

impl TaskStatus {
    /// Whether nothing happens to the task any more unless an operator retries it.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// One task.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub struct Model {
    /// Owner of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// UUIDv7, made by the API.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user who submitted it.
    pub created_by: Uuid,
    /// Database clock.
    pub created_at: DateTimeUtc,
    /// Database clock of the last transition.
    pub updated_at: DateTimeUtc,
    /// Not claimed before this time.
    pub run_at: DateTimeUtc,
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
    /// Input of the handler.
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: JsonText,
    /// Output of the handler, once done.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub result: Option<JsonText>,
    /// `code` and `message` of the last failure.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub error: Option<Json>,
    /// When it became done, failed or cancelled.
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
