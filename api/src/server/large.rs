//! Large bodies take turns: what one costs is bounded, and so is how many there are at a time.

use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;

/// A body that may be longer than this waits for its turn: 1 MiB holds every request but `createTasks`.
const SMALL_BYTES: u64 = 1024 * 1024;
/// Large requests at a time. The costliest that the limits admit takes 40 MiB until it is answered, and sixteen sent at once
/// took 130 MiB with four turns (`measure -- large-bodies`): that fits into an instance of 512 MiB.
const TURNS: usize = 4;

/// The turns of one process.
#[derive(Clone, Debug)]
pub(super) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Turns(Arc::new(Semaphore::new(TURNS)))
    }
}

/// Lets a small request pass; a large one waits before its body is read and keeps its turn until it is answered. (The time
/// limit of handlers ends the wait, and the turn of a client that sends too slowly.)
pub(super) async fn turn(State(turns): State<Turns>, request: Request, next: Next) -> Response {
    // A body of unknown length may be as long as the limit allows.
    let small = request.body().size_hint().upper().is_some_and(|bytes| bytes <= SMALL_BYTES);
    let _turn = if small { None } else { turns.0.acquire().await.ok() };
    next.run(request).await
}
