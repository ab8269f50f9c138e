//! What this worker counted since it started: outcomes that the database has confirmed, nothing that was refused.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use domain::stats::Outcomes;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// A task was completed.
    Done,
    /// An attempt failed and will be repeated. (Also one for which the answer to the first report was lost and whose task may
    /// have failed for good: the second answer does not say which.)
    Retried,
    /// A task failed for good, by its handler or for want of attempts, by this worker's report or its rescuer.
    Failed,
    /// A task was taken back from a worker whose lease ran out.
    Rescued,
}

/// Totals since the start; they only grow.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    done: AtomicU64,
    retried: AtomicU64,
    failed: AtomicU64,
    rescued: AtomicU64,
    reported: Mutex<Outcomes>,
}

impl Tally {
    pub(crate) fn add(&self, what: Counted, count: usize) {
        let counter = match what {
            Counted::Done => &self.done,
            Counted::Retried => &self.retried,
            Counted::Failed => &self.failed,
            Counted::Rescued => &self.rescued,
        };
        counter.fetch_add(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> Outcomes {
        Outcomes {
            done: self.done.load(Ordering::Relaxed),
            retried: self.retried.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            rescued: self.rescued.load(Ordering::Relaxed),
        }
    }

    /// The totals that the database has answered last.
    pub(crate) fn reported(&self) -> Outcomes {
        *self.reported.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_reported(&self, total: Outcomes) {
        *self.reported.lock().unwrap_or_else(PoisonError::into_inner) = total;
    }
}
