//! `taskCounts(upTo)`

use async_graphql::Context;
use domain::counts;

use crate::error::ApiError;
use crate::graphql::context::{caller, list_read, state};
use crate::graphql::page::MAX_LISTED;
use crate::graphql::types::TaskCounts;

pub(super) async fn task_counts(ctx: &Context<'_>, up_to: i32) -> Result<TaskCounts, ApiError> {
    if up_to < 1 {
        return Err(ApiError::field(["upTo"], format!("must be an integer from 1 to {}", i32::MAX)));
    }
    let (state, tenant_id) = (state(ctx)?, caller(ctx)?.tenant_id);
    let read = list_read(ctx).await?;
    let counts = counts::of_tenant(read.db(), tenant_id, MAX_LISTED.into()).await?;
    drop(read);
    state.counters.seen(&state.db, tenant_id, counts.unfolded);
    Ok(TaskCounts::of(counts, up_to))
}
