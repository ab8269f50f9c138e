//! `createTasks`

use async_graphql::{Context, ID, SimpleObject};
use domain::task::{InvalidBatch, RefusedTask, validate_many};

use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::input::CreateTasksInput;
use crate::graphql::types::{GlobalId, NodeType, Task, UserError};
use crate::service;

/// Most refused tasks that are named, as of other mistakes.
const MAX_NAMED: usize = 20;

/// What became of a batch.
#[derive(Default, SimpleObject)]
pub(crate) struct CreateTasksPayload {
    /// The tasks in the order of the input, each the new one or the first one that came with the same idempotency key; null
    /// when there are user errors.
    tasks: Option<Vec<Task>>,
    /// Global ids of the audit rows this call wrote, in the order of the input; none for a task that was there already.
    audit_log_ids: Vec<ID>,
    /// Why nothing was done; empty when it was. A field names the task by its index (`["input", "tasks", "17", "payload",
    /// "url"]`). Twenty are named, and one more says how many are not.
    user_errors: Vec<UserError>,
}

pub(super) async fn create_tasks(ctx: &Context<'_>, input: CreateTasksInput) -> Result<CreateTasksPayload, ApiError> {
    let batch = match validate_many(input.tasks.into_iter().map(Into::into).collect()) {
        Ok(batch) => batch,
        Err(invalid) => return Ok(CreateTasksPayload { user_errors: of_invalid(invalid)?, ..Default::default() }),
    };
    let created = match service::create_tasks(state(ctx)?, caller(ctx)?, batch).await? {
        Ok(created) => created,
        Err(refused) => return Ok(CreateTasksPayload { user_errors: of_refused(refused)?, ..Default::default() }),
    };
    let audit_log_ids = created.iter().filter_map(|one| Some(GlobalId::write(NodeType::AuditLog, one.audit_id?))).collect();
    let tasks = created.into_iter().map(|one| Task::from(one.task)).collect();
    Ok(CreateTasksPayload { tasks: Some(tasks), audit_log_ids, user_errors: Vec::new() })
}

/// A task that is written is a point, and five fields of its answer are another: what was just written needs no further
/// statement. A batch of the greatest length can be answered with a dozen fields each.
pub(super) fn batch_cost(input: &CreateTasksInput, child_complexity: usize) -> usize {
    10 + input.tasks.len().saturating_mul(5 + child_complexity) / 5
}

fn of_invalid(invalid: InvalidBatch) -> Result<Vec<UserError>, ApiError> {
    Ok(and_more(UserError::of(ApiError::from(invalid.named))?, invalid.more))
}

fn of_refused(refused: Vec<RefusedTask>) -> Result<Vec<UserError>, ApiError> {
    let more = refused.len().saturating_sub(MAX_NAMED);
    let mut errors = Vec::new();
    for RefusedTask { index, error } in refused.into_iter().take(MAX_NAMED) {
        let within = ["tasks".to_owned(), index.to_string()];
        errors.extend(UserError::of(error.into())?.into_iter().map(|error| error.within(&within)));
    }
    Ok(and_more(errors, more))
}

fn and_more(mut errors: Vec<UserError>, more: usize) -> Vec<UserError> {
    let rest = errors.last().filter(|_| more > 0).map(|last| last.and_more("tasks", more));
    errors.extend(rest);
    errors
}
