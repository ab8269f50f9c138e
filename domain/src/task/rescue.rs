//! rescue: running -> pending (or failed, without attempts left) when a lease ran out.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult};
use uuid::Uuid;

use crate::IdClock;
use crate::audit::Audited as _;
use crate::sql::{limit, statement};

/// A lease that ran out, as [`expired`] found it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ExpiredLease {
    /// Whose tasks.
    pub tenant_id: Uuid,
    /// The lease.
    pub id: Uuid,
    /// Who had it.
    pub worker_id: String,
    /// How many tasks it was made for.
    pub tasks: i32,
}

/// A task that was taken back.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Rescued {
    /// The task.
    pub id: Uuid,
    /// The queue it waits in again, unless it failed for good.
    pub queue: String,
    /// No attempt was left.
    pub is_failed: bool,
}

/// Leases that ran out by the database's clock, oldest first.
///
/// # Errors
/// The database failed.
pub async fn expired<C: ConnectionTrait>(db: &C, at_most: usize) -> Result<Vec<ExpiredLease>, DbErr> {
    let rows = db.query_all_raw(statement(include_str!("sql/expired.sql"), [limit(at_most).into()])).await?;
    rows.iter().map(|row| ExpiredLease::from_query_result(row, "")).collect()
}

/// Takes back what one expired lease still holds and removes it; `task.rescued` or `task.failed` rows by `system:rescuer`.
/// `None`, and nothing happens, when the lease was extended, ended, or is in another rescuer's hands.
///
/// # Errors
/// The database failed; nothing changed.
pub async fn rescue(tx: &DatabaseTransaction, ids: &IdClock, lease: &ExpiredLease) -> Result<Option<Vec<Rescued>>, DbErr> {
    let count = usize::try_from(lease.tasks).unwrap_or_default();
    let values = [lease.tenant_id.into(), lease.id.into(), ids.next_many(count).into()];
    let rows = tx.query_all_raw(statement(include_str!("sql/rescue.sql"), values)).await.audited()?;
    if rows.is_empty() {
        return Ok(None);
    }
    let held = rows.iter().filter(|row| row.try_get::<Option<Uuid>>("", "id").is_ok_and(|id| id.is_some()));
    held.map(|row| Rescued::from_query_result(row, "")).collect::<Result<_, _>>().map(Some)
}
