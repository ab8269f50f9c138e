//! The queues of one tenant.

use chrono::{DateTime, Utc};
use entity::TaskStatus;
use sea_orm::{ActiveEnum, ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use crate::counts::Group;
use crate::sql::{limit, statement};

/// A queue that has, or had, tasks, or that was paused once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Since when nothing is claimed from it.
    pub paused_at: Option<DateTime<Utc>>,
    /// How many tasks it has.
    pub tasks: Group,
}

#[derive(FromQueryResult)]
struct Row {
    name: String,
    paused_at: Option<DateTime<Utc>>,
    status: Option<String>,
    count: Option<i64>,
}

/// The first `at_most` queues of a tenant by name, of those that `names` lists if it does.
///
/// # Errors
/// The database failed.
pub async fn list<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    names: Option<&[String]>,
    at_most: usize,
) -> Result<Vec<Queue>, DbErr> {
    let values = [tenant_id.into(), names.map(<[String]>::to_vec).into(), limit(at_most).into()];
    let rows = db.query_all_raw(statement(include_str!("sql/list.sql"), values)).await?;
    let mut queues = Vec::<Queue>::new();
    for row in rows {
        let row = Row::from_query_result(&row, "")?;
        if queues.last().is_none_or(|last| last.name != row.name) {
            queues.push(Queue { name: row.name, paused_at: row.paused_at, tasks: Group::new() });
        }
        if let (Some(queue), Some(status), Some(count)) = (queues.last_mut(), row.status, row.count) {
            queue.tasks.insert(TaskStatus::try_from_value(&status)?, count);
        }
    }
    Ok(queues)
}
