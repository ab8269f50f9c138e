//! Pages of the trail. Every read names one tenant.

use chrono::{DateTime, Utc};
use entity::audit_log::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Action;
use crate::ids;
use crate::sql::statement;

/// Which rows; all conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// About this task.
    pub task_id: Option<Uuid>,
    /// One of these actions; empty means any.
    pub actions: Vec<Action>,
    /// By this actor, literally.
    pub actor: Option<String>,
    /// At or after this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub until: Option<DateTime<Utc>>,
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
}

/// Where a page begins and how long it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// At most this many rows.
    pub limit: u64,
    /// Which end comes first.
    pub order: Order,
}

/// Ids are made just before their row's transaction; a row's time may lie this much beside its id's.
const SLACK: chrono::Duration = chrono::Duration::minutes(10);

/// Rows of one tenant: of one task in the order in which they happened, else in the order of their ids (which is that of
/// their times, but for milliseconds between processes).
///
/// # Errors
/// The database failed.
pub async fn list<C: ConnectionTrait>(db: &C, tenant_id: Uuid, filter: &Filter, page: Page) -> Result<Vec<Model>, DbErr> {
    if let Some(task_id) = filter.task_id {
        return list_of_task(db, tenant_id, task_id, filter, page).await;
    }
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant_id));
    if !filter.actions.is_empty() {
        query = query.filter(Column::Action.is_in(filter.actions.iter().map(|a| a.as_str())));
    }
    if let Some(actor) = &filter.actor {
        query = query.filter(Column::Actor.eq(actor));
    }
    // The bound by id prunes partitions and walks the key; the one by time is exact.
    if let Some(from) = filter.from {
        query = query.filter(Column::Timestamp.gte(from)).filter(Column::Id.gte(ids::floor(shifted(from, -SLACK))));
    }
    if let Some(until) = filter.until {
        query = query.filter(Column::Timestamp.lt(until)).filter(Column::Id.lt(ids::floor(shifted(until, SLACK))));
    }
    query = match page.order {
        Order::Newest => query.order_by_desc(Column::Id),
        Order::Oldest => query.order_by_asc(Column::Id),
    };
    if let Some(after) = page.after {
        query = query.filter(match page.order {
            Order::Newest => Column::Id.lt(after),
            Order::Oldest => Column::Id.gt(after),
        });
    }
    query.limit(page.limit).all(db).await
}

async fn list_of_task<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    task_id: Uuid,
    filter: &Filter,
    page: Page,
) -> Result<Vec<Model>, DbErr> {
    let values = [
        tenant_id.into(),
        task_id.into(),
        ids::trail_floor(task_id).into(),
        filter.actions.iter().map(|action| action.as_str().to_owned()).collect::<Vec<_>>().into(),
        filter.actor.clone().into(),
        filter.from.into(),
        filter.until.into(),
        page.after.into(),
        i64::try_from(page.limit).unwrap_or(i64::MAX).into(),
        (page.order == Order::Newest).into(),
    ];
    let rows = db.query_all_raw(statement(include_str!("sql/of_task.sql"), values)).await?;
    rows.iter().map(|row| Model::from_query_result(row, "")).collect()
}

fn shifted(at: DateTime<Utc>, by: chrono::Duration) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(at)
}

/// The whole trail of a task, oldest first.
///
/// # Errors
/// The database failed.
pub async fn of_task<C: ConnectionTrait>(db: &C, tenant_id: Uuid, task_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let filter = Filter { task_id: Some(task_id), ..Filter::default() };
    list(db, tenant_id, &filter, Page { after: None, limit: i64::MAX.cast_unsigned(), order: Order::Oldest }).await
}

/// The transitions of a task after version `after`, in order and without a gap: seq is taken under the task row's lock,
/// so a committed row never appears before its predecessor.
///
/// # Errors
/// The database failed.
pub async fn versions_after<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    task_id: Uuid,
    after: i64,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::TaskId.eq(task_id))
        .filter(Column::Seq.gt(after))
        .filter(Column::Id.gte(ids::trail_floor(task_id)))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(db)
        .await
}
