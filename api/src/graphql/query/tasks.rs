//! `tasks(filter, orderBy, first, after, last, before)`

use async_graphql::Context;
use domain::page::Order;
use domain::task::{self, Texts, Wanted};
use serde_json::json;

use crate::cursor::Scope;
use crate::error::ApiError;
use crate::graphql::allowance::Allowance;
use crate::graphql::context::{caller, list_read, state};
use crate::graphql::feed;
use crate::graphql::input::TaskFilter;
use crate::graphql::page::PageArgs;
use crate::graphql::scalar::Cursor;
use crate::graphql::types::{TaskConnection, TaskEdge};
use crate::hub;
use crate::limits::MAX_PAGE_TEXT_BYTES;

pub(super) async fn tasks(
    ctx: &Context<'_>,
    filter: TaskFilter,
    order: Order,
    args: PageArgs,
) -> Result<TaskConnection, ApiError> {
    let (state, tenant_id) = (state(ctx)?, caller(ctx)?.tenant_id);
    let filter = filter.into_domain()?;
    let meaning = json!([filter.canonical(), "CREATED_AT", order == Order::Newest]);
    let request = args.read(Scope::new(tenant_id, "tasks", &meaning), order)?;
    let (wanted, allowance) = (wanted(ctx), Allowance::of(ctx));
    if wanted != Wanted::default() {
        allowance.turn(&state.lists, request.page().limit).await;
    }
    let read = list_read(ctx).await?;
    // Before the list, and in a statement of its own: what is committed between the two is then in the list, or after the cursor, or both.
    let live_cursor = if ctx.look_ahead().field("liveCursor").exists() {
        feed::scope(tenant_id, &filter).feed(state.cluster, &hub::present(read.db()).await?)
    } else {
        String::new()
    };
    let listed = task::list_with_texts(read.db(), tenant_id, &filter, request.page(), wanted, MAX_PAGE_TEXT_BYTES).await?;
    drop(read);
    allowance.read(listed.tasks.iter().map(|(_, texts)| Texts::bytes(texts)).sum())?;
    let (rows, page_info) = request.answer(listed.tasks, listed.cut, |(task, _)| task.id);
    let edges = rows.into_iter().map(|(cursor, task)| TaskEdge { cursor, node: task.into() }).collect();
    Ok(TaskConnection { edges, page_info, live_cursor: Cursor(live_cursor) })
}

fn wanted(ctx: &Context<'_>) -> Wanted {
    let node = ctx.look_ahead().field("edges").field("node");
    Wanted { payload: node.field("payload").exists(), result: node.field("result").exists() }
}
