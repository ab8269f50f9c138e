//! Which (tenant, queue) have work, and when.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use crate::sql::{limit, statement};

/// A pair that has pending tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Whose tasks.
    pub tenant_id: Uuid,
    /// Where they wait.
    pub queue: String,
    /// How long until the first is due, by the database's clock; zero when one is.
    pub due_in: Duration,
}

#[derive(FromQueryResult)]
struct Row {
    tenant_id: Uuid,
    queue: String,
    due_in_ms: i64,
}

/// Every pair with pending tasks whose queue is not paused, at most `at_most`.
///
/// # Errors
/// The database failed.
pub async fn ready<C: ConnectionTrait>(db: &C, at_most: usize) -> Result<Vec<Ready>, DbErr> {
    let rows = db.query_all_raw(statement(include_str!("sql/ready.sql"), [limit(at_most).into()])).await?;
    let pair = |row: Row| Ready {
        tenant_id: row.tenant_id,
        queue: row.queue,
        due_in: Duration::from_millis(u64::try_from(row.due_in_ms).unwrap_or_default()),
    };
    rows.iter().map(|row| Row::from_query_result(row, "").map(pair)).collect()
}
