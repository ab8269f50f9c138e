//! `createTask`

use async_graphql::{Context, ID, SimpleObject};

use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::input::CreateTaskInput;
use crate::graphql::types::{GlobalId, NodeType, Task, UserError, outcome};
use crate::service;

/// What became of a submission.
#[derive(Default, SimpleObject)]
pub(crate) struct CreateTaskPayload {
    /// The task: the new one, or the first one that came with the same idempotency key; null when there are user errors.
    task: Option<Task>,
    /// Global ids of the audit rows this call wrote; none when the task was there already.
    audit_log_ids: Vec<ID>,
    /// Why nothing was done; empty when it was.
    user_errors: Vec<UserError>,
}

pub(super) async fn create_task(ctx: &Context<'_>, input: CreateTaskInput) -> Result<CreateTaskPayload, ApiError> {
    let created = service::create_task(state(ctx)?, caller(ctx)?, input.into()).await;
    Ok(match outcome(created)? {
        Ok(created) => CreateTaskPayload {
            task: Some(created.task.into()),
            audit_log_ids: created.audit_id.map(|id| GlobalId::write(NodeType::AuditLog, id)).into_iter().collect(),
            user_errors: Vec::new(),
        },
        Err(user_errors) => CreateTaskPayload { user_errors, ..Default::default() },
    })
}
