//! What must be done now and then: the clock of new ids, the trail's partitions.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until};

use crate::backoff;
use crate::core::Core;
use crate::db_error::within;

const SYNC: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// After a failure: a busy table refused its lock, say.
const SOON: Duration = Duration::from_secs(300);
const LIMIT: Duration = Duration::from_secs(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What must be done before the first claim: audit ids by this machine's own clock might lie in another month. Waits for
/// the database as long as it takes.
pub(crate) async fn prepare(core: &Core) {
    let mut failures = 0;
    while let Err(error) = within(LIMIT, core.ids.sync(&core.db)).await {
        tracing::warn!(%error, "the database does not tell the time yet");
        failures += 1;
        sleep(backoff::after_failures(failures, LONGEST_PAUSE)).await;
    }
    ensure_partitions(core).await;
}

/// Runs until it is dropped.
pub(crate) async fn run(core: Arc<Core>) {
    let mut syncs = interval_at(Instant::now() + SYNC, SYNC);
    // Soon again: the one at the start may have failed.
    let mut partitions_at = Instant::now() + SOON;
    syncs.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = syncs.tick() => {
                if let Err(error) = within(LIMIT, core.ids.sync(&core.db)).await {
                    tracing::warn!(%error, "the database did not tell the time");
                }
            }
            () = sleep_until(partitions_at) => {
                let pause = if ensure_partitions(&core).await { DAY } else { SOON };
                partitions_at = Instant::now() + pause;
            }
        }
    }
}

/// Three months ahead, by default; a failure leaves rows to the default partition.
/// Answers whether that went well.
async fn ensure_partitions(core: &Core) -> bool {
    let made = within(LIMIT, core.db.execute_unprepared("SELECT ensure_partitions()")).await;
    if let Err(error) = &made {
        tracing::warn!(%error, "cannot make the trail's next partitions");
    }
    made.is_ok()
}
