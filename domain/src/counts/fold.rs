//! Putting the changes of counters together.

use sea_orm::{ConnectionTrait, DbErr, TryGetable};
use uuid::Uuid;

use crate::sql::{limit, statement};

/// So many rows beside the counters are worth folding at once, by whoever meets them.
pub const UNFOLDED: u64 = 1_000;

/// Tenants behind `after` whose counters have changes to be folded, at most `at_most` of them. One of the reads across
/// tenants; what it finds is folded tenant by tenant.
///
/// # Errors
/// The database failed.
pub async fn unfolded_tenants<C: ConnectionTrait>(db: &C, after: Option<Uuid>, at_most: usize) -> Result<Vec<Uuid>, DbErr> {
    let values = [after.unwrap_or_default().into(), limit(at_most).into()];
    let rows = db.query_all_raw(statement(include_str!("sql/unfolded.sql"), values)).await?;
    rows.iter().map(|row| Uuid::try_get_by(row, 0).map_err(DbErr::from)).collect()
}

/// Adds a tenant's changes to its counters; answers how many rows they were. Nothing is done while another does it.
///
/// # Errors
/// The database failed.
pub async fn fold<C: ConnectionTrait>(db: &C, tenant_id: Uuid) -> Result<u64, DbErr> {
    let row = db.query_one_raw(statement("SELECT fold_task_counts($1)", [tenant_id.into()])).await?;
    let folded = row.map(|row| i64::try_get_by(&row, 0).map_err(DbErr::from)).transpose()?;
    Ok(folded.unwrap_or_default().unsigned_abs())
}
