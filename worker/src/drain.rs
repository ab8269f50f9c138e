//! Ending: what runs may finish for a while, the rest is given back, everything is reported. Each step has its limit, so
//! that the process is gone before it would be killed (Cloud Run: 10 s after SIGTERM), whatever the database does.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::core::Core;
use crate::holdings::StopReason;
use crate::stats;

/// For the reports of what was given back.
const REPORTS: Duration = Duration::from_millis(1_000);
/// For the last hints; what was counted is reported meanwhile.
const HINTS: Duration = Duration::from_millis(300);
/// From telling attempts to stop until they have: they are only aborted, not waited for.
const ABORTS: Duration = Duration::from_millis(100);

/// What is waited for.
pub(crate) struct Ending<'a> {
    pub(crate) runner: &'a mut JoinHandle<()>,
    pub(crate) reporter: &'a mut JoinHandle<()>,
    pub(crate) reporter_drain: CancellationToken,
    pub(crate) notifier: JoinHandle<()>,
    pub(crate) notifier_stop: CancellationToken,
}

/// Claims have stopped; ends the rest in order.
pub(crate) async fn drain(core: &Core, mut ending: Ending<'_>) {
    let until = Instant::now() + core.config.drain;
    // The runner first: a claim under way gives back what it gets, and holds slots until then.
    if timeout_at(until, &mut *ending.runner).await.is_err() {
        ending.runner.abort();
    }
    if !attempts_ended_by(core, until).await {
        tracing::info!("attempts are given back");
        core.holdings.stop_all(StopReason::Draining);
        attempts_ended_by(core, Instant::now() + ABORTS).await;
    }
    ending.reporter_drain.cancel();
    if timeout(REPORTS, &mut *ending.reporter).await.is_err() {
        ending.reporter.abort();
        tracing::warn!("not everything could be reported: the leases run out and the tasks are rescued");
    }
    ending.notifier_stop.cancel();
    let (hints, ()) = tokio::join!(timeout(HINTS, &mut ending.notifier), stats::report_last(core));
    if hints.is_err() {
        ending.notifier.abort();
    }
}

/// Whether every slot is free by then.
async fn attempts_ended_by(core: &Core, until: Instant) -> bool {
    let all = u32::try_from(core.config.concurrency).unwrap_or(u32::MAX);
    timeout_at(until, core.slots.acquire_many(all)).await.is_ok()
}
