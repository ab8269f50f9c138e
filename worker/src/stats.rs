//! Reports what this worker counted; when its turn comes, writes the line of numbers about all workers and tasks.

use std::sync::Arc;
use std::time::Duration;

use domain::stats;
use sea_orm::DbErr;
use tokio::time::sleep;

use crate::core::Core;
use crate::db_error::within;

const LIMIT: Duration = Duration::from_secs(5);
/// For reading what waits: several statements when there are thousands of queues, each with a limit of its own below this.
const READ_LIMIT: Duration = Duration::from_secs(15);
/// While draining there is no time for patience.
const LAST_LIMIT: Duration = Duration::from_millis(300);
/// Reports between two lines: a line tells what is older than this part of its interval, and whoever had the turn last is
/// missed by the others no later.
const REPORTS: u32 = 3;
/// Workers come for their turn in so much time at most, or a tenth of the interval, not all in one moment.
const SPREAD: Duration = Duration::from_secs(1);

/// Runs until it is dropped.
pub(crate) async fn run(core: Arc<Core>) {
    let interval = core.config.stats_interval;
    let pause = interval / REPORTS;
    let spread = SPREAD.min(interval / 10);
    loop {
        let next = match within(LIMIT, report(&core)).await {
            Ok(due_in) if due_in.is_zero() => {
                if let Err(error) = line(&core, interval).await {
                    tracing::warn!(%error, "no line of stats this time");
                }
                pause
            }
            Ok(due_in) => pause.min(due_in + spread.mul_f64(rand::random_range(0.0..=1.0))),
            Err(error) => {
                tracing::warn!(%error, "what this worker counted is not reported yet");
                pause
            }
        };
        sleep(next).await;
    }
}

/// The last report, once everything else is answered.
pub(crate) async fn report_last(core: &Core) {
    if let Err(error) = within(LAST_LIMIT, report(core)).await {
        tracing::warn!(%error, "what this worker counted last is in no line of stats");
    }
}

/// Answers when the next line is due.
async fn report(core: &Core) -> Result<Duration, DbErr> {
    let total = core.tally.total();
    let due_in = stats::report(&core.db, &core.name, total, core.tally.reported(), core.config.stats_interval).await?;
    core.tally.set_reported(total);
    Ok(due_in)
}

/// Writes the line, if this worker gets the turn. What has been reported is taken last, so that it waits for the next line
/// when the others fail.
async fn line(core: &Core, interval: Duration) -> Result<(), DbErr> {
    if !within(LIMIT, stats::take_turn(&core.db, interval)).await? {
        return Ok(());
    }
    let tasks = within(READ_LIMIT, stats::tasks(&core.db)).await?;
    let stats::Taken { outcomes, workers } = within(LIMIT, stats::take(&core.db)).await?;
    core.metrics.stats(tasks, workers, interval);
    // These names are a contract: terraform/modules/observability/log-lines.json.
    tracing::info!(
        event = "queue_stats",
        pending = tasks.pending,
        oldest_pending_seconds = tasks.oldest_pending.as_secs_f64(),
        running = tasks.running,
        workers,
        done = outcomes.done,
        retried = outcomes.retried,
        failed = outcomes.failed,
        rescued = outcomes.rescued,
        "queue stats"
    );
    Ok(())
}
