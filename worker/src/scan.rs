//! When to look for work that no hint told of: at the start, after lost hints, when the next task is due, and now and
//! then in any case.

use std::time::Duration;

use domain::task::Ready;
use tokio::time::Instant;

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
    pub(crate) fn ended(&mut self, now: Instant, found: Option<&[Ready]>, draw: f64) {
        self.under_way = false;
        self.next = now + self.poll.mul_f64(0.25 + 0.75 * draw.clamp(0.0, 1.0));
        // What is due now is in the ready list already.
        let due = found.unwrap_or_default().iter().map(|pair| pair.due_in).filter(|due| !due.is_zero()).min();
        if let Some(due) = due {
            self.by(now + due);
        }
        if std::mem::take(&mut self.again) {
            self.by(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLL: Duration = Duration::from_secs(2);

    fn due(millis: u64) -> Ready {
        Ready { tenant_id: uuid::Uuid::nil(), queue: "default".into(), due_in: Duration::from_millis(millis) }
    }

    #[test]
    fn an_idle_worker_polls_with_jitter() {
        let now = Instant::now();
        let mut plan = ScanPlan::new(POLL, now);
        assert_eq!(plan.next(), Some(now));
        plan.started(now);
        assert_eq!(plan.next(), None);
        plan.ended(now, Some(&[]), 0.0);
        assert_eq!(plan.next(), Some(now + POLL / 4));
        plan.ended(now, None, 1.0);
        assert_eq!(plan.next(), Some(now + POLL));
    }

    #[test]
    fn it_wakes_when_the_next_task_is_due() {
        let now = Instant::now();
        let mut plan = ScanPlan::new(POLL, now);
        plan.started(now);
        plan.ended(now, Some(&[due(0), due(700), due(300), due(9_000)]), 1.0);
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
        plan.ended(now, Some(&[]), 1.0);
        assert_eq!(plan.next(), Some(now + SHORTEST));
    }
}
