//! Large bodies take turns: what one costs is bounded, and so is how many there are at a time.

use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A body that may be longer than this waits for its turn: 1 MiB holds every request but `createTasks`.
const SMALL_BYTES: u64 = 1024 * 1024;
/// Large requests at a time. The costliest that the limits admit takes 40 MiB until it is answered, and sixteen sent at once
/// took 130 MiB with four turns (`measure -- large-bodies`): that fits into an instance of 512 MiB.
const TURNS: usize = 4;

/// The turns of one process.
#[derive(Clone, Debug)]
pub(super) struct Turns(Arc<Semaphore>);

/// The turn of one request, in its extensions; given back when the last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Default for Turns {
    fn default() -> Self {
        Turns(Arc::new(Semaphore::new(TURNS)))
    }
}

/// Lets a small request pass; a large one waits before its body is read and keeps its turn until it is answered, by events
/// too: the handler sees to that. (The time limits of handlers and operations end the wait, and the turn of a client that sends
/// too slowly.)
pub(super) async fn turn(State(turns): State<Turns>, mut request: Request, next: Next) -> Response {
    // A body of unknown length may be as long as the limit allows.
    let small = request.body().size_hint().upper().is_some_and(|bytes| bytes <= SMALL_BYTES);
    let turn = if small { None } else { turns.0.acquire_owned().await.ok() };
    let turn = turn.map(|permit| Turn { _permit: Arc::new(permit) });
    if let Some(turn) = turn.clone() {
        request.extensions_mut().insert(turn);
    }
    let response = next.run(request).await;
    drop(turn);
    response
}
