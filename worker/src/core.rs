//! What the parts of one worker share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::IdClock;
use domain::event::Notifier;
use domain::ids;
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::time::Instant;

use crate::config::Config;
use crate::execute::HandlerThreads;
use crate::handler::Handlers;
use crate::holdings::Holdings;
use crate::metrics::Metrics;
use crate::ready_list::Pair;
use crate::reporter::Ended;
use crate::steady::Steady;
use crate::tally::Tally;

/// What the runner is told.
#[derive(Debug)]
pub(crate) enum Call {
    /// This pair may have work.
    Ready(Pair),
    /// Hints may have been missed.
    Scan,
    /// A task will be due then.
    DueAt(Instant),
}

/// One worker.
pub(crate) struct Core {
    pub(crate) config: Config,
    /// This process in leases and trail.
    pub(crate) name: String,
    pub(crate) handlers: Handlers,
    /// The kinds of those, as a claim names them.
    pub(crate) kinds: Vec<String>,
    pub(crate) threads: HandlerThreads,
    pub(crate) db: DatabaseConnection,
    pub(crate) ids: IdClock,
    pub(crate) notifier: Notifier,
    pub(crate) metrics: Metrics,
    pub(crate) holdings: Holdings,
    pub(crate) steady: Steady,
    /// What was confirmed since the start.
    pub(crate) tally: Tally,
    /// One permit per attempt; claims reserve theirs beforehand.
    pub(crate) slots: Arc<Semaphore>,
    /// Wakes the runner: a slot is free, or reports were answered.
    pub(crate) wake: Notify,
    pub(crate) calls: mpsc::Sender<Call>,
    ended: mpsc::UnboundedSender<Ended>,
    unreported: AtomicUsize,
}

/// The receiving ends of a core's channels.
pub(crate) struct Inboxes {
    pub(crate) calls: mpsc::Receiver<Call>,
    pub(crate) ended: mpsc::UnboundedReceiver<Ended>,
}

impl Core {
    /// After a transition: one that was refused because this process's clock is off sets the clock right, so that the next
    /// attempt has fresh ids.
    pub(crate) async fn mind_the_clock<T>(&self, result: &Result<T, DbErr>) {
        if result.as_ref().is_err_and(ids::is_stale)
            && let Err(error) = self.ids.sync(&self.db).await
        {
            tracing::warn!(%error, "the database did not tell the time");
        }
    }

    pub(crate) fn new(
        config: Config,
        handlers: Handlers,
        threads: HandlerThreads,
        db: DatabaseConnection,
        notifier: Notifier,
        metrics: Metrics,
    ) -> (Core, Inboxes) {
        let (calls, calls_inbox) = mpsc::channel(1024);
        // Unbounded, but never long: claims stop while too many ends wait to be reported.
        let (ended, ended_inbox) = mpsc::unbounded_channel();
        let core = Core {
            name: config.unique_name(),
            kinds: handlers.kinds(),
            slots: Arc::new(Semaphore::new(config.concurrency)),
            steady: Steady::new(config.lease / 2),
            holdings: Holdings::default(),
            tally: Tally::default(),
            ids: IdClock::new(),
            wake: Notify::new(),
            unreported: AtomicUsize::new(0),
            config,
            handlers,
            threads,
            db,
            notifier,
            metrics,
            calls,
            ended,
        };
        (core, Inboxes { calls: calls_inbox, ended: ended_inbox })
    }

    /// Hands an ended attempt to the reporter.
    pub(crate) fn report(&self, ended: Ended) {
        self.unreported.fetch_add(1, Ordering::Relaxed);
        // The reporter outlives every attempt, but for the last moment of a drain that ran out of time.
        let _ = self.ended.send(ended);
    }

    /// These many reports were answered, or given up.
    pub(crate) fn reported(&self, count: usize) {
        self.unreported.fetch_sub(count, Ordering::Relaxed);
        self.wake.notify_one();
    }

    /// How many attempts have ended whose reports are not answered.
    pub(crate) fn unreported(&self) -> usize {
        self.unreported.load(Ordering::Relaxed)
    }

    /// Whether more may be claimed, as far as the reporter keeps up.
    pub(crate) fn reporter_keeps_up(&self) -> bool {
        self.unreported() < (2 * self.config.concurrency).max(1000)
    }

    /// Tells the runner without waiting; what does not fit is found by the next scan.
    pub(crate) fn call(&self, call: Call) {
        let _ = self.calls.try_send(call);
    }
}
