//! `taskUpdated(id | filter, after)`

use std::future::Future;
use std::task::Poll;

use async_graphql::{Context, ID, Result};
use domain::{ids, task};
use futures_util::future::ready;
use futures_util::stream::{BoxStream, poll_fn};
use futures_util::{Stream, StreamExt};

use crate::access::Session;
use crate::cursor::CursorError;
use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::feed;
use crate::graphql::input::{TaskFilter, concerns};
use crate::graphql::scalar::Cursor;
use crate::graphql::types::{AuditLog, GlobalId, NodeType, Slim, TaskUpdate};
use crate::hub::Update;

/// What one subscription streams.
pub(super) type Updates = BoxStream<'static, Result<Slim<TaskUpdate>>>;

/// The task's present state and every version after it; with `after` every version after that.
pub(super) async fn by_id(ctx: &Context<'_>, id: &ID, after: Option<String>) -> Result<Updates, ApiError> {
    let (state, tenant_id) = (state(ctx)?, caller(ctx)?.tenant_id);
    let id = GlobalId::read(NodeType::Task, ["id"], id)?;
    let (scope, cluster) = (feed::scope_of_task(tenant_id, id), state.cluster);
    let after = after.map(|text| scope.read_version(&text, cluster)).transpose()?;
    // Before the task is looked at: what changes from here on is not missed.
    let updates = state.hub.watch(tenant_id, id, after);
    // Here and not in the stream, which would have to hold the caller for as long as it is open.
    let Some(task) = task::head(&state.db, tenant_id, id).await? else {
        state.access.not_found(caller(ctx)?, "taskUpdated", id);
        return Err(ApiError::not_found());
    };
    // A version that is yet to come was seen in another life of the database, which a backup has taken back.
    if after.is_some_and(|after| after > task.version) {
        return Err(CursorError::Expired.into());
    }
    let cursor = move |update: &Update| scope.version(cluster, update.change.seq.unwrap_or_default());
    Ok(public(updates, cursor))
}

/// Every change from now on, or after `after`, of tasks that match before or after it.
pub(super) fn by_filter(ctx: &Context<'_>, filter: TaskFilter, after: Option<String>) -> Result<Updates, ApiError> {
    let (state, tenant_id) = (state(ctx)?, caller(ctx)?.tenant_id);
    let filter = filter.into_domain()?;
    let (scope, cluster) = (feed::scope(tenant_id, &filter), state.cluster);
    // The id clock follows the database's.
    let now = ids::time_of(state.ids.next());
    let after = after.map(|text| scope.read_feed(&text, cluster, now)).transpose()?;
    let updates = state.hub.follow(tenant_id, after);
    let updates = updates
        .filter(move |update| ready(update.as_ref().map_or(true, |update| concerns(&filter, &update.change, &update.task))));
    Ok(public(updates, move |update| scope.feed(cluster, &update.position)))
}

/// Keeps the session open as long as the stream is. Over an event stream that ends when the credentials do, and says so; a
/// websocket ends as a whole then.
pub(super) fn while_good(mut updates: Updates, session: Session, on_socket: bool) -> Updates {
    if on_socket {
        return poll_fn(move |cx| {
            let _open = &session;
            updates.as_mut().poll_next(cx)
        })
        .boxed();
    }
    let mut ended = Some(Box::pin(session.ended().clone().cancelled_owned()));
    poll_fn(move |cx| {
        let _open = &session;
        let Some(waiting) = &mut ended else { return Poll::Ready(None) };
        if waiting.as_mut().poll(cx).is_ready() {
            ended = None;
            return Poll::Ready(Some(Err(ApiError::unauthenticated().into())));
        }
        updates.as_mut().poll_next(cx)
    })
    .boxed()
}

/// In the API's words. The hub ends a stream after an error.
fn public(
    updates: impl Stream<Item = Result<Box<Update>, ApiError>> + Send + 'static,
    cursor: impl Fn(&Update) -> String + Send + 'static,
) -> Updates {
    updates
        .map(move |update| {
            let update = *update?;
            let cursor = Cursor(cursor(&update));
            let version = i32::try_from(update.change.seq.unwrap_or_default()).unwrap_or(i32::MAX);
            Ok(TaskUpdate { cursor, version, change: AuditLog(update.change), task: update.task.into() }.into())
        })
        .boxed()
}
