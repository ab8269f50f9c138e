//! release: running -> pending, the attempt not charged; in batches of one tenant.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::report::{Report, Verdict, What, verdicts};
use crate::IdClock;
use crate::audit::{Action, Audited as _};
use crate::sql::statement;

const WHAT: What = What { name: "release", writes: &[Action::TaskReleased] };

/// An attempt that is given back.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// The task.
    pub task_id: Uuid,
    /// The fence the claim gave.
    pub lease_epoch: i64,
}

/// Gives attempts back: claimable at once, `task.released` rows; refuses and audits those whose lease was lost.
/// `reason` says why (`DRAINING`, `LEASE_UNCERTAIN`).
///
/// # Errors
/// The database failed; nothing changed.
pub async fn release(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    report: Report<'_>,
    reason: &str,
    releases: &[Release],
) -> Result<HashMap<Uuid, Verdict>, DbErr> {
    if releases.is_empty() {
        return Ok(HashMap::new());
    }
    let mut attempts: Vec<_> = releases.iter().map(|r| (r.task_id, r.lease_epoch)).collect();
    // As in complete: rows are locked in the order of their ids.
    attempts.sort_unstable();
    let (task_ids, epochs): (Vec<_>, Vec<_>) = attempts.iter().copied().unzip();
    let accepted = tx
        .query_all_raw(statement(
            include_str!("sql/release.sql"),
            [
                report.tenant_id.into(),
                task_ids.into(),
                epochs.into(),
                ids.next_many(attempts.len()).into(),
                report.worker.into(),
                reason.into(),
            ],
        ))
        .await
        .audited()?;
    verdicts(tx, ids, report, &WHAT, &attempts, &accepted).await
}
