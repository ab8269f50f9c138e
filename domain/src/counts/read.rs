//! The counts of one tenant.

use std::collections::BTreeMap;

use entity::TaskStatus;
use sea_orm::{ActiveEnum, ConnectionTrait, DbErr, FromQueryResult, TryGetable};
use uuid::Uuid;

use crate::sql::{limit, statement};

/// How many tasks are in each state; a state that is not named has none.
pub type Group = BTreeMap<TaskStatus, i64>;

/// How many tasks there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of the whole tenant.
    pub all: Group,
    /// By queue, in the order of their names.
    pub queues: BTreeMap<String, Group>,
    /// By kind, in the order of their names.
    pub kinds: BTreeMap<String, Group>,
    /// Rows that were added up besides the counters: what [`super::fold()`] would put together.
    pub unfolded: u64,
}

#[derive(FromQueryResult)]
struct Row {
    grouping: String,
    name: Option<String>,
    status: Option<String>,
    count: i64,
}

/// The counts of a tenant, exact at the statement's snapshot; of the queues and of the kinds that have tasks the first
/// `names`.
///
/// # Errors
/// The database failed.
pub async fn of_tenant<C: ConnectionTrait>(db: &C, tenant_id: Uuid, names: usize) -> Result<Counts, DbErr> {
    let values = [tenant_id.into(), limit(names).into()];
    let rows = db.query_all_raw(statement(include_str!("sql/counts.sql"), values)).await?;
    let mut counts = Counts::default();
    for row in rows {
        let row = Row::from_query_result(&row, "")?;
        let Some(status) = row.status else {
            counts.unfolded = row.count.unsigned_abs();
            continue;
        };
        let group = match (row.grouping.as_str(), row.name) {
            ("queue", Some(name)) => counts.queues.entry(name).or_default(),
            ("kind", Some(name)) => counts.kinds.entry(name).or_default(),
            _ => &mut counts.all,
        };
        group.insert(TaskStatus::try_from_value(&status)?, row.count);
    }
    Ok(counts)
}

/// How many tasks of a tenant are pending or running.
///
/// # Errors
/// The database failed.
pub async fn open<C: ConnectionTrait>(db: &C, tenant_id: Uuid) -> Result<u64, DbErr> {
    let row = db.query_one_raw(statement(include_str!("sql/open.sql"), [tenant_id.into()])).await?;
    let open = row.map(|row| i64::try_get_by(&row, "open").map_err(DbErr::from)).transpose()?;
    Ok(u64::try_from(open.unwrap_or_default()).unwrap_or_default())
}
