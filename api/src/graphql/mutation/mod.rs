//! Writes. Outcomes that a caller should expect are `userErrors`; malformed input, authentication and faults are errors.
//! (`Option<Result<..>>` as in [`super::query`].)

mod cancel_task;
mod create_task;
mod create_tasks;
mod pause_queue;
mod queue_changed;
mod resume_queue;
mod retry_task;

use async_graphql::{Context, Object};

use self::cancel_task::CancelTaskPayload;
use self::create_task::CreateTaskPayload;
use self::create_tasks::{CreateTasksPayload, batch_cost};
use self::pause_queue::PauseQueuePayload;
use self::resume_queue::ResumeQueuePayload;
use self::retry_task::RetryTaskPayload;
use super::input::{CancelTaskInput, CreateTaskInput, CreateTasksInput, PauseQueueInput, ResumeQueueInput, RetryTaskInput};
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

    /// Lets nothing be claimed from a queue any more; what runs goes on to its end. Nothing is done when it is paused.
    async fn pause_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which queue, and why.")] input: PauseQueueInput,
    ) -> Option<Result<PauseQueuePayload, ApiError>> {
        Some(pause_queue::pause_queue(ctx, input).await)
    }

    /// Lets tasks be claimed from a queue again. Nothing is done when it is not paused.
    async fn resume_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which queue, and why.")] input: ResumeQueueInput,
    ) -> Option<Result<ResumeQueuePayload, ApiError>> {
        Some(resume_queue::resume_queue(ctx, input).await)
    }
}
