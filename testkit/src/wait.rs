//! Waiting for something to become true, with a deadline that only a broken system reaches.

use std::time::Duration;

use tokio::time::Instant;

/// Generous: a test that reaches it has failed, one that passes takes milliseconds.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Polls until `probe` answers `Some`; fails the test, saying `what`, after [`DEADLINE`].
pub async fn until<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(DEADLINE, what, probe).await
}

/// As [`until`], with a deadline of its own.
pub async fn until_within<T>(deadline: Duration, what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + deadline;
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(Instant::now() < end, "waited {deadline:?} in vain: {what}");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}
