//! Reads of tenants and users. Every one names one tenant.

use entity::{tenant, user};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

/// A tenant.
///
/// # Errors
/// The database failed.
pub async fn tenant<C: ConnectionTrait>(db: &C, id: Uuid) -> Result<Option<tenant::Model>, DbErr> {
    tenant::Entity::find_by_id(id).one(db).await
}

/// Those of the tenant's users with these ids, in no order.
///
/// # Errors
/// The database failed.
pub async fn users<C: ConnectionTrait>(db: &C, tenant_id: Uuid, ids: &[Uuid]) -> Result<Vec<user::Model>, DbErr> {
    let of_tenant = user::Entity::find().filter(user::Column::TenantId.eq(tenant_id));
    of_tenant.filter(user::Column::Id.is_in(ids.iter().copied())).all(db).await
}
