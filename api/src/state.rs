//! What every handler may use.

use std::sync::Arc;

use domain::IdClock;
use domain::event::Notifier;
use sea_orm::DatabaseConnection;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Access;
use crate::config::Config;
use crate::counters::Counters;
use crate::hub::Hub;
use crate::lists::Lists;
use crate::metrics::Metrics;

/// The parts of one API process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Who is let in.
    pub access: Access,
    /// The pool.
    pub db: DatabaseConnection,
    /// Makes ids by the database's clock.
    pub ids: Arc<IdClock>,
    /// Sends hints after commits.
    pub notifier: Notifier,
    /// Feeds subscriptions.
    pub hub: Hub,
    /// Reads lists, in turn.
    pub lists: Lists,
    /// Keeps the counters of tasks quick to read.
    pub(crate) counters: Counters,
    /// Settings.
    pub config: Arc<Config>,
    /// `domain::feed::cluster`: whose transaction numbers a position speaks of.
    pub cluster: i64,
    /// What is counted, and what is open at this moment.
    pub metrics: Metrics,
    /// What outlives its request: writes that were begun, websockets. A stopping process waits for them.
    pub running: TaskTracker,
    /// Cancelled when the process is told to stop: websockets say goodbye (1012) and end.
    pub stop: CancellationToken,
}

/// How many connections those may take together who could take all: half of them, one at least.
pub(crate) fn half_of_pool(db: &DatabaseConnection) -> usize {
    let connections = db.get_postgres_connection_pool().options().get_max_connections();
    usize::try_from(connections / 2).unwrap_or_default().max(1)
}
