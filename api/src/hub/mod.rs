//! Live changes for subscriptions.
//!
//! One listener per process hears which tasks changed and wakes the streams that care. A hint only says "look": what a
//! stream delivers is always read from the trail, after a registration that precedes the read, and again at every
//! resync and sweep. So a hint that is lost costs time, never an event. Streams read when they are polled and hold
//! nothing for a slow consumer.

mod follow;
mod listen;
mod patience;
mod registry;
mod turns;
mod watch;

use std::sync::Arc;

use chrono::Utc;
use domain::entity::audit_log;
use domain::feed::{self, Position};
use domain::task::Head;
use futures_util::Stream;
use futures_util::stream::unfold;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::follow::Follower;
use self::registry::Registry;
use self::turns::Turns;
use self::watch::Watcher;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::state::half_of_pool;

/// Feeds the subscriptions of one process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub {
    db: DatabaseConnection,
    registry: Arc<Registry>,
    turns: Arc<Turns>,
    metrics: Metrics,
    stop: CancellationToken,
}

/// One change of one task.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The row of the trail.
    pub change: audit_log::Model,
    /// The task as it is now, at or past the change's version; changes that were read together share it.
    pub task: Arc<Head>,
    /// Where the change stands; a stream that begins after it misses nothing that follows.
    pub position: Position,
}

impl Hub {
    /// Starts listening through `listener_pool`, one connection for this alone. Ends when `stop` is cancelled, and with it
    /// every stream.
    #[must_use]
    pub fn start(db: DatabaseConnection, listener_pool: PgPool, metrics: Metrics, stop: CancellationToken) -> Hub {
        // However many streams there are, they leave half of the pool to requests.
        let turns = Arc::new(Turns::new(half_of_pool(&db)));
        let hub = Hub { db, registry: Arc::default(), turns, metrics, stop };
        tokio::spawn(listen::run(hub.clone(), listener_pool));
        hub
    }

    /// A task's present state and every version after it; with `after`, every version after that. Versions rise strictly
    /// and without a gap. The first item is `NotFound` when the tenant has no such task; the stream ends after an error.
    pub fn watch(
        &self,
        tenant_id: Uuid,
        task_id: Uuid,
        after: Option<i64>,
    ) -> impl Stream<Item = Result<Box<Update>, ApiError>> + Send + 'static {
        // Registered here and not at the first poll: hints that come from now on count.
        stream(Watcher::new(self.clone(), tenant_id, task_id, after))
    }

    /// Every change of the tenant after `after` (from now on, without it) in commit order. A change may come twice, none
    /// is skipped. `CursorExpired` is the first item when the position is too old, or not of this cluster's past.
    pub fn follow(
        &self,
        tenant_id: Uuid,
        after: Option<Position>,
    ) -> impl Stream<Item = Result<Box<Update>, ApiError>> + Send + 'static {
        stream(Follower::new(self.clone(), tenant_id, after))
    }

    /// The position from which [`Hub::follow`] misses nothing that is committed after this call.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub async fn present(&self) -> Result<Position, ApiError> {
        present(&self.db).await
    }

    /// A stream that waited for changes has read this one. (Clocks may differ a little.)
    fn delivered(&self, change: &audit_log::Model) {
        self.metrics.delivered((Utc::now() - change.timestamp).to_std().unwrap_or_default());
    }
}

/// [`Hub::present`] through a connection that the caller has already.
pub(crate) async fn present<C: ConnectionTrait>(db: &C) -> Result<Position, ApiError> {
    Ok(feed::present(feed::horizon(db).await?))
}

/// Where a stream's updates come from.
trait Source: Send + 'static {
    /// Ends the stream when cancelled.
    fn stop(&self) -> &CancellationToken;

    /// The next update, whenever there is one.
    /// (Boxed: a stream has room for it as long as it is open.)
    fn next(&mut self) -> impl Future<Output = Result<Box<Update>, ApiError>> + Send;
}

/// What the streams have in common: they end when the hub stops, and after their first error.
fn stream(source: impl Source) -> impl Stream<Item = Result<Box<Update>, ApiError>> + Send + 'static {
    // Boxed, both: the stream has room for what it carries and for what it yields, and is open for long.
    unfold(Some(Box::new(source)), |source| async move {
        let mut source = source?;
        let stop = source.stop().clone();
        // (`run_until_cancelled` would keep room for its future twice.)
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            next = source.next() => next,
        };
        match next {
            Ok(update) => Some((Ok(update), Some(source))),
            Err(error) => Some((Err(error), None)),
        }
    })
}
