//! How a stream bears a database that is away for a while: a failover must not end every subscription at once.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::{ApiError, Code};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);
/// After this long the client is told; it knows best whether to come back.
const LIMIT: Duration = Duration::from_secs(120);

/// Counts the time since the database last answered.
#[derive(Debug, Default)]
pub(super) struct Patience {
    trouble: Option<(Instant, Duration)>,
}

impl Patience {
    /// The database answered.
    pub(super) fn restore(&mut self) {
        self.trouble = None;
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// The error given, when repeating cannot help or has gone on for too long.
    pub(super) async fn bear(&mut self, error: ApiError) -> Result<(), ApiError> {
        let (since, pause) = self.trouble.unwrap_or((Instant::now(), FIRST));
        if error.code != Code::Unavailable || since.elapsed() > LIMIT {
            return Err(error);
        }
        self.trouble = Some((since, (pause * 2).min(LONGEST)));
        sleep(jittered(pause)).await;
        Ok(())
    }
}

/// Half to one and a half of a time, so that many streams do not move in step.
pub(super) fn jittered(time: Duration) -> Duration {
    // The random bits of a UUIDv4 spare this crate a generator of its own.
    let (random, _) = uuid::Uuid::new_v4().as_u64_pair();
    time / 2 + time.mul_f64(f64::from(u16::try_from(random >> 48).unwrap_or_default()) / f64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_absent_database_is_borne_for_a_while_and_a_wrong_one_is_not() {
        let mut patience = Patience::default();
        assert!(patience.bear(ApiError::unavailable()).await.is_ok());
        assert_eq!(patience.bear(ApiError::internal()).await, Err(ApiError::internal()));
        let long_ago = Instant::now().checked_sub(LIMIT + FIRST).unwrap();
        patience.trouble = Some((long_ago, FIRST));
        assert_eq!(patience.bear(ApiError::unavailable()).await, Err(ApiError::unavailable()));
        patience.restore();
        assert!(patience.bear(ApiError::unavailable()).await.is_ok());
    }

    #[test]
    fn a_jittered_time_stays_near_its_time() {
        for _ in 0..1_000 {
            let time = jittered(Duration::from_secs(2));
            assert!((1_000..=3_001).contains(&time.as_millis()), "{time:?}");
        }
    }
}
