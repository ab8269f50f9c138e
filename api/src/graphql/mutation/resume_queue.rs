//! `resumeQueue`

use async_graphql::{Context, ID, SimpleObject};

use super::queue_changed::changed;
use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::input::ResumeQueueInput;
use crate::graphql::types::{Queue, UserError};
use crate::service;

/// What became of a resumption.
#[derive(SimpleObject)]
pub(crate) struct ResumeQueuePayload {
    /// The queue as it is now; null when there are user errors, and when there is none of that name.
    queue: Option<Queue>,
    /// Global ids of the audit rows this call wrote; none when the queue was not paused.
    audit_log_ids: Vec<ID>,
    /// Why nothing was done; empty when it was, or needed not be.
    user_errors: Vec<UserError>,
}

pub(super) async fn resume_queue(ctx: &Context<'_>, input: ResumeQueueInput) -> Result<ResumeQueuePayload, ApiError> {
    let name = input.name.clone();
    let done = service::resume_queue(state(ctx)?, caller(ctx)?, input.name, input.reason).await;
    let (queue, audit_log_ids, user_errors) = changed(ctx, &name, done).await?;
    Ok(ResumeQueuePayload { queue, audit_log_ids, user_errors })
}
