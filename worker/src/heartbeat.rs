//! Extends every lease of this worker, in one statement, every third of a lease.

use std::sync::Arc;

use domain::task;
use tokio::time::{Instant, sleep_until};

use crate::core::Core;
use crate::db_error::within;

/// Runs until it is dropped.
pub(crate) async fn run(core: Arc<Core>) {
    let interval = core.config.lease / 3;
    let mut next = Instant::now() + interval;
    loop {
        sleep_until(next).await;
        let begin = Instant::now();
        // After a failure sooner: there are only two more tries before the leases run out.
        next = begin + if beat(&core).await { interval } else { interval / 4 };
    }
}

async fn beat(core: &Core) -> bool {
    let leases = core.holdings.live();
    if leases.is_empty() {
        return true;
    }
    // Before the statement is sent: the new lease begins in the database at some moment after this.
    let deadline = Instant::now() + core.config.lease;
    let beat = task::heartbeat(&core.db, &core.name, &leases, core.config.lease);
    let result = within(core.config.lease / 3, beat).await;
    core.steady.note(&result);
    match result {
        Ok(answered) => {
            core.holdings.extended(&leases, &answered, deadline);
            true
        }
        Err(error) => {
            tracing::warn!(%error, leases = leases.len(), "heartbeat failed");
            false
        }
    }
}
