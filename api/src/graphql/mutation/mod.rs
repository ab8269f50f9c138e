//! Writes. Outcomes that a caller should expect are `userErrors`; malformed input, authentication and faults are errors.
//! (`Option<Result<..>>` as in [`super::query`].)

mod cancel_task;
mod create_task;
mod create_tasks;
mod retry_task;

use async_graphql::{Context, Object};

use self::cancel_task::CancelTaskPayload;
use self::create_task::CreateTaskPayload;
use self::create_tasks::{CreateTasksPayload, batch_cost};
use self::retry_task::RetryTaskPayload;
use super::input::{CancelTaskInput, CreateTaskInput, CreateTasksInput, RetryTaskInput};
use crate::error::ApiError;

/// The root of writes.
pub(crate) struct Mutation;

/// Writes. Each is durable once answered.
#[Object]
impl Mutation {
    /// Submits a task.
    async fn create_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to run.")] input: CreateTaskInput,
    ) -> Option<Result<CreateTaskPayload, ApiError>> {
        Some(create_task::create_task(ctx, input).await)
    }

    /// Submits up to 1000 tasks in one transaction: all of them or none.
    #[graphql(complexity = "batch_cost(&input, child_complexity)")]
    async fn create_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to run.")] input: CreateTasksInput,
    ) -> Option<Result<CreateTasksPayload, ApiError>> {
        Some(create_tasks::create_tasks(ctx, input).await)
    }

    /// Calls off a task that is pending or running. A running one is told; its late result is refused in any case.
    async fn cancel_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and why.")] input: CancelTaskInput,
    ) -> Option<Result<CancelTaskPayload, ApiError>> {
        Some(cancel_task::cancel_task(ctx, input).await)
    }

    /// Gives a failed or cancelled task a new life: due now, with all its attempts again.
    async fn retry_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and why.")] input: RetryTaskInput,
    ) -> Option<Result<RetryTaskPayload, ApiError>> {
        Some(retry_task::retry_task(ctx, input).await)
    }
}
