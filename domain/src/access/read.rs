//! Reads of tenants, users and keys. Every one names one tenant, but the list of tenants itself.

use entity::{api_key, tenant, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::page::Page;

/// A tenant.
///
/// # Errors
/// The database failed.
pub async fn tenant<C: ConnectionTrait>(db: &C, id: Uuid) -> Result<Option<tenant::Model>, DbErr> {
    tenant::Entity::find_by_id(id).one(db).await
}

/// The tenant of that name.
///
/// # Errors
/// The database failed.
pub async fn tenant_named<C: ConnectionTrait>(db: &C, name: &str) -> Result<Option<tenant::Model>, DbErr> {
    tenant::Entity::find().filter(tenant::Column::Name.eq(name)).one(db).await
}

/// A page of all tenants, for who may see over the walls that there are others.
///
/// # Errors
/// The database failed.
pub async fn tenants<C: ConnectionTrait>(db: &C, page: Page) -> Result<Vec<tenant::Model>, DbErr> {
    let id = tenant::Column::Id;
    let query = tenant::Entity::find().filter(between(&page, id)).order_by(id, direction(&page));
    Ok(page.in_order(query.limit(page.limit).all(db).await?))
}

/// Those of the tenant's users with these ids, in no order.
///
/// # Errors
/// The database failed.
pub async fn users<C: ConnectionTrait>(db: &C, tenant_id: Uuid, ids: &[Uuid]) -> Result<Vec<user::Model>, DbErr> {
    let of_tenant = user::Entity::find().filter(user::Column::TenantId.eq(tenant_id));
    of_tenant.filter(user::Column::Id.is_in(ids.iter().copied())).all(db).await
}

/// A page of the tenant's users.
///
/// # Errors
/// The database failed.
pub async fn list_users<C: ConnectionTrait>(db: &C, tenant_id: Uuid, page: Page) -> Result<Vec<user::Model>, DbErr> {
    let id = user::Column::Id;
    let of_tenant = user::Entity::find().filter(user::Column::TenantId.eq(tenant_id));
    let query = of_tenant.filter(between(&page, id)).order_by(id, direction(&page));
    Ok(page.in_order(query.limit(page.limit).all(db).await?))
}

/// A key of the tenant.
///
/// # Errors
/// The database failed.
pub async fn key<C: ConnectionTrait>(db: &C, tenant_id: Uuid, id: &str) -> Result<Option<api_key::Model>, DbErr> {
    api_key::Entity::find_by_id((tenant_id, id.to_owned())).one(db).await
}

/// Those of the tenant's keys with these ids, in no order.
///
/// # Errors
/// The database failed.
pub async fn keys_of_ids<C: ConnectionTrait>(db: &C, tenant_id: Uuid, ids: &[String]) -> Result<Vec<api_key::Model>, DbErr> {
    let of_tenant = api_key::Entity::find().filter(api_key::Column::TenantId.eq(tenant_id));
    of_tenant.filter(api_key::Column::Id.is_in(ids.iter().cloned())).all(db).await
}

/// The tenant's keys, or those of one user, the newest first; at most `limit`. (Revoked and expired ones stay, so that the
/// trail's `keyId` leads somewhere; they are left out unless `ended`.)
///
/// # Errors
/// The database failed.
pub async fn keys<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    user_id: Option<Uuid>,
    ended: bool,
    limit: u64,
) -> Result<Vec<api_key::Model>, DbErr> {
    let mut of_tenant = api_key::Entity::find().filter(api_key::Column::TenantId.eq(tenant_id));
    if let Some(user_id) = user_id {
        of_tenant = of_tenant.filter(api_key::Column::UserId.eq(user_id));
    }
    if !ended {
        let good = Expr::cust("expires_at > statement_timestamp()");
        of_tenant = of_tenant.filter(api_key::Column::RevokedAt.is_null()).filter(good);
    }
    of_tenant.order_by_desc(api_key::Column::CreatedAt).order_by_asc(api_key::Column::Id).limit(limit).all(db).await
}

fn between<C: ColumnTrait>(page: &Page, id: C) -> Condition {
    let (above, below) = page.bounds();
    Condition::all().add_option(above.map(|above| id.gt(above))).add_option(below.map(|below| id.lt(below)))
}

fn direction(page: &Page) -> Order {
    if page.descending() { Order::Desc } else { Order::Asc }
}
