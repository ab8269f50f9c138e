//! What a worker is told about the attempts it reported: which counted, and which were not its own any more.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, TryGetable};
use uuid::Uuid;

use crate::IdClock;
use crate::audit::{self, Action};
use crate::ids;
use crate::sql::statement;

/// Who reports, and about whose tasks.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// Whose tasks.
    pub tenant_id: Uuid,
    /// Name of the reporting process.
    pub worker: &'a str,
}

/// What became of one reported attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The row was changed by this call.
    Accepted {
        /// Set when the task is pending again: the queue it waits in.
        requeued: Option<String>,
    },
    /// It had been changed by this worker's own earlier call whose answer was lost.
    AlreadyMine,
    /// The attempt is not this worker's any more (cancelled, rescued, finished): nothing changed, `task.result_refused`
    /// was written.
    LeaseLost,
}

/// A kind of report, and the rows it writes when it counts.
pub(super) struct What {
    pub(super) name: &'static str,
    pub(super) writes: &'static [Action],
}

/// Completes the picture: rows that came back were accepted; the others are looked at, and refused ones audited.
pub(super) async fn verdicts(
    tx: &DatabaseTransaction,
    clock: &IdClock,
    report: Report<'_>,
    what: &What,
    attempts: &[(Uuid, i64)],
    accepted: &[QueryResult],
) -> Result<HashMap<Uuid, Verdict>, DbErr> {
    let mut verdicts = HashMap::with_capacity(attempts.len());
    for row in accepted {
        let final_now = bool::try_get_by(row, "is_failed").unwrap_or(false);
        let queue = String::try_get_by(row, "queue").ok().filter(|_| !final_now);
        verdicts.insert(Uuid::try_get_by(row, "id")?, Verdict::Accepted { requeued: queue });
    }
    let missing: Vec<_> = attempts.iter().filter(|(id, _)| !verdicts.contains_key(id)).copied().collect();
    if missing.is_empty() {
        return Ok(verdicts);
    }
    let mine = settled(tx, report, what, &missing).await?;
    for (task_id, epoch) in missing {
        if mine.contains(&(task_id, epoch)) {
            verdicts.insert(task_id, Verdict::AlreadyMine);
            continue;
        }
        let actor = format!("worker:{}", report.worker);
        let row = audit::Row {
            task_id: Some(task_id),
            lease_epoch: Some(epoch),
            reason: Some(what.name),
            ..audit::Row::new(report.tenant_id, clock.next(), Action::TaskResultRefused, &actor)
        };
        audit::append(tx, row).await?;
        verdicts.insert(task_id, Verdict::LeaseLost);
    }
    Ok(verdicts)
}

/// If the answer to a commit was lost, the same report comes again: its own trail says that it counted.
async fn settled(
    tx: &DatabaseTransaction,
    report: Report<'_>,
    what: &What,
    attempts: &[(Uuid, i64)],
) -> Result<HashSet<(Uuid, i64)>, DbErr> {
    let (ids, epochs): (Vec<_>, Vec<_>) = attempts.iter().copied().unzip();
    let actions: Vec<_> = what.writes.iter().map(|action| action.as_str().to_owned()).collect();
    let floor = ids.iter().min().map(|id| ids::trail_floor(*id));
    let values = [report.tenant_id.into(), ids.into(), epochs.into(), report.worker.into(), floor.into(), actions.into()];
    let rows = tx.query_all_raw(statement(include_str!("sql/settled.sql"), values)).await?;
    rows.iter().map(|row| Ok((Uuid::try_get_by(row, "id")?, i64::try_get_by(row, "epoch")?))).collect()
}
