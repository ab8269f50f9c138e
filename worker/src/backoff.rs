//! How long to wait before trying again: exponential with full jitter, so that what failed together does not come back
//! together.

use std::time::Duration;

const BASE: Duration = Duration::from_secs(1);
/// No attempt waits longer than this for its next, whatever a target asks for.
pub(crate) const CAP: Duration = Duration::from_secs(3600);

/// The pause after a task's attempt number `attempt` (from 1). `draw` is uniform in 0..=1. `after` is what the target
/// asked for (`Retry-After`), a lower bound.
pub(crate) fn before_retry(attempt: i32, after: Option<Duration>, draw: f64) -> Duration {
    let doublings = u32::try_from(attempt - 1).unwrap_or_default().min(31);
    let most = CAP.min(BASE * 2_u32.saturating_pow(doublings));
    most.mul_f64(draw.clamp(0.0, 1.0)).max(after.unwrap_or_default()).min(CAP)
}

/// The pause after this worker's own statements failed `failures` times in a row; at most `most`.
pub(crate) fn after_failures(failures: u32, most: Duration) -> Duration {
    let bound = most.min(Duration::from_millis(50) * 2_u32.saturating_pow(failures.min(10)));
    bound.mul_f64(rand::random_range(0.5..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_up_to_an_hour() {
        let longest: Vec<_> = [1, 2, 3, 12, 13, 100, i32::MAX].map(|n| before_retry(n, None, 1.0).as_secs()).into();
        assert_eq!(longest, [1, 2, 4, 2048, 3600, 3600, 3600]);
        assert_eq!(before_retry(5, None, 0.0), Duration::ZERO);
        assert_eq!(before_retry(0, None, 1.0), BASE);
    }

    #[test]
    fn what_the_target_asks_for_is_a_lower_bound_but_never_above_the_cap() {
        let minute = Duration::from_secs(60);
        assert_eq!(before_retry(1, Some(minute), 1.0), minute);
        assert_eq!(before_retry(10, Some(minute), 1.0), Duration::from_secs(512));
        assert_eq!(before_retry(1, Some(Duration::MAX), 0.5), CAP);
    }

    #[test]
    fn own_failures_are_retried_soon_and_never_at_once() {
        let most = Duration::from_secs(2);
        for failures in 0..100 {
            let pause = after_failures(failures, most);
            assert!(pause >= Duration::from_millis(25) && pause <= most, "{pause:?}");
        }
    }
}
