//! What cannot happen unseen: an audit row that could not be written. The change it belongs to was not made either, as both
//! are one statement; but whoever operates this must know at once.

use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::{DbErr, RuntimeErr};

/// The table, and its partitions.
const TABLE: &str = "audit_logs";

static FAILURES: AtomicU64 = AtomicU64::new(0);

/// How many statements of this process failed because an audit row could not be written.
pub fn write_failures() -> u64 {
    FAILURES.load(Ordering::Relaxed)
}

/// Put behind every statement that writes to the trail.
pub(crate) trait Audited {
    /// Says so in the log and counts it, when the statement failed by the trail.
    fn audited(self) -> Self;
}

impl<T> Audited for Result<T, DbErr> {
    fn audited(self) -> Self {
        if let Err(error) = &self
            && is_of_the_trail(error)
        {
            FAILURES.fetch_add(1, Ordering::Relaxed);
            tracing::error!(event = "audit_write_failed", %error, "an audit row was not written, and its change not made");
        }
        self
    }
}

/// Whether it was the trail that refused. Not when an id was too old, which is tried again, nor when the statement was given
/// up for another reason: neither says anything of the trail.
fn is_of_the_trail(error: &DbErr) -> bool {
    let (DbErr::Query(RuntimeErr::SqlxError(cause)) | DbErr::Exec(RuntimeErr::SqlxError(cause))) = error else { return false };
    let Some(refused) = cause.as_database_error() else { return false };
    // No right to the table, and no partition for the row, are told in the message alone.
    refused.table().is_some_and(|table| table.starts_with(TABLE)) || refused.message().contains(TABLE)
}
