//! What resolvers take from the request.

use std::sync::Arc;

use async_graphql::Context;
use domain::audit::Caller;
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::lists::ListRead;
use crate::state::AppState;

/// The process's parts.
///
/// # Errors
/// `Internal`: the schema was built without them.
pub(crate) fn state<'a>(ctx: &Context<'a>) -> Result<&'a AppState, ApiError> {
    ctx.data_opt().ok_or_else(|| {
        tracing::error!("the schema was built without a state");
        ApiError::internal()
    })
}

/// Who asks.
///
/// # Errors
/// `Unauthenticated`: nobody was authenticated on the way here. The transports refuse such requests before.
pub(crate) fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Caller, ApiError> {
    ctx.data_opt().ok_or_else(ApiError::unauthenticated)
}

/// Lists that one request reads at a time; the others of it wait, whatever the process has to spare.
const LISTS_PER_REQUEST: usize = 2;

/// The turns of one request's lists, in its data.
pub(super) struct ListTurns(Arc<Semaphore>);

impl Default for ListTurns {
    fn default() -> Self {
        ListTurns(Arc::new(Semaphore::new(LISTS_PER_REQUEST)))
    }
}

/// Waits for the right to read a list: for the request's turn, then for the process's.
///
/// # Errors
/// `Internal` without a state; `Unavailable` or `Internal` when the database fails.
pub(crate) async fn list_read(ctx: &Context<'_>) -> Result<ListRead, ApiError> {
    let own_turn = match ctx.data_opt::<ListTurns>() {
        Some(turns) => Arc::clone(&turns.0).acquire_owned().await.ok(),
        None => None,
    };
    state(ctx)?.lists.begin(own_turn).await
}
