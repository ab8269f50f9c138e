//! Refused credentials and denied requests, as the trail has them: soon, and never so many rows that a flood could fill the
//! table.
//!
//! Alike ones are put together: the first is written within a second, those that follow within a minute as one row with
//! their count. A process tells [`MOST`] apart in a minute; what is beyond is one row more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::IdClock;
use domain::access::{Origin, Refusal, record};
use domain::audit::{Caller, PLATFORM_TENANT};
use sea_orm::{DatabaseConnection, DbErr, TransactionTrait};
use uuid::Uuid;

use super::origins::Origins;

/// Different ones that are told apart in one window.
const MOST: usize = 200;
/// Passes of the writer, one a second, that make a window.
const WINDOW_PASSES: u32 = 60;

/// What has happened and is not written yet.
#[derive(Debug, Default)]
pub(super) struct Trail(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    passes: u32,
    seen: HashMap<Key, Entry>,
}

/// What makes two of them alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Failed { refusal: Refusal, address: Option<String> },
    Denied { tenant_id: Uuid, user_id: Uuid, operation: &'static str, reason: &'static str },
    Others,
}

#[derive(Debug)]
struct Entry {
    row: Row,
    /// Since it was written last.
    count: u64,
    is_written: bool,
}

#[derive(Clone, Debug)]
enum Row {
    Failed(Refusal, Option<Origin>),
    Denied(Box<Caller>, String, &'static str),
}

impl Trail {
    /// Credentials were refused.
    pub(super) fn failed(&self, refusal: Refusal, origin: Option<Origin>) {
        // Of keys that nobody has, and of junk, a stranger can make up as many as he likes.
        let alike = match refusal.tenant_id {
            Some(_) => refusal.clone(),
            None => Refusal { tenant_id: None, key_id: None, reason: refusal.reason },
        };
        let address = origin.as_ref().map(|origin| origin.address().to_owned());
        self.note(Key::Failed { refusal: alike, address }, Row::Failed(refusal, origin));
    }

    /// Somebody asked for what is not for them: `target` says for what, in the first row of those alike.
    pub(super) fn denied(&self, caller: &Caller, operation: &'static str, reason: &'static str, target: String) {
        let key = Key::Denied { tenant_id: caller.tenant_id, user_id: caller.user_id, operation, reason };
        self.note(key, Row::Denied(Box::new(caller.clone()), target, reason));
    }

    fn note(&self, key: Key, row: Row) {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !window.seen.contains_key(&key);
        let (key, row) = if is_new && window.seen.len() >= MOST {
            (Key::Others, Row::Failed(Refusal { tenant_id: None, key_id: None, reason: "others" }, None))
        } else {
            (key, row)
        };
        window.seen.entry(key).or_insert(Entry { row, count: 0, is_written: false }).count += 1;
    }

    /// Writes what is due: what is new at once, the rest when its minute is over, everything when `all` is set.
    ///
    /// # Errors
    /// The database failed; what was due is due again at the next pass.
    pub(super) async fn write(&self, db: &DatabaseConnection, ids: &IdClock, origins: &Origins, all: bool) -> Result<(), DbErr> {
        let due = self.due(all);
        if due.is_empty() {
            return Ok(());
        }
        let written = write(db, ids, origins, &due).await;
        if written.is_err() {
            let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, row, count) in due {
                let entry = window.seen.entry(key).or_insert(Entry { row, count: 0, is_written: false });
                entry.count += count;
                entry.is_written = false;
            }
        }
        written
    }

    fn due(&self, all: bool) -> Vec<(Key, Row, u64)> {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        window.passes += 1;
        let is_over = all || window.passes >= WINDOW_PASSES;
        let mut due = Vec::new();
        for (key, entry) in &mut window.seen {
            if entry.count > 0 && (is_over || !entry.is_written) {
                due.push((key.clone(), entry.row.clone(), entry.count));
                entry.count = 0;
                entry.is_written = true;
            }
        }
        if is_over {
            window.passes = 0;
            window.seen.clear();
        }
        due
    }
}

async fn write(db: &DatabaseConnection, ids: &IdClock, origins: &Origins, due: &[(Key, Row, u64)]) -> Result<(), DbErr> {
    let mut hashes = Vec::with_capacity(due.len());
    for (_, row, _) in due {
        hashes.push(match row {
            Row::Failed(refusal, Some(origin)) => {
                Some(origins.hash(db, refusal.tenant_id.unwrap_or(PLATFORM_TENANT), origin).await?)
            }
            _ => None,
        });
    }
    let tx = db.begin().await?;
    for ((_, row, count), hash) in due.iter().zip(hashes) {
        match row {
            Row::Failed(refusal, _) => record::failed(&tx, ids, refusal, hash.as_deref(), *count).await?,
            Row::Denied(caller, target, reason) => record::denied(&tx, ids, caller, target, reason, *count).await?,
        }
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(n: usize) -> Refusal {
        Refusal { tenant_id: None, key_id: Some(format!("{n:012}")), reason: "unknown" }
    }

    fn of_tenant(n: usize) -> Refusal {
        Refusal { tenant_id: Some(Uuid::from_u128(n as u128)), key_id: None, reason: "expired" }
    }

    #[test]
    fn alike_ones_are_one_row_now_and_one_a_minute() {
        let trail = Trail::default();
        (0..1_000).for_each(|n| trail.failed(unknown(n), None));
        let first = trail.due(false);
        assert_eq!(first.iter().map(|(.., count)| *count).collect::<Vec<_>>(), [1_000]);
        (0..50).for_each(|n| trail.failed(unknown(n), None));
        for _ in 2..WINDOW_PASSES {
            assert!(trail.due(false).is_empty());
        }
        assert_eq!(trail.due(false).iter().map(|(.., count)| *count).collect::<Vec<_>>(), [50]);
        assert!(trail.due(true).is_empty());
    }

    #[test]
    fn a_flood_of_different_ones_is_bounded_and_none_is_uncounted() {
        let trail = Trail::default();
        (0..5_000).for_each(|n| trail.failed(of_tenant(n), None));
        let due = trail.due(false);
        assert_eq!(due.len(), MOST + 1);
        assert_eq!(due.iter().map(|(.., count)| count).sum::<u64>(), 5_000);
    }
}
