//! Writes. Outcomes that a caller should expect are `userErrors`; malformed input, authentication and faults are errors.
//! (`Option<Result<..>>` as in [`super::query`].)

mod access;
mod cancel_task;
mod create_task;
mod create_tasks;
mod pause_queue;
mod queue_changed;
mod resume_queue;
mod retry_task;

use async_graphql::{Context, Object};

use self::access::{
    CreateApiKeyPayload, CreateTenantPayload, CreateUserPayload, DisableTenantPayload, DisableUserPayload, EraseOriginsPayload,
    RevokeApiKeyPayload, RotateApiKeyPayload,
};
use self::cancel_task::CancelTaskPayload;
use self::create_task::CreateTaskPayload;
use self::create_tasks::{CreateTasksPayload, batch_cost};
use self::pause_queue::PauseQueuePayload;
use self::resume_queue::ResumeQueuePayload;
use self::retry_task::RetryTaskPayload;
use super::input::{
    CancelTaskInput, CreateApiKeyInput, CreateTaskInput, CreateTasksInput, CreateTenantInput, CreateUserInput,
    DisableTenantInput, DisableUserInput, EraseOriginsInput, PauseQueueInput, ResumeQueueInput, RetryTaskInput,
    RevokeApiKeyInput, RotateApiKeyInput,
};
use crate::access::Scoped;
use crate::error::ApiError;

/// The root of writes.
pub(crate) struct Mutation;

/// Writes. Each is durable once answered.
#[Object(guard = "Scoped(\"Mutation\")")]
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

    /// Makes a user of the tenant.
    async fn create_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What user to make.")] input: CreateUserInput,
    ) -> Option<Result<CreateUserPayload, ApiError>> {
        Some(access::create_user(ctx, input).await)
    }

    /// Disables a user: none of their credentials is good any more, within 5 s everywhere. Nothing is done when they are disabled.
    async fn disable_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which user to disable.")] input: DisableUserInput,
    ) -> Option<Result<DisableUserPayload, ApiError>> {
        Some(access::disable_user(ctx, input).await)
    }

    /// Makes a key for a user. Its text is shown this once.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What key to make.")] input: CreateApiKeyInput,
    ) -> Option<Result<CreateApiKeyPayload, ApiError>> {
        Some(access::create_api_key(ctx, input).await)
    }

    /// Follows a key by a new one with the same user, name and scopes. Both work until the overlap is over.
    async fn rotate_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key to follow.")] input: RotateApiKeyInput,
    ) -> Option<Result<RotateApiKeyPayload, ApiError>> {
        Some(access::rotate_api_key(ctx, input).await)
    }

    /// Takes a key back: refused within 5 s everywhere, open websockets are closed. Nothing is done when it was revoked.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key to take back.")] input: RevokeApiKeyInput,
    ) -> Option<Result<RevokeApiKeyPayload, ApiError>> {
        Some(access::revoke_api_key(ctx, input).await)
    }

    /// Erases what is kept about an address that actions came from. The trail keeps its hashes.
    async fn erase_origins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which address to erase.")] input: EraseOriginsInput,
    ) -> Option<Result<EraseOriginsPayload, ApiError>> {
        Some(access::erase_origins(ctx, input).await)
    }

    /// Makes a tenant, its first user and their key; for the platform's own users alone.
    async fn create_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What tenant to make.")] input: CreateTenantInput,
    ) -> Option<Result<CreateTenantPayload, ApiError>> {
        Some(access::create_tenant(ctx, input).await)
    }

    /// Disables a tenant: none of its users' credentials is good any more. Its tasks and its trail stay, what runs goes on.
    async fn disable_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tenant to disable.")] input: DisableTenantInput,
    ) -> Option<Result<DisableTenantPayload, ApiError>> {
        Some(access::disable_tenant(ctx, input).await)
    }
}
