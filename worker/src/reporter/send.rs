//! One report transaction. It never shares its transaction with a claim: two workers could wait for each other.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::task::{self, Report, Verdict};
use sea_orm::{DbErr, TransactionTrait};
use tokio::time::Instant;
use uuid::Uuid;

use super::batch::Batch;
use crate::core::Core;
use crate::db_error::within;
use crate::holdings::LeaseKey;

/// Above the limits of the statements themselves: only a silent connection takes this long.
const LIMIT: Duration = Duration::from_secs(20);

/// What the database answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) verdicts: HashMap<Uuid, Verdict>,
    /// The leases whose row is gone.
    pub(super) ended: Vec<LeaseKey>,
}

/// Writes the batch. May be repeated after any error, also when the commit had counted: the domain recognises its own.
pub(super) async fn send(core: Arc<Core>, batch: Arc<Batch>) -> Result<Answer, DbErr> {
    let began = Instant::now();
    let result = within(LIMIT, write(&core, &batch)).await;
    core.metrics.reported(began.elapsed());
    core.mind_the_clock(&result).await;
    if result.is_ok() {
        core.steady.answered(Instant::now());
    }
    result
}

async fn write(core: &Core, batch: &Batch) -> Result<Answer, DbErr> {
    let writes = batch.writes();
    let mut ended = core.holdings.ended_by(&batch.keys());
    ended.extend(&batch.rows_left);
    if writes.is_empty() && ended.is_empty() {
        return Ok(Answer::default());
    }
    let report = Report { tenant_id: batch.tenant_id, worker: &core.name };
    let rows: Vec<Uuid> = ended.iter().map(|(_, lease_id)| *lease_id).collect();
    let tx = core.db.begin().await?;
    // Leases first, then tasks: the rescuer locks them in that order, too.
    task::end_leases(&tx, report, &rows).await?;
    let mut verdicts = task::complete(&tx, &core.ids, report, writes.completions).await?;
    verdicts.extend(task::fail(&tx, &core.ids, report, writes.failures).await?);
    for (reason, releases) in &writes.releases {
        verdicts.extend(task::release(&tx, &core.ids, report, reason, releases).await?);
    }
    tx.commit().await?;
    Ok(Answer { verdicts, ended })
}
