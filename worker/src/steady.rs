//! Whether the database has answered this process without a gap for a while.
//!
//! After an outage every lease looks expired, though its worker lives. A rescuer that acted at once would take tasks from
//! live workers; so it waits until it has itself seen the database answer for one full lease, in which they renew first.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

#[derive(Debug, Default)]
struct Answers {
    /// First and latest answer of the present run without a gap.
    run: Option<(Instant, Instant)>,
}

/// Fed with every answer and every failure of this process's own statements.
#[derive(Debug)]
pub(crate) struct Steady {
    answers: Mutex<Answers>,
    longest_gap: Duration,
}

impl Steady {
    /// Two answers further apart than `longest_gap` are not of one run.
    pub(crate) fn new(longest_gap: Duration) -> Steady {
        Steady { answers: Mutex::default(), longest_gap }
    }

    pub(crate) fn answered(&self, now: Instant) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.run = match answers.run {
            Some((first, last)) if now.saturating_duration_since(last) <= self.longest_gap => Some((first, now.max(last))),
            _ => Some((now, now)),
        };
    }

    pub(crate) fn failed(&self) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).run = None;
    }

    /// Notes how a statement ended.
    pub(crate) fn note<T, E>(&self, result: &Result<T, E>) {
        if result.is_ok() { self.answered(Instant::now()) } else { self.failed() }
    }

    /// Whether the present run has lasted at least this long.
    pub(crate) fn for_at_least(&self, duration: Duration) -> bool {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.run.is_some_and(|(first, last)| last - first >= duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn only_an_unbroken_run_counts() {
        let steady = Steady::new(2 * SECOND);
        let begin = Instant::now();
        assert!(!steady.for_at_least(Duration::ZERO));
        for second in 0..=10 {
            steady.answered(begin + second * SECOND);
        }
        assert!(steady.for_at_least(10 * SECOND) && !steady.for_at_least(11 * SECOND));
        steady.answered(begin + 13 * SECOND);
        assert!(!steady.for_at_least(SECOND), "a gap begins a new run");
        steady.answered(begin + 15 * SECOND);
        assert!(steady.for_at_least(2 * SECOND));
        steady.failed();
        assert!(!steady.for_at_least(Duration::ZERO), "so does a failure");
    }
}
