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

/// A page of pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadyPage {
    /// Pairs with pending tasks whose queue is not paused.
    pub pairs: Vec<Ready>,
    /// Where the next page begins; `None` when this was the last.
    pub next: Option<(Uuid, String)>,
}

#[derive(FromQueryResult)]
struct Row {
    tenant_id: Uuid,
    queue: String,
    due_in_ms: i64,
    paused: bool,
}

/// The pairs with pending tasks behind `after` (`None`: from the first), at most `at_most` of them.
///
/// # Errors
/// The database failed.
pub async fn ready<C: ConnectionTrait>(db: &C, after: Option<&(Uuid, String)>, at_most: usize) -> Result<ReadyPage, DbErr> {
    let (tenant_id, queue) = after.map_or((Uuid::nil(), ""), |(tenant_id, queue)| (*tenant_id, queue));
    let values = [limit(at_most).into(), tenant_id.into(), queue.into()];
    let rows = db.query_all_raw(statement(include_str!("sql/ready.sql"), values)).await?;
    let rows = rows.iter().map(|row| Row::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
    let next = rows.last().filter(|_| rows.len() == at_most).map(|row| (row.tenant_id, row.queue.clone()));
    let pair = |row: Row| Ready {
        tenant_id: row.tenant_id,
        queue: row.queue,
        due_in: Duration::from_millis(u64::try_from(row.due_in_ms).unwrap_or_default()),
    };
    Ok(ReadyPage { pairs: rows.into_iter().filter(|row| !row.paused).map(pair).collect(), next })
}
