//! `AuditLog`

use async_graphql::{Context, ID, Object};
use domain::entity::audit_log::Model;
use uuid::Uuid;

use super::origin::encode;
use super::{AuditAction, AuditOrigin, GlobalId, NodeType, Task, TaskStatus};
use crate::access::Scoped;
use crate::error::ApiError;
use crate::graphql::context::audit_is_read;
use crate::graphql::loaders::{AuditLogKey, OriginKey, TaskKey, loaders};
use crate::graphql::scalar::{DateTime, Json, UuidScalar, parse_uuid};
use crate::graphql::statuses;

/// One audit row.
pub(crate) struct AuditLog(pub(crate) Model);

impl AuditLog {
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn load(ctx: &Context<'_>, key: &str) -> Result<Option<Self>, ApiError> {
        let Some(id) = parse_uuid(key) else { return Ok(None) };
        audit_is_read(ctx, None).await?;
        Ok(loaders(ctx)?.load_one(AuditLogKey(id)).await?.map(Self))
    }
}

/// One line of the append-only trail: who did what, when, to which task.
#[Object]
impl AuditLog {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::write(NodeType::AuditLog, self.0.id)
    }

    /// The id within its type, as REST has it.
    async fn database_id(&self) -> UuidScalar {
        UuidScalar(self.0.id)
    }

    /// What happened.
    async fn action(&self) -> AuditAction {
        AuditAction::of(&self.0.action)
    }

    /// Who did it: `user:<id>`, `worker:<name>` or `system:<part>`.
    async fn actor(&self) -> &str {
        &self.0.actor
    }

    /// When, by the database's clock.
    async fn timestamp(&self) -> DateTime {
        DateTime(self.0.timestamp)
    }

    /// Global id of the task it is about, if it is about one.
    async fn task_id(&self) -> Option<ID> {
        self.0.task_id.map(|id| GlobalId::write(NodeType::Task, id))
    }

    /// Where it came from; null for what no request asked for, and when that was erased.
    #[graphql(guard = "Scoped(\"AuditLog\")")]
    async fn origin(&self, ctx: &Context<'_>) -> Option<Result<AuditOrigin, ApiError>> {
        let key = OriginKey(self.0.origin_hash.clone()?);
        let found = async { Ok::<_, ApiError>(loaders(ctx)?.load_one(key).await?.map(AuditOrigin::from)) };
        found.await.transpose()
    }

    /// The salted hash of where it came from, in base64url; it stays when the origin is erased.
    async fn origin_hash(&self) -> Option<String> {
        self.0.origin_hash.as_deref().map(encode)
    }

    /// The task it is about, as it is now; null when it is about none, or the task was pruned.
    #[graphql(guard = "Scoped(\"AuditLog\")")]
    async fn task(&self, ctx: &Context<'_>) -> Option<Result<Task, ApiError>> {
        task(ctx, self.0.task_id?).await.transpose()
    }

    /// The version the task had afterwards; null where no task changed its state.
    async fn seq(&self) -> Option<i32> {
        self.0.seq.map(|seq| i32::try_from(seq).unwrap_or(i32::MAX))
    }

    /// The attempt it is about.
    async fn attempt(&self) -> Option<i32> {
        self.0.attempt
    }

    /// Why: the operator's own words, or a word for programs.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The API key that was used; its public part.
    async fn key_id(&self) -> Option<&str> {
        self.0.key_id.as_deref()
    }

    /// What a row without a task is about.
    async fn target(&self) -> Option<&str> {
        self.0.target.as_deref()
    }

    /// The request it belongs to, as in the answer's `X-Request-Id`.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// W3C trace id of the request or the task.
    async fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// Changed fields; of payload and result only the SHA-256.
    async fn detail(&self) -> Option<Json> {
        self.0.detail.clone().map(Json::Tree)
    }

    /// The state the task was in before; null for a creation and where no task changed its state.
    async fn status_before(&self) -> Option<TaskStatus> {
        statuses::before(&self.0).map(TaskStatus::from)
    }

    /// The state the task was in afterwards; null where no task changed its state.
    async fn status_after(&self) -> Option<TaskStatus> {
        statuses::after(&self.0).map(TaskStatus::from)
    }
}

async fn task(ctx: &Context<'_>, id: Uuid) -> Result<Option<Task>, ApiError> {
    Ok(loaders(ctx)?.load_one(TaskKey(id)).await?.map(Task::from))
}
