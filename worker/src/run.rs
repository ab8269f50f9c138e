//! One worker from start to end.

use std::sync::Arc;

use domain::event::Notifier;
use sea_orm::DatabaseConnection;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::core::{Core, Inboxes};
use crate::drain::{Ending, drain};
use crate::execute::HandlerThreads;
use crate::handler::Handlers;
use crate::holdings::StopReason;
use crate::metrics::Metrics;
use crate::parts::Parts;
use crate::{health, housekeeping, reporter, runner};

/// Why a worker could not start, or ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The client of `http` tasks cannot be set up (no certificates on this machine, say).
    #[error("cannot set up the HTTP client")]
    HttpClient(#[from] reqwest::Error),
    /// The handlers' threads cannot be started, or the health routes cannot be served.
    #[error("cannot start")]
    Start(#[from] std::io::Error),
    /// A part of the worker ended by a bug; the process should be started anew.
    #[error("a part of the worker ended unexpectedly")]
    PartEnded,
}

/// Runs a worker with the standard handlers, and its health routes on `tcp`, until `stop`; returns after the drain.
/// `listener_pool` needs one connection for this worker alone (`boot::pool::listener_pool`).
///
/// # Errors
/// [`RunError`]; whatever was claimed is rescued by another worker.
pub async fn run(
    config: Config,
    metrics: Metrics,
    db: DatabaseConnection,
    listener_pool: PgPool,
    tcp: TcpListener,
    stop: CancellationToken,
) -> Result<(), RunError> {
    let handlers = Handlers::standard(&config)?;
    let health = health::serve(tcp, db.clone(), stop.clone())?;
    let result = Box::pin(run_with(config, handlers, metrics, db, listener_pool, stop)).await;
    drop(health);
    result
}

/// Runs a worker with these handlers, without health routes, until `stop`; returns after the drain.
///
/// # Errors
/// [`RunError`]; whatever was claimed is rescued by another worker.
pub async fn run_with(
    config: Config,
    handlers: Handlers,
    metrics: Metrics,
    db: DatabaseConnection,
    listener_pool: PgPool,
    stop: CancellationToken,
) -> Result<(), RunError> {
    // What this future holds ends when it is dropped, so that nothing outlives it.
    let (notifier_stop, reporter_drain) = (CancellationToken::new(), CancellationToken::new());
    let _guard = notifier_stop.clone().drop_guard();
    let (notifier, notifier_task) = Notifier::start(db.clone(), notifier_stop.clone());
    let (core, Inboxes { calls, ended }) = Core::new(config, handlers, HandlerThreads::start()?, db, notifier, metrics);
    let core = Arc::new(core);
    core.metrics.observe(&core);
    let _attempts = StopAttempts(Arc::clone(&core));
    tracing::info!(worker = core.name, concurrency = core.config.concurrency, kinds = ?core.kinds, "worker started");
    if stop.run_until_cancelled(housekeeping::prepare(&core)).await.is_none() {
        return Ok(());
    }
    let mut parts = Parts::start(&core, listener_pool);
    let mut reporter = AbortOnDrop(tokio::spawn(reporter::run(Arc::clone(&core), ended, reporter_drain.clone())));
    let (runner_core, runner_stop) = (Arc::clone(&core), stop.child_token());
    let mut runner = AbortOnDrop(tokio::spawn(async move {
        if let Err(error) = runner::run(runner_core, calls, runner_stop).await {
            tracing::error!(%error, "the runner ended");
        }
    }));
    let fault = tokio::select! {
        biased;
        () = stop.cancelled() => false,
        () = parts.any_ended() => true,
        _ = &mut runner.0 => true,
        _ = &mut reporter.0 => true,
    };
    if fault && !stop.is_cancelled() {
        return Err(RunError::PartEnded);
    }
    parts.searching.abort_all();
    tracing::info!(worker = core.name, "draining");
    drain(
        &core,
        Ending { runner: &mut runner.0, reporter: &mut reporter.0, reporter_drain, notifier: notifier_task, notifier_stop },
    )
    .await;
    tracing::info!(worker = core.name, "worker ended");
    Ok(())
}

/// Attempts that are left when the run ends (the drain ran out of time, or was not waited for) end with it.
struct StopAttempts(Arc<Core>);

impl Drop for StopAttempts {
    fn drop(&mut self) {
        self.0.holdings.stop_all(StopReason::Draining);
    }
}

struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
