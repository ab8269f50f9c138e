//! `queues(names)`

use async_graphql::Context;
use domain::queue;

use crate::error::ApiError;
use crate::graphql::context::{caller, list_read};
use crate::graphql::page::listed;
use crate::graphql::types::Queue;

/// Most names that may be asked for.
const MAX_NAMES: usize = 100;

pub(super) async fn queues(ctx: &Context<'_>, names: Option<Vec<String>>, first: i32) -> Result<Vec<Queue>, ApiError> {
    if names.as_ref().is_some_and(|names| names.len() > MAX_NAMES) {
        return Err(ApiError::field(["names"], format!("must have at most {MAX_NAMES} values")));
    }
    // No queue has such a name, and PostgreSQL no such text.
    let names = names.map(|names| names.into_iter().filter(|name| !name.contains('\0')).collect::<Vec<_>>());
    let first = listed(first)?;
    let read = list_read(ctx).await?;
    let found = queue::list(read.db(), caller(ctx)?.tenant_id, names.as_deref(), first.into()).await?;
    Ok(found.into_iter().map(Queue).collect())
}
