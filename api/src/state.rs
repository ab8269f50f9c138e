//! What every handler may use.

use std::sync::Arc;

use domain::IdClock;
use domain::event::Notifier;
use sea_orm::DatabaseConnection;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::hub::Hub;

/// The parts of one API process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The pool.
    pub db: DatabaseConnection,
    /// Makes ids by the database's clock.
    pub ids: Arc<IdClock>,
    /// Sends hints after commits.
    pub notifier: Notifier,
    /// Feeds subscriptions.
    pub hub: Hub,
    /// Settings.
    pub config: Arc<Config>,
    /// `domain::feed::cluster`: whose transaction numbers a position speaks of.
    pub cluster: i64,
    /// What outlives its request: writes that were begun, websockets. A stopping process waits for them.
    pub running: TaskTracker,
    /// Cancelled when the process is told to stop: websockets say goodbye (1012) and end.
    pub stop: CancellationToken,
}
