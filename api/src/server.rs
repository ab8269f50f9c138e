//! The HTTP server of one process, from the socket to the last answer.

pub(crate) mod connections;
mod cors;
pub(crate) mod large;
mod panic;
mod routes;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use boot::health::Readiness;
use domain::event::Notifier;
use domain::{IdClock, feed};
use sea_orm::{DatabaseConnection, DbErr};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Access;
use crate::config::Config;
use crate::hub::Hub;
use crate::lists::Lists;
use crate::metrics::Metrics;
use crate::state::AppState;

/// How long answers, writes and websockets that are under way may take once told to stop. Cloud Run kills after 10 s.
const DRAIN: Duration = Duration::from_secs(7);
/// The last hints may take this long to be sent.
const LAST_HINTS: Duration = Duration::from_secs(1);
/// The last refusals may take this long to be written.
const LAST_REFUSALS: Duration = Duration::from_secs(1);
/// The database refuses ids that lie seconds beside its clock, so a clock that was set must be noticed soon.
const CLOCK_SYNC: Duration = Duration::from_secs(10);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// The socket is not usable.
    #[error("the socket is not usable")]
    Socket(#[from] io::Error),
}

/// Serves until `stop` is cancelled, then drains for 7 s at most: no new connections, answers under way are finished,
/// websockets are ended. Logs `listening` with the field `address` once connections are taken.
///
/// `listener_pool` is a pool of one connection without time limits (`boot::pool::listener_pool`); `metrics` can be read
/// meanwhile.
///
/// # Errors
/// The database or the socket fails at the start.
pub async fn serve(
    config: Config,
    metrics: Metrics,
    db: DatabaseConnection,
    listener_pool: PgPool,
    tcp: TcpListener,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    let address = tcp.local_addr()?;
    let ids = Arc::new(IdClock::new());
    ids.sync(&db).await?;
    let cluster = feed::cluster(&db).await?;

    // What serves others ends last: streams after the sockets that read them, the notifier after the writes it hints.
    let last = CancellationToken::new();
    let _guard = last.clone().drop_guard();
    let (notifier, sender) = Notifier::start(db.clone(), last.clone());
    let hub = Hub::start(db.clone(), listener_pool, metrics.clone(), last.clone());
    tokio::spawn(keep_in_step(Arc::clone(&ids), db.clone(), last.clone()));
    let running = TaskTracker::new();
    let access_stop = CancellationToken::new();
    let (access, keeper) =
        Access::open(config.access.clone(), config.tokens.clone(), db.clone(), Arc::clone(&ids), &stop, access_stop.clone());
    let keeper = tokio::spawn(keeper);
    let state = AppState {
        access,
        counters: crate::counters::Counters::default(),
        lists: Lists::new(db.clone()),
        db,
        ids,
        notifier,
        hub,
        config: Arc::new(config),
        cluster,
        metrics,
        running: running.clone(),
        stop: stop.clone(),
    };

    let max_connections = state.config.max_connections.within_files();
    let readiness = Readiness::default();
    let app = routes::router(state, readiness.clone());
    let connections = connections::Connections::new(max_connections, last.clone());
    tracing::info!(%address, max_connections, "listening");
    connections.accept(tcp, &app, &stop).await;

    readiness.drain();
    let drained = timeout(DRAIN, async {
        connections.drain().await;
        running.close();
        running.wait().await;
    });
    if drained.await.is_err() {
        tracing::warn!(connections = connections.len(), running = running.len(), "cut off what did not end in time");
    }
    // After the last request, and while there still is time: what was refused goes into the trail.
    access_stop.cancel();
    if timeout(LAST_REFUSALS, keeper).await.is_err() {
        tracing::warn!("the last refusals were not written");
    }
    last.cancel();
    if timeout(LAST_HINTS, sender).await.is_err() {
        tracing::warn!("the last hints were not sent");
    }
    Ok(())
}

/// Keeps ids in the order of the database's clock.
async fn keep_in_step(ids: Arc<IdClock>, db: DatabaseConnection, stop: CancellationToken) {
    let mut ticks = interval(CLOCK_SYNC);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        match ids.sync(&db).await {
            Ok(off) if off > 100 => tracing::warn!(off_ms = off, "the clock was off"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the clock was not compared with the database's"),
        }
    }
}
