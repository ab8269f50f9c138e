//! The trails of several tasks in one statement: a list of tasks with their trails must not ask once for each.

use std::collections::HashMap;

use entity::audit_log::Model;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::Filter;
use crate::ids;
use crate::page::Page;
use crate::sql::statement;

/// A page of each task's trail, in the page's order; a task without rows is not in the map. Cursors are of one task, so a
/// page of several has none.
///
/// # Errors
/// The database failed.
pub async fn trails<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    task_ids: &[Uuid],
    page: Page,
) -> Result<HashMap<Uuid, Vec<Model>>, DbErr> {
    let mut trails: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for row in read(db, tenant_id, task_ids, &Filter::default(), page).await? {
        trails.entry(row.task_id.unwrap_or_default()).or_default().push(row);
    }
    Ok(trails.into_iter().map(|(id, rows)| (id, page.in_order(rows))).collect())
}

/// Rows task by task, in the order of the read.
pub(super) async fn read<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    task_ids: &[Uuid],
    filter: &Filter,
    page: Page,
) -> Result<Vec<Model>, DbErr> {
    let (above, below) = page.bounds();
    let (from, to) = filter.timestamp.bounds();
    let values = [
        tenant_id.into(),
        task_ids.to_vec().into(),
        task_ids.iter().map(|id| ids::trail_floor(*id)).collect::<Vec<_>>().into(),
        filter.action.values().map(|actions| actions.iter().map(|a| a.as_str().to_owned()).collect::<Vec<_>>()).into(),
        filter.actor.values().map(|actors| actors.iter().cloned().collect::<Vec<_>>()).into(),
        filter.timestamp.values().map(|times| times.iter().copied().collect::<Vec<_>>()).into(),
        from.copied().into(),
        to.copied().into(),
        above.into(),
        below.into(),
        i64::try_from(page.limit).unwrap_or(i64::MAX).into(),
        page.descending().into(),
    ];
    let rows = db.query_all_raw(statement(include_str!("sql/trails.sql"), values)).await?;
    rows.iter().map(|row| Model::from_query_result(row, "")).collect()
}
