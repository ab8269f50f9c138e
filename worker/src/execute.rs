//! One attempt: the handler in a task of its own, its limits outside of it.
//!
//! Handlers run on threads of their own. One that blocks its thread, or panics, cannot hold up heartbeats, reports or the
//! clock that ends it.

use std::sync::Arc;
use std::time::Duration;

use domain::task::{Batch, ClaimedTask};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::{Instant, timeout};
use tracing::{Instrument as _, Span};

use crate::core::Core;
use crate::handler::{Attempt, Handler};
use crate::holdings::{LeaseKey, StopReason};
use crate::observed::Observed;
use crate::outcome::{End, Outcome};
use crate::reporter::Ended;

/// The runtime of the handlers.
#[derive(Debug)]
pub(crate) struct HandlerThreads(Option<Runtime>);

impl HandlerThreads {
    /// At least four threads, so that one blocking handler does not stop the others on a small machine.
    pub(crate) fn start() -> std::io::Result<HandlerThreads> {
        let threads = std::thread::available_parallelism().map_or(4, |n| n.get().max(4));
        Builder::new_multi_thread().worker_threads(threads).thread_name("handler").enable_all().build().map(Some).map(Self)
    }

    fn spawn<F>(&self, future: F) -> Option<JoinHandle<F::Output>>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.0.as_ref().map(|runtime| runtime.spawn(future))
    }
}

impl Drop for HandlerThreads {
    fn drop(&mut self) {
        // Without waiting: a handler that blocks its thread for ever must not hold up the exit.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Starts every attempt of a claimed batch, each in one of the slots.
pub(crate) fn start(core: &Arc<Core>, batch: Batch, deadline: Instant, mut slots: OwnedSemaphorePermit) {
    let lease = (batch.tenant_id, batch.lease_id);
    let stops = core.holdings.adopt(lease, deadline, batch.tasks.iter().map(|task| (task.id, task.lease_epoch)));
    for (task, stop) in batch.tasks.into_iter().zip(stops) {
        let slot = slots.split(1);
        tokio::spawn(supervise(Arc::clone(core), lease, task, stop, slot));
    }
}

/// Gives a claimed batch back without starting anything.
pub(crate) fn give_back(core: &Core, batch: &Batch, deadline: Instant) {
    let lease = (batch.tenant_id, batch.lease_id);
    let attempts = batch.tasks.iter().map(|task| (task.id, task.lease_epoch));
    drop(core.holdings.adopt(lease, deadline, attempts.clone()));
    for attempt in attempts {
        core.report(Ended::new(lease, attempt, End::stopped(StopReason::Draining)));
    }
}

async fn supervise(
    core: Arc<Core>,
    lease: LeaseKey,
    mut task: ClaimedTask,
    stop: oneshot::Receiver<StopReason>,
    slot: Option<OwnedSemaphorePermit>,
) {
    let key = (task.id, task.lease_epoch);
    let number = task.attempt;
    let limit = Duration::from_secs(u64::try_from(task.timeout_seconds).unwrap_or(1));
    let handler = core.handlers.get(&task.kind);
    let kind = handler.as_ref().map_or("unknown", |handler| handler.kind());
    let observed = Observed::begin(core.metrics.clone(), kind, lease.0, &mut task);
    let end = match spawn(&core, handler, lease, task, observed.span.clone()) {
        Some(run) => run_to_end(run, number, limit, stop).await,
        None => End::stopped(StopReason::Draining),
    };
    observed.end(&end);
    core.report(Ended::new(lease, key, end));
    // After the report is on its way: whoever waits for all slots finds every report in the reporter's inbox.
    drop(slot);
    core.wake.notify_one();
}

fn spawn(
    core: &Core,
    handler: Option<Arc<dyn Handler>>,
    lease: LeaseKey,
    task: ClaimedTask,
    span: Span,
) -> Option<JoinHandle<End>> {
    let number = task.attempt;
    let run = async move {
        let outcome = match handler {
            Some(handler) => handler.run(Attempt::new(lease.0, task)).await,
            // A claim names the kinds it wants, so this is another version's task: let that one have it.
            None => {
                Outcome::Retry { code: "UNKNOWN_KIND".into(), message: "this worker has no such handler".into(), after: None }
            }
        };
        // Here, where a result of any size or depth can only harm its own attempt.
        End::of(outcome, number)
    };
    core.threads.spawn(run.instrument(span))
}

async fn run_to_end(run: JoinHandle<End>, number: i32, limit: Duration, stop: oneshot::Receiver<StopReason>) -> End {
    let _abort = AbortOnDrop(run.abort_handle());
    tokio::select! {
        biased;
        ended = timeout(limit, run) => match ended {
            Ok(Ok(end)) => end,
            Ok(Err(error)) => match error.try_into_panic() {
                Ok(payload) => End::panicked(number, &*payload),
                Err(_) => End::stopped(StopReason::Draining),
            },
            Err(_) => End::timed_out(number, limit),
        },
        Ok(reason) = stop => End::stopped(reason),
    }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
