//! Reads. Another tenant's object looks exactly like one that does not exist.
//!
//! `Option<Result<..>>`: an error makes its own field null. With `Result<Option<..>>` the engine would make all of `data`
//! null, the other fields of the operation included.

mod audit_logs;
mod task;
mod tasks;

use async_graphql::{Context, ID, Object};

use super::input::{AuditLogFilter, TaskFilter};
use super::page::DEFAULT_FIRST;
use super::scalar::Cursor;
use super::schema::list_cost;
use super::types::{AuditLogConnection, Task, TaskConnection};
use crate::error::ApiError;

/// The root of reads.
pub(crate) struct Query;

/// Reads.
#[Object]
impl Query {
    /// One task; null when there is none.
    async fn task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the task, or its uuid.")] id: ID,
    ) -> Option<Result<Task, ApiError>> {
        task::task(ctx, &id).await.transpose()
    }

    /// Tasks, newest first.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tasks; all of them when left out.")] filter: Option<TaskFilter>,
        #[graphql(desc = "How many tasks, 1 to 100.", default_with = "Some(DEFAULT_FIRST)")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<Cursor>,
    ) -> Option<Result<TaskConnection, ApiError>> {
        Some(tasks::tasks(ctx, filter.unwrap_or_default(), first, after).await)
    }

    /// The trail of the whole tenant, newest first.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn audit_logs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rows; all of them when left out.")] filter: Option<AuditLogFilter>,
        #[graphql(desc = "How many rows, 1 to 100.", default_with = "Some(DEFAULT_FIRST)")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<Cursor>,
    ) -> Option<Result<AuditLogConnection, ApiError>> {
        Some(audit_logs::audit_logs(ctx, filter.unwrap_or_default(), first, after).await)
    }
}
