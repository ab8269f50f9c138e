//! `node(id)`, `nodes(ids)`

use async_graphql::{Context, ID};
use futures_util::future::try_join_all;

use crate::error::ApiError;
use crate::graphql::types::Node;

/// Most ids of one call.
const MAX_IDS: usize = 100;

pub(super) async fn nodes(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>, ApiError> {
    if ids.len() > MAX_IDS {
        return Err(ApiError::field(["ids"], format!("must have at most {MAX_IDS} values")));
    }
    // Together, so that the loaders read them with one statement for each type.
    try_join_all(ids.iter().map(|id| Node::load(ctx, id))).await
}
