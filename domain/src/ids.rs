//! Ids that are ordered by the database's clock.
//!
//! A UUIDv7 begins with a time. Audit rows are found again by ranges of it (a month's partition, a feed's recent rows), so
//! a process whose wall clock is wrong must not make ids that lie elsewhere. [`IdClock`] therefore takes the time from the
//! database once in a while and counts on with the monotonic clock in between.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, TryGetable};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::sql::statement;

/// Of so many round trips the quickest is believed.
const QUESTIONS: usize = 3;

/// Makes UUIDv7 values that rise within the process and follow the database's clock across processes.
#[derive(Debug)]
pub struct IdClock {
    started: Instant,
    /// Microseconds since 1970 at `started`, by the best clock known so far.
    base_micros: AtomicU64,
    context: std::sync::Mutex<ContextV7>,
}

impl Default for IdClock {
    fn default() -> Self {
        Self::new()
    }
}

impl IdClock {
    /// Starts with the wall clock; call [`IdClock::sync`] before ids matter.
    #[must_use]
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), base_micros: AtomicU64::new(micros(now)), context: ContextV7::new().into() }
    }

    /// Starts at a given time, as a process with a wrong clock does.
    #[must_use]
    pub fn at(time: DateTime<Utc>) -> Self {
        let micros = u64::try_from(time.timestamp_micros()).unwrap_or_default();
        Self { base_micros: micros.into(), ..Self::new() }
    }

    /// Sets the clock to the database's: the quickest of a few questions, half a round trip corrected. (The first may have
    /// to open a connection.) Answers how far the clock had been off, in milliseconds.
    ///
    /// # Errors
    /// The database cannot be reached; the clock then goes on as before.
    pub async fn sync<C: ConnectionTrait>(&self, db: &C) -> Result<u64, DbErr> {
        let mut best = (Duration::MAX, 0);
        for _ in 0..QUESTIONS {
            let sent = self.started.elapsed();
            let query = statement("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros", []);
            let row = db.query_one_raw(query).await?.ok_or_else(|| DbErr::RecordNotFound("clock".into()))?;
            let answered = self.started.elapsed();
            let database = u64::try_from(i64::try_get_by(&row, "micros")?).unwrap_or_default();
            best = best.min((answered - sent, database.saturating_sub(micros((sent + answered) / 2))));
        }
        let before = self.base_micros.swap(best.1, Ordering::Relaxed);
        Ok(before.abs_diff(best.1) / 1000)
    }

    /// A new id, greater than every id this clock made within the same millisecond.
    pub fn next(&self) -> Uuid {
        let now = self.base_micros.load(Ordering::Relaxed) + micros(self.started.elapsed());
        let nanos = u32::try_from(now % 1_000_000).unwrap_or_default() * 1000;
        // A poisoned counter is still a counter: nothing is half-written in it.
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(Timestamp::from_unix(&*context, now / 1_000_000, nanos))
    }

    /// `count` new ids, rising.
    pub fn next_many(&self, count: usize) -> Vec<Uuid> {
        (0..count).map(|_| self.next()).collect()
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The smallest UUIDv7 of a time: the lower bound of a range by id. As `uuid_floor` in SQL.
#[must_use]
pub fn floor(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(u128::from(millis) << 80)
}

/// No id of a row is smaller whose time is `at` or later, when the two may lie `slack` apart.
#[must_use]
pub fn floor_before(at: DateTime<Utc>, slack: chrono::Duration) -> Uuid {
    floor(at.checked_sub_signed(slack).unwrap_or(DateTime::UNIX_EPOCH))
}

/// Every id of a row is smaller whose time is `at` or earlier, when the two may lie `slack` apart.
#[must_use]
pub fn floor_after(at: DateTime<Utc>, slack: chrono::Duration) -> Uuid {
    let past = slack + chrono::Duration::milliseconds(1);
    at.checked_add_signed(past).map_or(Uuid::max(), floor)
}

/// When an id was made (milliseconds); 1970 for an id that is no UUIDv7.
#[must_use]
pub fn time_of(id: Uuid) -> DateTime<Utc> {
    let millis = i64::try_from(id.as_u128() >> 80).unwrap_or_default();
    if id.get_version_num() == 7 { DateTime::from_timestamp_millis(millis).unwrap_or_default() } else { DateTime::UNIX_EPOCH }
}

/// From where to look for the audit rows of a task: its creation, with a day's grace for clocks that were wrong.
#[must_use]
pub fn trail_floor(task_id: Uuid) -> Uuid {
    floor(time_of(task_id) - chrono::Duration::days(1))
}

/// Whether the database refused a transition because its audit id was not made just now: [`IdClock::sync`] and try again.
#[must_use]
pub fn is_stale(error: &DbErr) -> bool {
    match error {
        DbErr::Query(RuntimeErr::SqlxError(cause)) | DbErr::Exec(RuntimeErr::SqlxError(cause)) => cause
            .as_database_error()
            .is_some_and(|refused| refused.code().as_deref() == Some("40001") && refused.message() == "stale id"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise() {
        let clock = IdClock::new();
        let ids = clock.next_many(10_000);
        assert!(ids.is_sorted() && ids[0] < ids[9_999]);
        assert_eq!(ids[0].get_version_num(), 7);
    }

    #[test]
    fn the_floor_of_a_time_is_below_every_id_of_it() {
        let id = IdClock::new().next();
        assert!(floor(time_of(id)) < id);
        assert!(floor(time_of(id) + chrono::Duration::milliseconds(1)) > id);
    }

    #[test]
    fn an_id_of_another_kind_has_no_time() {
        assert_eq!(time_of(Uuid::nil()), DateTime::UNIX_EPOCH);
        assert_eq!(trail_floor(Uuid::from_u128(u128::MAX)), Uuid::nil());
    }
}
