//! fail: running -> pending while attempts are left, else running -> failed; in batches of one tenant.

use std::collections::HashMap;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::claim::millis;
use super::report::{Report, Verdict, What, verdicts};
use crate::IdClock;
use crate::audit::{Action, Audited as _};
use crate::sql::statement;
use crate::text;

const WHAT: What = What { name: "fail", writes: &[Action::TaskFailed, Action::TaskRetryScheduled] };

/// An attempt that ended badly.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The task.
    pub task_id: Uuid,
    /// The fence the claim gave.
    pub lease_epoch: i64,
    /// Machine-readable, `UPPER_SNAKE`; becomes the audit row's reason.
    pub code: String,
    /// For people; cut and cleaned before it is stored.
    pub message: String,
    /// No further attempt, whatever is left.
    pub for_good: bool,
    /// How long to wait before the next attempt.
    pub retry_in: Duration,
}

/// Longest stored error message.
const MAX_MESSAGE_BYTES: usize = 2048;
const MAX_CODE_BYTES: usize = 64;

/// Ends attempts badly: `task.retry_scheduled` or `task.failed` rows; refuses and audits those whose lease was lost.
///
/// # Errors
/// The database failed; nothing changed.
pub async fn fail(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    report: Report<'_>,
    mut failures: Vec<Failure>,
) -> Result<HashMap<Uuid, Verdict>, DbErr> {
    if failures.is_empty() {
        return Ok(HashMap::new());
    }
    // Rows are locked in the order of their ids everywhere: two batches that share some cannot wait for each other.
    failures.sort_unstable_by_key(|one| one.task_id);
    let attempts: Vec<_> = failures.iter().map(|f| (f.task_id, f.lease_epoch)).collect();
    let (task_ids, epochs): (Vec<_>, Vec<_>) = attempts.iter().copied().unzip();
    let accepted = tx
        .query_all_raw(statement(
            include_str!("sql/fail.sql"),
            [
                report.tenant_id.into(),
                task_ids.into(),
                epochs.into(),
                failures.iter().map(|f| text::clean(&f.code, MAX_CODE_BYTES)).collect::<Vec<_>>().into(),
                failures.iter().map(|f| text::clean(&f.message, MAX_MESSAGE_BYTES)).collect::<Vec<_>>().into(),
                failures.iter().map(|f| f.for_good).collect::<Vec<_>>().into(),
                failures.iter().map(|f| millis(f.retry_in)).collect::<Vec<_>>().into(),
                ids.next_many(attempts.len()).into(),
                report.worker.into(),
            ],
        ))
        .await
        .audited()?;
    verdicts(tx, ids, report, &WHAT, &attempts, &accepted).await
}
