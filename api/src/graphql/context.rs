//! What resolvers take from the request.

use std::sync::{Arc, OnceLock};

use async_graphql::{Context, Request};
use domain::audit::Caller;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use super::allowance::Allowance;
use super::loaders::Loaders;
use super::rounds::Rounds;
use crate::error::ApiError;
use crate::lists::ListRead;
use crate::service;
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

/// The turns of one request's lists, in its data, and what it has said of them.
#[derive(Clone, Default)]
pub(super) struct ListTurns(Arc<Turns>);

#[derive(Default)]
struct Turns {
    /// Made when a list is read: a subscription reads none, and is open for long.
    lists: OnceLock<Arc<Semaphore>>,
    /// Whether this request's reading of the trail is in the trail.
    audit_is_read: OnceCell<()>,
}

impl ListTurns {
    /// Those of the request.
    pub(super) fn of(ctx: &Context<'_>) -> ListTurns {
        ctx.data_opt::<ListTurns>().cloned().unwrap_or_default()
    }

    /// Waits for one. (The semaphore is never closed, so there is always one to come.)
    pub(super) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        let lists = self.0.lists.get_or_init(|| Arc::new(Semaphore::new(LISTS_PER_REQUEST)));
        Arc::clone(lists).acquire_owned().await.ok()
    }
}

/// Says in the trail that it is about to be read: once for each request, with the task when it is about one at first.
///
/// # Errors
/// `Unavailable` or `Internal` when that cannot be written: nothing may be shown then.
pub(crate) async fn audit_is_read(ctx: &Context<'_>, task_id: Option<Uuid>) -> Result<(), ApiError> {
    let turns = ListTurns::of(ctx);
    let (state, caller) = (state(ctx)?, caller(ctx)?);
    turns.0.audit_is_read.get_or_try_init(|| service::audit_is_read(state, caller, task_id)).await.map(drop)
}

/// Gives a request what belongs to it alone. It must be run by the [`Rounds`].
pub(super) fn prepared(request: Request, allowance: Allowance) -> (Request, Rounds) {
    let rounds = Rounds::default();
    let request = request.data(ListTurns::default()).data(allowance);
    (request.data(Loaders::new(rounds.clone())), rounds)
}

/// Waits for the right to read a list: for the request's turn, then for the process's.
///
/// # Errors
/// `Internal` without a state; `Unavailable` or `Internal` when the database fails.
pub(crate) async fn list_read(ctx: &Context<'_>) -> Result<ListRead, ApiError> {
    state(ctx)?.lists.begin(ListTurns::of(ctx).take().await).await
}
