//! `tasks(filter, first, after)`

use async_graphql::Context;
use domain::task::{self, Page};

use crate::cursor::Scope;
use crate::error::ApiError;
use crate::graphql::context::{caller, list_read, state};
use crate::graphql::feed;
use crate::graphql::input::{TaskFilter, canonical};
use crate::graphql::page::PageRequest;
use crate::graphql::scalar::Cursor;
use crate::graphql::types::{PageInfo, Task, TaskConnection, TaskEdge};
use crate::hub;

pub(super) async fn tasks(
    ctx: &Context<'_>,
    filter: TaskFilter,
    first: Option<i32>,
    after: Option<Cursor>,
) -> Result<TaskConnection, ApiError> {
    let (state, tenant_id) = (state(ctx)?, caller(ctx)?.tenant_id);
    let filter = filter.into_domain()?;
    let scope = Scope::new(tenant_id, "tasks", &canonical(&filter));
    let request = PageRequest::read(scope, first, after.as_ref())?;
    let read = list_read(ctx).await?;
    // Before the list, and in a statement of its own: what is committed between the two is then in the list, or after the cursor, or both.
    let live_cursor = if ctx.look_ahead().field("liveCursor").exists() {
        feed::scope(tenant_id, &filter).feed(state.cluster, &hub::present(read.db()).await?)
    } else {
        String::new()
    };
    let page = Page { after: request.after, limit: request.limit() };
    let mut rows = task::list(read.db(), tenant_id, &filter, page).await?;
    drop(read);
    let has_next_page = rows.len() > request.first;
    rows.truncate(request.first);
    let edges: Vec<_> = rows.into_iter().map(|row| TaskEdge { cursor: Cursor(scope.page(row.id)), node: Task(row) }).collect();
    let page_info = PageInfo {
        has_next_page,
        has_previous_page: request.after.is_some(),
        start_cursor: edges.first().map(|e| e.cursor.clone()),
        end_cursor: edges.last().map(|e| e.cursor.clone()),
    };
    Ok(TaskConnection { edges, page_info, live_cursor: Cursor(live_cursor) })
}
