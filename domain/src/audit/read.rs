//! Pages of the trail. Every read names one tenant.

use entity::audit_log::{Column, Entity, Model};
use sea_orm::Order as Direction;
use sea_orm::{ColumnTrait, Condition as All, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Filter, trails};
use crate::ids;
use crate::page::{Order, Page};

/// Rows of one tenant: of one task in the order in which they happened, else in the order of their ids (which is that of
/// their times, but for milliseconds between processes).
///
/// # Errors
/// The database failed.
pub async fn list<C: ConnectionTrait>(db: &C, tenant_id: Uuid, filter: &Filter, page: Page) -> Result<Vec<Model>, DbErr> {
    if let Some(task_id) = filter.task_id.single() {
        return Ok(page.in_order(trails::read(db, tenant_id, &[*task_id], filter, page).await?));
    }
    let (above, below) = page.bounds();
    let between = All::all().add_option(above.map(|id| Column::Id.gt(id))).add_option(below.map(|id| Column::Id.lt(id)));
    let direction = if page.descending() { Direction::Desc } else { Direction::Asc };
    let query = Entity::find().filter(filter.condition(tenant_id)).filter(between).order_by(Column::Id, direction);
    Ok(page.in_order(query.limit(page.limit).all(db).await?))
}

/// Those of the ids that are there, in no order.
///
/// # Errors
/// The database failed.
pub async fn get_many<C: ConnectionTrait>(db: &C, tenant_id: Uuid, ids: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::TenantId.eq(tenant_id)).filter(Column::Id.is_in(ids.iter().copied())).all(db).await
}

/// The whole trail of a task, oldest first.
///
/// # Errors
/// The database failed.
pub async fn of_task<C: ConnectionTrait>(db: &C, tenant_id: Uuid, task_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let filter = Filter { task_id: Some(task_id).into(), ..Filter::default() };
    list(db, tenant_id, &filter, Page { limit: i64::MAX.cast_unsigned(), order: Order::Oldest, ..Page::default() }).await
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
