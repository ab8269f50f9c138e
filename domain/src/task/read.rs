//! Reads of tasks. Every one names one tenant; another tenant's task is simply not there.

use entity::TaskStatus;
use entity::task::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Which tasks; all conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub statuses: Vec<TaskStatus>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Of this queue.
    pub queue: Option<String>,
    /// The one with this reference.
    pub reference: Option<String>,
}

/// Where a page begins and how long it is; newest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page {
    /// The last id of the page before.
    pub after: Option<Uuid>,
    /// At most this many rows.
    pub limit: u64,
}

/// One task.
///
/// # Errors
/// The database failed.
pub async fn get<C: ConnectionTrait>(db: &C, tenant_id: Uuid, id: Uuid) -> Result<Option<Model>, DbErr> {
    one(db, tenant_id, Column::Id.eq(id)).await
}

/// Those of the ids that are there, in no order.
///
/// # Errors
/// The database failed.
pub async fn get_many<C: ConnectionTrait>(db: &C, tenant_id: Uuid, ids: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::TenantId.eq(tenant_id)).filter(Column::Id.is_in(ids.iter().copied())).all(db).await
}

pub(super) async fn by_idempotency_key<C: ConnectionTrait>(db: &C, tenant_id: Uuid, key: &str) -> Result<Option<Model>, DbErr> {
    one(db, tenant_id, Column::IdempotencyKey.eq(key)).await
}

pub(super) async fn by_reference<C: ConnectionTrait>(db: &C, tenant_id: Uuid, reference: &str) -> Result<Option<Model>, DbErr> {
    one(db, tenant_id, Column::Reference.eq(reference)).await
}

async fn one<C: ConnectionTrait>(db: &C, tenant_id: Uuid, condition: SimpleExpr) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::TenantId.eq(tenant_id)).filter(condition).one(db).await
}

/// A page of a tenant's tasks, newest first.
///
/// # Errors
/// The database failed.
pub async fn list<C: ConnectionTrait>(db: &C, tenant_id: Uuid, filter: &Filter, page: Page) -> Result<Vec<Model>, DbErr> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant_id));
    // Of the states, three have a small index or table of their own; none has an index by status (it would end heap-only
    // updates).
    match filter.statuses.as_slice() {
        [] => {}
        [TaskStatus::Pending] => query = query.filter(Column::Queued.eq(true)),
        [TaskStatus::Failed] => query = query.filter(Column::IsFailed.eq(true)),
        [TaskStatus::Running] => {
            let leased = "id = ANY (ARRAY(SELECT unnest(task_ids) FROM leases WHERE tenant_id = $1))";
            query = query.filter(Expr::cust_with_values(leased, [tenant_id])).filter(Column::Status.eq(TaskStatus::Running));
        }
        some => query = query.filter(Column::Status.is_in(some.iter().copied())),
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(Column::Kind.eq(kind));
    }
    if let Some(queue) = &filter.queue {
        query = query.filter(Column::Queue.eq(queue));
    }
    if let Some(reference) = &filter.reference {
        query = query.filter(Column::Reference.eq(reference));
    }
    if let Some(after) = page.after {
        query = query.filter(Column::Id.lt(after));
    }
    query.order_by_desc(Column::Id).limit(page.limit).all(db).await
}
