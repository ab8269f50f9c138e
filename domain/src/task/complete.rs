//! complete: running -> done, in batches of one tenant.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::report::{Report, Verdict, What, verdicts};
use crate::IdClock;
use crate::audit::{Action, Audited as _};
use crate::sql::statement;
use crate::text;

const WHAT: What = What { name: "complete", writes: &[Action::TaskCompleted] };

/// An attempt that ended well.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The task.
    pub task_id: Uuid,
    /// The fence the claim gave.
    pub lease_epoch: i64,
    /// What the handler answered.
    pub result: Value,
}

/// Ends attempts well: writes results and `task.completed` rows; refuses and audits those whose lease was lost.
/// Must not share a transaction with a claim: two workers could wait for each other.
///
/// # Errors
/// The database failed; nothing changed.
pub async fn complete(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    report: Report<'_>,
    mut completions: Vec<Completion>,
) -> Result<HashMap<Uuid, Verdict>, DbErr> {
    if completions.is_empty() {
        return Ok(HashMap::new());
    }
    // Rows are locked in the order of their ids everywhere: two batches that share some cannot wait for each other.
    completions.sort_unstable_by_key(|one| one.task_id);
    let attempts: Vec<_> = completions.iter().map(|c| (c.task_id, c.lease_epoch)).collect();
    let (task_ids, epochs): (Vec<_>, Vec<_>) = attempts.iter().copied().unzip();
    let results: Vec<_> = completions.into_iter().map(|c| text::without_nul(c.result).to_string()).collect();
    let digests: Vec<_> = results.iter().map(|r| hex::encode(Sha256::digest(r))).collect();
    let accepted = tx
        .query_all_raw(statement(
            include_str!("sql/complete.sql"),
            [
                report.tenant_id.into(),
                task_ids.into(),
                epochs.into(),
                results.into(),
                digests.into(),
                ids.next_many(attempts.len()).into(),
                report.worker.into(),
            ],
        ))
        .await
        .audited()?;
    verdicts(tx, ids, report, &WHAT, &attempts, &accepted).await
}
