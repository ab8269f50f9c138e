//! `Task`

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::JsonText;
use domain::audit::Order;
use domain::entity::task::Model;
use domain::task::{Head, Texts};
use uuid::Uuid;

use super::{AuditLogConnection, AuditLogList, GlobalId, NodeType, TaskStatus, User};
use crate::access::Scoped;
use crate::error::ApiError;
use crate::graphql::allowance::Allowance;
use crate::graphql::context::{audit_is_read, caller, state};
use crate::graphql::loaders::{TaskKey, TextKey, TrailKey, UserKey, loaders};
use crate::graphql::page::PageArgs;
use crate::graphql::scalar::{Cursor, DateTime, Json, UuidScalar, parse_uuid};
use crate::graphql::schema::list_cost;

/// One task, with those of its long texts that were read along with it.
pub(crate) struct Task(Arc<Head>, Texts);

impl From<Arc<Head>> for Task {
    fn from(head: Arc<Head>) -> Task {
        Task(head, Texts::default())
    }
}

impl From<Head> for Task {
    fn from(head: Head) -> Task {
        Arc::new(head).into()
    }
}

impl From<(Head, Texts)> for Task {
    fn from((head, texts): (Head, Texts)) -> Task {
        Task(Arc::new(head), texts)
    }
}

impl From<Model> for Task {
    fn from(task: Model) -> Task {
        let texts = Texts { payload: Some(task.payload.clone()), result: task.result.clone() };
        (Head::from(task), texts).into()
    }
}

impl Task {
    /// A node. That there is none for the caller goes into the trail, as at every other door that takes a task's id.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn load(ctx: &Context<'_>, key: &str) -> Result<Option<Self>, ApiError> {
        let Some(id) = parse_uuid(key) else { return Ok(None) };
        Self::find(ctx, "node", id).await
    }

    /// The task of this id, asked for by its caller in so many words: `operation` is what the trail's bounds know it by.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn find(ctx: &Context<'_>, operation: &'static str, id: Uuid) -> Result<Option<Self>, ApiError> {
        let found = loaders(ctx)?.load_one(TaskKey(id)).await?;
        if found.is_none() {
            state(ctx)?.access.not_found(caller(ctx)?, operation, id);
        }
        Ok(found.map(Self::from))
    }
}

/// Why a task's last attempt ended badly.
#[derive(SimpleObject)]
pub(crate) struct TaskError {
    /// For programs.
    code: String,
    /// For people; cut and cleaned.
    message: String,
}

/// A unit of work and its present state.
#[Object]
impl Task {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::write(NodeType::Task, self.0.id)
    }

    /// The id within its type, as REST has it.
    async fn database_id(&self) -> UuidScalar {
        UuidScalar(self.0.id)
    }

    /// Present state.
    async fn status(&self) -> TaskStatus {
        self.0.status.into()
    }

    /// Which handler runs it.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// Which line it waits in.
    async fn queue(&self) -> &str {
        &self.0.queue
    }

    /// -100 to 100, higher first.
    async fn priority(&self) -> i32 {
        self.0.priority.into()
    }

    /// Input of the handler.
    async fn payload(&self, ctx: &Context<'_>) -> Result<Json, ApiError> {
        let payload = text(ctx, self.1.payload.as_ref(), TextKey::Payload(self.0.id)).await?;
        payload.ok_or_else(ApiError::not_found)
    }

    /// Output of the handler, once the task is done.
    async fn result(&self, ctx: &Context<'_>) -> Result<Option<Json>, ApiError> {
        // Of a task that was read before its end there is none, even if it has ended since.
        if self.0.status != domain::TaskStatus::Done {
            return Ok(None);
        }
        text(ctx, self.1.result.as_ref(), TextKey::Result(self.0.id)).await
    }

    /// Why the last attempt ended badly, if it did.
    async fn error(&self) -> Option<TaskError> {
        let error = self.0.error.as_ref()?;
        let text = |name| error.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        Some(TaskError { code: text("code"), message: text("message") })
    }

    /// Attempts begun since creation or the last retry by an operator.
    async fn attempt(&self) -> i32 {
        self.0.attempt
    }

    /// Attempts allowed.
    async fn max_attempts(&self) -> i32 {
        self.0.max_attempts
    }

    /// How long one attempt may take, in seconds.
    async fn timeout_seconds(&self) -> i32 {
        self.0.timeout_seconds
    }

    /// Not run before this time.
    async fn run_at(&self) -> DateTime {
        DateTime(self.0.run_at)
    }

    /// When it was submitted.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When its state changed last.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// When it became done, failed or cancelled.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// 1 at creation, one more with every change of state.
    async fn version(&self) -> i32 {
        i32::try_from(self.0.version).unwrap_or(i32::MAX)
    }

    /// The submitter's own id, unique within the tenant.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// The key that it was submitted under, if it was: a repeat with the same one finds it.
    async fn idempotency_key(&self) -> Option<&str> {
        self.0.idempotency_key.as_deref()
    }

    /// Who submitted it.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        Ok(loaders(ctx)?.load_one(UserKey(self.0.created_by)).await?.map(User))
    }

    /// The worker process that runs it, while it runs.
    async fn worker_id(&self) -> Option<&str> {
        self.0.worker_id.as_deref()
    }

    /// Its trail, oldest first. The first 20 rows when neither `first` nor `last` is given.
    #[graphql(complexity = "list_cost(__ctx, __variables_definition, __field, child_complexity)?", guard = "Scoped(\"Task\")")]
    async fn audit_logs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows from the beginning, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this one: the `endCursor` of the page before.")] after: Option<Cursor>,
        #[graphql(desc = "How many rows from the end, 1 to 100; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only rows ahead of this one: the `startCursor` of the page behind.")] before: Option<Cursor>,
    ) -> Result<AuditLogConnection, ApiError> {
        let args = PageArgs { first, after, last, before };
        let filter = domain::audit::Filter { task_id: Some(self.0.id).into(), ..Default::default() };
        let list = AuditLogList { name: "task.auditLogs", filter, order: Order::Oldest };
        if args.after.is_some() || args.before.is_some() {
            // A cursor is of one task: for the others of a list it is an error, so that this is one statement as well.
            return list.page(ctx, &args).await;
        }
        let request = list.request(caller(ctx)?.tenant_id, &args)?;
        audit_is_read(ctx, Some(self.0.id)).await?;
        let key = TrailKey { task_id: self.0.id, limit: request.page().limit, end: request.page().end };
        Ok(AuditLogConnection::new(&request, loaders(ctx)?.load_one(key).await?.unwrap_or_default()))
    }
}

/// Reads what was not read along with the task.
async fn text(ctx: &Context<'_>, known: Option<&JsonText>, key: TextKey) -> Result<Option<Json>, ApiError> {
    let text = match known {
        Some(text) => Some(text.clone()),
        None => loaders(ctx)?.load_one(key).await?,
    };
    let Some(text) = text else { return Ok(None) };
    Allowance::of(ctx).answer(text.as_str().len())?;
    Ok(Some(Json::Text(text)))
}
