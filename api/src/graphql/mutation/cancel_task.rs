//! `cancelTask`

use async_graphql::{Context, ID, SimpleObject};

use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::input::CancelTaskInput;
use crate::graphql::types::{GlobalId, NodeType, Task, UserError, outcome};
use crate::service::{self, Expected, OperatorOrder};

/// What became of a cancellation.
#[derive(Default, SimpleObject)]
pub(crate) struct CancelTaskPayload {
    /// The task as it is now; null when there are user errors.
    task: Option<Task>,
    /// Global ids of the audit rows this call wrote.
    audit_log_ids: Vec<ID>,
    /// Why nothing was done; empty when it was.
    user_errors: Vec<UserError>,
}

pub(super) async fn cancel_task(ctx: &Context<'_>, input: CancelTaskInput) -> Result<CancelTaskPayload, ApiError> {
    let id = GlobalId::read(NodeType::Task, ["input", "id"], &input.id)?;
    let order = OperatorOrder { reason: input.reason, expected: Expected::version(input.expected_version) };
    let operated = service::cancel_task(state(ctx)?, caller(ctx)?, id, order).await;
    Ok(match outcome(operated)? {
        Ok(operated) => CancelTaskPayload {
            task: Some(operated.task.into()),
            audit_log_ids: vec![GlobalId::write(NodeType::AuditLog, operated.audit_id)],
            user_errors: Vec::new(),
        },
        Err(user_errors) => CancelTaskPayload { user_errors, ..Default::default() },
    })
}
