//! Reads. Another tenant's object looks exactly like one that does not exist.
//!
//! `Option<Result<..>>`: an error makes its own field null. With `Result<Option<..>>` the engine would make all of `data`
//! null, the other fields of the operation included.

mod audit_logs;
mod node;
mod people;
mod queues;
mod task;
mod task_counts;
mod tasks;

use async_graphql::{Context, ID, Object};
use domain::page::Order;

use super::input::{AuditLogFilter, AuditLogOrder, TaskBy, TaskFilter, TaskOrder};
use super::page::{LISTED, PageArgs};
use super::scalar::Cursor;
use super::schema::{list_cost, short_list_cost};
use super::types::{
    ApiKey, AuditLogConnection, Node, Queue, Task, TaskConnection, TaskCounts, TenantConnection, UP_TO, UserConnection, Viewer,
};
use crate::access::Scoped;
use crate::error::ApiError;

/// The root of reads.
pub(crate) struct Query;

/// Reads.
#[Object(guard = "Scoped(\"Query\")")]
impl Query {
    /// Who asks.
    async fn viewer(&self) -> Option<Viewer> {
        Some(Viewer)
    }

    /// Whatever has this global id; null when there is nothing. (A plain uuid does not say what it is the id of.)
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id, as in a field `id`.")] id: ID,
    ) -> Option<Result<Node, ApiError>> {
        Node::load(ctx, &id).await.transpose()
    }

    /// Whatever has these global ids, in their order; null in the place of an id that there is nothing for.
    #[graphql(complexity = "10 + ids.len().min(100) * child_complexity")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Option<Result<Vec<Option<Node>>, ApiError>> {
        Some(node::nodes(ctx, &ids).await)
    }

    /// One task; null when there is none.
    async fn task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id or the reference of the task.")] by: TaskBy,
    ) -> Option<Result<Task, ApiError>> {
        task::task(ctx, by).await.transpose()
    }

    /// Tasks, newest first unless ordered otherwise. The first 20 when neither `first` nor `last` is given.
    #[graphql(complexity = "list_cost(__ctx, __variables_definition, __field, child_complexity)?")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tasks; all of them when left out.")] filter: Option<TaskFilter>,
        #[graphql(desc = "In which order; newest first when left out.")] order_by: Option<TaskOrder>,
        #[graphql(desc = "How many tasks from the beginning, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only tasks behind this one: the `endCursor` of the page before.")] after: Option<Cursor>,
        #[graphql(desc = "How many tasks from the end, 1 to 100; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only tasks ahead of this one: the `startCursor` of the page behind.")] before: Option<Cursor>,
    ) -> Option<Result<TaskConnection, ApiError>> {
        let (order, args) = (order_by.map_or(Order::Newest, Order::from), PageArgs { first, after, last, before });
        Some(tasks::tasks(ctx, filter.unwrap_or_default(), order, args).await)
    }

    /// The trail of the whole tenant, newest first unless ordered otherwise. The first 20 rows when neither `first` nor
    /// `last` is given.
    #[graphql(complexity = "list_cost(__ctx, __variables_definition, __field, child_complexity)?")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn audit_logs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rows; all of them when left out.")] filter: Option<AuditLogFilter>,
        #[graphql(desc = "In which order; newest first when left out.")] order_by: Option<AuditLogOrder>,
        #[graphql(desc = "How many rows from the beginning, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this one: the `endCursor` of the page before.")] after: Option<Cursor>,
        #[graphql(desc = "How many rows from the end, 1 to 100; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only rows ahead of this one: the `startCursor` of the page behind.")] before: Option<Cursor>,
    ) -> Option<Result<AuditLogConnection, ApiError>> {
        let (order, args) = (order_by.map_or(Order::Newest, Order::from), PageArgs { first, after, last, before });
        Some(audit_logs::audit_logs(ctx, filter.unwrap_or_default(), order, args).await)
    }

    /// The users of the tenant, the first made first.
    #[graphql(complexity = "list_cost(__ctx, __variables_definition, __field, child_complexity)?")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many users from the beginning, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only users behind this one: the `endCursor` of the page before.")] after: Option<Cursor>,
        #[graphql(desc = "How many users from the end, 1 to 100; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only users ahead of this one: the `startCursor` of the page behind.")] before: Option<Cursor>,
    ) -> Option<Result<UserConnection, ApiError>> {
        Some(people::users(ctx, PageArgs { first, after, last, before }).await)
    }

    /// The keys of the tenant, the newest first.
    #[graphql(complexity = "short_list_cost(first, child_complexity)")]
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this user.")] user_id: Option<ID>,
        #[graphql(desc = "Also those that were revoked or have expired.", default)] ended: bool,
        #[graphql(desc = "How many keys at most, 1 to 1000.", default_with = "LISTED")] first: i32,
    ) -> Option<Result<Vec<ApiKey>, ApiError>> {
        Some(people::api_keys(ctx, user_id, ended, first).await)
    }

    /// The tenants of the platform, the first made first; for the platform's own users alone.
    #[graphql(complexity = "list_cost(__ctx, __variables_definition, __field, child_complexity)?")]
    async fn tenants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many tenants from the beginning, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only tenants behind this one: the `endCursor` of the page before.")] after: Option<Cursor>,
        #[graphql(desc = "How many tenants from the end, 1 to 100; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only tenants ahead of this one: the `startCursor` of the page behind.")] before: Option<Cursor>,
    ) -> Option<Result<TenantConnection, ApiError>> {
        Some(people::tenants(ctx, PageArgs { first, after, last, before }).await)
    }

    /// How many tasks there are, by state, queue and kind. Cheap, however many there are.
    #[graphql(complexity = "20 + child_complexity")]
    async fn task_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Counts above this are told as this, and `capped`.", default_with = "UP_TO")] up_to: i32,
    ) -> Option<Result<TaskCounts, ApiError>> {
        Some(task_counts::task_counts(ctx, up_to).await)
    }

    /// The queues that have, or had, tasks, or were paused once, in the order of their names.
    #[graphql(complexity = "short_list_cost(first, child_complexity)")]
    async fn queues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of these names, at most 100.")] names: Option<Vec<String>>,
        #[graphql(desc = "How many queues at most, 1 to 1000.", default_with = "LISTED")] first: i32,
    ) -> Option<Result<Vec<Queue>, ApiError>> {
        Some(queues::queues(ctx, names, first).await)
    }
}
