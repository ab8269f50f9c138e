//! Finds attempts that were taken from this worker (cancelled, or rescued) and stops their handlers: at once when a hint
//! tells of a cancellation, else within a third of a lease.

use std::sync::Arc;

use domain::task;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use uuid::Uuid;

use crate::core::Core;
use crate::db_error::within;

/// What to look at.
#[derive(Debug)]
pub(crate) enum Suspects {
    /// Hints may have been missed.
    All,
    /// These tasks of a tenant.
    Tasks(Uuid, Vec<Uuid>),
}

/// Runs until it is dropped.
pub(crate) async fn run(core: Arc<Core>, mut suspects: mpsc::Receiver<Suspects>) {
    let mut ticks = interval(core.config.lease / 3);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let only = tokio::select! {
            _ = ticks.tick() => Suspects::All,
            Some(suspects) = suspects.recv() => suspects,
        };
        let running = match &only {
            Suspects::All => core.holdings.running(None),
            Suspects::Tasks(tenant_id, tasks) => core.holdings.running(Some((*tenant_id, tasks))),
        };
        for (tenant_id, attempts) in running {
            match within(core.config.lease, task::lost(&core.db, tenant_id, &attempts)).await {
                Ok(lost) if lost.is_empty() => {}
                Ok(lost) => {
                    tracing::info!(%tenant_id, attempts = lost.len(), "attempts cancelled or taken back: stopped");
                    core.holdings.lost(tenant_id, &lost, Instant::now());
                }
                Err(error) => tracing::warn!(%error, "cannot look for cancelled attempts"),
            }
        }
    }
}
