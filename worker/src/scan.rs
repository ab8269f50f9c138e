//! When to look for work that no hint told of: at the start, after lost hints, when the next task is due, and now and
//! then in any case.

use std::sync::Arc;
use std::time::Duration;

use domain::task;
use sea_orm::DbErr;
use tokio::time::Instant;

use crate::core::Core;
use crate::db_error::within;
use crate::ready_list::Pair;

/// Pairs one statement looks at.
const PAGE: usize = 1_000;
/// Due pairs one scan brings; the next one goes on where it left off, so that nobody's pairs are always beyond the end.
const MAX_DUE: usize = 10_000;
const PAGE_TIMEOUT: Duration = Duration::from_secs(20);

/// What a scan found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Pairs whose first task is due.
    pub(crate) due: Vec<Pair>,
    /// When the first task of all other pairs will be.
    pub(crate) next_due: Option<Duration>,
    /// Where the next scan begins; `None` when this one came to the end.
    pub(crate) rest: Option<Pair>,
}

/// Looks at every pair behind `from`, page by page.
pub(crate) async fn run(core: Arc<Core>, from: Option<Pair>) -> Result<Found, DbErr> {
    let mut found = Found { rest: from, ..Found::default() };
    loop {
        let page = within(PAGE_TIMEOUT, task::ready(&core.db, found.rest.as_ref(), PAGE)).await;
        core.steady.note(&page);
        let page = page?;
        for pair in page.pairs {
            if pair.due_in.is_zero() {
                found.due.push((pair.tenant_id, pair.queue));
            } else {
                found.next_due = Some(found.next_due.map_or(pair.due_in, |due| due.min(pair.due_in)));
            }
        }
        found.rest = page.next;
        if found.rest.is_none() || found.due.len() >= MAX_DUE {
            return Ok(found);
        }
    }
}

/// Between two scans at least this long, however many tasks become due.
const SHORTEST: Duration = Duration::from_millis(20);
/// After a hint that led to nothing: it may have told of a task that is due soon.
const AFTER_VAIN_HINT: Duration = Duration::from_millis(250);

/// The plan of scans.
#[derive(Debug)]
pub(crate) struct ScanPlan {
    poll: Duration,
    last: Instant,
    next: Instant,
    /// Asked for while a scan was under way, which may have looked too early.
    again: bool,
    under_way: bool,
}

impl ScanPlan {
    /// The first one is due now.
    pub(crate) fn new(poll: Duration, now: Instant) -> ScanPlan {
        ScanPlan { poll, last: now, next: now, again: false, under_way: false }
    }

    /// When to scan; `None` while a scan is under way.
    pub(crate) fn next(&self) -> Option<Instant> {
        (!self.under_way).then_some(self.next)
    }

    pub(crate) fn started(&mut self, now: Instant) {
        self.under_way = true;
        self.last = now;
    }

    /// Hints may have been missed.
    pub(crate) fn soon(&mut self, now: Instant) {
        self.again |= self.under_way;
        self.by(now);
    }

    /// A task will be due then.
    pub(crate) fn by(&mut self, when: Instant) {
        self.next = self.next.min(when.max(self.last + SHORTEST));
    }

    /// A hinted pair gave nothing.
    pub(crate) fn hint_was_vain(&mut self) {
        self.by(self.last + AFTER_VAIN_HINT);
    }

    /// A scan ended with what it found, or failed (`None`). `draw` is uniform in 0..=1: polls of several workers spread.
    pub(crate) fn ended(&mut self, now: Instant, found: Option<&Found>, draw: f64) {
        self.under_way = false;
        self.next = now + self.poll.mul_f64(0.25 + 0.75 * draw.clamp(0.0, 1.0));
        if let Some(due) = found.and_then(|found| found.next_due) {
            self.by(now + due);
        }
        if std::mem::take(&mut self.again) || found.is_some_and(|found| found.rest.is_some()) {
            self.by(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLL: Duration = Duration::from_secs(2);

    fn found(next_due_ms: Option<u64>) -> Found {
        Found { next_due: next_due_ms.map(Duration::from_millis), ..Found::default() }
    }

    #[test]
    fn an_idle_worker_polls_with_jitter() {
        let now = Instant::now();
        let mut plan = ScanPlan::new(POLL, now);
        assert_eq!(plan.next(), Some(now));
        plan.started(now);
        assert_eq!(plan.next(), None);
        plan.ended(now, Some(&found(None)), 0.0);
        assert_eq!(plan.next(), Some(now + POLL / 4));
        plan.ended(now, None, 1.0);
        assert_eq!(plan.next(), Some(now + POLL));
    }

    #[test]
    fn it_wakes_when_the_next_task_is_due() {
        let now = Instant::now();
        let mut plan = ScanPlan::new(POLL, now);
        plan.started(now);
        plan.ended(now, Some(&found(Some(300))), 1.0);
        assert_eq!(plan.next(), Some(now + Duration::from_millis(300)));
        plan.by(now + Duration::from_millis(100));
        assert_eq!(plan.next(), Some(now + Duration::from_millis(100)));
        plan.by(now);
        assert_eq!(plan.next(), Some(now + SHORTEST), "but not in a busy loop");
    }

    #[test]
    fn a_resync_during_a_scan_leads_to_another() {
        let now = Instant::now();
        let mut plan = ScanPlan::new(POLL, now);
        plan.started(now);
        plan.soon(now);
        plan.ended(now, Some(&found(None)), 1.0);
        assert_eq!(plan.next(), Some(now + SHORTEST));
    }

    #[test]
    fn a_scan_that_left_off_goes_on_at_once() {
        let now = Instant::now();
        let mut plan = ScanPlan::new(POLL, now);
        plan.started(now);
        plan.ended(now, Some(&Found { rest: Some((uuid::Uuid::nil(), "default".into())), ..Found::default() }), 1.0);
        assert_eq!(plan.next(), Some(now + SHORTEST));
    }
}
