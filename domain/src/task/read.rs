//! Reads of tasks. Every one names one tenant; another tenant's task is simply not there.

use std::collections::HashMap;

use entity::task::{Column, Entity, Model};
use sea_orm::Order as Direction;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, Condition as All, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::texts::beginning;
use super::{Filter, Head, Texts, Wanted};
use crate::page::Page;

/// One task with its long texts.
///
/// # Errors
/// The database failed.
pub async fn get<C: ConnectionTrait>(db: &C, tenant_id: Uuid, id: Uuid) -> Result<Option<Model>, DbErr> {
    one(db, tenant_id, Column::Id.eq(id)).await
}

/// One task.
///
/// # Errors
/// The database failed.
pub async fn head<C: ConnectionTrait>(db: &C, tenant_id: Uuid, id: Uuid) -> Result<Option<Head>, DbErr> {
    Ok(heads(db, tenant_id, &[id]).await?.pop())
}

/// Those of the ids that are there, in no order.
///
/// # Errors
/// The database failed.
pub async fn heads<C: ConnectionTrait>(db: &C, tenant_id: Uuid, ids: &[Uuid]) -> Result<Vec<Head>, DbErr> {
    of_tenant(tenant_id).filter(Column::Id.is_in(ids.iter().copied())).into_partial_model().all(db).await
}

fn of_tenant(tenant_id: Uuid) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant_id))
}

pub(super) async fn by_idempotency_key<C: ConnectionTrait>(db: &C, tenant_id: Uuid, key: &str) -> Result<Option<Model>, DbErr> {
    one(db, tenant_id, Column::IdempotencyKey.eq(key)).await
}

/// Those of the keys that were used, with their tasks.
///
/// # Errors
/// The database failed.
pub async fn by_idempotency_keys<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    keys: Vec<String>,
) -> Result<HashMap<String, Head>, DbErr> {
    // IS NOT NULL says that the partial index may be used: of an array that it does not know the planner cannot conclude it.
    let found = many(db, tenant_id, "idempotency_key IS NOT NULL AND idempotency_key = ANY ($1)", keys).await?;
    Ok(found.into_iter().filter_map(|task| Some((task.idempotency_key.clone()?, task))).collect())
}

/// Those of the references that are taken, with their tasks.
///
/// # Errors
/// The database failed.
pub async fn by_references<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    references: Vec<String>,
) -> Result<HashMap<String, Head>, DbErr> {
    let found = many(db, tenant_id, "reference IS NOT NULL AND reference = ANY ($1)", references).await?;
    Ok(found.into_iter().filter_map(|task| Some((task.reference.clone()?, task))).collect())
}

async fn many<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    condition: &'static str,
    texts: Vec<String>,
) -> Result<Vec<Head>, DbErr> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    of_tenant(tenant_id).filter(Expr::cust_with_values(condition, [texts])).into_partial_model().all(db).await
}

async fn one<C: ConnectionTrait>(db: &C, tenant_id: Uuid, condition: SimpleExpr) -> Result<Option<Model>, DbErr> {
    of_tenant(tenant_id).filter(condition).one(db).await
}

/// A page of a tenant's tasks in the order of their ids, which is that of their creation (but for milliseconds between
/// processes).
///
/// # Errors
/// The database failed.
pub async fn list<C: ConnectionTrait>(db: &C, tenant_id: Uuid, filter: &Filter, page: Page) -> Result<Vec<Head>, DbErr> {
    let (above, below) = page.bounds();
    let between = All::all().add_option(above.map(|id| Column::Id.gt(id))).add_option(below.map(|id| Column::Id.lt(id)));
    let direction = if page.descending() { Direction::Desc } else { Direction::Asc };
    let query = Entity::find().filter(filter.condition(tenant_id)).filter(between).order_by(Column::Id, direction);
    Ok(page.in_order(query.limit(page.limit).into_partial_model().all(db).await?))
}

/// A page of tasks with their long texts.
#[derive(Debug)]
pub struct Listed {
    /// In the list's order.
    pub tasks: Vec<(Head, Texts)>,
    /// The page ended before its limit, at the end that it is read towards.
    pub cut: bool,
}

/// As [`list`], with long texts of at most `most` bytes together: the page ends where they would be more, but has one task
/// at least.
///
/// # Errors
/// The database failed.
pub async fn list_with_texts<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    filter: &Filter,
    page: Page,
    wanted: Wanted,
    most: usize,
) -> Result<Listed, DbErr> {
    // Twice in the list's order is the order of reading again.
    let heads = page.in_order(list(db, tenant_id, filter, page).await?);
    let texts = if wanted == Wanted::default() {
        vec![Texts::default(); heads.len()]
    } else {
        let ids: Vec<_> = heads.iter().map(|task| task.id).collect();
        beginning(db, tenant_id, &ids, wanted, most).await?
    };
    let cut = texts.len() < heads.len();
    Ok(Listed { tasks: page.in_order(heads.into_iter().zip(texts).collect()), cut })
}
