//! The parts that run beside the loop. Each runs until it is dropped; one that ends by itself is a fault.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::core::Core;
use crate::{counters, heartbeat, hints, housekeeping, lease_clock, lost, rescuer, stats};

/// What stops with the claims, and what a drain still needs. Dropped, both end.
pub(crate) struct Parts {
    /// Hints, rescuer, housekeeping, counters, stats.
    pub(crate) searching: JoinSet<()>,
    /// Heartbeat, lease clock, lost attempts.
    pub(crate) holding: JoinSet<()>,
}

impl Parts {
    pub(crate) fn start(core: &Arc<Core>, listener_pool: PgPool) -> Parts {
        let (suspects, suspects_inbox) = mpsc::channel(256);
        let mut searching = JoinSet::new();
        searching.spawn(hints::run(Arc::clone(core), listener_pool, suspects));
        searching.spawn(rescuer::run(Arc::clone(core)));
        searching.spawn(housekeeping::run(Arc::clone(core)));
        searching.spawn(counters::run(Arc::clone(core)));
        searching.spawn(stats::run(Arc::clone(core)));
        let mut holding = JoinSet::new();
        holding.spawn(heartbeat::run(Arc::clone(core)));
        holding.spawn(lease_clock::run(Arc::clone(core)));
        holding.spawn(lost::run(Arc::clone(core), suspects_inbox));
        Parts { searching, holding }
    }

    /// Returns when a part has ended.
    pub(crate) async fn any_ended(&mut self) {
        tokio::select! {
            Some(_) = self.searching.join_next() => {}
            Some(_) = self.holding.join_next() => {}
        }
    }
}
