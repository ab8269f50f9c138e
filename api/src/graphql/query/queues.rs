//! `queues(names)`

use async_graphql::Context;
use domain::queue;

use crate::error::ApiError;
use crate::graphql::context::{caller, list_read};
use crate::graphql::types::Queue;

/// Most queues of an answer.
const MOST: usize = 1_000;
/// Most names that may be asked for.
const MAX_NAMES: usize = 100;

pub(super) async fn queues(ctx: &Context<'_>, names: Option<Vec<String>>) -> Result<Vec<Queue>, ApiError> {
    if names.as_ref().is_some_and(|names| names.len() > MAX_NAMES) {
        return Err(ApiError::field(["names"], format!("must have at most {MAX_NAMES} values")));
    }
    // No queue has such a name, and PostgreSQL no such text.
    let names = names.map(|names| names.into_iter().filter(|name| !name.contains('\0')).collect::<Vec<_>>());
    let read = list_read(ctx).await?;
    let found = queue::list(read.db(), caller(ctx)?.tenant_id, names.as_deref(), MOST).await?;
    Ok(found.into_iter().map(Queue).collect())
}
