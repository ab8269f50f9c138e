//! Streams of changes.

mod task_updated;

use async_graphql::{Context, ID, Subscription as SubscriptionRoot};

use super::context::{caller, state};
use super::input::TaskFilter;
use super::scalar::Cursor;
use crate::access::{Kind, Scoped, Session};
use crate::error::ApiError;

/// The root of streams.
pub(crate) struct Subscription;

/// Streams of changes.
#[SubscriptionRoot(guard = "Scoped(\"Subscription\")")]
impl Subscription {
    /// Changes of tasks as they are committed. Give `id` or `filter`. By id the task's present state comes first, then every
    /// version without a gap. By filter every change from now on of tasks that match before or after it, in commit order.
    /// A stream resumed with `after` may repeat a change; it never leaves one out.
    #[graphql(complexity = "100 + child_complexity")]
    async fn task_updated(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One task: its global id or its uuid.")] id: Option<ID>,
        #[graphql(desc = "Tasks that match; an empty filter means all tasks of the tenant.")] filter: Option<Box<TaskFilter>>,
        #[graphql(desc = "Resume behind this place: the cursor of the last change received, or for a filter the `liveCursor` \
                          of a list with the same filter. Good for 24 hours.")]
        after: Option<Cursor>,
    ) -> Result<task_updated::Updates, ApiError> {
        let after = after.map(|cursor| cursor.0);
        let session = state(ctx)?.access.session(caller(ctx)?, Kind::Subscription)?;
        let updates = match (id, filter) {
            // Boxed, as the filter is: the engine keeps room for both as long as the stream is open.
            (Some(id), None) => Box::pin(task_updated::by_id(ctx, &id, after)).await,
            (None, Some(filter)) => task_updated::by_filter(ctx, *filter, after),
            _ => Err(ApiError::field(["id"], "or filter must be given, and not both")),
        };
        // A websocket has a session of its own in its data.
        Ok(task_updated::while_good(updates?, session, ctx.data_opt::<Session>().is_some()))
    }
}
