//! Watches the leases' ends on this process's own monotonic clock: what cannot be said to be ours any more is stopped and
//! given back, whatever the database does meanwhile.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::core::Core;

/// How long to sleep when there is nothing to watch; a new lease ends the sleep.
const IDLE: Duration = Duration::from_secs(3600);

/// Runs until it is dropped.
pub(crate) async fn run(core: Arc<Core>) {
    loop {
        let now = Instant::now();
        let (expired, next) = core.holdings.expire(now);
        if expired > 0 {
            tracing::warn!(leases = expired, "leases not extended in time: their attempts are given back");
        }
        tokio::select! {
            () = sleep_until(next.unwrap_or(now + IDLE)) => {}
            () = core.holdings.added.notified() => {}
        }
    }
}
