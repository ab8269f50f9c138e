//! `pauseQueue`

use async_graphql::{Context, ID, SimpleObject};

use super::queue_changed::changed;
use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::input::PauseQueueInput;
use crate::graphql::types::{Queue, UserError};
use crate::service;

/// What became of a pause.
#[derive(SimpleObject)]
pub(crate) struct PauseQueuePayload {
    /// The queue as it is now; null when there are user errors.
    queue: Option<Queue>,
    /// Global ids of the audit rows this call wrote; none when the queue was paused already.
    audit_log_ids: Vec<ID>,
    /// Why nothing was done; empty when it was, or needed not be.
    user_errors: Vec<UserError>,
}

pub(super) async fn pause_queue(ctx: &Context<'_>, input: PauseQueueInput) -> Result<PauseQueuePayload, ApiError> {
    let name = input.name.clone();
    let done = service::pause_queue(state(ctx)?, caller(ctx)?, input.name, input.reason).await;
    let (queue, audit_log_ids, user_errors) = changed(ctx, &name, done).await?;
    Ok(PauseQueuePayload { queue, audit_log_ids, user_errors })
}
