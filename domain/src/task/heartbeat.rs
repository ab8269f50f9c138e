//! Leases: extended while the worker lives, ended when their last task is finished. Neither is a transition.

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, TryGetable};
use uuid::Uuid;

use super::Report;
use super::claim::millis;
use crate::sql::statement;

/// Extends the leases a worker holds, given as `(tenant, lease)`. Answers those that are still its own: what is missing
/// was rescued from it, and its attempts must stop.
///
/// # Errors
/// The database failed; the leases run on as they were.
pub async fn heartbeat<C: ConnectionTrait>(
    db: &C,
    worker: &str,
    leases: &[(Uuid, Uuid)],
    lease: Duration,
) -> Result<HashSet<(Uuid, Uuid)>, DbErr> {
    let (tenants, ids): (Vec<_>, Vec<_>) = leases.iter().copied().unzip();
    let values = [worker.into(), tenants.into(), ids.into(), millis(lease).into()];
    let rows = db.query_all_raw(statement(include_str!("sql/heartbeat.sql"), values)).await?;
    rows.iter().map(|row| Ok((Uuid::try_get_by(row, "tenant_id")?, Uuid::try_get_by(row, "id")?))).collect()
}

/// Removes leases whose last task is finished, in the transaction that finishes it and before the tasks are touched: the
/// rescuer, too, locks a lease first and its tasks then.
///
/// # Errors
/// The database failed.
pub async fn end_leases(tx: &DatabaseTransaction, report: Report<'_>, leases: &[Uuid]) -> Result<(), DbErr> {
    if leases.is_empty() {
        return Ok(());
    }
    let values = [report.tenant_id.into(), leases.to_vec().into(), report.worker.into()];
    tx.execute_raw(statement(include_str!("sql/end_leases.sql"), values)).await.map(drop)
}

/// Which of the attempts `(task, epoch)` a worker believes it holds are not its own any more.
///
/// # Errors
/// The database failed.
pub async fn lost<C: ConnectionTrait>(db: &C, tenant_id: Uuid, attempts: &[(Uuid, i64)]) -> Result<Vec<(Uuid, i64)>, DbErr> {
    let (ids, epochs): (Vec<_>, Vec<_>) = attempts.iter().copied().unzip();
    let values = [tenant_id.into(), ids.into(), epochs.into()];
    let rows = db.query_all_raw(statement(include_str!("sql/lost.sql"), values)).await?;
    rows.iter().map(|row| Ok((Uuid::try_get_by(row, "id")?, i64::try_get_by(row, "epoch")?))).collect()
}
